//! Somebody leaves a channel that 1,000 groups ask for; 40 of them know who it is.

use crate::arrivals::floods;
use crate::house::House;
use crate::row::{Limit, Row};
use crate::scenes::{SETTLED, Size, complaints};
use crate::town::Town;
use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{FloodLimits, Options};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Groups in which whoever leaves is known.
const KNOWN: usize = 40;
/// How long everything may take.
const LONG: Duration = Duration::from_mins(2);

/// With the limits as they are by default, at a Telegram that counts.
pub async fn leaving(size: Size) -> Vec<Row> {
    let (observer, flooded) = floods();
    let strict = Options { flood: Some(FloodLimits::default()), observer: Some(observer), ..Options::counting() };
    let town = Town::with(size.linked, 1, strict).await;
    let house = House::live(&town, &[]).await;
    for group in &town.groups {
        town.telegram.say(town.ann, *group, "/protect @news_0").unwrap();
    }
    assert!(town.until_done("sendMessage", size.linked as u64).await, "protected; the log:\n{}", house.log());
    let (sam, tom) = (subscriber(&town, "Sam"), subscriber(&town, "Tom"));
    let homes: Vec<_> = town.groups.iter().copied().step_by((size.linked / KNOWN).max(1)).take(KNOWN).collect();
    homes.iter().for_each(|it| town.telegram.join(sam, *it).unwrap());
    settle(&town).await;
    let mut rows = vec![
        Row::new("leaving: groups that ask for the channel", size.linked as f64, "", Limit::Told),
        Row::new("leaving: groups in which they are known", homes.len() as f64, "", Limit::Told),
    ];
    rows.extend(nobody(&town, &house, tom).await);
    rows.extend(somebody(&town, &house, sam, &homes).await);
    rows.push(Row::new("leaving: calls answered 429", flooded.load(Ordering::Relaxed) as f64, "", Limit::Is(0.0)));
    rows.push(Row::new("leaving: memory at its highest", house.memory_mib().1, "MiB", Limit::AtMost(300.0)));
    rows.extend(complaints(&house));
    rows
}

fn subscriber(town: &Town, name: &str) -> UserId {
    let who = town.telegram.person(name, "en");
    town.telegram.resident(who, town.channels[0]);
    who
}

/// Waits until nothing is called any more: what was owed before must not count.
async fn settle(town: &Town) {
    town.telegram.until(LONG, || town.telegram.undelivered() == 0).await;
    let begun = Instant::now();
    let mut before = u64::MAX;
    while calls(town) != before && begun.elapsed() < LONG {
        before = calls(town);
        tokio::time::sleep(SETTLED * 2).await;
    }
}

/// Whom no group knows: all hear, none acts.
async fn nobody(town: &Town, house: &House, who: UserId) -> Vec<Row> {
    let (cpu_us, calls) = (house.cpu_us(), calls(town));
    town.telegram.leave(who, town.channels[0]).unwrap();
    settle(town).await;
    let cpu_ms = (house.cpu_us() - cpu_us) / 1e3;
    vec![
        Row::new("leaving, known in none: calls", (self::calls(town) - calls) as f64, "", Limit::Is(0.0)),
        Row::new("leaving, known in none: CPU in all", cpu_ms, "ms", Limit::Told),
    ]
}

async fn somebody(town: &Town, house: &House, who: UserId, homes: &[ChatId]) -> Vec<Row> {
    let (cpu_us, mutes, notices) = (house.cpu_us(), town.done("restrictChatMember"), town.done("sendMessage"));
    let begun = Instant::now();
    town.telegram.leave(who, town.channels[0]).unwrap();
    let muted = || homes.iter().filter(|it| town.telegram.muted(**it).contains(&who)).count();
    town.telegram.until(LONG, || muted() == homes.len()).await;
    let muted_s = begun.elapsed().as_secs_f64();
    town.until_done("sendMessage", notices + homes.len() as u64).await;
    let told_s = begun.elapsed().as_secs_f64();
    settle(town).await;
    let wanted = Limit::Is(homes.len() as f64);
    vec![
        Row::new("leaving: muted where they are known", muted() as f64, "", wanted),
        Row::new("leaving: mutes", (town.done("restrictChatMember") - mutes) as f64, "", wanted),
        Row::new("leaving: notices", (town.done("sendMessage") - notices) as f64, "", wanted),
        Row::new("leaving: until all are muted", muted_s, "s", Limit::Told),
        Row::new("leaving: until all are told", told_s, "s", Limit::Told),
        Row::new("leaving: CPU in all", (house.cpu_us() - cpu_us) / 1e3, "ms", Limit::Told),
    ]
}

fn calls(town: &Town) -> u64 {
    town.telegram.counts().values().map(|it| it.calls).sum()
}
