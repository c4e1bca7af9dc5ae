# Настройка в личном чате: канал и группу выбирают из списков самого Telegram.

membership-pair-help = Настроить группу по шагам
membership-pair-help-line = /setup — выберите канал и группу из списка, остальное я сделаю

membership-pair-hello =
    Давайте настроим группу, где пишут только подписчики вашего канала.
    Нажмите обе кнопки под полем ввода. Telegram покажет ваши каналы и группы и даст мне там только нужные права.
membership-pair-button-channel = 📣 Выбрать канал
membership-pair-button-group = 👥 Выбрать группу
membership-pair-now-group = 📣 Канал { $chat } выбран. Теперь выберите, пожалуйста, группу.
membership-pair-now-channel = 👥 Группа { $chat } выбрана. Теперь выберите, пожалуйста, канал.
membership-pair-both = ✅ { $chat }: всё выбрано, одну минуту.
membership-pair-done =
    ✅ Готово: в группе { $group } теперь пишут только подписчики { $count ->
        [one] канала { $channels }
       *[other] каналов { $channels }
    }.
    Посмотреть и изменить защиту: /protection в группе.
membership-pair-missing =
    В группе { $group } пока готово не всё:
    { $lines }
    Потом нажмите здесь «Проверить ещё раз».
membership-pair-not-yours = ▫️ нужно, чтобы вы были администратором { $channel } с правом добавлять подписчиков
membership-pair-toast-again = Проверяю ещё раз.
