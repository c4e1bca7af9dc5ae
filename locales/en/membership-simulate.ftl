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
membership-simulate-done = If only subscribers of { $channels } could write: { $people ->
    [0] nobody of the { $count } who wrote in the last 24 hours would have been stopped.
    [one] one person of the { $count } who wrote in the last 24 hours would have been stopped.
   *[other] { $people } people of the { $count } who wrote in the last 24 hours would have been stopped.
} Nothing has been done.
    { $lines }
membership-simulate-line-channel = • not in { $channel }: { $count }
membership-simulate-button-protect = Protect now
