//! Who joins or leaves a channel, in all the groups that ask for it; and what makes good for what was not heard.

use super::raid::cost;
use crate::durable::UNLIMITED;
use crate::durable::wake::Clock;
use crate::harness::{By, GUARD, LIMIT, Setting, Story};
use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{Call, Fault, FaultKind, Happening, Options, What};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

impl Story {
    /// Another group of Ann's that asks for the same channel.
    async fn linked(&self, title: &str) -> ChatId {
        let group = self.telegram.supergroup(title, self.ann);
        self.telegram.place_bot(group, &GUARD);
        self.telegram.say(self.ann, group, "/protect @news").unwrap();
        self.hears(group, "News").await;
        group
    }

    /// What was made of a person's rights, by group: calls that were done.
    fn restrictions(&self, who: UserId) -> Vec<Arc<Call>> {
        let of = |it: &Arc<Call>| it.done && it.number("user_id") == Some(who.0);
        self.telegram.calls("restrictChatMember").into_iter().filter(of).collect()
    }

    /// Waits until so many are reached, as long as there are more and more of them: a busy machine takes longer, and
    /// a flood that Telegram complains of stops everything for as long as it says.
    async fn goes_on_to(&self, what: &str, wanted: usize, count: impl Fn() -> usize) {
        let mut seen = count();
        while seen < wanted {
            let more = self.telegram.until(LIMIT * 6, || count() > seen).await;
            assert!(more, "{what}: {seen} of {wanted}, and no more come; {}", self.log.text());
            seen = count();
        }
    }

    /// Where notices were said.
    fn notices_in(&self, words: &str) -> Vec<i64> {
        let calls = self.telegram.calls("sendMessage");
        let notices = calls.iter().filter(|it| it.done && it.text("text").contains(words));
        notices.filter_map(|it| it.number("chat_id")).collect()
    }
}

#[tokio::test]
async fn leaving_and_coming_back_is_felt_where_one_is_known_by_polling() {
    leaving_and_coming_back(By::Polling, "en", "please join News", "Only subscribers of News").await;
}

#[tokio::test]
async fn leaving_and_coming_back_is_felt_where_one_is_known_by_webhook_in_russian() {
    leaving_and_coming_back(By::Webhook, "ru", "подпишитесь, пожалуйста, на канал News", "только подписчики").await;
}

/// Sam leaves the channel: held in the two groups that know him, with one notice each. He comes back: free without
/// a press, and the notices are gone. The third group, in which he never was, sees nothing of it.
async fn leaving_and_coming_back(by: By, language: &'static str, notice: &str, protected: &str) {
    let story = Story::begin(Setting::by(by).speaking(language)).await;
    story.hears(story.group, protected).await;
    let second = story.linked("Second").await;
    let third = story.linked("Third").await;
    story.telegram.join(story.sam, second).unwrap();
    story.untouched(story.sam, "hello").await;
    story.telegram.leave(story.sam, story.channel).unwrap();
    for group in [story.group, second] {
        story.hears(group, notice).await;
        story.until("Sam is muted", || story.telegram.muted(group).contains(&story.sam)).await;
    }
    story.calm().await;
    assert_eq!(story.notices_in(notice).len(), 2, "one each");
    story.telegram.join(story.sam, story.channel).unwrap();
    for group in [story.group, second] {
        story.until("Sam may write", || story.telegram.may_write(group, story.sam)).await;
        let gone =
            |it: &Happening| it.chat == group && matches!(&it.what, What::Deleted { text } if text.contains(notice));
        story.until("the notice is gone", || story.telegram.story().iter().any(gone)).await;
    }
    story.untouched(story.sam, "and I write again").await;
    let calls = story.restrictions(story.sam);
    assert_eq!(calls.len(), 4, "muted and un-muted, in two groups");
    assert!(calls.iter().all(|it| it.number("chat_id") != Some(third.0)));
    assert_eq!(story.telegram.calls("answerCallbackQuery").len(), 0, "nobody pressed anything");
    story.ends_well().await;
}

#[tokio::test]
async fn an_admins_mute_is_never_lifted_and_never_overwritten() {
    let story = Story::new().await;
    story.untouched(story.sam, "hello").await;
    story.telegram.hand_of(story.ann).mute(story.group, story.sam).unwrap();
    for _ in 0..2 {
        story.telegram.leave(story.sam, story.channel).unwrap();
        story.calm().await;
        story.telegram.join(story.sam, story.channel).unwrap();
        story.calm().await;
    }
    assert_eq!(story.restrictions(story.sam).len(), 0);
    assert!(story.telegram.muted(story.group).contains(&story.sam));
    // Nor when the admin's mute comes after ours.
    story.stopped(story.eve, "hello").await;
    story.telegram.hand_of(story.ann).mute(story.group, story.eve).unwrap();
    story.calm().await;
    story.telegram.join(story.eve, story.channel).unwrap();
    story.calm().await;
    assert!(story.telegram.muted(story.group).contains(&story.eve));
    assert_eq!(story.restrictions(story.eve).len(), 1, "our mute, and nothing after it");
    story.ends_well().await;
}

#[tokio::test]
async fn a_channel_that_lost_us_keeps_nobody_out_until_we_are_back() {
    let story = Story::new().await;
    story.telegram.demote(story.channel, story.telegram.bot());
    story.hears(ChatId(story.ann.0), "I can no longer see who subscribes to News").await;
    story.untouched(story.eve, "the door is open").await;
    story.telegram.place_bot(story.channel, &["can_invite_users"]);
    story.calm().await;
    story.stopped(story.eve, "and closed again").await;
}

#[tokio::test]
async fn a_check_of_everybody_survives_a_kill() {
    const MANY: usize = 30;
    let mut story = Story::begin(Setting::by(By::Polling).unprotected()).await;
    let guests = story.guests(MANY);
    for who in &guests {
        story.telegram.say(*who, story.group, "hello").unwrap();
    }
    story.calm().await;
    let (status, _) = story.sigterm().await; // who was seen is written down at the end at the latest
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
    story.start().await;
    story.protect().await;
    story.telegram.say(story.ann, story.group, "/verify").unwrap();
    let muted = |story: &Story| story.telegram.muted(story.group).len();
    story.until("it has begun", || muted(&story) >= 5).await;
    story.kill9();
    assert!(muted(&story) < MANY, "and is not through");
    story.start().await;
    story.until("everybody is muted", || muted(&story) >= MANY).await;
    story.hears(story.group, "not subscribed, muted now").await;
    assert_eq!(story.telegram.muted(story.group).len(), MANY, "Ann and Sam are not");
    assert_eq!(story.said(story.group, "Done: "), 1, "{}", story.telegram.transcript(story.group).join("\n"));
    let progress = story.notices_in("I am checking everybody").len();
    assert_eq!(progress, 1, "one message shows it all");
    assert_eq!(story.telegram.early_calls(), 0);
}

#[tokio::test]
async fn one_person_is_checked_in_words() {
    let story = Story::new().await;
    let said = story.telegram.say(story.sam, story.group, "hello").unwrap();
    story.calm().await;
    story.telegram.reply(story.ann, story.group, said, "/verify").unwrap();
    story.hears(story.group, "is in all the required channels").await;
    story.ann_asks(&format!("/verify {}", story.eve.0), "is not in News").await;
    story.ends_well().await;
}

#[tokio::test]
async fn a_simulation_ends_with_buttons_by_polling() {
    let words = [
        "of the 3 people who wrote in the last 24 hours (4 messages)",
        "one person would have been stopped, who wrote 2 of them",
        "messages deleted: 1, people muted: 1",
        "Muted: Eve (2).",
        "Delete",
        "messages deleted: 2, people muted: 0",
        "Protect now",
        "Only subscribers of News can write here now",
    ];
    simulated(By::Polling, "en", words).await;
}

#[tokio::test]
async fn a_simulation_ends_with_buttons_by_webhook_and_in_russian() {
    let words = [
        "писали 3 человека (сообщений: 4)",
        "не смог бы 1 человек, его сообщений — 2",
        "удалено бы сообщений: 1, остались бы без права писать: 1",
        "Без права писать: Eve (2).",
        "Удаление",
        "удалено бы сообщений: 2, остались бы без права писать: 0",
        "Защитить сейчас",
        "Теперь здесь пишут только подписчики",
    ];
    simulated(By::Webhook, "ru", words).await;
}

async fn simulated(by: By, language: &'static str, words: [&str; 8]) {
    let story = Story::begin(Setting::by(by).speaking(language).unprotected()).await;
    for who in [story.sam, story.eve, story.eve] {
        story.telegram.say(who, story.group, "hello").unwrap();
    }
    story.calm().await;
    let [first, people, muted, names, delete, deleted, protect, protected] = words;
    story.ann_asks("/simulate @news", first).await;
    for it in [people, muted, names] {
        story.hears(story.group, it).await;
    }
    assert_eq!(story.press(story.ann, delete).await.text, "");
    story.hears(story.group, deleted).await;
    assert_eq!(story.telegram.muted(story.group), []);
    story.press(story.ann, protect).await;
    story.hears(story.group, protected).await;
    story.stopped(story.eve, "now it counts").await;
    story.ends_well().await;
}

/// A day without the house: what Telegram kept for it is lost. Eve has joined meanwhile; a guest's mute was never made.
#[tokio::test]
async fn after_a_day_of_silence_mutes_are_repaired_both_ways() {
    const DAY_S: i64 = 25 * 3_600;
    let setting = Setting::by(By::Polling).with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", "172800");
    let mut story = Story::prepare(setting).await;
    let clock = Clock::beside(&story.store());
    story.set("LD_PRELOAD", clock.library.to_str().unwrap());
    story.set("CLOCK_FILE", clock.file.to_str().unwrap());
    story.start().await;
    story.protect().await;
    story.stopped(story.eve, "hello").await;
    let guests = story.guests(2);
    story.stopped(guests[1], "hello").await;
    let gone = FaultKind::Error(400, "Bad Request: PARTICIPANT_ID_INVALID");
    story.telegram.fault(Fault::of("restrictChatMember", gone).times(1));
    let words = story.telegram.say(guests[0], story.group, "hello").unwrap();
    story.called("deleteMessage", |it| it.done && it.number("message_id") == Some(words.0)).await;
    story.calm().await;
    assert!(story.telegram.may_write(story.group, guests[0]), "the mute was lost on its way");
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
    story.telegram.join(story.eve, story.channel).unwrap();
    clock.jump_s(DAY_S);
    story.telegram.advance_ms(DAY_S * 1_000);
    story.start().await;
    story.until("Eve is let go", || story.telegram.may_write(story.group, story.eve)).await;
    story.until("the guest is held", || story.telegram.muted(story.group).contains(&guests[0])).await;
    story.calm().await;
    assert!(story.telegram.muted(story.group).contains(&guests[1]), "and who lacks the channel stays");
    assert_eq!(story.restrictions(guests[1]).len(), 1, "untouched");
    assert_eq!(story.restrictions(story.sam).len(), 0, "nobody else is looked for");
}

#[tokio::test]
async fn a_thousand_groups_hear_and_forty_act() {
    // The long way takes a minute more: the limits as they are from the first call on, at a strict Telegram.
    match std::env::var_os("MAJORDOMO_LONG_TESTS") {
        None => fan_out(1_000, 40, Options::default(), true).await,
        Some(_) => fan_out(1_000, 40, Options::strict(), false).await,
    }
}

/// A person leaves a channel that so many groups ask for, and is known in some of them: these mute him and say so
/// once, within the limits, and no other group sees anything.
async fn fan_out(groups: usize, known: usize, options: Options, hurry: bool) {
    let mut setting = Setting::by(By::Webhook).telegram(Options { webhook_time_scale: 0.05, ..options });
    if hurry {
        setting = UNLIMITED.iter().fold(setting, |it, (name, value)| it.with(name, value));
    }
    let mut story = Story::begin(setting).await;
    let telegram = story.telegram.clone();
    let mut all = Vec::new();
    for n in 0..groups {
        let group = telegram.supergroup(&format!("Group {n}"), story.ann);
        telegram.place_bot(group, &GUARD);
        telegram.say(story.ann, group, "/protect @news").unwrap();
        all.push(group);
    }
    let protected = || telegram.counts().get("sendMessage").map_or(0, |it| usize::try_from(it.done).unwrap());
    story.goes_on_to("all are protected", groups + 1, protected).await;
    let homes: BTreeSet<i64> = all.iter().step_by(groups / known).take(known).map(|it| it.0).collect();
    for home in &homes {
        telegram.join(story.sam, ChatId(*home)).unwrap();
    }
    story.calm().await;
    if hurry {
        for (name, _) in UNLIMITED {
            story.unset(name); // from now on the limits hold
        }
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
        story.start().await;
    }
    telegram.leave(story.sam, story.group).unwrap(); // the group of the story is not one of them
    story.calm().await;
    telegram.forget_calls();
    let (begun, (cpu_ms, _)) = (Instant::now(), cost(story.pid()));
    telegram.leave(story.sam, story.channel).unwrap();
    let muted = || homes.iter().filter(|it| telegram.muted(ChatId(**it)).contains(&story.sam)).count();
    story.goes_on_to("muted where he is known", known, muted).await;
    story.goes_on_to("each has its notice", known, || story.notices_in("please join News").len()).await;
    let took = begun.elapsed();
    story.calm().await;
    let (after_ms, peak) = cost(story.pid());
    println!(
        "of {groups} groups {known} told it: {took:?}, CPU {} ms (test build), memory at its highest {} MiB",
        after_ms - cpu_ms,
        peak / 1024
    );
    let at = |calls: Vec<i64>| (calls.len(), calls.into_iter().collect::<BTreeSet<_>>());
    let mutes = story.restrictions(story.sam).iter().filter_map(|it| it.number("chat_id")).collect();
    assert_eq!(at(mutes), (known, homes.clone()), "one mute in each group that knows him");
    assert_eq!(at(story.notices_in("")), (known, homes.clone()), "one notice there, and no other message");
    let mut sent: Vec<u64> = telegram.calls("sendMessage").iter().map(|it| it.at_us).collect();
    sent.sort_unstable();
    let burst = sent.windows(31).filter(|it| it[30] - it[0] < 1_000_000).count();
    assert_eq!(burst, 0, "never more than 30 in a second: {sent:?}");
    assert_eq!(telegram.early_calls(), 0);

    telegram.join(story.sam, story.channel).unwrap();
    let free = || homes.iter().filter(|it| telegram.may_write(ChatId(**it), story.sam)).count();
    story.goes_on_to("free again", known, free).await;
    story.calm().await;
    assert_eq!(story.restrictions(story.sam).len(), 2 * known);
    // A notice stays some seconds, for whoever is on the way to its button.
    let gone = || telegram.calls("deleteMessage").iter().filter(|it| it.done).count();
    story.goes_on_to("the notices are gone", known, gone).await;
    assert_eq!(telegram.early_calls(), 0);
}
