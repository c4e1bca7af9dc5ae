# Членство: /simulate.

membership-simulate-help-simulate = Кто не смог бы писать за последние сутки?
membership-simulate-help-simulate-line = /simulate @канал — кто из писавших за сутки не смог бы писать; ничего не меняется

membership-simulate-usage =
    Какой канал? Например: /simulate @канал
    Я покажу, кто из писавших за последние сутки не смог бы писать. Никого это не затронет.
membership-simulate-progress = { $count ->
    [0] Смотрю на всех, кто писал за последние сутки. Никого это не затронет.
    [one] Просмотрен { $count } человек. Никого это не затронет.
    [few] Просмотрено { $count } человека. Никого это не затронет.
   *[many] Просмотрено { $count } человек. Никого это не затронет.
}
membership-simulate-nobody = За последние сутки при мне здесь никто не писал, так что показать нечего. Я знаю только тех, кто писал с тех пор, как я здесь.
membership-simulate-done = Если бы писать могли только подписчики { $channels }: за последние 24 часа писали { $count ->
    [one] { $count } человек
    [few] { $count } человека
   *[many] { $count } человек
} (сообщений: { $message-count }), { $people ->
    [0] и смогли бы все.
    [one] не смог бы { $people } человек, его сообщений — { $wrote-count }.
    [few] не смогли бы { $people } человека, их сообщений — { $wrote-count }.
   *[many] не смогли бы { $people } человек, их сообщений — { $wrote-count }.
} Ничего не сделано.
    { $lines }
membership-simulate-line-effect = • удалено бы сообщений: { $deleted-count }, остались бы без права писать: { $muted-count }, получили бы только предупреждение: { $told-count }
membership-simulate-line-newcomers = • из них без права писать сразу при вступлении: { $count }
membership-simulate-line-excused = • не подписаны, но им и не нужно: { $count }
membership-simulate-line-requests = • заявки на вступление: впущены сразу — { $admitted-count }, сначала подписка — { $waiting-count }
membership-simulate-line-channel = • нет подписки на { $channel }: { $count }
membership-simulate-names-muted = Без права писать: { $names }{ $more-count ->
    [0] .
   *[other] {" "}и ещё { $more-count }.
}
membership-simulate-names-told = Только предупреждены: { $names }{ $more-count ->
    [0] .
   *[other] {" "}и ещё { $more-count }.
}
membership-simulate-button-channel = { $tick } { $channel }
membership-simulate-button-mute = { $tick } Запрет
membership-simulate-button-delete = { $tick } Удаление
membership-simulate-button-invited = { $tick } Приглашённым админом можно
membership-simulate-button-excused = { $tick } Освобождённым админом можно
membership-simulate-button-reactions = { $tick } Реакции считаются
membership-simulate-button-late = { $tick } Новичков — по первому сообщению
membership-simulate-button-requests = { $tick } Отвечать на заявки
membership-simulate-toast-one = Хотя бы один канал нужен, иначе писать смогут все.
membership-simulate-toast-over = Это уже устарело. Отправьте, пожалуйста, /simulate ещё раз.
membership-simulate-button-protect = Защитить сейчас
