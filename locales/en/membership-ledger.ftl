# What was done in a group, why, and how it is taken back.

membership-ledger-help-why = Why was I, or somebody else, held back here
membership-ledger-help-why-line = /why — what I did and why: about yourself; admins answer somebody's message with it, or add an id
membership-ledger-help-undo = Take back what I did to somebody
membership-ledger-help-undo-line = /undo — as an answer, with an id or @name: let somebody off; /undo 30m or /undo raid: everybody of that time, after a question

membership-ledger-button-why = ❓ Why?
membership-ledger-button-why-named = ❓ { $name }
membership-ledger-button-undo = ↩️ Undo
membership-ledger-button-leave = Leave it as it is
membership-ledger-button-undo-named = ↩️ { $name }

membership-ledger-not-allowed = This is for admins who may restrict people here. Please ask one of them.
membership-ledger-toast-below = I have written it below.

membership-ledger-where = You can ask me why you were held back in a group: press “Why?” under my notice there, or send /why in the group.
membership-ledger-no-group = Nothing is written down about you there: I am not in that group, or you are not.
membership-ledger-in-private = { $person }, I tell that only you: press the button and then Start.

membership-ledger-yours =
    What I did to you in { $group }:
    { $lines }

    { $now }
membership-ledger-theirs =
    What I did to { $person } in { $group }:
    { $lines }

    { $now }
membership-ledger-nothing-yours =
    I have written down nothing about you in { $group }.

    { $now }
membership-ledger-nothing-theirs =
    I have written down nothing about { $person } in { $group }.

    { $now }

membership-ledger-line = • { $ago } ({ $time }): { $what }, because { $why }.
membership-ledger-until = — until { $time }
membership-ledger-ended = — it ended { $time }
membership-ledger-dry = — in a dry run: nothing was really done
membership-ledger-raid = — it was during a raid
membership-ledger-undone = — taken back by an admin, { $time }
membership-ledger-undone-by = — taken back by { $admin }, { $time }

membership-ledger-ago-now = just now
membership-ledger-ago-minutes = { $count ->
    [one] a minute ago
   *[other] { $count } minutes ago
}
membership-ledger-ago-hours = { $count ->
    [one] an hour ago
   *[other] { $count } hours ago
}
membership-ledger-ago-days = { $count ->
    [one] a day ago
   *[other] { $count } days ago
}

membership-ledger-what-warned = message deleted and told to join
membership-ledger-what-stopped = message deleted and muted
membership-ledger-what-muted = muted
membership-ledger-what-lifted = mute lifted
membership-ledger-what-approved = request to join approved
membership-ledger-what-declined = request to join declined
membership-ledger-what-exempted = let off joining

membership-ledger-why-lacks = not subscribed to { $channels } (by an answer of Telegram that was some minutes old at most)
membership-ledger-why-lacks-fresh = not subscribed to { $channels } (Telegram was asked at that very moment)
membership-ledger-why-left = unsubscribed from { $channels }
membership-ledger-why-joined = subscribed to everything asked for here
membership-ledger-why-an-admin = an admin decided so
membership-ledger-why-admin = { $admin } decided so
membership-ledger-why-late = it took too long to join
membership-ledger-why-reconciled = that is how it stood when I checked again
membership-ledger-why-released = that channel is asked for no more
membership-ledger-why-masked = written in a channel's name, so that nobody knows by whom

membership-ledger-now-held = Now: muted by me until { $time }. To write again, join { $channels } and press “I have joined” under the notice in the group.
membership-ledger-now-held-appeal =
    Now: muted by me until { $time }. To write again, join { $channels } and press “I have joined” under the notice in the group.
    If that is a mistake, press “This is wrong” there: the admins will see it.
membership-ledger-now-restricted = Now: restricted by an admin of the group. I do not change that; please ask an admin.
membership-ledger-now-banned = Now: banned by an admin of the group. I do not change that; please ask an admin.
membership-ledger-now-admin = Now: an admin of the group, whom I never hold back.
membership-ledger-now-let-off = Now: no channel need be joined. An admin decided so.
membership-ledger-now-let-off-until = Now: no channel need be joined until { $time }. An admin decided so.
membership-ledger-now-free = Now: not held back by me. To write in the group, be subscribed to { $channels }.
membership-ledger-now-open = Now: not held back by me. Everybody can write in the group.

membership-ledger-undo-usage =
    One person: answer a message of theirs with /undo, or name them: /undo 123456789 or /undo @name
    Many at once: /undo 30m is the last 30 minutes, /undo 2h two hours (24 at most), /undo raid the last raid. I count them and ask before I do it.
membership-ledger-undo-odd =
    I do not understand { $word }, so nothing was undone.
    { $lines }
membership-ledger-odd-person = I do not understand { $word }. Answer a message of the person with the command, or name them by id or @name. For example: /why 123456789
membership-ledger-nobody-named = I have seen nobody here who is called { $word }. Telegram does not tell me whose name that is: please answer a message of theirs with the command, or use their id.
membership-ledger-undone-one = Done: { $person } may write here again and need not join any channel.
membership-ledger-undone-held = { $person } need not join any channel any more. They still may not write: an admin restricted them, and I do not change that.
membership-ledger-undo-nothing = There is nothing of mine to take back for { $person }.
membership-ledger-undo-nothing-number =
    A number alone is a person's id, and there is nothing of mine to take back for the one with id { $count }.
    For the last { $count ->
        [one] minute
       *[other] { $count } minutes
    }: { $command }
membership-ledger-undo-none = I held back nobody in that time.
membership-ledger-undo-no-raid = I remember no raid here. For a time: /undo 30m
membership-ledger-undo-ask = Undo { $count ->
    [one] one mute
   *[other] { $count } mutes
} of { $people ->
    [one] one person
   *[other] { $people } people
}, held back since { $time }? They need not join any channel for 24 hours, so that they are not stopped again at once. The buttons work for 5 minutes.
    { $lines }
membership-ledger-undo-names = These are: { $names }{ $more-count ->
    [0] .
   *[other] {" "}and { $more-count } more.
}
membership-ledger-undo-left = All right, nothing was undone.
membership-ledger-undo-busy = One undo is still going on. Please wait until it is done.
membership-ledger-undo-goes-on = Letting people off: { $count } of { $people }…
membership-ledger-undo-done = Done: { $admin } let { $count ->
    [one] one person
   *[other] { $count } people
} off. They need not join any channel for 24 hours. { $spared-count ->
    [0] Nobody was left out.
    [one] One was left as they are: not mine to change.
   *[other] { $spared-count } were left as they are: not mine to change.
}

membership-ledger-log =
    { $group }
    { $lines }
membership-ledger-log-many =
    { $group }, within a minute:
    { $lines }
    To take that back, send /undo 5m there.
membership-ledger-log-line = • { $person }: { $what }, because { $why }
membership-ledger-log-dry = • { $person }: { $what }, because { $why } (dry run: nothing was really done)
membership-ledger-many-warned = • { $count ->
    [one] one person warned
   *[other] { $count } people warned
}
membership-ledger-many-stopped = • { $count ->
    [one] one person stopped
   *[other] { $count } people stopped
}
membership-ledger-many-muted = • { $count ->
    [one] one person muted
   *[other] { $count } people muted
}
membership-ledger-many-lifted = • { $count ->
    [one] one mute lifted
   *[other] { $count } mutes lifted
}
membership-ledger-many-approved = • { $count ->
    [one] one request approved
   *[other] { $count } requests approved
}
membership-ledger-many-declined = • { $count ->
    [one] one request declined
   *[other] { $count } requests declined
}
membership-ledger-many-exempted = • { $count ->
    [one] one person let off
   *[other] { $count } people let off
}
membership-ledger-trouble-log =
    I cannot write to the log of { $group }, so nobody reads there what I do. The group is guarded all the same.
    Please let me write there, or choose another place with /protection in the group.
