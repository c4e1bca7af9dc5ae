# What the guard did, by day.

membership-stats-help = What I did here in the last 30 days
membership-stats-help-line = /stats — what I did in the group in the last 30 days, with a chart

membership-stats =
    📊 { $group }
    Today · 7 days · 30 days (days by UTC)

    Messages checked: { $checks }
    Stopped: { $hits }
    Muted: { $muted }
    Warned: { $warned }
    Unmuted: { $lifted }
    Join requests approved: { $approved }
    Join requests declined: { $declined }
    Appeals: { $appeals }
    Appeals accepted: { $accepted }

    Joined after I asked:
    { $channels }
membership-stats-won = • { $channel }: { $numbers }

membership-stats-title = The last 30 days
membership-stats-stopped = Stopped
membership-stats-joined = Joined a channel
membership-stats-checks = Messages checked
membership-stats-day = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $day }
