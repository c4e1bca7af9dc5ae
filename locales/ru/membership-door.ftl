# Дверь: заявки на вступление, списки в личных чатах, приветствия.

membership-door-knock =
    Вы подали заявку в группу { $group }. Чтобы попасть туда, подпишитесь, пожалуйста, сначала на { $count ->
        [one] этот канал
       *[other] эти каналы
    }:
    { $lines }
    Я сам увижу подписку и сразу вас впущу. { $time }
membership-door-ticked = ✅ { $channel }
membership-door-open = ▫️ { $channel }
membership-door-minutes = На это есть { $count ->
    [one] { $count } минута
    [few] { $count } минуты
   *[many] { $count } минут
}.
membership-door-hours = На это есть { $count ->
    [one] { $count } час
    [few] { $count } часа
   *[many] { $count } часов
}.
membership-door-days = На это есть { $count ->
    [one] { $count } день
    [few] { $count } дня
   *[many] { $count } дней
}.
membership-door-button-check = 🔄 Проверить сейчас
membership-door-in = Вы приняты. Добро пожаловать в группу { $group }!
membership-door-closed = Заявка в группу { $group } закрыта: вы не успели подписаться на все каналы или отозвали её. Можно подать новую.

membership-door-toast-in = Все подписки есть, спасибо! Впускаю вас.
membership-door-toast-lacks = Пока не всё. Подпишитесь, пожалуйста, на { $channels }.
membership-door-toast-wait = Я только что проверял. Попробуйте, пожалуйста, через несколько секунд.
membership-door-toast-over = Эта заявка уже закрыта. Можно подать новую.

membership-door-greeting = Добро пожаловать, { $person }!
membership-door-greetings =
    Добро пожаловать!
    { $lines }
    { $more ->
        [0] { "" }
        [one] и ещё { $more } человек
        [few] и ещё { $more } человека
       *[many] и ещё { $more } человек
    }
membership-door-greeting-line = • { $person }

membership-door-panel-rights = • мне нельзя принимать заявки: настройки группы → Администраторы → я → Добавление участников
membership-door-panel-crowded = • открытых заявок больше, чем я веду; остальные ждут вас

membership-door-trouble-rights =
    Мне нельзя принимать заявки в группу { $group }, поэтому они ждут вас.
    Разрешите мне, пожалуйста, добавлять участников: настройки группы → Администраторы → я → Добавление участников.
membership-door-trouble-crowded =
    В группе { $group } открыто больше { $count } заявок. За этими я слежу, а остальные ждут вас, если их авторы ещё не подписаны на каналы.
    Делать ничего не нужно: как только часть заявок закроется, я продолжу.
