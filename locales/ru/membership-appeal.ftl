# Апелляции: человек считает, что его остановили по ошибке.

membership-appeal-button = ✋ Это ошибка
membership-appeal-accept = ✅ Принять
membership-appeal-reject = ❌ Отклонить
membership-appeal-accept-named = ✅ { $name }
membership-appeal-reject-named = ❌ { $name }

membership-appeal-toast-made = Спасибо, что сказали. Администраторы увидят; их решение появится здесь.
membership-appeal-toast-waits = Администраторы это уже видят и решат. Подписка помогает сразу.
membership-appeal-toast-was-accepted = Администраторы уже согласились с вами: подписки вам не нужны.
membership-appeal-toast-was-rejected = Администраторы уже посмотрели и отказали. Подпишитесь, пожалуйста; завтра можно обратиться снова.
membership-appeal-toast-nothing = Я вас здесь не ограничиваю, обжаловать нечего.
membership-appeal-toast-many = Обращений уже много. Попробуйте, пожалуйста, позже; подписка помогает сразу.
membership-appeal-toast-decided = По этому обращению уже решено.

membership-appeal-open = { $count ->
    [one] { $count } обращение ждёт администратора:
    [few] { $count } обращения ждут администратора:
   *[many] { $count } обращений ждут администратора:
}
    { $lines }
membership-appeal-settled =
    По всем обращениям решено:
    { $lines }
membership-appeal-line = • { $person } считает ошибкой остановку за отсутствие подписки на { $channels }, { $time }
membership-appeal-line-accepted = • ✅ { $person }: согласие, { $admin }
membership-appeal-line-rejected = • ❌ { $person }: отказ, { $admin }
membership-appeal-more = { $count ->
    [one] … и ещё { $count }, очередь подойдёт.
   *[other] … и ещё { $count }, очередь подойдёт.
}

membership-appeal-accepted = { $person }, администратор согласился с вами: здесь можно писать, подписки не нужны.
membership-appeal-accepted-held = { $person }, администратор согласился с вами: подписки не нужны. Писать пока не даёт другое ограничение администратора; обратитесь, пожалуйста, к нему.
membership-appeal-rejected = { $person }, администраторы посмотрели ваше обращение и отказали. Чтобы писать здесь, подпишитесь, пожалуйста, на { $channels } и нажмите «Я подписался(-ась)».
