# Membership: what a group hears of its channels.

membership-fan-trouble-full =
    So many groups ask for { $channel } already that it cannot tell { $group } who joins and leaves.
    { $group } is guarded all the same: people are checked when they write and when they press “I have joined”. There is nothing to do.
