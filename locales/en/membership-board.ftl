# What the admins are told where nobody who set the group up can be written to in private.

membership-board-group =
    For the admins: something here needs your hand, and I cannot write to whoever set me up. Press “Start” in my private chat, then I tell you there.
    { $lines }
membership-board-log =
    🔴 { $group } needs your hand:
    { $lines }
membership-board-over = 🟢 { $group }: all is well again.
