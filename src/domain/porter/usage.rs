//! `/usage`: what somebody has asked and what it cost, in words and as a chart.

use super::{Settings, State};
use crate::domain::chart::{Chart, Hue, Series};
use crate::domain::effect::{Call, Effect, Owed};
use crate::domain::event::{Happened, Outcome, Performed, Said};
use crate::domain::fact::Need;
use crate::domain::feature::{Decision, Facts};
use crate::domain::purse::usage::{Summary, day_of, summary};
use crate::domain::purse::{Used, calendar};
use crate::domain::text::{Arg, Text};
use crate::domain::types::{Language, Moment, UserId};

/// The token under which the picture's outcome comes back, with the language of its words.
const TOKEN: &str = "usage/";
/// Models that are named; the dearest.
const MODELS: usize = 8;

/// Somebody wants to know.
pub(super) fn asked(settings: &Settings, event: &Happened, said: &Said, facts: &Facts<'_>) -> Decision<State> {
    let (language, user) = (said.from.language, said.from.id);
    let sum = match sum(settings, user, facts) {
        Ok(sum) => sum,
        Err(need) => return Decision::needing(vec![need]),
    };
    if sum.days.iter().all(|it| it.answers == 0) && sum.month.answers == 0 {
        return super::reply(event, facts, said, "porter-usage-none");
    }
    let call = Call::Picture {
        chat: event.place.id,
        slot: facts.slot(0),
        thread: said.thread,
        reply_to: Some(said.message),
        chart: chart(language, facts.now, &sum),
        caption: words(language, &sum),
        silent: false,
    };
    let owed = Owed::new(call).repeating().reporting(format!("{TOKEN}{}", language.code()));
    Decision::claimed(vec![Effect::Telegram(owed)])
}

/// What came of the picture: where it could not be sent, the words are.
pub(super) fn performed(settings: &Settings, event: &Happened, it: &Performed, facts: &Facts<'_>) -> Decision<State> {
    let Some(language) = it.token.strip_prefix(TOKEN) else { return Decision::passed() };
    if matches!(it.outcome, Outcome::Done { .. }) {
        return Decision::claimed(Vec::new());
    }
    let text = match sum(settings, UserId(event.place.id.0), facts) {
        Ok(sum) => words(Language::of_tag(language), &sum),
        Err(need) => return Decision::needing(vec![need]),
    };
    let call = Call::Say {
        chat: event.place.id,
        slot: facts.slot(0),
        thread: None,
        reply_to: None,
        text,
        keyboard: Vec::new(),
        silent: false,
        only: None,
    };
    Decision::claimed(vec![Effect::Telegram(Owed::new(call).repeating())])
}

/// The rows of this month and of the days that are shown, summed up.
fn sum(settings: &Settings, user: UserId, facts: &Facts<'_>) -> Result<Summary, Need> {
    let month = u32::try_from(calendar::first_of_month(facts.now)).unwrap_or(u32::MAX);
    let since = day_of(facts.now).saturating_sub(settings.usage_days - 1).min(month);
    let need = Need::Usage { user, since, limit: settings.usage_rows };
    let Some(rows) = facts.usage(&need) else { return Err(need) };
    Ok(summary(rows.iter().map(|it| (&it.0, &it.1)), facts.now, settings.usage_days))
}

fn words(language: Language, sum: &Summary) -> Text {
    let models = sum.models.iter().take(MODELS).map(|(model, used)| {
        Text::new(language, "porter-usage-model")
            .with("model", Arg::Bold(model.clone()))
            .with("used", used_of(language, used))
    });
    Text::new(language, "porter-usage")
        .with("today", used_of(language, &sum.today))
        .with("month", used_of(language, &sum.month))
        .with("models", Arg::Lines(models.collect()))
}

fn used_of(language: Language, used: &Used) -> Arg {
    let number = |it: u64| Arg::Number(i64::try_from(it).unwrap_or(i64::MAX));
    let text = Text::new(language, "porter-used")
        .with("count", number(used.answers))
        .with("tokens", Arg::Word(used.tokens().to_string()))
        .with("money", Arg::Word(used.money.to_string()));
    Arg::Lines(vec![text])
}

fn chart(language: Language, now: Moment, sum: &Summary) -> Chart {
    let count = u32::try_from(sum.days.len()).unwrap_or(u32::MAX);
    let first = day_of(now).saturating_sub(count.saturating_sub(1));
    let series = |name, hue, of: &dyn Fn(&Used) -> u64| Series {
        name: Text::new(language, name),
        hue,
        values: sum.days.iter().map(|it| u32::try_from(of(it)).unwrap_or(u32::MAX)).collect(),
    };
    let mut panels = vec![vec![series("porter-usage-answers", Hue::Calm, &|it| it.answers)]];
    if sum.days.iter().any(|it| it.money.0 > 0) {
        panels.push(vec![series("porter-usage-cents", Hue::Warm, &|it| it.money.cents_up())]);
    }
    Chart {
        title: Text::new(language, "porter-usage-title"),
        days: (first..=day_of(now)).map(|it| date(language, it)).collect(),
        panels,
    }
}

fn date(language: Language, day: u32) -> Text {
    let date = calendar::date(u64::from(day));
    Text::new(language, "porter-usage-day")
        .with("month", Arg::Number(i64::from(date.month())))
        .with("day", Arg::Number(i64::from(date.day())))
}
