//! A simulated Telegram full of groups, and the updates of its people, caught on their way to the house.

use crate::hole::Hole;
use bytes::Bytes;
use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{Observer, Options, Simulated};
use std::time::Duration;

/// What the bot may do in a group.
const GUARD: [&str; 3] = ["can_delete_messages", "can_restrict_members", "can_invite_users"];
/// How long anything that is prepared may take.
pub const LIMIT: Duration = Duration::from_mins(2);

/// Groups, a channel, and who owns both.
pub struct Town {
    pub telegram: Simulated,
    pub hole: Hole,
    pub ann: UserId,
    /// The groups ask for them in turn.
    pub channels: Vec<ChatId>,
    pub groups: Vec<ChatId>,
    people: u64,
}

/// A message that is ready to be delivered.
#[derive(Clone)]
pub struct Planned {
    pub body: Bytes,
    pub chat: i64,
    pub message: i64,
    pub user: i64,
    pub name: String,
}

impl Town {
    /// A town whose groups are not protected yet.
    pub async fn new(groups: usize, observer: Option<Observer>) -> Self {
        Self::with(groups, 1, Options { observer, ..Options::counting() }).await
    }

    /// The same with several channels, and a Telegram of this kind.
    pub async fn with(groups: usize, channels: usize, options: Options) -> Self {
        let telegram = Simulated::start(Options { webhook_time_scale: 0.05, ..options }).await.unwrap();
        let ann = telegram.person("Ann", "en");
        telegram.started(ann);
        let channel = |n| telegram.channel(&format!("News {n}"), Some(&name(n)), ann);
        let channels = (0..channels).map(channel).collect::<Vec<_>>();
        channels.iter().for_each(|it| telegram.place_bot(*it, &["can_invite_users"]));
        let groups = (0..groups).map(|n| telegram.supergroup(&format!("Readers {n}"), ann)).collect::<Vec<_>>();
        groups.iter().for_each(|it| telegram.place_bot(*it, &GUARD));
        Self { telegram, hole: Hole::open().await, ann, channels, groups, people: 0 }
    }

    /// So many new people in each group, none of whom subscribes to the channel.
    pub fn strangers(&mut self, per_group: usize) -> Vec<(UserId, ChatId, String)> {
        let mut people = Vec::new();
        for n in 0..per_group * self.groups.len() {
            let group = self.groups[n % self.groups.len()];
            self.people += 1;
            let name = format!("p{}", self.people);
            let person = self.telegram.person(&name, "en");
            self.telegram.resident(person, group);
            people.push((person, group, name));
        }
        people
    }

    /// The same, and they subscribe.
    pub fn subscribers(&mut self, per_group: usize) -> Vec<(UserId, ChatId, String)> {
        let people = self.strangers(per_group);
        for (n, (who, ..)) in people.iter().enumerate() {
            self.telegram.resident(*who, self.channels[n % self.groups.len() % self.channels.len()]);
        }
        people
    }

    /// Everybody says something, and nobody has heard it yet.
    pub async fn say(&self, people: &[(UserId, ChatId, String)], words: &str) -> Vec<Planned> {
        let mut updates = Vec::new();
        for (who, chat, name) in people {
            let (message, update) = self.telegram.say_traced(*who, *chat, words).unwrap();
            updates.push((update.unwrap(), message.0, who.0, chat.0, name.clone()));
        }
        let mut planned = Vec::new();
        for (update, message, user, chat, name) in updates {
            let body = self.hole.body(update).await;
            planned.push(Planned { body, chat, message, user, name });
        }
        planned
    }

    /// Ann protects every group: her commands, ready to be delivered.
    pub async fn protect(&self) -> Vec<Planned> {
        let mut planned = Vec::new();
        for n in 0..self.channels.len() {
            let groups = self.groups.iter().skip(n).step_by(self.channels.len());
            let commands: Vec<_> = groups.map(|it| (self.ann, *it, "Ann".to_owned())).collect();
            planned.extend(self.say(&commands, &format!("/protect @{}", name(n))).await);
        }
        planned
    }

    /// How often a method was called with success.
    pub fn done(&self, method: &str) -> u64 {
        self.telegram.counts().get(method).map_or(0, |it| it.done)
    }

    /// Waits until a method was called with success so often.
    pub async fn until_done(&self, method: &str, times: u64) -> bool {
        for _ in 0..LIMIT.as_millis() / 5 {
            if self.done(method) >= times {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }
}

/// The public name of a channel.
fn name(n: usize) -> String {
    format!("news_{n}")
}
