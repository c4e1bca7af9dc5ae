# Words that belong to no office.
core-language-name = English
core-members = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
core-slow-down = That was a lot at once. Please try again in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}.
core-failed = Something failed here. It is noted as { $reference }; please try again later.
core-press-stale = This button is too old. Please ask for a new one.
core-press-not-yours = This button is for somebody else.
core-press-forged = This button does not work here.
