# Личный чат тех, кто настраивал группы.

membership-groups-help = Ваши группы и их состояние
membership-groups-help-line = /groups — ваши группы, их каналы и состояние
membership-groups-help-privacy = Что я храню о людях
membership-groups-help-privacy-line = /privacy — что я храню о людях и как долго

membership-groups = { $count ->
    [1] Ваша группа:
    [one] Ваша { $count } группа:
    [few] Ваши { $count } группы:
   *[other] Ваши { $count } групп:
}
    { $lines }
    { $more ->
    [0] Настройки: отправьте /protection в группе.
   *[other] … и ещё { $more }. Настройки: отправьте /protection в группе.
}
membership-groups-none =
    Пока ни одной вашей группы я не охраняю.
    Добавьте меня в группу и отправьте там: /protect @канал
membership-groups-on = 🟢 { $group } — для подписчиков: { $channels }
membership-groups-off = ⏸ { $group } — охрана выключена ({ $channels })
membership-groups-dry = 👀 { $group } — репетиция: никого не останавливаю ({ $channels })
membership-groups-trouble = 🔴 { $group } — нужна ваша помощь, подробности там: /protection ({ $channels })

membership-groups-reconciled = { "    " }🔎 сверка { $time }: { $count ->
    [one] { $count } ограничение
    [few] { $count } ограничения
   *[many] { $count } ограничений
}, снято { $lifted-count }, поставлено снова { $held-count }

membership-groups-privacy =
    Что я храню и зачем:
    • кто и в каком часу писал в охраняемой группе за последние сутки, с именем на тот момент: чтобы знать, кто внутри;
    • что, с кем, почему и до какого времени я сделал (последние { $deeds } действий группы): чтобы админы могли это объяснить и отменить;
    • кто настроил группу и какие каналы для неё нужны;
    • числа по дням, без имён, за месяц.
    Сообщения людей я не храню никогда. Отсюда ничего не уходит, кроме запросов к Telegram.
    Подписаны ли вы, я спрашиваю у Telegram и помню несколько минут.
    Чтобы всё о группе было удалено, её владельцу достаточно удалить меня из группы.
