"""What goes wrong with one group or its Telegram, while all the others go on."""

import time

from world import GUARD, JOINED, NOTICE_S

# Calls that may be lost after they were done, without harm and without a trace at the judge.
REPEATED = ("restrictChatMember", "sendMessage", "deleteMessage")


def demoted(s):
    """Without our rights nobody is muted, and the owner is told once; with them it goes on."""
    s.cast()
    s.protect()
    s.member(s.group_id, "bot", "administrator", rights={"can_pin_messages": True})
    s.until("the owner is told", lambda: told(s, "delete messages or mute people"))
    for words in ("hello", "anybody here?"):
        s.untouched("a stranger meanwhile", s.eve, s.group_id, s.say(s.eve, s.group_id, words))
    s.check("told once", len(told(s, "delete messages or mute people")) == 1)
    s.member(s.group_id, "bot", "administrator", rights=GUARD)
    s.until("the owner hears that it is over", lambda: told(s, "all is well again"))
    s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello again"), "please join News")


def never_started(s):
    """Who set the group up never pressed Start: told in the group itself, once, and it goes when it is over."""
    s.cast()
    s.protect()
    s.member(s.group_id, "bot", "administrator", rights={"can_pin_messages": True})
    board = s.hears(s.group_id, "I cannot write to whoever set me up")
    s.untouched("a stranger meanwhile", s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"))
    s.member(s.group_id, "bot", "administrator", rights={"can_pin_messages": True, "can_invite_users": True})
    s.never("said again", lambda: len([it for _, it in s.words(s.group_id) if "I cannot write to" in it]) > 1)
    s.check("nobody is written to who cannot be", not s.words(s.ann), s.words(s.ann))
    s.member(s.group_id, "bot", "administrator", rights=GUARD)
    s.until("it is gone", lambda: s.gone(s.group_id, board))
    s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello again"), "please join News")


def channel_lost(s):
    """Who cannot be looked up is not muted; the owner is told once, and when it works again."""
    s.cast()
    joe = s.person("Joe")
    s.member(s.group_id, joe, "member", service=False)  # before the guard: else he is held as he comes in
    s.protect()
    s.tally.expect("getChatMember", s.news)
    s.member(s.news, "bot", "left")
    time.sleep(0.3)
    for words in ("one", "two", "three"):
        s.untouched("a stranger meanwhile", s.eve, s.group_id, s.say(s.eve, s.group_id, words))
    s.until("the owner is told", lambda: told(s, "no longer see who subscribes"))
    s.check("told once", len(told(s, "no longer see who subscribes")) == 1)
    s.member(s.news, "bot", "administrator", rights={"can_invite_users": True})
    s.stopped(joe, s.group_id, s.say(joe, s.group_id, "hello"), "please join News")


def told(s, words):
    """What the owner was told of this group: its title makes it ours."""
    return [text for _, text in s.words(s.owner) if words in text and s.title in text]


def thrown_out(s):
    """Out of the group and in again: it is a new group, and it is told so."""
    s.cast()
    s.protect()
    s.member(s.group_id, "bot", "left")
    s.member(s.group_id, "bot", "administrator", rights=GUARD)
    time.sleep(0.5)
    s.untouched("a stranger, as nothing is protected", s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"))
    mark = s.mark(s.group_id)
    s.say(s.ann, s.group_id, f"/protect @news{s.tag}")
    s.hears(s.group_id, "Only subscribers of News", after=mark)
    s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"), "please join News")


def too_many_requests(s):
    """429 in the group, for each call of the three: everything is done in the end, and nothing early."""
    s.cast()
    s.protect()
    for method in REPEATED:
        s.sim.post("faults", method=method, chat_id=s.group_id, kind="429", retry_after=2, times=2)
    notice = s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"), "please join News")
    s.sim.post("join", chat_id=s.news, user_id=s.eve)
    s.sim.post("faults", method="restrictChatMember", chat_id=s.group_id, kind="429", retry_after=2, times=1)
    mark = s.mark(s.group_id)
    s.toast("joined meanwhile", s.eve, s.group_id, notice, JOINED["en"], "You can write now")
    s.until("she may write", lambda: s.may_write(s.group_id, s.eve))
    s.check("the toast's words are not in the group", not s.words(s.group_id, mark), s.words(s.group_id, mark))


def lost_answers(s):
    """Calls are done and their answers lost: repeated without harm, and nobody waits for a person's decision."""
    s.cast()
    s.protect()
    for method in REPEATED:
        s.tally.expect(method, s.group_id, "not found")
        s.sim.post("faults", method=method, chat_id=s.group_id, kind="http", status=502, times=1, after=True)
    notice = s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"), "please join News")
    s.sim.post("join", chat_id=s.news, user_id=s.eve)
    s.toast("joined", s.eve, s.group_id, notice, JOINED["en"], "You can write now")
    s.until("she may write", lambda: s.may_write(s.group_id, s.eve))


def broken_lines(s):
    """Resets, half answers, slowness: overcome, also when they are so many that the house leaves Telegram alone."""
    s.cast()
    s.protect()
    for method in REPEATED:
        s.tally.expect(method, s.group_id, "not found")
        for kind in ("reset", "garbage"):
            s.sim.post("faults", method=method, chat_id=s.group_id, kind=kind, times=1)
    s.sim.post("faults", chat_id=s.group_id, kind="latency", delay_ms=300, times=10)
    hello = s.say(s.eve, s.group_id, "hello")
    s.until("the message is deleted", lambda: s.gone(s.group_id, hello), 40)
    s.until("she is muted", lambda: s.muted(s.group_id, s.eve), 40)
    s.hears(s.group_id, "please join News", after=hello)


def one_lost_answer(s):
    """One lookup that fails for a moment lets no stranger pass."""
    s.cast()
    s.protect()
    s.sim.post("faults", method="getChatMember", chat_id=s.news, kind="reset", times=1)
    s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"), "please join News")


def lapses(s):
    """Who does not care is not punished: when the notice goes, so does the mute. Takes the lifetime of a notice."""
    if s.mode != "polling":
        return
    s.cast()
    s.protect()
    notice = s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"), "please join News")
    s.until("the notice is gone", lambda: s.gone(s.group_id, notice), NOTICE_S + 10)
    s.until("she may write", lambda: s.may_write(s.group_id, s.eve), 5)
    s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello again"), "please join News")


def lookups_fail(s):
    """While nobody can say who subscribes, nobody is muted; a press says so; then it works again."""
    s.cast()
    joe = s.person("Joe")
    s.member(s.group_id, joe, "member", service=False)
    s.protect()
    notice = s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"), "please join News")
    broken = lambda: s.sim.post("faults", method="getChatMember", chat_id=s.news, kind="http", status=500, times=2)
    broken()  # one question, and its repetition
    s.untouched("a stranger meanwhile", joe, s.group_id, s.say(joe, s.group_id, "hello"))
    broken()
    s.toast("a press meanwhile", s.eve, s.group_id, notice, JOINED["en"], "cannot check")
    s.sim.post("join", chat_id=s.news, user_id=s.eve)
    s.sim.delete("faults")  # with the breaker open the press before may have asked nobody
    # Three failures in a row: Telegram is left alone for a while, and a press is told to come again.

    def free():
        if not s.may_write(s.group_id, s.eve) and not s.gone(s.group_id, notice):
            s.press(s.eve, s.group_id, notice, JOINED["en"])
            time.sleep(0.3)
        return s.may_write(s.group_id, s.eve)  # by her press, or by the channel's own word

    s.until("she may write again", free)


ALL = [lapses, demoted, never_started, channel_lost, thrown_out, one_lost_answer, too_many_requests]
# Three failures in a row make the house leave Telegram alone for a while: these are played while nobody else plays.
BREAKING = [lost_answers, broken_lines, lookups_fail]
