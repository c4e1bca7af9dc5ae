# Membership: what a stranger is told, beside the plain notice.

membership-stop-warned = { $person }, to write here please join { $channels } first, then press “I have joined”. Your message is deleted. { $left ->
    [0] After the next one I mute you until you have joined.
    [one] After one more I mute you until you have joined.
   *[other] After { $left } more I mute you until you have joined.
}
membership-stop-reacted = { $person }, reactions here are for those who have joined { $channels }, so I took yours away. Please join first, then press “I have joined”.
membership-stop-masked = Here nobody writes in the name of a channel: please write as yourself. (Admins can allow it: /protection, “Strangers”.)
