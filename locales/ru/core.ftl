# Слова, которые не принадлежат ни одной конторе.
core-language-name = Русский
core-members = { $count ->
    [one] { $count } участник
    [few] { $count } участника
   *[many] { $count } участников
}
core-slow-down = Слишком много сразу. Попробуйте ещё раз через { $seconds ->
    [one] { $seconds } секунду
    [few] { $seconds } секунды
   *[many] { $seconds } секунд
}.
core-failed = Что-то не получилось. Это записано под номером { $reference }; попробуйте, пожалуйста, позже.
core-press-stale = Эта кнопка устарела. Попросите, пожалуйста, новую.
core-press-not-yours = Эта кнопка для другого человека.
core-press-forged = Эта кнопка здесь не работает.
