//! A raid: strangers write in one group as fast as they can, and the limits are as they are by default.

use crate::arrivals::floods;
use crate::load::drive;
use crate::row::{Limit, Row};
use crate::scenes::{Size, bodies, guarded};
use crate::town::Town;
use majordomo::playground::telegram::{FloodLimits, Options};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Strangers of a whole measurement.
const STRANGERS: usize = 1_000;
/// Within a minute, and not a moment more: then there may be another notice.
const WITHIN_S: f64 = 55.0;
/// How long everything may take.
const LONG: Duration = Duration::from_mins(2);

/// 1,000 strangers in a minute (in a quick run 100 of them), at a Telegram that counts.
pub async fn raid(size: Size) -> Vec<Row> {
    let (observer, flooded) = floods();
    let strict = Options { flood: Some(FloodLimits::default()), observer: Some(observer), ..Options::counting() };
    let (mut town, house) = guarded(Town::with(1, 1, strict).await, &[]).await;
    let group = town.groups[0];
    let number = if size.seconds > 1 { STRANGERS } else { STRANGERS / 10 };
    let people = town.strangers(number);
    let said = town.say(&people, "hello").await;
    let (before, cpu_us) = (town.done("sendMessage"), house.cpu_us());
    let begun = Instant::now();
    let driven = drive(&house.hook, bodies(&said), Some(STRANGERS as f64 / WITHIN_S)).await;
    let left = || {
        let stands =
            |it: &&crate::town::Planned| town.telegram.stands(group, majordomo::domain::types::MessageId(it.message));
        said.iter().filter(stands).count()
    };
    while left() > 0 && begun.elapsed() < LONG {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (undone, took) = (left(), begun.elapsed());
    let each_us = (house.cpu_us() - cpu_us) / number as f64;
    let unmuted = number - town.telegram.muted(group).len();
    let flooded = flooded.load(Ordering::Relaxed);
    let bulk = town.done("deleteMessages") as f64;
    vec![
        Row::new("a raid, default limits: strangers in their minute", number as f64, "", Limit::Told),
        Row::new("a raid: refused deliveries", driven.refused as f64, "", Limit::Is(0.0)),
        Row::new("a raid: until the last message was gone", took.as_secs_f64(), "s", Limit::Told),
        Row::new("a raid: messages left", undone as f64, "", Limit::Is(0.0)),
        Row::new("a raid: not muted", unmuted as f64, "", Limit::Is(0.0)),
        Row::new("a raid: calls that deleted in bulk", bulk, "", Limit::AtLeast(1.0)),
        Row::new(
            "a raid: notices, a word to the admins, one to the owner",
            (town.done("sendMessage") - before) as f64,
            "",
            Limit::AtMost(5.0),
        ),
        Row::new("a raid: calls answered 429", flooded as f64, "", Limit::Is(0.0)),
        Row::new("a raid: calls too early", town.telegram.early_calls() as f64, "", Limit::Is(0.0)),
        Row::new("a raid: CPU per stranger", each_us, "us", Limit::Told),
        Row::new("a raid: CPU in all", each_us * number as f64 / 1e3, "ms", Limit::Told),
        Row::new("a raid: memory at its highest", house.memory_mib().1, "MiB", Limit::AtMost(300.0)),
    ]
}
