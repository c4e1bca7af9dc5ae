//! A disk that runs full at any point: refused, told once, recovered by itself when there is room, nothing lost.

use super::{LONG, SmallDisk, UNLIMITED};
use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::domain::types::{MessageId, UserId};
use majordomo::playground::telegram::What;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SECRET: &str = "a-secret-of-this-story";
/// The promise is 5 s after there is room; the rest is for a test machine that does other things too.
const SOON: Duration = Duration::from_secs(8);

/// What takes the room away.
struct Filler(PathBuf);

impl Filler {
    /// Leaves so many bytes free.
    fn leaving(disk: &Path, bytes: u64) -> Self {
        let path = disk.join("filler");
        let mut file = File::options().create(true).append(true).mode(0o600).open(&path).unwrap();
        loop {
            let free = majordomo::store::free_bytes(disk).unwrap();
            let more = free.saturating_sub(bytes).min(1 << 20);
            if more == 0 || file.write_all(&vec![0; usize::try_from(more).unwrap()]).is_err() {
                return Self(path);
            }
        }
    }

    fn remove(self) {
        fs::remove_file(self.0).unwrap();
    }
}

fn setting(by: By, disk: &SmallDisk, reserve: &str) -> Setting {
    let setting = UNLIMITED.iter().fold(Setting::by(by), |it, (name, value)| it.with(name, value));
    let setting = setting.with("MAJORDOMO_STORE__PATH", disk.path().join("store").to_str().unwrap());
    let setting = setting.with("MAJORDOMO_STORE__RESERVE_BYTES", reserve);
    let setting = setting.with("MAJORDOMO_TELEGRAM__WEBHOOK__SECRET", SECRET);
    // A mute ends with its notice; not within this story.
    setting.with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", "86400")
}

impl Story {
    /// Strangers who speak, and one newcomer in private.
    fn some_load(&self, name: &str) -> (Vec<(UserId, MessageId)>, UserId) {
        let say = |n: usize| {
            let who = self.stranger(&format!("{name} {n}"), self.group);
            (who, self.telegram.say(who, self.group, &"hello ".repeat(200)).unwrap())
        };
        let newcomer = self.telegram.person(&format!("{name} new"), "en");
        self.telegram.whisper(newcomer, "/start").unwrap();
        ((0..8).map(say).collect(), newcomer)
    }

    async fn all_stopped(&self, said: &[(UserId, MessageId)], what: &str) {
        let all = self
            .telegram
            .until(LONG, || {
                let (deleted, muted) = (self.deleted(self.group), self.telegram.muted(self.group));
                said.iter().all(|(who, message)| deleted.contains(&message.0) && muted.contains(who))
            })
            .await;
        assert!(all, "{what}: everybody is stopped in the end; the log:\n{}", self.log.text());
    }

    fn sees_of_us(&self, who: UserId) -> usize {
        let to = |it: &&majordomo::playground::telegram::Happening| it.chat.0 == who.0 && it.by_bot;
        self.telegram.story().iter().filter(to).filter(|it| matches!(it.what, What::Said { .. })).count()
    }

    /// Waits until nothing is taken any more: 503 with a time, or updates that stay where they are.
    async fn refuses(&self, by: By, update: u64, what: &str) {
        if by == By::Polling {
            return self.until("updates wait at Telegram", || self.telegram.undelivered() > 0).await;
        }
        for n in 0..200 {
            let (status, wait) = self.delivered(update + n).await;
            if status == 503 {
                return assert!(wait.is_some_and(|it| it > 0), "{what}: {wait:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{what}: it goes on taking updates; the log:\n{}", self.log.text());
    }

    /// What the webhook answers to an update of nobody: the status, and its `Retry-After`.
    async fn delivered(&self, update: u64) -> (u16, Option<u64>) {
        let body = format!(
            r#"{{"update_id":{update},"message":{{"message_id":1,"date":1,"chat":{{"id":5,"type":"private","first_name":"N"}},"from":{{"id":5,"is_bot":false,"first_name":"N"}},"text":"x"}}}}"#
        );
        let mut stream = TcpStream::connect(self.listens()).await.unwrap();
        let head = format!(
            "POST /hook HTTP/1.1\r\nHost: h\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        let status = answer.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
        let wait = answer.to_ascii_lowercase();
        let wait = wait.split("retry-after: ").nth(1).and_then(|it| it.split("\r\n").next()?.parse().ok());
        (status, wait)
    }
}

/// Fills the disk while people speak, until the store says so; makes room, and everything is done.
async fn fills(by: By, reserve: &str, levels: &[u64]) {
    let Some(disk) = SmallDisk::mount(48) else { return };
    let mut story = Story::begin(setting(by, &disk, reserve)).await;
    let mut newcomers = Vec::new();
    for (round, level) in levels.iter().enumerate() {
        let what = format!("{by:?}, reserve {reserve}, {level} bytes left");
        story.calm().await;
        let mark = story.log.mark();
        let filler = Filler::leaving(disk.path(), *level);
        let (mut said, new) = story.some_load(&format!("Full {round}"));
        newcomers.push(new);
        tokio::time::sleep(Duration::from_millis(200)).await; // some of it is written at this level
        drop(Filler::leaving(disk.path(), 0));
        let (more, new) = story.some_load(&format!("Fuller {round}"));
        said.extend(more);
        newcomers.push(new);
        story.refuses(by, 900_000_000 + round as u64 * 1_000, &what).await;
        tokio::time::sleep(Duration::from_secs(3)).await; // it goes on being refused
        // The fourth time within a minute it is counted only, as all that repeats.
        let full = story.log.wait_from(mark, |it| it["event"] == "store.full", Duration::from_secs(1)).await;
        assert!(full.is_some() || round >= 3, "{what}: {}", story.log.text());
        let lines = story.log.text_from(mark);
        assert!(lines.matches("\"store.full\"").count() <= 2, "{what}: told once, not each time:\n{lines}");
        assert!(!lines.contains("sup.child.crashed"), "{what}: nothing crashes of it:\n{lines}");
        filler.remove();
        let begun = Instant::now();
        if by == By::Webhook {
            let mut n = 0;
            while story.delivered(910_000_000 + round as u64 * 1_000 + n).await.0 != 200 {
                assert!(begun.elapsed() < SOON, "{what}: still refused:\n{}", story.log.text_from(mark));
                tokio::time::sleep(Duration::from_millis(100)).await;
                n += 1;
            }
        } else {
            let taken = story.telegram.until(SOON, || story.telegram.undelivered() == 0).await;
            assert!(taken, "{what}: not taken again:\n{}", story.log.text_from(mark));
        }
        eprintln!("{what}: taken again {} ms after there was room", begun.elapsed().as_millis());
        story.all_stopped(&said, &what).await;
    }
    story.calm().await;
    let pending = story.pending().await;
    for who in newcomers {
        let listed = pending.iter().filter(|it| it.chat == Some(who.0)).count();
        assert_eq!(story.sees_of_us(who) + listed, 1, "answered once or listed: {pending:?}\n{}", story.log.text());
    }
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
    story.start().await; // and what is there is whole
}

const LEVELS: &[u64] = &[0, 40_000, 300_000, 1_000_000, 1_100_000, 1_400_000];

#[tokio::test]
async fn a_disk_that_runs_full_below_the_reserve_is_told_once_and_survived_by_polling() {
    fills(By::Polling, "4194304", &[0, 4_000_000]).await;
}

#[tokio::test]
async fn a_disk_that_runs_full_below_the_reserve_is_told_once_and_survived_by_webhook() {
    fills(By::Webhook, "4194304", &[0, 4_000_000]).await;
}

#[tokio::test]
async fn a_disk_that_runs_full_to_its_last_byte_is_survived_by_polling() {
    fills(By::Polling, "0", LEVELS).await;
}

#[tokio::test]
async fn a_disk_that_runs_full_to_its_last_byte_is_survived_by_webhook() {
    fills(By::Webhook, "0", LEVELS).await;
}

#[tokio::test]
async fn a_start_on_a_full_disk_waits_in_words_and_goes_on_when_there_is_room() {
    for (reserve, levels) in [("0", &[0_u64, 4_096, 200_000, 900_000][..]), ("4194304", &[3_000_000][..])] {
        for used in [false, true] {
            for level in levels {
                let Some(disk) = SmallDisk::mount(48) else { return };
                let mut story = Story::prepare(setting(By::Polling, &disk, reserve)).await;
                if used {
                    story.start().await;
                    story.protect().await;
                    story.stopped(story.eve, "hello").await;
                    story.kill9();
                }
                let mark = story.log.mark();
                let filler = Filler::leaving(disk.path(), *level);
                story.start_and_go();
                let what = format!("reserve {reserve}, used {used}, {level} bytes left");
                let full = story.log.wait_from(mark, |it| it["event"] == "store.full", LIMIT).await;
                assert!(full.is_some(), "{what}: {}", story.log.text());
                tokio::time::sleep(Duration::from_millis(2_500)).await; // it goes on being tried
                filler.remove();
                let ready = story.log.wait_from(mark, |it| it["event"] == "app.ready", SOON).await;
                assert!(ready.is_some(), "{what}: {}", story.log.text_from(mark));
                let told = story.log.text_from(mark).matches("\"store.full\"").count();
                assert!(told <= 2, "{what}: told {told} times:\n{}", story.log.text_from(mark));
                let known = story.telegram.muted(story.group).contains(&story.eve);
                assert_eq!(known, used, "{what}");
                let (status, _) = story.sigterm().await;
                assert_eq!(status.code(), Some(0), "{what}: {}", story.log.text());
            }
        }
    }
}

#[tokio::test]
async fn a_full_disk_keeps_nobody_from_stopping_it() {
    let Some(disk) = SmallDisk::mount(48) else { return };
    for reserve in ["0", "4194304"] {
        let mut story = Story::begin(setting(By::Polling, &disk, reserve)).await;
        let filler = Filler::leaving(disk.path(), 0);
        let (said, _) = story.some_load("Full");
        story.log.wait_for("store.full").await;
        let (status, took) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
        assert!(took < Duration::from_secs(10), "{took:?}");
        // Told to stop while it waits for room.
        let mark = story.log.mark();
        story.start_and_go();
        assert!(story.log.wait_from(mark, |it| it["event"] == "store.full", LIMIT).await.is_some());
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
        filler.remove();
        story.start().await;
        story.all_stopped(&said, "after all that").await;
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
        fs::remove_dir_all(story.store()).unwrap();
    }
}

#[tokio::test]
async fn a_log_that_nobody_can_take_holds_up_nothing() {
    for log in ["full", "closed"] {
        let story = Story::prepare(Setting::by(By::Polling)).await;
        let mut command = story.command(&["run"]);
        command.stderr(Stdio::null());
        match log {
            "full" => command.stdout(File::options().write(true).open("/dev/full").unwrap()),
            _ => command.stdout(std::io::pipe().unwrap().1), // nobody is at the other end
        };
        let mut house = command.spawn().unwrap();
        drop(command);
        story.protect().await;
        story.stopped(story.eve, "hello").await;
        let told = std::process::Command::new("kill").args(["-TERM", &house.id().to_string()]).status().unwrap();
        assert!(told.success());
        let ended = tokio::task::spawn_blocking(move || house.wait());
        let status = tokio::time::timeout(LIMIT, ended).await.unwrap().unwrap().unwrap();
        assert_eq!(status.code(), Some(0), "a log that is {log}");
    }
}
