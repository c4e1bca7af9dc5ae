//! A raid: strangers come by the hundreds, and the group hardly notices.

use crate::harness::{By, Setting, Story};
use majordomo::domain::types::{MessageId, UserId};
use majordomo::playground::telegram::{Options, What};
use std::time::{Duration, Instant};

/// How long a raid may take in a test build on a busy machine.
const LONG: Duration = Duration::from_secs(240);

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
