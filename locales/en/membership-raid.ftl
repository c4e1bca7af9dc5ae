# Membership: what the admins hear of a raid.

membership-raid-on =
    🛡 Many strangers are coming into { $group } at once. Stopped so far: { $people } people, { $messages } messages.
    They share one notice, and what they write is deleted in bulk. { $closed }
    This ends by itself after five quiet minutes, or with the button. To let people off: /undo raid
membership-raid-open = Subscribers can write as always.
membership-raid-closed = As you have chosen, only admins can write meanwhile.
membership-raid-over = 🛡 It is quiet again in { $group }. Within { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
} I stopped { $people ->
    [one] one person
   *[other] { $people } people
} and deleted { $messages ->
    [one] one message
   *[other] { $messages } messages
}. Was somebody stopped wrongly? /undo raid
membership-raid-button-end = End now
membership-raid-button-undo = Undo this raid
membership-raid-toast-admins = This is for admins who may restrict members. Please ask one of them.
membership-raid-toast-over = It is over already.
membership-raid-toast-ended = Ended. For ten minutes I will not begin again.
membership-raid-trouble =
    Many strangers are coming into { $group } at once. I hold them back and count them in one notice.
    There is nothing to do: it ends by itself after five quiet minutes.
