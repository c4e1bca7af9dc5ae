//! A raid: strangers come by the hundreds, and the group hardly notices.

use crate::harness::{By, Setting, Story};
use majordomo::domain::types::{MessageId, UserId};
use majordomo::playground::telegram::{Options, What};
use std::time::{Duration, Instant};

/// How long a raid may take in a test build on a busy machine.
const LONG: Duration = Duration::from_mins(4);

fn strict(by: By) -> Setting {
    Setting::by(by).telegram(Options { webhook_time_scale: 0.05, history: 50_000, ..Options::strict() })
}

/// So many strangers who join and write at once; their messages.
fn storm(story: &Story, number: usize, language: &str) -> Vec<(UserId, MessageId)> {
    let one = |n| {
        let who = story.telegram.person(&format!("Raider {n}"), language);
        story.telegram.join(who, story.group).ok()?;
        let said = story.telegram.say(who, story.group, "buy this").ok()?;
        Some((who, said))
    };
    (0..number).filter_map(one).collect()
}

/// User and system time of the house so far in ms, and its memory at its highest in KiB.
pub fn cost(pid: u32) -> (u64, u64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<u64>().ok()).sum();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|it| it.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse().ok());
    (ticks * 10, peak.unwrap_or(0))
}

#[tokio::test]
async fn a_thousand_strangers_at_once() {
    let story = Story::begin(strict(By::Webhook)).await;
    let (telegram, group) = (&story.telegram, story.group);
    let (before, _) = cost(story.pid());
    let begun = Instant::now();
    let sent = storm(&story, 1_000, "en");
    assert!(sent.len() > 30, "{}", sent.len());
    let left = || sent.iter().filter(|(_, it)| telegram.stands(group, *it)).count();
    let gone = telegram.until(LONG, || left() == 0).await;
    assert!(gone, "{} of {} messages still stand; the log:\n{}", left(), sent.len(), story.log.text());
    let muted = telegram.until(LONG, || sent.iter().all(|(who, _)| telegram.muted(group).contains(who))).await;
    assert!(muted, "everybody who wrote is muted");
    let (cpu, peak) = cost(story.pid());
    println!(
        "a raid of 1,000 ({} wrote): {:?}, CPU {} ms (test build), memory at its highest {} MiB",
        sent.len(),
        begun.elapsed(),
        cpu - before,
        peak / 1024
    );
    story.hears(group, "Many strangers are coming into").await;
    story.untouched(story.sam, "I read the news").await;
    let said = telegram.calls("sendMessage");
    let notices = said.iter().filter(|it| it.done && it.text("text").contains("please join")).count();
    assert!(notices <= 3, "{notices} notices");
    assert!(telegram.all_calls().iter().all(|it| it.status != 429), "no flood");
    assert_eq!(telegram.early_calls(), 0);
    assert!(!telegram.calls("deleteMessages").is_empty(), "in bulk");
}

#[tokio::test]
async fn a_closed_group_is_opened_as_it_was_by_polling() {
    let words = ["Strangers", "In a raid only admins write", "End now", "It is quiet again"];
    a_closed_group_is_opened_as_it_was(By::Polling, "en", &words).await;
}

#[tokio::test]
async fn a_closed_group_is_opened_as_it_was_by_webhook_and_in_russian() {
    let words = ["Неподписанные", "При наплыве пишут только админы", "Закончить сейчас", "снова спокойно"];
    a_closed_group_is_opened_as_it_was(By::Webhook, "ru", &words).await;
}

async fn a_closed_group_is_opened_as_it_was(by: By, language: &'static str, words: &[&str; 4]) {
    let [strangers, button, end, quiet] = *words;
    let mut story = Story::prepare(Setting::by(by).speaking(language)).await;
    let group = story.group;
    story.telegram.set_permissions(group, &["can_send_messages", "can_send_photos", "can_invite_users"]);
    let usual = story.telegram.permissions(group);
    story.start().await;
    story.protect().await;
    story.ann_chooses(strangers, button, &format!("✅ {button}")).await;
    storm(&story, 60, language);
    let closed = || !story.telegram.permissions(group).contains(&"can_send_messages");
    story.until("the group is closed", closed).await;
    assert!(story.telegram.permissions(group).contains(&"can_invite_users"), "only sending is off");
    story.hears(group, "🛡").await;
    story.log.wait_for("membership.raid").await;
    story.restart().await;
    let admins = story.message(group, "🛡");
    story.telegram.press_on(story.ann, group, admins, end, crate::harness::LIMIT).await.unwrap();
    story.until("the group is open as it was", || story.telegram.permissions(group) == usual).await;
    let over = |it: &What| matches!(it, What::Edited { text, .. } if text.contains(quiet));
    story.until("a summary", || story.telegram.story().iter().any(|it| over(&it.what))).await;
    story.untouched(story.sam, "I may write").await;
}

#[tokio::test]
async fn a_raid_is_undone_whole_by_polling() {
    undone(
        By::Polling,
        "en",
        ["Many strangers are coming into", "Undo 14 mutes of 14 people", "Undo", "let 14 people off"],
    )
    .await;
}

#[tokio::test]
async fn a_raid_is_undone_whole_by_webhook_and_in_russian() {
    let words =
        ["разом пришло много посторонних", "Отменить 14 ограничений у 14 человек", "Отменить", "отменено у 14 человек"];
    undone(By::Webhook, "ru", words).await;
}

/// Also those are let off who came before it was noticed.
async fn undone(by: By, language: &'static str, [raid, asked, undo, done]: [&str; 4]) {
    const MANY: usize = 14;
    let setting = Setting::by(by).speaking(language).with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICES_PER_MIN", "1");
    let story = Story::begin(setting.with("MAJORDOMO_FEATURES__MEMBERSHIP__RAID_MIN_PER_MIN", "8")).await;
    for who in &story.guests(MANY) {
        story.telegram.say(*who, story.group, "buy this").unwrap();
    }
    story.until("everybody is muted", || story.telegram.muted(story.group).len() == MANY).await;
    story.hears(story.group, raid).await;
    story.ann_asks("/undo raid", asked).await;
    let question = story.message(story.group, asked);
    story.telegram.press_on(story.ann, story.group, question, undo, crate::harness::LIMIT).await.unwrap();
    story.until("all may write", || story.telegram.muted(story.group).is_empty()).await;
    story.hears(story.group, done).await;
}

#[tokio::test]
async fn what_cannot_be_undone_is_answered_with_what_can() {
    for (language, odd, usage) in [("en", "I do not understand", "/undo 2h"), ("ru", "Не понимаю", "/undo 2h")]
    {
        let story = Story::begin(Setting::by(By::Polling).speaking(language)).await;
        story.stopped(story.eve, "hello").await;
        story.ann_asks("/undo yesterday", odd).await;
        story.hears(story.group, usage).await;
        story.ann_asks("/undo 30", "/undo 30m").await;
        assert!(story.telegram.muted(story.group).contains(&story.eve), "nothing was done");
        story.telegram.say(story.ann, story.group, &format!("/undo {}", story.eve.0)).unwrap();
        story.until("a number alone is an id", || story.telegram.may_write(story.group, story.eve)).await;
    }
}
