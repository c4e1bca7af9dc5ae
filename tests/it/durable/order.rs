//! Order and dedupe: one person's events in order, nobody held up by another, each update once.

use super::UNLIMITED;
use super::dice::Dice;
use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{Fault, FaultKind, What};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SECRET: &str = "a-secret-of-this-story";

/// Nothing gives up early, however slow a lookup is made.
fn patient(by: By) -> Setting {
    let times = [
        ("MAJORDOMO_LIMITS__MEMBERSHIP_CACHE__LOOKUP_TIMEOUT_MS", "60000"),
        ("MAJORDOMO_RUNTIME__PRESS_ANSWER_MS", "10000"),
        ("MAJORDOMO_TELEGRAM__WEBHOOK__SECRET", SECRET),
    ];
    UNLIMITED.iter().chain(&times).fold(Setting::by(by), |it, (name, value)| it.with(name, value))
}

impl Story {
    /// The messages of a group that were visibly answered, in the order of the answers.
    fn answered(&self, group: ChatId) -> Vec<i64> {
        let calls = self.telegram.calls("sendMessage");
        let here = calls.iter().filter(|it| it.done && it.number("chat_id") == Some(group.0));
        here.filter_map(|it| it.params.get("reply_parameters")?["message_id"].as_i64()).collect()
    }

    /// An owner has the bot answer so many messages in the group; gives their ids.
    fn drills(&self, who: UserId, group: ChatId, many: usize) -> Vec<i64> {
        (0..many).map(|_| self.telegram.say(who, group, "drill:ok").unwrap().0).collect()
    }

    /// Stops and starts the house, and forgets the calls so far.
    async fn start_afresh(&mut self) {
        self.calm().await;
        let (status, _) = self.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", self.log.text());
        self.telegram.forget_calls();
        self.start().await;
    }

    async fn all_answered(&self, group: ChatId, asked: &[i64]) {
        let limit = super::LONG;
        let all = self.telegram.until(limit, || self.answered(group).len() >= asked.len()).await;
        assert!(all, "{} of {} answered; the log:\n{}", self.answered(group).len(), asked.len(), self.log.text());
        self.calm().await;
        assert_eq!(self.answered(group), asked, "each once, in order");
    }
}

#[tokio::test]
async fn one_persons_events_stay_in_order_and_hold_up_nobody_else() {
    let mut story = Story::prepare(patient(By::Polling)).await;
    let olga = story.telegram.person("Olga", "en");
    story.telegram.join(olga, story.channel).unwrap();
    story.telegram.join(olga, story.group).unwrap();
    story.set("MAJORDOMO_OWNER__IDS", &format!("{},{}", story.ann.0, olga.0));
    story.start().await;
    story.protect().await;
    let first = story.drills(story.ann, story.group, 1); // from now on it is known what Ann is
    story.until("Ann is answered", || story.answered(story.group).ends_with(&first)).await;
    story.telegram.forget_calls();
    story.telegram.fault(Fault::of("getChatMember", FaultKind::Latency(6_000)));
    let slow = story.drills(olga, story.group, 12);
    let quick = story.drills(story.ann, story.group, 3);
    story.until("Ann is answered", || story.answered(story.group).len() >= quick.len()).await;
    assert_eq!(story.answered(story.group), quick, "Olga waits for what is known of her, Ann does not");
    story.until("all are acknowledged", || story.telegram.undelivered() == 0).await;
    assert_eq!(story.answered(story.group), quick, "they wait on the disk, not at Telegram");
    story.all_answered(story.group, &[quick, slow].concat()).await;
}

#[tokio::test]
async fn a_burst_beyond_the_queue_waits_on_the_disk_and_holds_up_no_other_chat() {
    for killed in [false, true] {
        let mut story = Story::begin(patient(By::Webhook).with("MAJORDOMO_RUNTIME__CHAT_QUEUE", "4")).await;
        story.start_afresh().await; // nothing is cached any more
        story.telegram.fault(Fault::of("getChatMember", FaultKind::Latency(8_000)).times(1));
        let asked = story.drills(story.ann, story.group, 200);
        story.until("all are acknowledged", || story.telegram.undelivered() == 0).await;
        let other = story.telegram.person("Olga", "en");
        story.telegram.whisper(other, "/start").unwrap();
        story.called("sendMessage", |it| it.number("chat_id") == Some(other.0)).await;
        assert!(story.answered(story.group).is_empty(), "the group still waits");
        if killed {
            story.kill9();
            story.telegram.no_faults();
            story.start().await;
        }
        story.all_answered(story.group, &asked).await;
        // The answer to Olga may be in doubt: it was sent right before the kill.
        assert!(story.pending().await.iter().all(|it| it.chat == Some(other.0)));
    }
}

#[tokio::test]
async fn a_slow_chat_does_not_delay_others() {
    let story = Story::begin(patient(By::Webhook)).await;
    let slow = story.another_group("Slow");
    story.protect_too(slow).await;
    for method in ["deleteMessage", "restrictChatMember", "sendMessage"] {
        story.telegram.fault(Fault::of(method, FaultKind::Hang(10_000)).in_chat(slow.0));
    }
    let eve = story.stranger("Slow Eve", slow);
    let stands = story.telegram.say(eve, slow, "hello").unwrap();
    story.drills(story.ann, slow, 20);
    story.stopped(story.eve, "hello").await;
    assert!(!story.deleted(slow).contains(&stands.0));
    story.telegram.no_faults();
    story.until("the slow chat comes to its end too", || story.deleted(slow).contains(&stands.0)).await;
}

#[tokio::test]
async fn each_update_counts_once_however_often_and_wherever_it_comes() {
    let mut dice = Dice::new("dedupe");
    let mut story = Story::begin(patient(By::Webhook)).await;
    story.start_afresh().await;
    let mut asked = Vec::new();
    let mut copies: Vec<(u64, i64)> = Vec::new();
    for n in 0..40 {
        if dice.percent(20) {
            story.telegram.jump_update_ids(dice.below(1 << 30));
        }
        let (message, update) = story.telegram.say_traced(story.ann, story.group, "drill:ok").unwrap();
        asked.push(message.0);
        copies.push((update.unwrap(), message.0));
        let again = copies[usize::try_from(dice.below(copies.len() as u64)).unwrap()];
        for _ in 0..dice.below(4) {
            story.deliver(again).await;
        }
        if n == 20 {
            // What Telegram has brought before the stop it brings again after it.
            story.until("all are acknowledged", || story.telegram.undelivered() == 0).await;
            let (status, _) = story.sigterm().await;
            assert_eq!(status.code(), Some(0), "{}", story.log.text());
            story.start().await;
            for copy in &copies {
                story.deliver(*copy).await;
            }
        }
    }
    let mut answered = Vec::new();
    story
        .until("all are answered", || {
            answered = story.answered(story.group);
            answered.len() >= asked.len()
        })
        .await;
    story.kill9();
    story.start().await;
    for copy in &copies {
        story.deliver(*copy).await;
    }
    story.calm().await;
    let mut answered = story.answered(story.group);
    answered.sort_unstable();
    assert_eq!(answered, asked, "{}", story.log.text());
}

#[tokio::test]
async fn a_poll_that_brings_things_twice_changes_nothing() {
    let mut story = Story::begin(patient(By::Polling)).await;
    story.start_afresh().await;
    story.telegram.fault(Fault::of("getUpdates", FaultKind::Duplicate));
    let asked = story.drills(story.ann, story.group, 30);
    story.all_answered(story.group, &asked).await;
}

impl Story {
    /// Brings the update of one of Ann's drills again, as Telegram's server does after a lost answer.
    async fn deliver(&self, (update, message): (u64, i64)) {
        let body = json!({ "update_id": update, "message": {
            "message_id": message,
            "date": self.telegram.now_ms() / 1000,
            "chat": { "id": self.group.0, "type": "supergroup", "title": "Readers" },
            "from": { "id": self.ann.0, "is_bot": false, "first_name": "Ann", "language_code": "en" },
            "text": "drill:ok",
        } });
        assert_eq!(self.post(&body.to_string(), SECRET).await, 200);
    }

    /// Posts a body to the house's webhook; the answer's status.
    pub async fn post(&self, body: &str, secret: &str) -> u16 {
        let posting = async {
            let mut stream = TcpStream::connect(self.listens()).await.unwrap();
            let head = format!(
                "POST /hook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
                 X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let _refused_before_the_end = stream.write_all(body.as_bytes()).await;
            let mut answer = Vec::new();
            let _cut = stream.read_to_end(&mut answer).await;
            let answer = String::from_utf8_lossy(&answer).into_owned();
            answer.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0)
        };
        tokio::time::timeout(LIMIT, posting).await.unwrap()
    }
}

#[tokio::test]
async fn a_press_goes_before_messages_that_wait() {
    for by in [By::Polling, By::Webhook] {
        let mut story = Story::begin(patient(by).with("MAJORDOMO_RUNTIME__CHAT_QUEUE", "4")).await;
        story.stopped(story.eve, "hello").await;
        let button = |it: &What| matches!(it, What::Said { buttons, .. } if !buttons.is_empty());
        story.sees("a notice with its button", |it| button(&it.what)).await;
        story.start_afresh().await; // nothing is cached any more
        story.telegram.fault(Fault::of("getChatMember", FaultKind::Latency(3_000)).times(1));
        let asked = story.drills(story.ann, story.group, 40);
        story.until("all are acknowledged", || story.telegram.undelivered() == 0).await;
        // The button is not for Sam, so that nobody needs to be looked up to tell him.
        let press = story.telegram.press_and_go(story.sam, story.group, "joined").unwrap();
        story.until("the press is taken", || story.telegram.undelivered() == 0).await;
        assert!(story.answered(story.group).is_empty(), "the messages still wait");
        let toast = story.telegram.answered(&press, LIMIT).await.unwrap();
        assert!(!toast.text.is_empty(), "{toast:?}");
        story.all_answered(story.group, &asked).await;
        let answers = story.telegram.calls("sendMessage");
        let pressed = story.telegram.calls("answerCallbackQuery")[0].at_us;
        let before = answers.iter().filter(|it| it.number("chat_id") == Some(story.group.0) && it.at_us < pressed);
        // Those that were aside with Ann's lookup already; a press at the end of the queue would come after 40.
        assert!(before.count() <= 10, "{by:?}");
    }
}

/// Updates of the burst, with 1 KB of words each, and by how many KiB the process may grow for them, the store's cache
///.
const BURST: usize = 20_000;
const GROWTH_KIB: u64 = 64 * 1024;

#[tokio::test]
async fn a_burst_to_one_chat_takes_room_on_the_disk_and_not_in_memory() {
    let mut story = Story::begin(patient(By::Polling)).await;
    story.start_afresh().await; // nothing is cached any more
    let before = story.resident_kib();
    story.telegram.fault(Fault::of("getChatMember", FaultKind::Hang(300_000)));
    let words = "drill:ok ".to_owned() + &"x".repeat(1_000);
    for _ in 0..BURST {
        story.telegram.say(story.ann, story.group, &words).unwrap();
    }
    let began = std::time::Instant::now();
    let taken = story.telegram.until(super::LONG * 4, || story.telegram.undelivered() == 0).await;
    assert!(taken, "{} are left", story.telegram.undelivered());
    let grown = story.resident_kib().saturating_sub(before);
    println!("{BURST} updates taken in {:?}, {grown} KiB more", began.elapsed());
    assert!(grown < GROWTH_KIB, "{grown} KiB for {BURST} updates");
}

impl Story {
    /// What the process of the house holds in memory.
    fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }
}
