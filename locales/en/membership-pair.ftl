# Set-up in the private chat: channel and group are chosen from Telegram's own lists.

membership-pair-help = Set a group up, step by step
membership-pair-help-line = /setup — choose your channel and your group from a list; I do the rest

membership-pair-hello =
    Let us set up a group in which only the subscribers of your channel write.
    Press both buttons below the text field. Telegram shows your channels and groups, and gives me only the rights I need there.
membership-pair-button-channel = 📣 Choose the channel
membership-pair-button-group = 👥 Choose the group
membership-pair-now-group = 📣 { $chat } it is. Now please choose the group.
membership-pair-now-channel = 👥 { $chat } it is. Now please choose the channel.
membership-pair-both = ✅ { $chat }: I have both now, one moment please.
membership-pair-done =
    ✅ Done: in { $group } only subscribers of { $channels } can write now.
    To see or change how it is guarded, send /protection in the group.
membership-pair-missing =
    Not quite yet in { $group }:
    { $lines }
    Then press “Look again” here.
membership-pair-not-yours = ▫️ you must be an admin of { $channel } who can add subscribers
membership-pair-toast-again = I am looking again.
