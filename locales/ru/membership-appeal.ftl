# Апелляции: человек считает, что его остановили по ошибке.

membership-appeal-button = ✋ Это ошибка
membership-appeal-accept = ✅ Принять
membership-appeal-reject = ❌ Отклонить
membership-appeal-accept-named = ✅ { $name }
membership-appeal-reject-named = ❌ { $name }

membership-appeal-toast-made = Спасибо, что сказали. Обращение видно администраторам здесь, в группе. У них три дня; решение появится здесь.
membership-appeal-toast-made-log = Спасибо, что сказали. Обращение там, где администраторы читают мои отчёты. У них три дня; решение появится в группе.
membership-appeal-toast-made-private = Спасибо, что сказали. Администраторы получат это лично, а если не выйдет, увидят здесь. У них три дня; решение появится здесь.
membership-appeal-toast-waits = Обращение видно администраторам здесь, в группе; у них три дня. Подписка помогает сразу.
membership-appeal-toast-waits-log = Обращение там, где администраторы читают мои отчёты; у них три дня. Подписка помогает сразу.
membership-appeal-toast-waits-private = Обращение у администраторов, лично; у них три дня. Подписка помогает сразу.
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
membership-appeal-lapsed = { $person }, за три дня ни один администратор не решил по вашему обращению, и оно закрыто. Можно обратиться снова; подписка на { $channels } помогает сразу.
