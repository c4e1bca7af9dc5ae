# Membership: /verify.

membership-verify-help-verify = Check people against the channels
membership-verify-help-verify-line = /verify — check everybody I know here; as a reply or with an id: one person

membership-verify-progress = { $count ->
    [0] I am checking everybody I know here. This takes a while, and goes on by itself.
    [one] One person checked so far. It goes on by itself.
   *[other] { $count } people checked so far. It goes on by itself.
}
membership-verify-busy = { $count ->
    [one] A check is under way already: one person so far. Please wait for it, or stop it.
   *[other] A check is under way already: { $count } people so far. Please wait for it, or stop it.
}
membership-verify-button-stop = Stop
membership-verify-stopped = { $count ->
    [one] Stopped after one person.
   *[other] Stopped after { $count } people.
}
    { $lines }
membership-verify-done = { $count ->
    [0] There is nobody to check: I have not seen anybody here yet. I get to know people as they write or come in.
    [one] Done: one person checked in { $seconds-count } s.
   *[other] Done: { $count } people checked in { $seconds-count } s.
}
    { $lines }
membership-verify-line-fine = • subscribed: { $count }
membership-verify-line-lifted = • had joined and were still muted, freed now: { $count }
membership-verify-line-held = • not subscribed, muted now: { $count }
membership-verify-line-waits = • not subscribed, muted by me before: { $count }
membership-verify-line-lacks = • not subscribed, left alone: { $count }
membership-verify-line-free = • admins and others who need not join: { $count }
membership-verify-line-theirs = • restricted by an admin, left as it is: { $count }
membership-verify-line-gone = • no longer in the group: { $count }
membership-verify-line-unknown = • could not be checked: { $count }
membership-verify-names = Not subscribed, for example: { $names }

membership-verify-one =
    { $person }:
    { $lines }
membership-verify-one-all = • is in all the required channels
membership-verify-one-lacks = • is not in { $channels }
membership-verify-one-blind = • I cannot look into every required channel, and hold that against nobody
membership-verify-one-lifted = • was still muted by me: I have freed them
membership-verify-one-held = • I have muted them until they join
membership-verify-one-waits = • is muted by me until they join
membership-verify-one-theirs = • is restricted by an admin: I leave that as it is
membership-verify-one-admin = • is an admin: I never check admins
membership-verify-one-banned = • is banned here
membership-verify-one-exempt = • need not join: an admin decided so
membership-verify-one-unknown = • I could not find out what they are here, so I have done nothing
membership-verify-one-gone = • is not in the group
membership-verify-one-later = • may write until their next message is checked
membership-verify-one-free = • may write

membership-verify-toast-over = That check is over already.
membership-verify-toast-not-allowed = Only admins who may restrict people can stop this.
membership-verify-toast-stopped = Stopped.
