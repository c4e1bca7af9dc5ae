//! `kill -9` at random moments: nothing acknowledged is lost, and nothing is seen twice that must not be.

use super::UNLIMITED;
use super::dice::Dice;
use crate::harness::{By, Setting, Story};
use majordomo::domain::types::{ChatId, MessageId, UserId};
use majordomo::playground::telegram::{Fault, FaultKind};
use majordomo::protocol::control::PendingState;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// Kills in one test, when the environment does not say otherwise.
const ROUNDS: u64 = 15;
/// How long everything may take to come to its end after the last kill.
const END: Duration = Duration::from_mins(1);

#[tokio::test]
async fn nothing_is_lost_and_nothing_shows_twice_by_polling() {
    killed_again_and_again(By::Polling).await;
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_shows_twice_by_webhook() {
    killed_again_and_again(By::Webhook).await;
}

/// What people have done so far, and what must come of it.
struct Load {
    groups: Vec<ChatId>,
    /// Messages of people who had not joined: to be deleted.
    strange: Vec<(ChatId, UserId, MessageId)>,
    /// Those of them who joined later and pressed the button.
    joiners: HashSet<UserId>,
    /// Messages of subscribers: to be left alone.
    good: Vec<(ChatId, MessageId)>,
    /// Commands in groups: answered once, or listed.
    commands: Vec<(ChatId, MessageId)>,
    /// People who pressed Start in private: answered once, or listed.
    starters: Vec<UserId>,
}

fn rounds() -> u64 {
    let both: Option<u64> = std::env::var("KILL_ROUNDS").ok().map(|it| it.parse().expect("KILL_ROUNDS is a number"));
    both.map_or(ROUNDS, |it| it.div_ceil(2))
}

async fn killed_again_and_again(by: By) {
    let mut dice = Dice::new("kill");
    let setting = UNLIMITED.iter().fold(Setting::by(by), |it, (name, value)| it.with(name, value));
    // A mute ends with its notice; not within this story.
    let setting = setting.with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", "86400");
    let mut story = Story::begin(setting).await;
    let mut load = Load::new(vec![story.group, story.another_group("Writers"), story.another_group("Cooks")]);
    for group in &load.groups[1..] {
        story.telegram.join(story.sam, *group).unwrap();
        story.protect_too(*group).await;
    }
    // Answers take a moment, and some are lost: so there is something to be in doubt about.
    story.telegram.fault(Fault::of_all(FaultKind::Latency(8)).with_probability(0.5));
    story.telegram.fault(Fault::of("sendMessage", FaultKind::Reset).after().with_probability(0.05));
    story.calm().await;
    for round in 0..rounds() {
        load.more(&story, round, &mut dice);
        tokio::time::sleep(Duration::from_millis(dice.below(400))).await; // any moment will do
        story.kill9();
        load.more(&story, 1_000 + round, &mut dice);
        if dice.percent(30) {
            // Killed while it starts.
            story.start_and_go();
            tokio::time::sleep(Duration::from_millis(dice.below(300))).await;
            story.kill9();
        }
        story.start_and_go();
        tokio::time::sleep(Duration::from_millis(dice.below(600))).await;
    }
    story.restart().await;
    story.telegram.no_faults();
    load.comes_to_its_end(&story).await;
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
}

impl Load {
    fn new(groups: Vec<ChatId>) -> Self {
        Self {
            groups,
            strange: Vec::new(),
            joiners: HashSet::new(),
            good: Vec::new(),
            commands: Vec::new(),
            starters: Vec::new(),
        }
    }

    /// Another round of what people do.
    fn more(&mut self, story: &Story, round: u64, dice: &mut Dice) {
        let telegram = &story.telegram;
        for group in self.groups.clone() {
            for n in 0..=dice.below(2) {
                let eve = story.stranger(&format!("Eve {round}.{n}"), group);
                for words in 0..=dice.below(2) {
                    let said = telegram.say(eve, group, &format!("buy {words}")).unwrap();
                    self.strange.push((group, eve, said));
                }
            }
            self.good.push((group, telegram.say(story.sam, group, &format!("hello {round}")).unwrap()));
            self.somebody_joins(story, group, dice);
            if dice.percent(15) {
                self.commands.push((group, telegram.say(story.ann, group, "/protect @news").unwrap()));
            }
        }
        let new = telegram.person(&format!("New {round}"), "en");
        telegram.whisper(new, "/start").unwrap();
        self.starters.push(new);
    }

    /// One of those who were stopped here joins the channel and presses the button, if a notice is there.
    fn somebody_joins(&mut self, story: &Story, group: ChatId, dice: &mut Dice) {
        // Only people of whom nothing waits any more: what a new subscriber said before is left alone, rightly.
        let deleted = story.deleted(group);
        let stands = |who: &UserId| self.strange.iter().any(|it| it.1 == *who && !deleted.contains(&it.2.0));
        let muted: Vec<_> = story.telegram.muted(group).into_iter().filter(|it| !stands(it)).collect();
        if muted.is_empty() || !dice.percent(60) {
            return;
        }
        let who = muted[usize::try_from(dice.below(muted.len() as u64)).unwrap()];
        // Whoever is in the channel is let go in every group that asks for it, with a press or without.
        let _inside_already = story.telegram.join(who, story.channel);
        self.joiners.insert(who);
        // The newest notice may be another person's: then the toast says so, and is an answer all the same.
        let _there_may_be_no_notice = story.telegram.press_and_go(who, group, "joined");
    }

    async fn comes_to_its_end(&self, story: &Story) {
        let telegram = &story.telegram;
        let ended = telegram
            .until(END, || {
                telegram.undelivered() == 0 && self.undone(story).is_empty() && telegram.unanswered_presses().is_empty()
            })
            .await;
        let rest = (telegram.undelivered(), self.undone(story), telegram.unanswered_presses());
        assert!(ended, "undelivered, undone, unanswered: {rest:?}\nthe log:\n{}", story.log.text());
        story.calm().await;
        self.left_alone(story);
        self.seen_once(story).await;
        assert!(story.inbox().await.is_empty(), "nobody's message is to blame for a kill");
        eprintln!(
            "{} messages of strangers, {} of a subscriber, {} commands, {} starts, {} joined and pressed, {} in doubt",
            self.strange.len(),
            self.good.len(),
            self.commands.len(),
            self.starters.len(),
            self.joiners.len(),
            story.pending().await.len()
        );
    }

    /// Messages that should be deleted and are not, people who should be muted and are not.
    fn undone(&self, story: &Story) -> Vec<String> {
        let mut undone = Vec::new();
        for group in &self.groups {
            let (deleted, muted) = (story.deleted(*group), story.telegram.muted(*group));
            for (_, who, message) in self.strange.iter().filter(|it| it.0 == *group) {
                if !deleted.contains(&message.0) {
                    undone.push(format!("message {} of {} in {} stands", message.0, who.0, group.0));
                }
                if !self.joiners.contains(who) && !muted.contains(who) {
                    undone.push(format!("{} may write in {}", who.0, group.0));
                }
            }
        }
        undone
    }

    fn left_alone(&self, story: &Story) {
        for (group, message) in &self.good {
            assert!(!story.deleted(*group).contains(&message.0), "a subscriber's message was deleted");
            assert!(!story.telegram.muted(*group).contains(&story.sam), "a subscriber was muted");
        }
    }

    /// Every command has one visible answer, or none and a line in `pending list`.
    async fn seen_once(&self, story: &Story) {
        let pending = story.pending().await;
        assert!(pending.iter().all(|it| it.state == PendingState::Unknown), "{pending:?}");
        let mut listed: HashMap<i64, usize> = HashMap::new();
        for row in &pending {
            assert_eq!(row.method, "sendMessage", "only what shows can be in doubt: {pending:?}");
            *listed.entry(row.chat.unwrap()).or_default() += 1;
        }
        for who in &self.starters {
            let shown = story.telegram.story().iter().filter(|it| it.chat.0 == who.0 && said_by_bot(it)).count();
            let unknown = listed.get(&who.0).copied().unwrap_or(0);
            assert!(shown <= 1, "{} sees {shown} answers:\n{}", who.0, story.log.text());
            assert!(shown == 1 || unknown == 1, "{} sees nothing, and it is not listed: {pending:?}", who.0);
        }
        for group in &self.groups {
            let commands = self.commands.iter().filter(|it| it.0 == *group);
            let shown: Vec<usize> = commands.map(|(_, it)| story.answers_to(*group, it.0)).collect();
            assert!(shown.iter().all(|it| *it <= 1), "answers to commands: {shown:?}\n{}", story.log.text());
            let missing = shown.iter().filter(|it| **it == 0).count();
            let unknown = listed.get(&group.0).copied().unwrap_or(0);
            assert!(missing <= unknown, "{missing} commands without an answer, {unknown} listed");
        }
    }
}

fn said_by_bot(it: &majordomo::playground::telegram::Happening) -> bool {
    it.by_bot && matches!(it.what, majordomo::playground::telegram::What::Said { .. })
}
