# Учения: то, что ломают нарочно.

drill-help-drill = Сломать что-нибудь нарочно
drill-help-drill-line = /drill — сломать что-нибудь нарочно и посмотреть, как оно вернётся
drill-ok = Я на месте.
drill-noted = Записано: { $word }
drill-not-stalled = Я должен был зависнуть, но вот он я.
drill-usage =
    Что сломать?
    /drill panic — падать каждый раз
    /drill crash — упасть один раз
    /drill stall — зависнуть навсегда
    /drill block — занять поток: процесс перезапустится
    /drill abort — завершить процесс
    /drill keep red — записать слово, которое сбой может стереть
    /drill put red — записать слово, которое не пропадёт
    /drill noted — сказать, что записано
    /drill ok — ничего, просто ответить
