# Что делала охрана, по дням.

membership-stats-help = Что я делал здесь за 30 дней
membership-stats-help-line = /stats — что я делал в группе за последние 30 дней, с графиком

membership-stats =
    📊 { $group }
    Сегодня · 7 дней · 30 дней (дни по UTC)

    Проверено сообщений: { $checks }
    Остановлено: { $hits }
    Заглушено: { $muted }
    Предупреждено: { $warned }
    Снова пишут: { $lifted }
    Заявок одобрено: { $approved }
    Заявок отклонено: { $declined }
    Жалоб: { $appeals }
    Жалоб принято: { $accepted }

    Подписались по моей просьбе:
    { $channels }
membership-stats-won = • { $channel }: { $numbers }

membership-stats-title = Последние 30 дней
membership-stats-stopped = Остановлено
membership-stats-joined = Подписались на канал
membership-stats-checks = Проверено сообщений
membership-stats-day = { $day } { $month ->
    [1] янв.
    [2] февр.
    [3] марта
    [4] апр.
    [5] мая
    [6] июня
    [7] июля
    [8] авг.
    [9] сент.
    [10] окт.
    [11] нояб.
   *[12] дек.
}
