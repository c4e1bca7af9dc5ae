//! A house at its largest: 10,000 guarded groups, 100,000 people whom they know, 100,000 chats altogether.

use crate::arrivals::percentile;
use crate::house::{House, RAISED};
use crate::load::drive;
use crate::row::{Limit, Row};
use crate::scenes::{Size, bodies, complaints, guarded, renumbered, seen};
use crate::town::Town;
use bytes::Bytes;
use majordomo::domain::types::ChatId;
use majordomo::playground::telegram::Options;
use std::time::Duration;

/// Groups that ask for the same channel.
const PER_CHANNEL: usize = 100;
/// After so many seconds without an event a chat sleeps.
const IDLE_S: u64 = 60;
/// Updates per second while it is measured how long they take.
const RATE: f64 = 500.0;
/// Memory that it may take, in MiB.
const MEMORY: Limit = Limit::AtMost(300.0);

/// What everybody said once, to be said again.
struct Words {
    bodies: Vec<Bytes>,
    said: u64,
}

impl Words {
    /// The next so many of them, as new updates.
    fn next(&mut self, many: usize) -> Vec<Bytes> {
        let from = self.said;
        self.said += many as u64;
        let body = |n: u64| &self.bodies[usize::try_from(n).unwrap() % self.bodies.len()];
        (from..self.said).map(|n| renumbered(body(n), 2_000_000_000 + n)).collect()
    }
}

/// Grows the house, starts it again, and lets everybody speak.
pub async fn scale(size: Size) -> Vec<Row> {
    let channels = size.groups.div_ceil(PER_CHANNEL);
    let idle_s = IDLE_S.to_string();
    let settings = [&RAISED[..], &[("RUNTIME__CHAT_IDLE_S", &*idle_s)]].concat();
    let town = Town::with(size.groups, channels, Options::counting()).await;
    let (mut town, mut house) = guarded(town, &settings).await;
    let people = town.subscribers(size.people / size.groups);
    let alone = people.iter().skip(size.groups).map(|(who, _, name)| (*who, ChatId(who.0), name.clone()));
    let alone: Vec<_> = alone.collect();
    let answered = town.done("sendMessage") + alone.len() as u64;
    drive(&house.hook, bodies(&town.say(&alone, "/start").await), None).await;
    assert!(town.until_done("sendMessage", answered).await, "everybody is answered; the log:\n{}", house.log());
    let mut words = Words { bodies: bodies(&town.say(&people, "good morning to everybody").await), said: 0 };
    drive(&house.hook, words.next(people.len()), None).await;
    let chats = size.groups + channels + alone.len();
    let mut rows = vec![
        Row::new("large: groups", size.groups as f64, "", Limit::Told),
        Row::new("large: people they know", people.len() as f64, "", Limit::Told),
        Row::new("large: chats known", chats as f64, "", Limit::Told),
        Row::new("large: memory at its highest while all of it came", house.memory_mib().1, "MiB", MEMORY),
    ];
    let ready_s = house.restart(&[]).await;
    rows.push(Row::new("large: from start to ready", ready_s, "s", Limit::AtMost(3.0)));
    rows.push(Row::new("large: memory after the start", house.memory_mib().0, "MiB", MEMORY));
    rows.push(Row::new("large: store", house.store_mib(), "MiB", Limit::Told));
    rows.extend(speak(size, &mut words, &house, people.len()).await);
    rows.extend(seen(&house.metrics().await));
    rows.extend(complaints(&house));
    rows
}

async fn speak(size: Size, words: &mut Words, house: &House, people: usize) -> Vec<Row> {
    let some = (size.groups / 2).min(5_000);
    let mut rows = timed("large: first words after the start, chat asleep", some, words, house, Limit::Told).await;
    drive(&house.hook, words.next(people), None).await;
    rows.push(Row::new("large: memory when everybody has spoken", house.memory_mib().0, "MiB", MEMORY));
    rows.extend(timed("large: all groups awake", 2 * some, words, house, Limit::Told).await);
    // All fall asleep in the same seconds, and write what they have kept.
    tokio::time::sleep(Duration::from_secs(IDLE_S + 20)).await;
    rows.push(Row::new("large: memory when all sleep again", house.memory_mib().0, "MiB", MEMORY));
    rows.extend(timed("large: chat asleep, facts cached", some, words, house, Limit::AtMost(5.0)).await);
    rows.push(Row::new("large: memory at its highest since the start", house.memory_mib().1, "MiB", MEMORY));
    rows
}

/// From when a delivery was due to its answer, at a steady rate.
async fn timed(title: &str, many: usize, words: &mut Words, house: &House, p99: Limit) -> Vec<Row> {
    let driven = drive(&house.hook, words.next(many), Some(RATE)).await;
    let at = |part| percentile(&driven.late_us, part) / 1e3;
    vec![
        Row::new(format!("{title}: answered after, p50"), at(0.5), "ms", Limit::Told),
        Row::new(format!("{title}: p99"), at(0.99), "ms", p99),
        Row::new(format!("{title}: not taken"), driven.refused as f64, "", Limit::Is(0.0)),
    ]
}
