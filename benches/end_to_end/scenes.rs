//! What is measured, scene by scene: each has a town and a house of its own.

use crate::arrivals::{Arrivals, percentile};
use crate::house::{House, RAISED};
use crate::load::drive;
use crate::row::{Limit, Row};
use crate::town::{Planned, Town};
use bytes::Bytes;
use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{Fault, FaultKind, Observer};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// How much is done.
#[derive(Clone, Copy)]
pub struct Size {
    subscribers: usize,
    pub updates: usize,
    strangers: usize,
    pub seconds: usize,
    rest: Duration,
    /// Of a house at its largest.
    pub groups: usize,
    pub people: usize,
    /// That know nobody but hear of everybody.
    pub linked: usize,
    /// How long a day takes.
    pub soak: Duration,
}

type Scene = fn(Size) -> Pin<Box<dyn Future<Output = Vec<Row>>>>;

pub const ALL: [(&str, Scene); 14] = [
    ("idle", |it| Box::pin(idle(it))),
    ("subscribers", |it| Box::pin(subscribers(it))),
    ("strangers known", |it| Box::pin(known_strangers(it))),
    ("strangers new", |it| Box::pin(new_strangers(it))),
    ("trickle known", |it| Box::pin(trickle(it, true))),
    ("trickle new", |it| Box::pin(trickle(it, false))),
    ("mixed", |it| Box::pin(mixed(it))),
    ("floods", |it| Box::pin(floods(it))),
    ("crowd", |it| Box::pin(crowd(it))),
    ("raid", |it| Box::pin(crate::raid::raid(it))),
    ("scale", |it| Box::pin(crate::scale::scale(it))),
    ("leaving", |it| Box::pin(crate::leaving::leaving(it))),
    ("backup", |it| Box::pin(crate::backup::backup(it))),
    ("soak", |it| Box::pin(crate::soak::soak(it))),
];

/// Strangers of one group in one scene, who speak twice: each gets a notice of their own, below the limit of 30.
const PER_GROUP: usize = 14;
/// Lazy writes and reports are over after this.
pub const SETTLED: Duration = Duration::from_millis(1_200);

impl Size {
    pub const FULL: Self = Self {
        subscribers: 1_000,
        updates: 200_000,
        strangers: 12_000,
        seconds: 9,
        rest: Duration::from_secs(10),
        groups: 10_000,
        people: 100_000,
        linked: 1_000,
        soak: Duration::from_hours(1),
    };
    pub const QUICK: Self = Self {
        subscribers: 20,
        updates: 400,
        strangers: 60,
        seconds: 1,
        rest: Duration::from_millis(200),
        groups: 20,
        people: 200,
        linked: 20,
        soak: Duration::from_secs(12),
    };
}

/// A house in a town of protected groups.
pub async fn house(groups: usize, settings: &[(&str, &str)], observer: Option<Observer>) -> (Town, House) {
    guarded(Town::new(groups, observer).await, settings).await
}

/// A house in this town, whose groups it protects.
pub async fn guarded(town: Town, settings: &[(&str, &str)]) -> (Town, House) {
    let house = House::start(&town, settings).await;
    let said = town.done("sendMessage");
    drive(&house.hook, bodies(&town.protect().await), None).await;
    let all = town.until_done("sendMessage", said + town.groups.len() as u64).await;
    assert!(all, "protected; the log:\n{}", house.log());
    (town, house)
}

pub fn bodies(planned: &[Planned]) -> Vec<Bytes> {
    planned.iter().map(|it| it.body.clone()).collect()
}

async fn idle(size: Size) -> Vec<Row> {
    let town = Town::new(0, None).await;
    let house = House::start(&town, &[]).await;
    tokio::time::sleep(size.rest).await;
    let cpu_us = house.cpu_us();
    tokio::time::sleep(size.rest).await;
    let busy = (house.cpu_us() - cpu_us) / size.rest.as_micros() as f64;
    let (now, highest) = house.memory_mib();
    vec![
        Row::new("idle: resident memory", now, "MiB", Limit::AtMost(40.0)),
        Row::new("idle: at its highest, from the start", highest, "MiB", Limit::Told),
        Row::new("idle: of one core", busy * 100.0, "%", Limit::Told),
    ]
}

async fn subscribers(size: Size) -> Vec<Row> {
    let (mut town, house) = house(size.subscribers / 10, &RAISED, None).await;
    let people = town.subscribers(10);
    let first = bodies(&town.say(&people, "good morning to everybody in this fine group").await);
    drive(&house.hook, first.clone(), None).await;
    tokio::time::sleep(SETTLED).await;
    let updates = (0..size.updates).map(|n| renumbered(&first[n % first.len()], 2_000_000_000 + n as u64)).collect();
    let cpu_us = house.cpu_us();
    let driven = drive(&house.hook, updates, None).await;
    tokio::time::sleep(SETTLED).await;
    let each_us = (house.cpu_us() - cpu_us) / size.updates as f64;
    let per_s = size.updates as f64 / (driven.took_us as f64 / 1e6);
    let calls = town.done("getChatMember") as f64;
    let mut rows = vec![
        Row::new("subscriber, membership cached, saturated: CPU per update", each_us, "us", Limit::AtMost(25.0)),
        Row::new("subscriber, saturated: updates taken", per_s, "/s", Limit::Told),
        Row::new("subscriber: not taken", driven.refused as f64, "", Limit::Is(0.0)),
        Row::new("subscriber: lookups in all", calls, "", Limit::Told),
    ];
    rows.extend(seen(&house.metrics().await));
    rows.extend(complaints(&house));
    rows
}

/// The same update under another id.
pub fn renumbered(body: &Bytes, id: u64) -> Bytes {
    let text = std::str::from_utf8(body).unwrap();
    let from = text.find("\"update_id\":").unwrap() + 12;
    let to = from + text[from..].find(|it: char| !it.is_ascii_digit()).unwrap();
    format!("{}{id}{}", &text[..from], &text[to..]).into()
}

/// Everybody writes a second time when their first notice is gone: nothing needs to be looked up.
async fn known_strangers(size: Size) -> Vec<Row> {
    let (mut town, house) = house(size.strangers / PER_GROUP, &acquainting(), None).await;
    let people = town.strangers(PER_GROUP);
    let second = acquaint(&town, &house, &people).await;
    let n = people.len() as u64;
    let before = (town.done("getChatMember"), town.done("restrictChatMember"), town.done("sendMessage"));
    let (cpu_us, store_us) = (house.cpu_us(), house.cpu_us_of("s"));
    let driven = drive(&house.hook, bodies(&second), None).await;
    let all = town.until_done("restrictChatMember", before.1 + n).await
        && town.until_done("sendMessage", before.2 + n).await
        && town.until_done("deleteMessage", 3 * n).await;
    let each_us = (house.cpu_us() - cpu_us) / n as f64;
    let of_it_us = (house.cpu_us_of("s") - store_us) / n as f64;
    let lookups = (town.done("getChatMember") - before.0) as f64;
    let mut rows = vec![
        Row::new("stranger, facts cached, saturated: CPU per update", each_us, "us", Limit::AtMost(130.0)),
        Row::new("stranger, facts cached: of it the store's threads", of_it_us, "us", Limit::Told),
        Row::new("stranger, facts cached: updates taken", per_s(n, driven.took_us), "/s", Limit::Told),
        Row::new("stranger, facts cached: batches in one sync", group_size(&house.metrics().await), "", Limit::Told),
        Row::new("stranger, facts cached: lookups", lookups, "", Limit::Is(0.0)),
        Row::new("stranger, facts cached: all three calls done", f64::from(u8::from(all)), "", Limit::Is(1.0)),
    ];
    rows.extend(complaints(&house));
    rows
}

/// Notices that are gone soon, and no limits.
fn acquainting() -> Vec<(&'static str, &'static str)> {
    [&RAISED[..], &[("FEATURES__MEMBERSHIP__NOTICE_TTL_S", "10")]].concat()
}

/// Lets strangers be stopped once, and waits until their notices are gone: what is known of them is cached now,
/// and what they say next is answered by three calls. For 10 s: then the second notices go.
async fn acquaint(town: &Town, house: &House, people: &[(UserId, ChatId, String)]) -> Vec<Planned> {
    let (first, second) = (town.say(people, "hello").await, town.say(people, "hello again").await);
    drive(&house.hook, bodies(&first), None).await;
    let gone = town.until_done("deleteMessage", 2 * people.len() as u64).await;
    assert!(gone, "the first notices are gone; the log:\n{}", house.log());
    tokio::time::sleep(SETTLED).await;
    second
}

/// People whom nobody has seen before: two lookups and three calls.
async fn new_strangers(size: Size) -> Vec<Row> {
    let (mut town, house) = house(size.strangers / PER_GROUP, &RAISED, None).await;
    let people = town.strangers(PER_GROUP);
    let said = town.say(&people, "hello").await;
    let before = (town.done("getChatMember"), town.done("sendMessage"));
    let (n, cpu_us) = (people.len() as u64, house.cpu_us());
    let driven = drive(&house.hook, bodies(&said), None).await;
    let all = town.until_done("restrictChatMember", n).await
        && town.until_done("sendMessage", before.1 + n).await
        && town.until_done("deleteMessage", n).await;
    let each_us = (house.cpu_us() - cpu_us) / n as f64;
    let calls = (town.done("getChatMember") - before.0) as f64 / n as f64 + 3.0;
    let minute = per_s(n, driven.took_us) * 60.0;
    let mut rows = vec![
        Row::new("stranger, never seen, saturated: CPU per update", each_us, "us", Limit::Told),
        Row::new("stranger, never seen: calls for each", calls, "", Limit::Told),
        Row::new("stranger, never seen: verifications", minute, "/min", Limit::AtLeast(1_000.0)),
        Row::new("stranger, never seen: all three calls done", f64::from(u8::from(all)), "", Limit::Is(1.0)),
    ];
    rows.extend(complaints(&house));
    rows
}

fn per_s(n: u64, took_us: u64) -> f64 {
    n as f64 / (took_us as f64 / 1e6)
}

/// 50 strangers per second and nobody else: no company in which work is cheaper.
async fn trickle(size: Size, known: bool) -> Vec<Row> {
    let arrivals = Arrivals::default();
    let strangers = 50 * size.seconds;
    let settings = if known { acquainting() } else { RAISED.to_vec() };
    let (mut town, house) = house(strangers.div_ceil(PER_GROUP), &settings, Some(arrivals.observer())).await;
    let mut people = town.strangers(PER_GROUP);
    people.truncate(strangers);
    let said = if known { acquaint(&town, &house, &people).await } else { town.say(&people, "hello").await };
    tokio::time::sleep(SETTLED).await;
    arrivals.forget();
    let cpu_us = house.cpu_us();
    let driven = drive(&house.hook, bodies(&said), Some(50.0)).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let each_us = (house.cpu_us() - cpu_us) / said.len() as f64;
    let late = latencies(&arrivals, &said, &driven.due_us);
    let title = if known { "50 strangers/s, facts cached" } else { "50 strangers/s, never seen" };
    let mut rows = vec![Row::new(format!("{title}: CPU per update"), each_us, "us", Limit::AtMost(500.0))];
    rows.extend(quantiles(title, &late, said.len()));
    rows.extend(complaints(&house));
    rows
}

/// 500 updates per second of whom every tenth is a stranger's.
async fn mixed(size: Size) -> Vec<Row> {
    let mut rows = Vec::new();
    for latency_ms in [0, 50] {
        let arrivals = Arrivals::default();
        let strangers = 50 * size.seconds;
        let groups = strangers.div_ceil(PER_GROUP);
        let (mut town, house) = house(groups, &acquainting(), Some(arrivals.observer())).await;
        let subscribers = town.subscribers(2);
        let first = bodies(&town.say(&subscribers, "good morning").await);
        drive(&house.hook, first.clone(), None).await;
        let mut people = town.strangers(PER_GROUP);
        people.truncate(strangers);
        let said = acquaint(&town, &house, &people).await;
        arrivals.forget();
        town.telegram.fault(Fault::of_all(FaultKind::Latency(latency_ms)));
        let (updates, places) = mixture(&first, &said);
        let cpu_us = house.cpu_us();
        let driven = drive(&house.hook, updates, Some(500.0)).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let each_us = (house.cpu_us() - cpu_us) / driven.due_us.len() as f64;
        let due: Vec<u64> = places.iter().map(|it| driven.due_us[*it]).collect();
        let late = latencies(&arrivals, &said, &due);
        let title = format!("500/s, 10 % strangers, API takes {latency_ms} ms");
        rows.extend(quantiles(&title, &late, said.len()));
        rows.push(Row::new(format!("{title}: CPU per update"), each_us, "us", Limit::Told));
        rows.extend(seen(&house.metrics().await));
        rows.extend(complaints(&house));
    }
    rows
}

/// Nine updates of subscribers to one of a stranger, and where the strangers' are.
fn mixture(subscribers: &[Bytes], strangers: &[Planned]) -> (Vec<Bytes>, Vec<usize>) {
    let (mut all, mut places) = (Vec::new(), Vec::new());
    for stranger in strangers {
        for _ in 0..9 {
            let n = all.len();
            all.push(renumbered(&subscribers[n % subscribers.len()], 3_000_000_000 + n as u64));
        }
        places.push(all.len());
        all.push(stranger.body.clone());
    }
    (all, places)
}

/// Of each stranger of whom all three calls have arrived.
fn latencies(arrivals: &Arrivals, said: &[Planned], due_us: &[u64]) -> Vec<u64> {
    said.iter().zip(due_us).filter_map(|(it, due)| Some(arrivals.last(it)?.saturating_sub(*due))).collect()
}

fn quantiles(title: &str, late_us: &[u64], of: usize) -> Vec<Row> {
    let at = |part| percentile(late_us, part) / 1e3;
    vec![
        Row::new(format!("{title}: last call after, p50"), at(0.5), "ms", Limit::Told),
        Row::new(format!("{title}: p95"), at(0.95), "ms", Limit::AtMost(10.0)),
        Row::new(format!("{title}: p99"), at(0.99), "ms", Limit::Told),
        Row::new(format!("{title}: strangers stopped"), late_us.len() as f64, "", Limit::Is(of as f64)),
    ]
}

/// Every twentieth call is answered 429.
async fn floods(size: Size) -> Vec<Row> {
    let arrivals = Arrivals::default();
    let strangers = 50 * size.seconds;
    let (mut town, house) = house(strangers.div_ceil(PER_GROUP), &RAISED, Some(arrivals.observer())).await;
    let people = town.strangers(PER_GROUP);
    let said = town.say(&people, "hello").await;
    let flood = FaultKind::Flood { retry_after_s: 1, everywhere: false };
    town.telegram.fault(Fault::of_all(flood).with_probability(0.05));
    let driven = drive(&house.hook, bodies(&said), Some(50.0)).await;
    let mut stopped = 0;
    for _ in 0..1_200 {
        stopped = latencies(&arrivals, &said, &driven.due_us).len();
        if stopped == said.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let muted: usize = town.groups.iter().map(|it| town.telegram.muted(*it).len()).sum();
    let early = town.telegram.early_calls() as f64;
    let floods: u64 = town.telegram.counts().values().map(|it| it.failed).sum();
    let undone = (said.len() - stopped) as f64;
    let mut rows = vec![
        Row::new("5 % of calls answered 429: strangers left undone", undone, "", Limit::Is(0.0)),
        Row::new("5 % of calls answered 429: not muted", (said.len() - muted) as f64, "", Limit::Is(0.0)),
        Row::new("5 % of calls answered 429: so many", floods as f64, "", Limit::AtLeast(1.0)),
        Row::new("5 % of calls answered 429: calls already on their way", early, "", Limit::Told),
    ];
    rows.extend(complaints(&house));
    rows
}

/// The limits as they are by default, and a crowd in one group.
async fn crowd(size: Size) -> Vec<Row> {
    let (mut town, house) = house(1, &[], None).await;
    let people = town.strangers(10 * size.seconds);
    let said = town.say(&people, "hello").await;
    let before = town.done("sendMessage");
    drive(&house.hook, bodies(&said), Some(10.0)).await;
    town.until_done("restrictChatMember", said.len() as u64).await;
    tokio::time::sleep(size.rest).await;
    let group = town.groups[0];
    let undone = said.len() - town.telegram.muted(group).len();
    let mut rows = vec![
        Row::new("a crowd, default limits: strangers", said.len() as f64, "", Limit::Told),
        Row::new("a crowd: notices said", (town.done("sendMessage") - before) as f64, "", Limit::AtMost(20.0)),
        Row::new("a crowd: edits of the one that counts", town.done("editMessageText") as f64, "", Limit::Told),
        Row::new("a crowd: not muted", undone as f64, "", Limit::Is(0.0)),
    ];
    rows.extend(complaints(&house));
    rows
}

/// How many batches the store wrote together, on average.
fn group_size(metrics: &str) -> f64 {
    let of = |name: &str| metrics.lines().find_map(|it| it.strip_prefix(name)?.trim().parse::<f64>().ok());
    of("store_group_size_sum").unwrap_or(0.0) / of("store_group_size_count").unwrap_or(1.0)
}

/// What the house itself says.
pub fn seen(metrics: &str) -> Vec<Row> {
    let sum = |name: &str| {
        let lines = metrics.lines().filter(|it| it.starts_with(name));
        lines.filter_map(|it| it.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>()
    };
    let (hits, misses) = (sum("bot_cache_hits_total"), sum("bot_cache_misses_total"));
    let read = bucket(metrics, "db_query_duration_seconds_bucket{query=\"get\"", 0.95);
    let verified = bucket(metrics, "bot_verification_latency_seconds_bucket{", 0.95);
    vec![
        Row::new("  by its metrics: verifications", sum("bot_verifications_total"), "", Limit::Told),
        Row::new("  by its metrics: verification, p95 at most", verified * 1e3, "ms", Limit::AtMost(100.0)),
        Row::new("  by its metrics: cache hits", hits / (hits + misses) * 100.0, "%", Limit::AtLeast(70.0)),
        Row::new("  by its metrics: store reads, p95 at most", read * 1e3, "ms", Limit::AtMost(50.0)),
    ]
}

/// The upper bound of the bucket in which this part of the values ends.
fn bucket(metrics: &str, name: &str, part: f64) -> f64 {
    let of = |it: &str| {
        let bound = it.split("le=\"").nth(1)?.split('"').next()?;
        Some((bound.parse().unwrap_or(f64::INFINITY), it.rsplit(' ').next()?.parse::<f64>().ok()?))
    };
    let buckets: Vec<(f64, f64)> = metrics.lines().filter(|it| it.starts_with(name)).filter_map(of).collect();
    let all = buckets.last().map_or(0.0, |it| it.1);
    buckets.iter().find(|it| it.1 >= all * part).map_or(0.0, |it| it.0)
}

pub fn complaints(house: &House) -> Vec<Row> {
    let complaints = house.complaints();
    if let Some(first) = complaints.first() {
        println!("  the house complained {} times, first: {first}", complaints.len());
    }
    Vec::new()
}
