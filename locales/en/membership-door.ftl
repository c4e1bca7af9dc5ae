# The door: join requests, checklists in private, greetings.

membership-door-knock =
    You asked to join { $group }. To be let in, please join { $count ->
        [one] this channel
       *[other] these channels
    } first:
    { $lines }
    I notice it by myself and let you in at once. { $time }
membership-door-ticked = ✅ { $channel }
membership-door-open = ▫️ { $channel }
membership-door-minutes = You have { $count ->
    [one] one minute
   *[other] { $count } minutes
} for it.
membership-door-hours = You have { $count } hours for it.
membership-door-days = You have { $count } days for it.
membership-door-button-check = 🔄 Check now
membership-door-in = You are in. Welcome to { $group }!
membership-door-closed = Your request to join { $group } is closed: not all the channels were joined in time, or it was withdrawn. You are welcome to ask again.

membership-door-toast-in = All joined, thank you! I am letting you in.
membership-door-toast-lacks = Not there yet. Please join { $channels }.
membership-door-toast-wait = I have only just looked. Please try again in a few seconds.
membership-door-toast-over = This request is settled. You can ask to join again.

membership-door-greeting = Welcome, { $person }!
membership-door-greetings =
    Welcome!
    { $lines }
    { $more ->
        [0] { "" }
        [one] and one more
       *[other] and { $more } more
    }
membership-door-greeting-line = • { $person }

membership-door-panel-rights = • I may not let people in who ask: group settings → Administrators → me → Add members
membership-door-panel-crowded = • more join requests are open than I follow; the rest wait for you

membership-door-trouble-rights =
    I may not let people in who ask to join { $group }, so their requests wait for you.
    Please let me add members: group settings → Administrators → me → Add members.
membership-door-trouble-crowded =
    { $group } has more than { $count } open join requests. I follow those; the others wait for you, unless they have joined the channels already.
    There is nothing to do: I go on by myself as soon as some are settled.
