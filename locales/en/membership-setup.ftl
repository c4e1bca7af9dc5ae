# Setting a group up: the list that ticks itself.

membership-setup =
    Hello! Let us guard this group. This list ticks itself:
    { $lines }
membership-setup-supergroup = ▫️ turn this group into a supergroup, else Telegram lets me mute nobody: group settings → Chat history for new members → Visible
membership-setup-delete = ✅ I may delete messages here
membership-setup-restrict = ✅ I may mute people here
membership-setup-admin = ✅ I am an admin of { $channel }
membership-setup-channel = ▫️ name the channel: /protect @channel. If it is private, make me its admin, forward one of its posts here and answer it with /protect
membership-setup-agree = ▫️ an admin of { $channel } agrees: the button is under my question below
membership-setup-button-group = 🔑 Give me the rights here
membership-setup-button-channel = 📣 Make me an admin of the channel
membership-setup-button-again = 🔄 Look again
membership-setup-toast-more = Not everything is there yet.
membership-setup-toast-done = All is there. Thank you!
