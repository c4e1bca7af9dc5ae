# Hub: conversations with models.

hub-help-ai = Ask a model
hub-help-ai-line = /ai question — ask a model; in groups you can also mention me or answer me
hub-help-new = Begin a new conversation
hub-help-new-line = /new — begin a new conversation
hub-help-retry = Another answer to the last question
hub-help-retry-line = /retry — another answer to the last question
hub-help-stop = Stop the answer
hub-help-stop-line = /stop — stop the answer that is on its way
hub-help-model = Which model answers
hub-help-model-line = /model — which model answers, and which you would like
hub-help-persona = Who the model is to be
hub-help-persona-line = /persona words — who the model is to be in this chat; /persona off
hub-help-forget = Forget what was said
hub-help-forget-line = /forget — forget all conversations of this chat

hub-thinking = 💭 One moment …
hub-answer = { $text }
hub-signed = — { $model }
hub-cut = … There would be more, but this is as long as an answer gets. Ask for the rest if you need it.
hub-empty = The model had nothing to say. Try to ask in other words.
hub-stopped = Stopped.
hub-usage = Ask me something: /ai and your question. In private just write it.
hub-words-only = I can read words so far, not recordings, pictures or files. Please write it down for me.
hub-too-long = That is too long for me: { $max ->
    [one] at most { $max } character
   *[other] at most { $max } characters
}. Please make it shorter.
hub-one-by-one = One after the other, please: I am still busy with the questions before this one. /stop ends the one that is running.
hub-nothing-asked = Nothing has been asked here yet.
hub-nothing-runs = No answer is on its way.
hub-new = A new conversation. I have forgotten what was said here before.
hub-not-allowed = Only admins who may change the group's info can do that.
hub-model-auto = I choose the model myself, the best that answers. The last answer came from { $model }. To choose: /model provider/model
hub-model-chosen = You have chosen { $chosen }; if it is down, another one answers. The last answer came from { $model }. /model auto lets me choose.
hub-model-any = From now on I choose the model myself.
hub-model-set = From now on { $model } is asked first.
hub-model-usage = A model is named like this: /model provider/model. /model auto lets me choose.
hub-persona-is = I am to be, in this chat: { $persona }
    
    /persona off ends that.
hub-persona-none = I am myself here. /persona and some words make me somebody else: “/persona a patient teacher of maths”.
hub-persona-set = Understood: from the next answer on.
hub-persona-off = I am myself again.
hub-forgotten = { $lines ->
    [0] There was nothing to forget.
    [one] Forgotten: { $lines } line of conversation. Nothing of it is kept here any more.
   *[other] Forgotten: { $lines } lines of conversation. Nothing of them is kept here any more.
}

hub-waits-down = No model can be reached at the moment. I keep your question and answer as soon as one is back. /stop takes it back.
hub-waits-busy = The models ask for a little patience. I keep your question and answer as soon as they let me. /stop takes it back.
hub-waits-budget = What may be spent on answers is used up for now. I keep your question until there is more. /stop takes it back.
hub-over-down = I am sorry: no model could be reached for too long, so your question stays without an answer. Please ask again later.
hub-over-busy = I am sorry: the models were too busy for too long. Please ask again later.
hub-over-budget = What may be spent on answers is used up for now. Please ask again later.
hub-over-nobody = No model is set up for this. Whoever runs this bot can add one under ai.providers.
hub-over-refused = The model refuses to answer this: it may be too long or against its rules. Try other words.
hub-over-late = I am sorry: the answer took so long that it is not worth waiting for any more. Please ask again.
hub-over-unknown = I am sorry: I was interrupted twice while I asked, and do not ask a third time by myself. /retry asks again.
