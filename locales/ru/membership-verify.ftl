# Членство: /verify.

membership-verify-help-verify = Проверить подписку участников
membership-verify-help-verify-line = /verify — проверить всех, кого я здесь знаю; ответом или с id — одного человека

membership-verify-progress = { $count ->
    [0] Проверяю всех, кого здесь знаю. Это займёт время и пойдёт само.
    [one] Проверен { $count } человек. Дальше пойдёт само.
    [few] Проверено { $count } человека. Дальше пойдёт само.
   *[many] Проверено { $count } человек. Дальше пойдёт само.
}
membership-verify-busy = { $count ->
    [one] Проверка уже идёт: { $count } человек. Подождите её, пожалуйста, или остановите.
    [few] Проверка уже идёт: { $count } человека. Подождите её, пожалуйста, или остановите.
   *[many] Проверка уже идёт: { $count } человек. Подождите её, пожалуйста, или остановите.
}
membership-verify-button-stop = Остановить
membership-verify-stopped = { $count ->
    [one] Остановлено: проверен { $count } человек.
    [few] Остановлено: проверено { $count } человека.
   *[many] Остановлено: проверено { $count } человек.
}
    { $lines }
membership-verify-done = { $count ->
    [0] Проверять некого: я здесь ещё никого не видел. Я узнаю людей, когда они пишут или входят.
    [one] Готово: проверен { $count } человек за { $seconds-count } с.
    [few] Готово: проверено { $count } человека за { $seconds-count } с.
   *[many] Готово: проверено { $count } человек за { $seconds-count } с.
}
    { $lines }
membership-verify-line-fine = • подписаны: { $count }
membership-verify-line-lifted = • подписались, но ещё были ограничены, теперь могут писать: { $count }
membership-verify-line-held = • не подписаны, теперь ограничены: { $count }
membership-verify-line-waits = • не подписаны, ограничены мной раньше: { $count }
membership-verify-line-lacks = • не подписаны, я их не трогал: { $count }
membership-verify-line-free = • администраторы и те, кому подписка не нужна: { $count }
membership-verify-line-theirs = • ограничены администратором, оставлено как есть: { $count }
membership-verify-line-gone = • уже не в группе: { $count }
membership-verify-line-unknown = • проверить не удалось: { $count }
membership-verify-names = Не подписаны, например: { $names }

membership-verify-one =
    { $person }:
    { $lines }
membership-verify-one-all = • подписка на все нужные каналы есть
membership-verify-one-lacks = • нет подписки на { $channels }
membership-verify-one-blind = • в некоторые нужные каналы я заглянуть не могу, и это ни на ком не сказывается
membership-verify-one-lifted = • моё ограничение ещё действовало, я его снял
membership-verify-one-held = • теперь не может писать, пока не подпишется
membership-verify-one-waits = • не может писать, пока не подпишется: так решил я
membership-verify-one-theirs = • действует ограничение администратора, я его не меняю
membership-verify-one-admin = • администратор: их я не проверяю
membership-verify-one-banned = • заблокирован(-а) в группе
membership-verify-one-exempt = • подписка не нужна: так решил администратор
membership-verify-one-unknown = • не удалось узнать, кто это здесь, поэтому я ничего не сделал
membership-verify-one-gone = • нет в группе
membership-verify-one-later = • может писать, пока я не проверю следующее сообщение
membership-verify-one-free = • может писать

membership-verify-toast-over = Эта проверка уже закончилась.
membership-verify-toast-not-allowed = Остановить это могут администраторы с правом ограничивать участников.
membership-verify-toast-stopped = Остановлено.
