# Membership: what a group hears of its channels.

membership-fan-trouble-full =
    So many groups ask for { $channel } already that it cannot tell { $group } who joins and leaves.
    { $group } is guarded all the same: people are checked when they write and when they press “I have joined”. There is nothing to do.
membership-fan-reconciled =
    I have compared my mutes in { $group } with the truth ({ $count } in all).
    Freed, because they had joined: { $lifted-count }. Muted again, because their mute had been lost: { $held-count }.
