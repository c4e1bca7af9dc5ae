# Appeals: somebody says that they were stopped wrongly.

membership-appeal-button = ✋ This is wrong
membership-appeal-accept = ✅ Accept
membership-appeal-reject = ❌ Reject
membership-appeal-accept-named = ✅ { $name }
membership-appeal-reject-named = ❌ { $name }

membership-appeal-toast-made = Thank you for telling. It stands here in the group for the admins. They have three days; you will read here what they decide.
membership-appeal-toast-made-log = Thank you for telling. It is where the admins read my reports. They have three days; you will read in the group what they decide.
membership-appeal-toast-made-private = Thank you for telling. I bring it to the admins in private, or show it here if I cannot. They have three days; you will read here what they decide.
membership-appeal-toast-waits = It stands here in the group for the admins; they have three days. Joining the channels helps at once.
membership-appeal-toast-waits-log = It is where the admins read my reports; they have three days. Joining the channels helps at once.
membership-appeal-toast-waits-private = The admins have it in private; they have three days. Joining the channels helps at once.
membership-appeal-toast-was-accepted = The admins have accepted your appeal already: you need not join any channel.
membership-appeal-toast-was-rejected = The admins have looked at it already and rejected it. Please join the channels; tomorrow you can appeal again.
membership-appeal-toast-nothing = I do not hold you back here, so there is nothing to appeal against.
membership-appeal-toast-many = Many appeals are waiting already. Please try again later; joining the channels helps at once.
membership-appeal-toast-decided = This appeal is decided already.

membership-appeal-open = { $count ->
    [one] An appeal waits for an admin:
   *[other] { $count } appeals wait for an admin:
}
    { $lines }
membership-appeal-settled =
    All appeals are decided:
    { $lines }
membership-appeal-line = • { $person } says it was wrong to stop them for not being subscribed to { $channels }, { $time }
membership-appeal-line-accepted = • ✅ { $person }: { $admin } accepted it
membership-appeal-line-rejected = • ❌ { $person }: { $admin } rejected it
membership-appeal-more = … and { $count } more, who move up.

membership-appeal-accepted = { $person }, an admin has accepted your appeal: you can write here and need not join any channel.
membership-appeal-accepted-held = { $person }, an admin has accepted your appeal: you need not join any channel. What still keeps you from writing is another restriction by an admin; please ask them.
membership-appeal-rejected = { $person }, the admins have looked at your appeal and rejected it. To write here, please join { $channels }, then press “I have joined”.
membership-appeal-lapsed = { $person }, no admin has decided about your appeal in three days, so it is over. You can make another one; joining { $channels } helps at once.
