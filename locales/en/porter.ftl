# Who may ask models, how much, and what it cost.

porter-help-usage = What you have asked and used
porter-help-usage-line = /usage — what you have asked and what it cost, with a chart
porter-help-code = Enter an invitation code
porter-help-code-line = /code CODE — enter an invitation code
porter-help-users = Accounts, page by page
porter-help-users-line = /users — accounts, page by page
porter-help-user = One account
porter-help-user-line = /user ID — one account, with buttons
porter-help-tier = Change a tier
porter-help-tier-line = /tier ID free, premium or enterprise — how much somebody may use
porter-help-ban = Close an account
porter-help-ban-line = /ban ID — close an account
porter-help-unban = Open an account again
porter-help-unban-line = /unban ID — open it again
porter-help-allow = Let somebody in
porter-help-allow-line = /allow ID — let somebody in; /allow code CODE — invite people

porter-limit-person = ⏳ You have reached your limit: { $cap }. You can ask again from { $time }.
porter-limit-chat = ⏳ This chat has reached its limit: { $cap }. You can ask here again from { $time }.
porter-limit-provider = ⏳ The service that answers has reached its limit here: { $cap }. You can ask again from { $time }.
porter-limit-house = ⏳ The limit for everybody together is reached: { $cap }. You can ask again from { $time }.
porter-limit-large = This question alone is more than the limit allows: { $cap }. Please make it shorter, or begin anew with /new.
porter-cap-minute = { $cap ->
    [one] one question a minute
   *[other] { $cap } questions a minute
}
porter-cap-hour = { $cap ->
    [one] one question an hour
   *[other] { $cap } questions an hour
}
porter-cap-day = { $cap ->
    [one] one question a day
   *[other] { $cap } questions a day
}
porter-cap-tokens-day = { $cap ->
    [one] one token a day
   *[other] { $cap } tokens (pieces of words) a day
}
porter-cap-tokens-month = { $cap ->
    [one] one token a month
   *[other] { $cap } tokens (pieces of words) a month
}
porter-cap-money-day = { $cap } of the budget a day
porter-cap-money-month = { $cap } of the budget a month

porter-banned = Your account is closed here, so I cannot answer. If you think that is a mistake, please write to the owner of this bot.
porter-inactive = Your account is resting, so I cannot answer. Please write to the owner of this bot to wake it.
porter-not-listed = I answer only people whom the owner of this bot has let in. Please ask them, and give them your id: it is in your profile.
porter-not-invited = I answer people with an invitation. If you have a code, send it as /code CODE. If not, please ask the owner of this bot.
porter-not-member = I answer members of { $channel }. Please join it and ask again.
porter-unclear = I cannot find out right now whether you are in { $channel }. Please try again in a few minutes.

porter-code-accepted = 🎉 Welcome! The code is right: you can ask me now.
porter-code-already = You can ask me already; no code is needed.
porter-code-wrong = This code does not fit. Please check it letter by letter.
porter-code-over = This code was right, but it is used up or too old. Please ask for a new one.
porter-code-exhausted = Too many codes were wrong. Please try again in an hour.
porter-how-enter = Please write the code after the command: /code CODE

porter-usage = 📊 What you have asked
    Today: { $today }
    This month: { $month }

    This month by model:
    { $models }
porter-used = { $count ->
    [one] one answer
   *[other] { $count } answers
} · { $tokens } tokens · cost { $money }
porter-usage-model = • { $model }: { $used }
porter-usage-none = You have not asked anything this month. Just write me a question.
porter-usage-title = Your questions by day
porter-usage-answers = Answers
porter-usage-cents = Cost, in hundredths
porter-usage-day = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $day }

porter-list = { $count ->
    [one] One account that differs from a new one:
   *[other] { $count } accounts that differ from a new one (page { $page } of { $pages }):
}
    { $lines }
porter-list-none = Every account is as a new one: nobody has another tier, is let in or banned. One person: /user ID
porter-list-back = ◀️ Back
porter-list-on = On ▶️
porter-line = { $status ->
    [2] ⛔
    [1] 💤
   *[0] { $allowed ->
        [1] ✅
       *[0] •
    }
} { $person } { $id } — { $tier ->
    [2] enterprise
    [1] premium
   *[0] free
}{ $role ->
    [3] , owner
    [2] , admin
    [1] , operator
   *[0] { "" }
}
porter-card = 👤 { $person } { $id }
    Tier: { $tier ->
        [2] enterprise
        [1] premium
       *[0] free
    }
    Role: { $role ->
        [3] owner
        [2] admin
        [1] operator
       *[0] viewer
    }
    { $status ->
        [2] ⛔ The account is closed.
        [1] 💤 The account is resting.
       *[0] { $allowed ->
            [1] ✅ Let in by name or invitation.
           *[0] Not let in by name: may ask where everybody may.
        }
    }
    Kept since { $since }
porter-card-new = 👤 { $person } { $id }
    Nothing is kept about this account: free, like every new one.
porter-button-tier = { $chosen ->
    [1] ✅
   *[0] ▫️
} { $tier ->
    [2] Enterprise
    [1] Premium
   *[0] Free
}
porter-button-allow = Let in
porter-button-disallow = Take off the list
porter-button-ban = ⛔ Close
porter-button-unban = Open again
porter-button-list = ☰ All accounts

porter-changed = Done: { $person } { $what ->
    [1] can ask me no more.
    [6] has an account that rests.
    [2] has an open account again.
    [3] may ask me.
    [4] is off the list of those let in.
    [5] is now { $to } here.
   *[0] is now in the tier { $to }.
}
porter-done = Done
porter-refused = Your role here does not allow that.
porter-refused-self = Not to yourself: ask another owner or admin.
porter-refused-above = This person's role is not below yours.
porter-crowded = There is no room for one more account: as many are kept as features.porter.accounts says. Please free some, or raise it.
porter-invited = The code is open until { $until } for { $count ->
    [one] one person
   *[other] { $count } people
} (tier { $tier }). They send: /code and the code. I have deleted your message with it where I could.
porter-how-user = Please write the person's number: /user 123456789
porter-how-ban = Please write the person's number: /ban 123456789. To let the account only rest: /ban 123456789 rest
porter-how-unban = Please write the person's number: /unban 123456789
porter-how-tier = Please write the person's number and a tier: /tier 123456789 premium. Tiers: free, premium, enterprise. Owners also give roles so: viewer, operator, admin, owner.
porter-how-allow = To let somebody in: /allow 123456789. To take them off the list: /allow 123456789 off. To invite people: /allow code CODE
porter-how-code = Please write: /allow code CODE, and if you like how many people, how many days and the tier: /allow code CODE 5 30 premium. A code is one word of 8 to 64 letters.
