# The house: greetings, help, owners, and answers to what nobody understood.

house-help-start = Begin
house-help-help = What I can do
house-help-help-line = /help — what I can do

house-about =
    Hello! I am Majordomo. I keep groups for the subscribers of their channels: whoever has not joined yet is asked to, kindly, and can write right after.

    Add me to a group as an admin. There you can say:
    { $lines }
house-about-owner =
    Hello! I am Majordomo, and this house is yours. I keep groups for the subscribers of their channels, and write to you here when something needs your hand.

    Add me to a group as an admin. There you can say:
    { $lines }
house-about-owner-commands =
    { house-about-owner }

    Here, as an owner:
    { $owner }
house-about-group =
    I am here. What you can say:
    { $lines }
house-button-setup = 🚀 Set up step by step
house-button-add = Add me to a group
house-button-channel = Add me to a channel
house-button-rights = Grant the rights
house-button-admin = Make me an admin of the channel

house-hint = I do not understand words yet, only commands. /help shows what I can do.
house-hint-command = I do not know that command. /help shows those I know.
house-hint-broken = That did not work: something in me is broken there. Your message is kept for the owner of this house to look at, and everything else goes on.

house-press-not-yours = This button is for another person.
house-press-stale = This button is too old. Please start again.
house-press-words = { $person }: { $words }

house-claim-welcome = Welcome home! You are an owner of this house now. I write to you here when something needs your hand. /help shows what I can do.
house-claim-yours-already = This house is yours already. /help shows what I can do.
house-claim-wrong = This link is not right. Please open the one in the terminal, whole.
house-claim-exhausted = That was one try too many for your account. Please restart the program for a new link.
house-claim-over = This link is used or too old. If you run this bot, restart the program for a new one; else just say /start.

house-healed = Something that I wrote to you about works again.
house-healed-of =
    ✅ This is over, all is well again:
    { $trouble }
house-slow-down = That was a lot at once. Please wait a minute, then ask again.

house-restored =
    I was put back to how everything was at { $to }: a backup was restored at { $at }. What happened in between I do not know, and whoever wrote then may write again. I compare all mutes with the truth now.
    { $held-count ->
        [0] Nothing was owed at that moment.
        [one] One thing was owed at that moment. I do not do it by myself, because it may have been done since: majordomo pending list shows it, and you decide.
       *[other] { $held-count } things were owed at that moment. I do not do them by myself, because they may have been done since: majordomo pending list shows them, and you decide.
    }
