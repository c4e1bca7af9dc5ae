# Drills: things broken on purpose.

drill-help-drill = Break something on purpose
drill-help-drill-line = /drill — break something on purpose, to see it come back
drill-ok = Still here.
drill-noted = Noted: { $word }
drill-not-stalled = I was to hang, but here I am.
drill-usage =
    What shall break?
    /drill panic — crash each time
    /drill crash — crash once
    /drill stall — wait for ever
    /drill block — block a thread: the process restarts
    /drill abort — end the process
    /drill keep red — note a word that a crash may cost
    /drill put red — note a word that nothing costs
    /drill noted — say what was noted
    /drill ok — nothing, just an answer
