# Membership: groups for the subscribers of channels.

membership-help-protect = Let only a channel's subscribers write here
membership-help-unprotect = Let everybody write here again
membership-help-protect-line = /protect @channel — only its subscribers can write in the group
membership-help-unprotect-line = /unprotect — everybody can write again

membership-notice = { $person }, to write here please join { $channels } first. Then press “I have joined”.
membership-crowd = { $people ->
    [one] One person is
   *[other] { $people } people are
} waiting here. To write, please join { $channels } first. Then press “I have joined”.
membership-button-joined = ✅ I have joined
membership-button-who = It is me
membership-button-agree = Agree

membership-protected = Only subscribers of { $channels } can write here now. To undo this: /unprotect
membership-protected-by-link =
    Only subscribers of { $channels } can write here now. To undo this: /unprotect
    { $closed } has no public name: the button opens an invite link of mine.
membership-released = { $left-count ->
    [0] No longer required here: { $channels }. Everybody can write again.
   *[other] No longer required here: { $channels }. Still required: { $left }.
}
membership-unprotected = Everybody can write in this group already. To let only a channel's subscribers write: /protect @channel
membership-unprotected-named = That channel is not required here. Required are: { $channels }.
membership-usage =
    Which channel? For example: /protect @channel
    For a private channel: forward one of its posts here and answer it with /protect.
membership-unreadable = I do not understand { $word }. A channel is written as @name or t.me/name. For a private channel: forward one of its posts here and answer it with /protect.
membership-private-link = I cannot look behind an invite link. Please forward a post of the channel here and answer it with /protect.
membership-in-private = This command belongs in a group: add me to yours and send it there. /help shows how.
membership-basic-group =
    This is a basic group, where Telegram lets me mute nobody. Please turn it into a supergroup:
    group settings → Chat history for new members → Visible. Then try again.
membership-not-allowed = This is for admins who may change the group's info. Please ask one of them.
membership-cannot-check = I cannot check that just now. Please try again in a moment.

membership-missing =
    Almost there. As soon as everything is ticked I go on by myself, for an hour:
    { $lines }
membership-missing-agree =
    Almost there. Please grant this first, then press “Agree” again:
    { $lines }
membership-mistaken =
    That did not work yet:
    { $lines }
    Please send the command again with the right name.
membership-need-delete = ▫️ let me delete messages here: group settings → Administrators → me → Delete messages
membership-need-restrict = ▫️ let me mute people here: group settings → Administrators → me → Ban users
membership-need-found = ▫️ I cannot find { $channel }: check the name, and if the channel is private, make me its admin first
membership-need-channel = ▫️ { $channel } is not a channel: please name a channel
membership-need-admin = ▫️ make me an admin of { $channel }: channel → Administrators → Add admin
membership-need-invite = ▫️ let me invite people to { $channel }, it has no public link: channel → Administrators → me → Add subscribers
membership-need-fewer = ▫️ name fewer channels: a group can require { $max } at most

membership-who = You write anonymously, so I do not know who you are. Please press the button: only your id is looked at, and your name is not shown here. It works for an hour.
membership-may = { $person } would like only subscribers of { $channel } to write here. May they? An admin of the channel who can add subscribers, please press “Agree” within an hour.

membership-toast-welcome = Thank you! You can write now.
membership-toast-lacks = Not there yet. Please join { $channels }, then press again.
membership-toast-held = Thank you for joining! You are restricted here by an admin of the group. Please ask them.
membership-toast-cannot-check = I cannot check just now. Please try again in a moment.
membership-toast-over = This question is settled or too old. Please send the command again if it is still needed.
membership-toast-thanks = Thank you!
membership-toast-may-not = Only an admin of { $channel } who can add subscribers may agree.
membership-toast-missing = Something must be granted first. I have written down what.

membership-trouble-lost =
    I can no longer see who subscribes to { $channel }, so at present everybody can write in { $group }.
    Please make me an admin of { $channel } again, or send /unprotect in the group.
membership-trouble-unavailable =
    For more than a minute Telegram has not told me who subscribes to { $channel }, so at present everybody can write in { $group }.
    There is nothing to do: I go on by myself as soon as it answers.
membership-trouble-rights =
    I may no longer delete messages or mute people in { $group }, so at present everybody can write there.
    Please grant both again: group settings → Administrators → me.
membership-trouble-link =
    I could not make an invite link for { $channel }, so the notices in { $group } have no button to it.
    Please let me add subscribers there, then send /protect in the group again.
