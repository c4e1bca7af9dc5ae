//! A day of a lively town in an hour: the wall clocks of the house and of Telegram run faster, waits are as much
//! shorter. What is full after a while must not grow any more.

use crate::house::{House, RAISED};
use crate::row::{Limit, Row};
use crate::scenes::{Size, complaints};
use crate::town::Town;
use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::Options;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What is compressed, in s.
const DAY_S: f64 = 86_400.0;
/// Things that people do, per second of ours.
const RATE: u32 = 200;
/// Groups, people in each, channels.
const TOWN: (usize, usize, usize) = (100, 20, 5);

/// A wall clock that is ahead of the true one, for the house alone.
struct Clock {
    folder: TempDir,
}

impl Clock {
    /// Its library is built by the same `cc` that links Rust programs.
    fn new() -> Self {
        let clock = Self { folder: tempfile::tempdir().unwrap() };
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/durable/clock.c");
        let mut cc = std::process::Command::new("cc");
        assert!(cc.args(["-shared", "-fPIC", "-o"]).arg(clock.library()).arg(source).status().unwrap().success());
        clock.ahead_s(0);
        clock
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("clock.so")
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("clock")
    }

    fn ahead_s(&self, by: u64) {
        let new = self.file().with_extension("new");
        std::fs::write(&new, by.to_string()).unwrap();
        std::fs::rename(&new, self.file()).unwrap();
    }
}

/// Somebody who lives in one of the groups.
struct Person {
    id: UserId,
    group: ChatId,
    channel: ChatId,
}

/// What the house takes at one moment.
#[derive(Clone, Copy)]
struct Sample {
    memory_mib: f64,
    descriptors: f64,
    threads: f64,
    tasks: f64,
    store_mib: f64,
}

pub async fn soak(size: Size) -> Vec<Row> {
    let faster = DAY_S / size.soak.as_secs_f64();
    let (groups, each, channels) = TOWN;
    let mut town = Town::with(groups, channels, Options::counting()).await;
    let clock = Clock::new();
    let house = House::live(&town, &borrowed(&settings(&clock, faster))).await;
    let people = inhabitants(&mut town, each);
    for (n, group) in town.groups.iter().enumerate() {
        town.telegram.say(town.ann, *group, &format!("/protect @news_{}", n % channels)).unwrap();
    }
    assert!(town.until_done("sendMessage", groups as u64).await, "protected; the log:\n{}", house.log());
    let (mut dice, mut samples, mut acts) = (7_u64, Vec::new(), 0_u64);
    let (begun, mut ahead_s) = (Instant::now(), 0_u64);
    let mut looks = size.soak / 200;
    while begun.elapsed() < size.soak {
        for _ in 0..RATE / 10 {
            act(&town, &people, &mut dice);
            acts += 1;
        }
        let ahead = (begun.elapsed().as_secs_f64() * (faster - 1.0)) as u64;
        clock.ahead_s(ahead);
        town.telegram.advance_ms(i64::try_from((ahead - ahead_s) * 1_000).unwrap());
        ahead_s = ahead;
        if looks <= begun.elapsed() {
            looks += size.soak / 200;
            samples.push(look(&house).await);
        }
        let due = Duration::from_secs_f64(acts as f64 / f64::from(RATE));
        tokio::time::sleep(due.saturating_sub(begun.elapsed()).max(Duration::from_millis(1))).await;
    }
    let mut rows = vec![
        Row::new("soak: a day in", size.soak.as_secs_f64() / 60.0, "min", Limit::Told),
        Row::new("soak: things that people did", acts as f64, "", Limit::Told),
        Row::new("soak: updates taken", town.telegram.taken() as f64, "", Limit::Told),
        Row::new("soak: updates not taken", town.telegram.undelivered() as f64, "", Limit::AtMost(f64::from(RATE))),
        Row::new("soak: messages said", town.done("sendMessage") as f64, "", Limit::Told),
        Row::new("soak: people muted or freed", town.done("restrictChatMember") as f64, "", Limit::Told),
    ];
    rows.extend(growth(&samples));
    rows.extend(complaints(&house));
    rows
}

/// Half of them subscribe.
fn inhabitants(town: &mut Town, each: usize) -> Vec<Person> {
    let channels = town.channels.clone();
    let half = town.subscribers(each / 2);
    let all: Vec<_> = half.into_iter().chain(town.strangers(each / 2)).collect();
    let groups = town.groups.len();
    let person = |(n, (id, group, _)): (usize, (UserId, ChatId, String))| {
        let channel = channels[n % groups % channels.len()];
        Person { id, group, channel }
    };
    all.into_iter().enumerate().map(person).collect()
}

/// Waits that are not told by the wall clock are as much shorter as that runs faster. The ledger is short, so that
/// it is full soon.
fn settings(clock: &Clock, faster: f64) -> Vec<(&'static str, String)> {
    let seconds = |it: f64| ((it / faster) as u64).max(1).to_string();
    let raised = RAISED.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let more = [
        ("=LD_PRELOAD", clock.library().display().to_string()),
        ("=CLOCK_FILE", clock.file().display().to_string()),
        ("LIMITS__MEMBERSHIP_CACHE__POSITIVE_S", seconds(600.0)),
        ("LIMITS__MEMBERSHIP_CACHE__NEGATIVE_S", seconds(60.0)),
        ("LIMITS__MEMBERSHIP_CACHE__RECENT_S", seconds(60.0)),
        ("LIMITS__CHAT__KEEP_MS", ((60_000.0 / faster) as u64).to_string()),
        ("RUNTIME__CHAT_IDLE_S", seconds(300.0)),
        ("FEATURES__MEMBERSHIP__LEDGER_PER_GROUP", "100".into()),
    ];
    raised.chain(more).collect()
}

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Somebody does something. What they cannot do (they are muted, are there already) is not done.
fn act(town: &Town, people: &[Person], dice: &mut u64) {
    let who = &people[roll(dice, people.len() as u64) as usize];
    let telegram = &town.telegram;
    let _whatever_came_of_it = match roll(dice, 1_000) {
        0..800 => telegram.say(who.id, who.group, "good morning").map(drop),
        800..840 => telegram.leave(who.id, who.channel),
        840..900 => telegram.join(who.id, who.channel),
        900..920 => telegram.leave(who.id, who.group),
        920..950 => telegram.join(who.id, who.group),
        950..980 => return drop(telegram.press_and_go(who.id, who.group, "joined")),
        980..990 => telegram.say(who.id, who.group, "/why").map(drop),
        990..998 => telegram.whisper(who.id, "/start").map(drop),
        998 => telegram.say(town.ann, who.group, "/stats").map(drop),
        _ => telegram.say(town.ann, who.group, "/verify").map(drop),
    };
}

/// A number below `below`: the same ones in every run.
fn roll(dice: &mut u64, below: u64) -> u64 {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*dice >> 33) % below
}

async fn look(house: &House) -> Sample {
    let metrics = house.metrics().await;
    let of = |name: &str| metrics.lines().find_map(|it| it.strip_prefix(name)?.trim().parse::<f64>().ok());
    let (descriptors, threads) = house.handles();
    Sample {
        memory_mib: house.memory_mib().0,
        descriptors: descriptors as f64,
        threads: threads as f64,
        tasks: of("bot_runtime_tasks ").unwrap_or(0.0),
        store_mib: house.store_mib(),
    }
}

/// What was taken on average in the third quarter, and how much more in the last one.
fn growth(samples: &[Sample]) -> Vec<Row> {
    let quarter = samples.len() / 4;
    let (third, last) = (&samples[2 * quarter..3 * quarter], &samples[3 * quarter..]);
    let mean = |of: &[Sample], what: fn(&Sample) -> f64| of.iter().map(what).sum::<f64>() / of.len() as f64;
    let pair = |name: &str, unit, what: fn(&Sample) -> f64, more: f64| {
        let (before, after) = (mean(third, what), mean(last, what));
        vec![
            Row::new(format!("soak: {name}, third quarter"), before, unit, Limit::Told),
            Row::new(format!("soak: {name}, more in the last one"), after - before, unit, Limit::AtMost(more)),
        ]
    };
    let mut rows = pair("memory", "MiB", |it| it.memory_mib, 4.0);
    rows.extend(pair("descriptors", "", |it| it.descriptors, 8.0));
    rows.extend(pair("threads", "", |it| it.threads, 4.0));
    rows.extend(pair("tasks", "", |it| it.tasks, 50.0));
    rows.extend(pair("store", "MiB", |it| it.store_mib, 8.0));
    rows
}
