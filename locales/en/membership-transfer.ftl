# Settings of a group as a file.

membership-transfer-help-export = This group's settings as a file
membership-transfer-help-export-line = /export — the group's settings as a file
membership-transfer-help-import = Take settings from a file
membership-transfer-help-import-line = /import — answer such a file with it, and the group takes its settings

membership-transfer-exported =
    The settings of { $group }: channels, choices and own words. No people, no invite links, and no log place are in it.
    To use it here or in another group, send it there and answer it with /import.
membership-transfer-usage = Which file? Send a file made by /export here, and answer it with /import.
membership-transfer-same = Nothing would change: the settings here are as in the file.
membership-transfer-changes =
    This would change:
    { $lines }
    Press “Apply” within an hour. Nothing has changed yet.
membership-transfer-button-apply = ✅ Apply
membership-transfer-applied = ✅ The settings from the file hold now. To see them: /protection
membership-transfer-applied-later = ✅ The settings from the file hold now, but for the channels: { $channels } { $count ->
    [one] stays
   *[other] stay
} required until an admin of the new channel agrees below. To see them: /protection

membership-transfer-grant =
    Almost there. Please grant this first, then press “Apply” again:
    { $lines }
membership-transfer-mistaken = That does not work. I have written down why; nothing has changed.

membership-transfer-too-large = This file is too large for settings. Please use one made by /export.
membership-transfer-foreign = These are not settings of mine. Please use a file made by /export.
membership-transfer-version = This file is of version { $version }, which I do not know. Please update me, or export it anew.
membership-transfer-syntax = I cannot read this file from line { $line }, column { $column } on: it is not valid JSON there. Nothing has changed.
membership-transfer-unknown = Line { $line }, column { $column }: there is no setting { $name }. Please correct it or take it out. Nothing has changed.
membership-transfer-missing = Line { $line }, column { $column }: { $name } is missing. Nothing has changed.
membership-transfer-value = Line { $line }, column { $column }: this value does not fit its setting. Nothing has changed.
membership-transfer-channel = { $channel } is listed twice, or is not the id of a channel. Nothing has changed.
membership-transfer-bounds = The value of { $name } is too small, too large or empty. Nothing has changed.

membership-transfer-more = ➕ { $channel } becomes required
membership-transfer-less = ➖ { $channel } is no longer required
membership-transfer-change = • { $what }: { $old } → { $new }
membership-transfer-off = guard switched off
membership-transfer-dry = rehearsal only
membership-transfer-greet = greet newcomers
membership-transfer-exempt = people let in by admins need not join
membership-transfer-reactions = reactions count as writing
membership-transfer-lockdown = during a raid nobody may write
membership-transfer-channels-welcome = messages in the name of any channel
membership-transfer-late = newcomers are checked when they write
membership-transfer-requests = join requests are left to admins
membership-transfer-appeals = no button to appeal
membership-transfer-strangers = strangers who write
membership-transfer-language = language of notices
membership-transfer-ttl = notices stand for
membership-transfer-decline = join requests are declined after
membership-transfer-notice = words of the notice
membership-transfer-greeting = words of the greeting
membership-transfer-yes = yes
membership-transfer-no = no
membership-transfer-mute = muted
membership-transfer-warn = warned { $times ->
    [one] once
   *[other] { $times } times
}, then muted
membership-transfer-delete = only told
membership-transfer-each = each person's own
membership-transfer-en = English
membership-transfer-ru = Russian
membership-transfer-house = as usual
membership-transfer-seconds = { $seconds } s
membership-transfer-own = the group's own
membership-transfer-ours = mine
