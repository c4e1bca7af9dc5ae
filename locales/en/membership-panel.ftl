# The panel: how a group is guarded, and everything that can be chosen.

membership-panel-help-protection = See and change how this group is guarded
membership-panel-help-protection-line = /protection — see and change how the group is guarded
membership-panel-help-log = Read another group's reports here
membership-panel-help-log-line = /log — in another chat: read this group's reports there

membership-panel-home = { $lines }
membership-panel-mode-on = ✅ This group is guarded.
membership-panel-mode-dry = 🧪 Rehearsal: I judge and write down, but stop nobody. In earnest:
membership-panel-mode-off = ⏸ The guard is off: everybody can write. When it is on:
membership-panel-no-channel = ▫️ No channel is named yet, so everybody can write. Send /protect @channel.
membership-panel-required = Whoever writes must subscribe to { $channels }.
membership-panel-strangers-mute = Strangers are muted until they have joined.
membership-panel-strangers-delete = Messages of strangers are deleted; nobody is muted.
membership-panel-strangers-warn = { $time-count ->
    [one] Strangers are told once, then muted until they have joined.
   *[other] Strangers are told { $time-count } times, then muted until they have joined.
}
membership-panel-raid = 🛡 Many strangers have been coming at once since { $time }. { $people ->
    [one] One person
   *[other] { $people } people
} stopped so far; /undo raid takes that back.
membership-panel-reconciled = 🔎 Last compared with the truth { $time }: { $count ->
    [0] I held nobody back.
    [one] one mute of mine looked at,
   *[other] { $count } mutes of mine looked at,
} { $count ->
    [0] {""}
   *[other] { $lifted-count } lifted, { $held-count } set again, { $closed-count } over.
}
membership-panel-reconcile-first = 🔎 I compare my mutes with the truth now and then, first { $time }.
membership-panel-trouble-lookup = ⚠️ I cannot see who subscribes to { $channel }, so everybody can write. Make me its admin again.
membership-panel-trouble-rights = ⚠️ I may not delete messages or mute people here, so everybody can write. Give me both rights again.
membership-panel-trouble-link = ⚠️ I could not make an invite link for { $channel }. Let me add subscribers there, then send /protect again.
membership-panel-trouble-unheard = ⚠️ Too many groups ask for { $channel }: here I do not hear who joins and leaves it, and check people when they write.

membership-panel-button-on = { $tick } On
membership-panel-button-dry = { $tick } Rehearse
membership-panel-button-off = { $tick } Off
membership-panel-button-strangers = Strangers
membership-panel-button-notices = Notices
membership-panel-button-newcomers = Newcomers
membership-panel-button-requests = Join requests
membership-panel-button-channels = Channels
membership-panel-button-exempt = Exceptions
membership-panel-button-log = Reports
membership-panel-button-close = Close
membership-panel-button-back = ‹ Back

membership-panel-strangers = What happens to somebody who writes and has not joined? The message is deleted in any case. “3×” means: told three times, then muted.
membership-panel-button-mute = { $tick } Mute until they have joined
membership-panel-button-warn = { $tick } { $times }×
membership-panel-button-delete = { $tick } Only delete, never mute
membership-panel-button-reactions = { $tick } Reactions count as writing
membership-panel-button-lockdown = { $tick } In a raid only admins write
membership-panel-button-channels-welcome = { $tick } Channels may write in their name
membership-panel-button-appeals = { $tick } People may appeal to the admins

membership-panel-notices = In which language do I speak to people, and how long does a notice stand?
membership-panel-button-own-language = { $tick } Everybody's own language
membership-panel-button-english = { $tick } English
membership-panel-button-russian = { $tick } Русский
membership-panel-button-minutes = { $tick } { $minute-count } min
membership-panel-button-hours = { $tick } { $hour-count ->
    [one] 1 hour
   *[other] { $hour-count } hours
}
membership-panel-button-days = { $tick } { $day-count ->
    [one] 1 day
   *[other] { $day-count } days
}
membership-panel-button-never = { $tick } Never
membership-panel-button-words = Words of the notice

membership-panel-newcomers = When are newcomers checked?
membership-panel-button-door = { $tick } As they come in
membership-panel-button-late = { $tick } When they first write
membership-panel-button-greet = { $tick } Greet those who have joined
membership-panel-button-greeting = Words of the greeting

membership-panel-requests = Who answers join requests, and when is an open one declined?
membership-panel-button-answered = { $tick } I do: subscribers come in at once
membership-panel-button-left = { $tick } The admins do

membership-panel-exempt =
    Who need not join:
    { $lines }
membership-panel-exempt-line = • { $person }
membership-panel-exempt-none = • nobody so far
membership-panel-exempt-more = • and more: end some to see the others
membership-panel-button-invited = { $tick } Whoever an admin adds need not join
membership-panel-button-judge = ✖️ { $who }

membership-panel-channels =
    Whoever writes must subscribe to all of these:
    { $lines }
membership-panel-channel-well = ✅ { $channel }
membership-panel-channel-sick = ⚠️ { $channel }: something does not work there
membership-panel-channel-since = { "    " }required since { $time }
membership-panel-button-let-go = ✖️ { $channel }
membership-panel-sure = Shall nobody need { $channel } here any more?
membership-panel-sure-last = Shall nobody need { $channel } here any more? It is the only channel: everybody can write then.
membership-panel-button-sure = Yes, let it go

membership-panel-log-off =
    I can report what I do here to another group, or to a topic of it.
    Add me there. Then an admin of both groups sends this line there: { $command }
membership-panel-log-on =
    I report what I do here to { $chat }.
    To choose another group or topic, send this line there: { $command }
membership-panel-button-log-off = Stop reporting
membership-panel-log-usage = The reports of which group? Send /protection there and press “Reports”: it shows the line to send here.
membership-panel-log-chosen = From now on I report here what I do in { $group }.
membership-panel-log-not-yours = Only an admin of that group who may change its info can choose where it reports. I must be in it, too.

membership-panel-notice-usual = What does a notice say? At present: my usual words, in each language.
membership-panel-greeting-usual = What does the greeting say? At present: my usual words, in each language.
membership-panel-notice-own =
    The notice says:

    { $shown }
membership-panel-greeting-own =
    The greeting says:

    { $shown }
membership-panel-button-write = ✏️ Write
membership-panel-button-usual = Usual words again
membership-panel-asked =
    Please answer this message with your text, { $max } characters at most.
    { $sign-name } becomes the person's name, { $sign-channels } the channels. The buttons to the channels come by themselves.
membership-panel-asked-words =
    That had no words. Please answer this message with your text, { $max } characters at most.
    { $sign-name } becomes the person's name, { $sign-channels } the channels.
membership-panel-asked-shorter =
    That was too long: { $length } characters. Please answer this message with { $max } at most.
    { $sign-name } becomes the person's name, { $sign-channels } the channels.
membership-panel-own = { $words }
membership-panel-button-keep = ✅ Keep
membership-panel-button-discard = ✖️ Discard
membership-panel-kept = ✅ Kept. From now on I say it in your words.
membership-panel-unset = ✅ From now on I say it in my usual words.

membership-panel-toast-stale = This panel is closed. Send /protection for a new one.
