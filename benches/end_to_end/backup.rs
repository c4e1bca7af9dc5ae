//! A house that is backed up, again and again without a pause, beside the same house left alone: what the people in it
//! lose by that.

use crate::house::{House, RAISED};
use crate::load::drive;
use crate::row::{Limit, Row};
use crate::scenes::{SETTLED, Size, bodies, complaints, guarded, renumbered};
use crate::town::Town;
use bytes::Bytes;
use majordomo::domain::types::ChatId;
use majordomo::playground::telegram::Options;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Groups that ask for the same channel.
const PER_CHANNEL: usize = 100;
/// Pairs of a time alone and a time with backups. In each the other comes first, so that no drift counts for one.
const PAIRS: usize = 6;
/// Of the promise, in percent.
const SLOWER: Limit = Limit::AtMost(5.0);

/// Backups that have a name.
static STARTED: AtomicUsize = AtomicUsize::new(0);
/// Backups that are there.
static MADE: AtomicUsize = AtomicUsize::new(0);

/// What is done in one time, and how fast it was.
struct Times {
    alone: Vec<f64>,
    meanwhile: Vec<f64>,
}

/// Lets people speak with and without backups.
pub async fn backup(size: Size) -> Vec<Row> {
    let groups = size.groups / 5;
    let channels = groups.div_ceil(PER_CHANNEL);
    let town = Town::with(groups, channels, Options::counting()).await;
    let (mut town, house) = guarded(town, &RAISED).await;
    let people = town.subscribers(size.people / size.groups);
    let alone: Vec<_> = people.iter().map(|(who, _, name)| (*who, ChatId(who.0), name.clone())).collect();
    let answered = town.done("sendMessage") + alone.len() as u64;
    drive(&house.hook, bodies(&town.say(&alone, "/start").await), None).await;
    assert!(town.until_done("sendMessage", answered).await, "everybody is answered; the log:\n{}", house.log());
    let words = bodies(&town.say(&people, "good morning to everybody").await);
    drive(&house.hook, words.clone(), None).await;
    let strangers = strangers(&mut town, 2 * PAIRS).await;
    tokio::time::sleep(SETTLED).await;

    let (many, mut said) = (size.updates / 4, 2_000_000_000);
    let subscribers = Times::of(&house, async |_| {
        let next = (0..many).map(|n| renumbered(&words[n % words.len()], said + n as u64)).collect::<Vec<_>>();
        said += many as u64;
        let driven = drive(&house.hook, next, None).await;
        per_s(many, driven.took_us)
    });
    let subscribers = subscribers.await;
    let newcomers = Times::of(&house, async |n| {
        let stopped = town.done("sendMessage") + strangers[n].len() as u64;
        let begun_us = majordomo::clock::tick_us();
        drive(&house.hook, strangers[n].clone(), None).await;
        assert!(town.until_done("sendMessage", stopped).await, "everybody is told; the log:\n{}", house.log());
        per_s(strangers[n].len(), majordomo::clock::tick_us() - begun_us)
    });
    let newcomers = newcomers.await;
    let mut rows = vec![Row::new("backup: store", house.store_mib(), "MiB", Limit::Told)];
    rows.extend(made(&house));
    rows.extend(subscribers.rows("subscribers"));
    rows.extend(newcomers.rows("strangers"));
    rows.extend(complaints(&house));
    rows
}

/// What people say whom nobody has seen before, for so many times.
async fn strangers(town: &mut Town, times: usize) -> Vec<Vec<Bytes>> {
    let mut all = Vec::new();
    for _ in 0..times {
        let people = town.strangers(1);
        all.push(bodies(&town.say(&people, "hello").await));
    }
    all
}

impl Times {
    /// Measures in pairs.
    async fn of(house: &House, mut work: impl AsyncFnMut(usize) -> f64) -> Self {
        let mut times = Self { alone: Vec::new(), meanwhile: Vec::new() };
        for turn in 0..2 * PAIRS {
            if (turn / 2 + turn) % 2 == 0 {
                times.alone.push(work(turn).await);
            } else {
                let backups = Backups::begin(house).await;
                times.meanwhile.push(work(turn).await);
                backups.end().await;
            }
            tokio::time::sleep(SETTLED / 4).await;
        }
        times
    }

    fn rows(&self, who: &str) -> Vec<Row> {
        let (alone, meanwhile) = (median(&self.alone), median(&self.meanwhile));
        let slower = (1.0 - meanwhile / alone) * 100.0;
        vec![
            Row::new(format!("backup: {who} judged, alone"), alone, "/s", Limit::Told),
            Row::new(format!("backup: {who} judged, while backups are made"), meanwhile, "/s", Limit::Told),
            Row::new(format!("backup: {who}, slower by"), slower, "%", SLOWER),
        ]
    }
}

/// Backups, one after another, until it is enough.
struct Backups {
    enough: Arc<AtomicBool>,
    maker: tokio::task::JoinHandle<()>,
}

impl Backups {
    /// Returns when the first has begun.
    async fn begin(house: &House) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let (stop, mut commands) = (Arc::clone(&enough), Vec::new());
        for _ in 0..1_000 {
            commands.push(house.command(&[
                "backup",
                "create",
                &format!("b{}", STARTED.fetch_add(1, Ordering::Relaxed)),
            ]));
        }
        let maker = tokio::task::spawn_blocking(move || {
            for mut command in commands {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                assert!(command.status().unwrap().success(), "a backup was made");
                MADE.fetch_add(1, Ordering::Relaxed);
            }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        Self { enough, maker }
    }

    async fn end(self) {
        self.enough.store(true, Ordering::Relaxed);
        self.maker.await.unwrap();
    }
}

/// How many were made, of how many rows, and how long one took: the log shows the first ones and counts the others.
fn made(house: &House) -> Vec<Row> {
    let number = |line: &str, name: &str| {
        let rest = line.split(&format!("\"{name}\":")).nth(1)?;
        let end = rest.find(|it: char| !it.is_ascii_digit() && it != '"').unwrap_or(rest.len());
        rest[..end].trim_matches('"').parse::<f64>().ok()
    };
    let log = house.log();
    let done: Vec<_> = log.lines().filter(|it| it.contains("\"backup.done\"")).collect();
    let of = |name| median(&done.iter().filter_map(|it| number(it, name)).collect::<Vec<_>>());
    vec![
        Row::new("backup: made", MADE.load(Ordering::Relaxed) as f64, "", Limit::AtLeast(2.0 * PAIRS as f64)),
        Row::new("backup: rows in one", of("rows"), "", Limit::Told),
        Row::new("backup: how long one took", of("took_ms"), "ms", Limit::Told),
    ]
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

fn per_s(n: usize, took_us: u64) -> f64 {
    n as f64 / (took_us as f64 / 1e6)
}
