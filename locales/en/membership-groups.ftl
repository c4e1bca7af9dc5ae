# The private chat of people who set groups up.

membership-groups-help = Your groups and how they stand
membership-groups-help-line = /groups — your groups, their channels and how they stand
membership-groups-help-privacy = What I keep about people
membership-groups-help-privacy-line = /privacy — what I keep about people, and for how long

membership-groups = { $count ->
    [one] Your group:
   *[other] Your { $count } groups:
}
    { $lines }
    Settings: send /protection in the group.
membership-groups-page =
    Your groups:
    { $lines }
    Settings: send /protection in the group.
membership-groups-button-next = More ›
membership-groups-button-first = « From the beginning
membership-groups-none =
    You have no guarded group yet.
    Add me to your group, then send there: /protect @channel
membership-groups-on = 🟢 { $group } — for subscribers of { $channels }
membership-groups-off = ⏸ { $group } — switched off ({ $channels })
membership-groups-dry = 👀 { $group } — rehearsing: nobody is stopped ({ $channels })
membership-groups-trouble = 🔴 { $group } — needs your hand: /protection there says what ({ $channels })

membership-groups-reconciled = { "    " }🔎 checked { $time }: { $count ->
    [one] one mute
   *[other] { $count } mutes
}, { $lifted-count } lifted, { $held-count } set again

membership-groups-privacy =
    What I keep, and why:
    • who was seen in a guarded group or asked to be let in: the name shown then and the public one, when first and last, when they came, asked, and who let them in; and of the last day on which they wrote or reacted how often in which hour. So I know who is inside, and admins can name them and try settings out;
    • what I did to whom, why and until when, with the public name then (the last { $deeds } actions of a group): so that admins can answer for it and undo it;
    • appeals for three days, requests to join until they are decided;
    • who set a group up, and the channels it asks for;
    • numbers by day, without names, for a month.
    I never keep what people write. Nothing leaves this server but calls to Telegram.
    Whether you subscribe is asked at Telegram and remembered for minutes.
    As soon as I am removed from a group, all of this about it is deleted.
