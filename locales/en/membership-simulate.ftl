# Membership: /simulate.

membership-simulate-help-simulate = Who would have been stopped in the last 24 hours?
membership-simulate-help-simulate-line = /simulate @channel — who of the last 24 hours would have been stopped; nothing is done

membership-simulate-usage =
    Which channel? For example: /simulate @channel
    I show who of the last 24 hours would have been stopped. Nothing is done to anybody.
membership-simulate-progress = { $count ->
    [0] I am looking at everybody who wrote in the last 24 hours. Nothing is done to anybody.
    [one] One person looked at so far. Nothing is done to anybody.
   *[other] { $count } people looked at so far. Nothing is done to anybody.
}
membership-simulate-nobody = I have seen nobody write here in the last 24 hours, so there is nothing to show. I only know of people who wrote since I am here.
membership-simulate-done = If only subscribers of { $channels } could write: of { $count ->
    [one] the one person who wrote
   *[other] the { $count } people who wrote
} in the last 24 hours ({ $message-count ->
    [one] one message
   *[other] { $message-count } messages
}), { $people ->
    [0] nobody would have been stopped.
    [one] one person would have been stopped, who wrote { $wrote-count } of them.
   *[other] { $people } people would have been stopped, who wrote { $wrote-count } of them.
} Nothing has been done.
    { $lines }
membership-simulate-line-effect = • messages deleted: { $deleted-count }, people muted: { $muted-count }, people only told: { $told-count }
membership-simulate-line-newcomers = • of those muted, as they came in: { $count }
membership-simulate-line-excused = • not subscribed, and need not be: { $count }
membership-simulate-line-requests = • join requests: { $admitted-count } let in at once, { $waiting-count } asked to subscribe first
membership-simulate-line-channel = • not in { $channel }: { $count }
membership-simulate-names-muted = Muted: { $names }{ $more-count ->
    [0] .
   *[other] {" "}and { $more-count } more.
}
membership-simulate-names-told = Only told: { $names }{ $more-count ->
    [0] .
   *[other] {" "}and { $more-count } more.
}
membership-simulate-button-channel = { $tick } { $channel }
membership-simulate-button-mute = { $tick } Mute
membership-simulate-button-delete = { $tick } Delete
membership-simulate-button-invited = { $tick } Invited by an admin: free
membership-simulate-button-excused = { $tick } Let off by an admin: free
membership-simulate-button-reactions = { $tick } Reactions count
membership-simulate-button-late = { $tick } Newcomers: when they write
membership-simulate-button-requests = { $tick } Answer join requests
membership-simulate-toast-one = At least one channel must be left, else everybody can write.
membership-simulate-toast-over = That is too old to be changed. Please send /simulate again.
membership-simulate-button-protect = Protect now
