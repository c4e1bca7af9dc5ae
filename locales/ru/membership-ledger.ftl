# Что сделано в группе, почему и как это отменить.

membership-ledger-help-why = Почему здесь ограничили меня или кого-то ещё
membership-ledger-help-why-line = /why — что я сделал и почему: о вас; администраторы отвечают командой на сообщение человека или добавляют id
membership-ledger-help-undo = Отменить то, что я сделал с человеком
membership-ledger-help-undo-line = /undo — ответом, с id или @именем: простить человека; /undo 30m или /undo raid: всех за это время, сначала спрошу

membership-ledger-button-why = ❓ Почему?
membership-ledger-button-why-named = ❓ { $name }
membership-ledger-button-undo = ↩️ Отменить
membership-ledger-button-leave = Оставить как есть
membership-ledger-button-undo-named = ↩️ { $name }

membership-ledger-not-allowed = Это могут администраторы с правом ограничивать участников. Попросите, пожалуйста, кого-нибудь из них.
membership-ledger-toast-below = Ответ — ниже.

membership-ledger-where = Спросить, почему вас ограничили в группе, можно так: нажмите «Почему?» под моим сообщением там или отправьте в группе /why.
membership-ledger-no-group = О вас у меня там ничего не записано: в этой группе нет меня или нет вас.
membership-ledger-in-private = { $person }, это я расскажу только вам: нажмите кнопку, а затем «Старт».

membership-ledger-yours =
    Что я сделал с вами в группе { $group }:
    { $lines }

    { $now }
membership-ledger-theirs =
    Что я сделал с { $person } в группе { $group }:
    { $lines }

    { $now }
membership-ledger-nothing-yours =
    О вас в группе { $group } у меня ничего не записано.

    { $now }
membership-ledger-nothing-theirs =
    О { $person } в группе { $group } у меня ничего не записано.

    { $now }

membership-ledger-line = • { $ago } ({ $time }): { $what }; причина: { $why }.
membership-ledger-until = — до { $time }
membership-ledger-ended = — закончилось { $time }
membership-ledger-dry = — пробный режим: на деле ничего не произошло
membership-ledger-raid = — это было во время набега
membership-ledger-undone = — отменено администратором, { $time }
membership-ledger-undone-by = — отменено: { $admin }, { $time }

membership-ledger-ago-now = только что
membership-ledger-ago-minutes = { $count ->
    [one] { $count } минуту назад
    [few] { $count } минуты назад
   *[many] { $count } минут назад
}
membership-ledger-ago-hours = { $count ->
    [one] { $count } час назад
    [few] { $count } часа назад
   *[many] { $count } часов назад
}
membership-ledger-ago-days = { $count ->
    [one] { $count } день назад
    [few] { $count } дня назад
   *[many] { $count } дней назад
}

membership-ledger-what-warned = сообщение удалено, показана просьба подписаться
membership-ledger-what-stopped = сообщение удалено, писать нельзя
membership-ledger-what-muted = писать нельзя
membership-ledger-what-lifted = снова можно писать
membership-ledger-what-approved = заявка на вступление принята
membership-ledger-what-declined = заявка на вступление отклонена
membership-ledger-what-exempted = подписка больше не нужна

membership-ledger-why-lacks = нет подписки на { $channels } (по ответу Telegram, которому было не больше нескольких минут)
membership-ledger-why-lacks-fresh = нет подписки на { $channels } (Telegram ответил в ту же минуту)
membership-ledger-why-left = отписка от { $channels }
membership-ledger-why-joined = есть все нужные здесь подписки
membership-ledger-why-an-admin = так решил администратор
membership-ledger-why-admin = так решил(а) { $admin }
membership-ledger-why-late = подписка не появилась вовремя
membership-ledger-why-reconciled = так оказалось при повторной проверке
membership-ledger-why-released = подписка на этот канал больше не нужна
membership-ledger-why-masked = написано от имени канала: кем, неизвестно

membership-ledger-now-held = Сейчас: писать нельзя до { $time }, это моё ограничение. Чтобы писать снова, подпишитесь на { $channels } и нажмите «Я подписался(-ась)» под моим сообщением в группе.
membership-ledger-now-held-appeal =
    Сейчас: писать нельзя до { $time }, это моё ограничение. Чтобы писать снова, подпишитесь на { $channels } и нажмите «Я подписался(-ась)» под моим сообщением в группе.
    Если это ошибка, нажмите там «Это ошибка»: администраторы увидят.
membership-ledger-now-restricted = Сейчас: действует ограничение администратора группы. Его я не меняю; обратитесь, пожалуйста, к администратору.
membership-ledger-now-banned = Сейчас: действует блокировка администратора группы. Её я не меняю; обратитесь, пожалуйста, к администратору.
membership-ledger-now-admin = Сейчас: это администратор группы, администраторов я не ограничиваю.
membership-ledger-now-let-off = Сейчас: подписки не нужны, так решил администратор.
membership-ledger-now-let-off-until = Сейчас: подписки не нужны до { $time }, так решил администратор.
membership-ledger-now-free = Сейчас: моих ограничений нет. Чтобы писать в группе, нужна подписка на { $channels }.
membership-ledger-now-open = Сейчас: моих ограничений нет. В группе могут писать все.

membership-ledger-undo-usage =
    Одного человека: ответьте на его сообщение командой /undo или назовите его: /undo 123456789 или /undo @имя
    Многих сразу: /undo 30m — за последние 30 минут, /undo 2h — за два часа (не больше 24), /undo raid — за последний набег. Сначала посчитаю и спрошу.
membership-ledger-undo-odd =
    Не понимаю { $word }, поэтому ничего не отменено.
    { $lines }
membership-ledger-odd-person = Не понимаю { $word }. Ответьте командой на сообщение человека или назовите его id или @имя. Например: /why 123456789
membership-ledger-nobody-named = Никого с именем { $word } я здесь не видел. Чьё это имя, Telegram мне не говорит: ответьте, пожалуйста, командой на сообщение человека или укажите его id.
membership-ledger-undone-one = Готово: { $person } снова может писать здесь, подписки не нужны.
membership-ledger-undone-held = { $person }: подписки больше не нужны. Писать пока нельзя: это ограничение администратора, его я не меняю.
membership-ledger-undo-nothing = { $person }: мне нечего отменять.
membership-ledger-undo-nothing-number =
    Число без буквы — это id человека, а для id { $count } мне нечего отменять.
    За последние { $count ->
        [one] { $count } минуту
        [few] { $count } минуты
       *[many] { $count } минут
    }: { $command }
membership-ledger-undo-none = За это время я никого не ограничивал.
membership-ledger-undo-no-raid = Набегов здесь я не помню. За время: /undo 30m
membership-ledger-undo-ask = Отменить { $count ->
    [one] { $count } ограничение
    [few] { $count } ограничения
   *[many] { $count } ограничений
} у { $people ->
    [one] { $people } человека
   *[other] { $people } человек
} (с { $time })? Подписки им не понадобятся 24 часа, чтобы их сразу не остановило снова. Кнопки работают 5 минут.
    { $lines }
membership-ledger-undo-names = Это { $names }{ $more-count ->
    [0] .
   *[other] {" "}и ещё { $more-count }.
}
membership-ledger-undo-left = Хорошо, ничего не отменено.
membership-ledger-undo-busy = Одна отмена ещё идёт. Подождите, пожалуйста, пока она закончится.
membership-ledger-undo-goes-on = Отменяю ограничения: { $count } из { $people }…
membership-ledger-undo-done = Готово: { $admin } — отменено у { $count ->
    [one] { $count } человека
   *[other] { $count } человек
}. Подписки им не нужны 24 часа. { $spared-count ->
    [0] Никто не пропущен.
    [one] { $spared-count } человек пропущен: это не моё ограничение.
    [few] { $spared-count } человека пропущены: это не мои ограничения.
   *[many] { $spared-count } человек пропущены: это не мои ограничения.
}

membership-ledger-log =
    { $group }
    { $lines }
membership-ledger-log-many =
    { $group }, за минуту:
    { $lines }
    Чтобы отменить, отправьте там /undo 5m.
membership-ledger-log-line = • { $person }: { $what }; причина: { $why }
membership-ledger-log-dry = • { $person }: { $what }; причина: { $why } (пробный режим: на деле ничего не произошло)
membership-ledger-many-warned = • { $count ->
    [one] предупреждён { $count } человек
    [few] предупреждены { $count } человека
   *[many] предупреждены { $count } человек
}
membership-ledger-many-stopped = • { $count ->
    [one] остановлен { $count } человек
    [few] остановлены { $count } человека
   *[many] остановлены { $count } человек
}
membership-ledger-many-muted = • { $count ->
    [one] писать запрещено { $count } человеку
   *[other] писать запрещено { $count } людям
}
membership-ledger-many-lifted = • { $count ->
    [one] снято { $count } ограничение
    [few] снято { $count } ограничения
   *[many] снято { $count } ограничений
}
membership-ledger-many-approved = • { $count ->
    [one] принята { $count } заявка
    [few] приняты { $count } заявки
   *[many] принято { $count } заявок
}
membership-ledger-many-declined = • { $count ->
    [one] отклонена { $count } заявка
    [few] отклонены { $count } заявки
   *[many] отклонено { $count } заявок
}
membership-ledger-many-exempted = • { $count ->
    [one] прощён { $count } человек
    [few] прощены { $count } человека
   *[many] прощены { $count } человек
}
membership-ledger-trouble-log =
    Не могу писать в журнал группы { $group }, поэтому там не видно, что я делаю. Группа всё равно под защитой.
    Разрешите мне, пожалуйста, писать туда или выберите другое место: /protection в группе.
