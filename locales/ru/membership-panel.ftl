# Панель: как защищена группа и всё, что можно выбрать.

membership-panel-help-protection = Посмотреть и изменить защиту группы
membership-panel-help-protection-line = /protection — посмотреть и изменить защиту группы
membership-panel-help-log = Читать здесь отчёты другой группы
membership-panel-help-log-line = /log — в другом чате: читать там отчёты этой группы

membership-panel-home = { $lines }
membership-panel-mode-on = ✅ Группа под защитой.
membership-panel-mode-dry = 🧪 Репетиция: я проверяю и записываю, но никого не останавливаю. Всерьёз было бы так:
membership-panel-mode-off = ⏸ Защита выключена: писать могут все. Когда она включена:
membership-panel-no-channel = ▫️ Канал ещё не назван, поэтому писать могут все. Отправьте /protect @канал.
membership-panel-required = Чтобы писать, нужна подписка: { $channels }.
membership-panel-strangers-mute = Кто не подписан, не может писать, пока не подпишется.
membership-panel-strangers-delete = Сообщения неподписанных удаляются, но писать им можно.
membership-panel-strangers-warn = { $time-count ->
    [one] Кто не подписан, получает { $time-count } предупреждение, а потом не может писать, пока не подпишется.
    [few] Кто не подписан, получает { $time-count } предупреждения, а потом не может писать, пока не подпишется.
   *[many] Кто не подписан, получает { $time-count } предупреждений, а потом не может писать, пока не подпишется.
}
membership-panel-raid = 🛡 С { $time } разом приходит много посторонних. Остановлено: { $people ->
    [one] { $people } человек
    [few] { $people } человека
   *[many] { $people } человек
}; отменить: /undo raid
membership-panel-reconciled = 🔎 Последняя сверка { $time }: { $count ->
    [0] моих ограничений не было.
    [one] проверено { $count } моё ограничение,
    [few] проверено { $count } моих ограничения,
   *[many] проверено { $count } моих ограничений,
} { $count ->
    [0] {""}
   *[other] снято { $lifted-count }, поставлено снова { $held-count }, уже закончилось { $closed-count }.
}
membership-panel-reconcile-first = 🔎 Время от времени я сверяю свои ограничения с тем, что есть; первый раз — { $time }.
membership-panel-trouble-lookup = ⚠️ Я не вижу подписчиков { $channel }, поэтому писать могут все. Сделайте меня снова его администратором.
membership-panel-trouble-rights = ⚠️ Мне нельзя удалять сообщения или ограничивать участников, поэтому писать могут все. Верните мне оба права.
membership-panel-trouble-link = ⚠️ Не получилось создать ссылку-приглашение в { $channel }. Разрешите мне добавлять туда подписчиков и отправьте /protect ещё раз.
membership-panel-trouble-unheard = ⚠️ Канал { $channel } нужен слишком многим группам: здесь я не узнаю, кто на него подписался или ушёл, и проверяю людей, когда они пишут.

membership-panel-button-on = { $tick } Вкл.
membership-panel-button-dry = { $tick } Репетиция
membership-panel-button-off = { $tick } Выкл.
membership-panel-button-strangers = Неподписанные
membership-panel-button-notices = Уведомления
membership-panel-button-newcomers = Новички
membership-panel-button-requests = Заявки
membership-panel-button-channels = Каналы
membership-panel-button-exempt = Исключения
membership-panel-button-log = Отчёты
membership-panel-button-close = Закрыть
membership-panel-button-back = ‹ Назад

membership-panel-strangers = Что делать, если пишет неподписанный? Сообщение удаляется в любом случае. «3×» значит: три предупреждения, потом запрет писать.
membership-panel-button-mute = { $tick } Не давать писать до подписки
membership-panel-button-warn = { $tick } { $times }×
membership-panel-button-delete = { $tick } Только удалять сообщения
membership-panel-button-reactions = { $tick } Реакция — то же, что сообщение
membership-panel-button-lockdown = { $tick } При наплыве пишут только админы
membership-panel-button-channels-welcome = { $tick } Можно писать от имени канала
membership-panel-button-appeals = { $tick } Можно пожаловаться админам

membership-panel-notices = На каком языке говорить с людьми и сколько висит уведомление?
membership-panel-button-own-language = { $tick } С каждым на его языке
membership-panel-button-english = { $tick } English
membership-panel-button-russian = { $tick } Русский
membership-panel-button-minutes = { $tick } { $minute-count } мин
membership-panel-button-hours = { $tick } { $hour-count ->
    [one] { $hour-count } час
    [few] { $hour-count } часа
   *[many] { $hour-count } часов
}
membership-panel-button-days = { $tick } { $day-count ->
    [one] { $day-count } день
    [few] { $day-count } дня
   *[many] { $day-count } дней
}
membership-panel-button-never = { $tick } Никогда
membership-panel-button-words = Текст уведомления

membership-panel-newcomers = Когда проверять новичков?
membership-panel-button-door = { $tick } Сразу, как вошли
membership-panel-button-late = { $tick } По первому сообщению
membership-panel-button-greet = { $tick } Приветствовать подписанных
membership-panel-button-greeting = Текст приветствия

membership-panel-requests = Кто отвечает на заявки и когда отклонять те, что ещё открыты?
membership-panel-button-answered = { $tick } Я: подписчики входят сразу
membership-panel-button-left = { $tick } Администраторы

membership-panel-exempt =
    Кому подписка не нужна:
    { $lines }
membership-panel-exempt-line = • { $person }
membership-panel-exempt-none = • пока никому
membership-panel-exempt-more = • и другие: уберите кого-нибудь, чтобы увидеть их
membership-panel-button-invited = { $tick } Кого добавил админ, можно без подписки
membership-panel-button-judge = ✖️ { $who }

membership-panel-channels =
    Чтобы писать, нужна подписка на всё это:
    { $lines }
membership-panel-channel-well = ✅ { $channel }
membership-panel-channel-sick = ⚠️ { $channel }: там что-то не работает
membership-panel-channel-since = { "    " }подписка нужна с { $time }
membership-panel-button-let-go = ✖️ { $channel }
membership-panel-sure = Подписка на { $channel } здесь больше не нужна?
membership-panel-sure-last = Подписка на { $channel } здесь больше не нужна? Это единственный канал: писать смогут все.
membership-panel-button-sure = Да, убрать

membership-panel-log-off =
    Я могу сообщать о том, что делаю здесь, в другую группу или в её тему.
    Добавьте меня туда. Потом администратор обеих групп отправит там эту строку: { $command }
membership-panel-log-on =
    О том, что делаю здесь, я сообщаю в { $chat }.
    Чтобы выбрать другую группу или тему, отправьте там эту строку: { $command }
membership-panel-button-log-off = Больше не сообщать
membership-panel-log-usage = Отчёты какой группы? Отправьте там /protection и нажмите «Отчёты»: там есть строка, которую нужно отправить сюда.
membership-panel-log-chosen = Теперь я сообщаю сюда о том, что делаю в { $group }.
membership-panel-log-not-yours = Выбрать, куда сообщать, может только администратор той группы с правом менять её профиль. И я должен в ней быть.

membership-panel-notice-usual = Что написать в уведомлении? Сейчас там мои обычные слова, на каждом языке.
membership-panel-greeting-usual = Что написать в приветствии? Сейчас там мои обычные слова, на каждом языке.
membership-panel-notice-own =
    В уведомлении написано:

    { $shown }
membership-panel-greeting-own =
    В приветствии написано:

    { $shown }
membership-panel-button-write = ✏️ Написать
membership-panel-button-usual = Обычные слова
membership-panel-asked =
    Ответьте, пожалуйста, на это сообщение своим текстом, до { $max } символов.
    { $sign-name } станет именем человека, { $sign-channels } — названиями каналов. Кнопки каналов появятся сами.
membership-panel-asked-words =
    В ответе не было слов. Ответьте, пожалуйста, на это сообщение текстом, до { $max } символов.
    { $sign-name } станет именем человека, { $sign-channels } — названиями каналов.
membership-panel-asked-shorter =
    Слишком длинно, символов: { $length }. Ответьте, пожалуйста, на это сообщение текстом, до { $max } символов.
    { $sign-name } станет именем человека, { $sign-channels } — названиями каналов.
membership-panel-own = { $words }
membership-panel-button-keep = ✅ Оставить
membership-panel-button-discard = ✖️ Не надо
membership-panel-kept = ✅ Готово. Теперь я говорю это вашими словами.
membership-panel-unset = ✅ Готово. Теперь я говорю это обычными словами.

membership-panel-toast-stale = Эта панель закрыта. Новая: /protection
