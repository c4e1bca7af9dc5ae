//! The state behind the simulated Bot API: people, chats, members, messages.

pub(super) use super::chat::{Chat, Kind, Member, Message, Status};
use super::files::Stored;
use super::flood::Gate;
use super::happening::{Happening, What};
use super::ledger::Observer;
use super::options::{Detail, Options};
use super::queue::Queue;
use crate::clock;
use crate::domain::types::{ChatId, UserId};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use tokio::sync::broadcast;

/// Everything there is.
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) bot: Bot,
    pub(super) users: HashMap<i64, User>,
    pub(super) chats: HashMap<i64, Chat>,
    /// Lower-case username of a chat -> its id.
    pub(super) names: HashMap<String, i64>,
    pub(super) presses: HashMap<String, Press>,
    /// Press ids in order of age, so that old ones can be forgotten.
    pub(super) press_order: VecDeque<String>,
    pub(super) updates: Queue,
    pub(super) flood: Gate,
    pub(super) story: Vec<Happening>,
    pub(super) scene: broadcast::Sender<Happening>,
    pub(super) detail: Detail,
    pub(super) history: usize,
    pub(super) press_ttl_ms: i64,
    /// Whether this server knows ephemeral messages.
    pub(super) ephemeral: bool,
    /// Files by their id.
    pub(super) files: HashMap<String, Stored>,
    /// Join requests that the bot has to decide, by the id of the question.
    pub(super) queries: BTreeMap<String, JoinQuery>,
    next: Next,
    dice: u64,
}

/// The next free number of each kind.
struct Next {
    user: i64,
    group: i64,
    supergroup: i64,
    press: u64,
    /// Private chats and basic groups share one count of messages, as they do for a real bot.
    message: i64,
}

/// Telegram's clock: ours at the start, moved by hand since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    base_ms: i64,
    offset_ms: i64,
}

pub(super) struct Bot {
    pub(super) id: i64,
    pub(super) started: HashSet<i64>,
    pub(super) blocked: HashSet<i64>,
    /// People the bot has come across.
    pub(super) met: HashSet<i64>,
    pub(super) commands: BTreeMap<String, Value>,
    /// Descriptions by kind and language.
    pub(super) about: BTreeMap<String, String>,
    pub(super) privacy: bool,
}

#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) username: Option<String>,
    pub(super) language: Option<String>,
    pub(super) is_bot: bool,
    pub(super) deactivated: bool,
}

/// A pressed button.
#[derive(Clone, Debug)]
pub(super) struct Press {
    pub(super) by: i64,
    pub(super) chat: i64,
    pub(super) button: String,
    /// The message with the button, unless it was an ephemeral one.
    pub(super) message: Option<i64>,
    pub(super) at_ms: i64,
    pub(super) answer: Option<Answer>,
}

/// A join request that the bot has to decide.
#[derive(Clone, Debug)]
pub(super) struct JoinQuery {
    pub(super) who: i64,
    pub(super) chat: i64,
    pub(super) at_ms: i64,
    pub(super) answered: bool,
}

/// What came back.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) alert: bool,
    pub(super) after_ms: i64,
}

impl Clock {
    pub(super) fn new(ahead_ms: i64) -> Self {
        let base_ms = i64::try_from(clock::now().0).unwrap_or(0) - tick();
        Self { base_ms, offset_ms: ahead_ms }
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.base_ms + self.offset_ms + tick()
    }

    pub(super) fn now_s(&self) -> i64 {
        self.now_ms() / 1000
    }

    pub(super) const fn advance_ms(&mut self, by: i64) {
        self.offset_ms += by;
    }
}

fn tick() -> i64 {
    i64::try_from(clock::tick_ms()).unwrap_or(0)
}

impl World {
    pub(super) fn new(options: &Options, observer: Option<Observer>) -> Self {
        let id = options.token.split(':').next().and_then(|it| it.parse().ok()).unwrap_or(1);
        let clock = Clock::new(options.clock_ahead_ms);
        let me = User {
            id,
            name: "Majordomo".into(),
            username: Some(options.username.clone()),
            language: None,
            is_bot: true,
            deactivated: false,
        };
        let mut world = Self {
            clock,
            bot: Bot {
                id,
                started: HashSet::new(),
                blocked: HashSet::new(),
                met: HashSet::new(),
                commands: BTreeMap::new(),
                about: BTreeMap::new(),
                privacy: options.privacy,
            },
            users: HashMap::from([(id, me)]),
            chats: HashMap::new(),
            names: HashMap::new(),
            presses: HashMap::new(),
            press_order: VecDeque::new(),
            updates: Queue::new(options, observer),
            flood: Gate::new(options.flood),
            story: Vec::new(),
            scene: broadcast::channel(1024).0,
            detail: options.detail,
            history: options.history.max(2),
            press_ttl_ms: options.press_ttl_ms,
            ephemeral: options.ephemeral,
            files: HashMap::new(),
            queries: BTreeMap::new(),
            next: Next { user: 1000, group: 4_000_000_000, supergroup: 1_000_000_000, press: 0, message: 0 },
            dice: options.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        };
        world.next.press = 100_000_000_000_000_000 + world.roll() % 800_000_000_000_000_000;
        world
    }

    /// A number out of the seed.
    pub(super) fn roll(&mut self) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(super) fn next_press(&mut self) -> String {
        self.next.press += 1;
        self.next.press.to_string()
    }

    pub(super) fn new_user(&mut self, name: &str, language: Option<&str>) -> i64 {
        self.next.user += 1;
        let id = self.next.user;
        let language = language.map(Into::into);
        let user = User { id, name: name.into(), username: None, language, is_bot: false, deactivated: false };
        self.users.insert(id, user);
        id
    }

    pub(super) fn new_chat(&mut self, kind: Kind, title: &str) -> i64 {
        let id = match kind {
            Kind::Group => {
                self.next.group += 1;
                -self.next.group
            }
            Kind::Private | Kind::Supergroup | Kind::Channel => {
                self.next.supergroup += 1;
                -(1_000_000_000_000 + self.next.supergroup)
            }
        };
        self.chats.insert(id, Chat::new(id, kind, title));
        id
    }

    /// The private chat with this person, made when it does not exist yet.
    pub(super) fn private(&mut self, user: i64) -> i64 {
        let name = self.name(user);
        self.chats.entry(user).or_insert_with(|| Chat::new(user, Kind::Private, &name));
        user
    }

    pub(super) fn name(&self, user: i64) -> String {
        if user == self.bot.id {
            return "bot".into();
        }
        self.users.get(&user).map_or_else(|| "somebody".into(), |it| it.name.clone())
    }

    pub(super) fn title(&self, chat: i64) -> String {
        self.chats.get(&chat).map_or_else(String::new, |it| it.title.clone())
    }

    /// Somebody's standing now, with what has run out taken away.
    pub(super) fn member(&self, chat: i64, user: i64) -> Member {
        let Some(found) = self.chats.get(&chat).and_then(|it| it.members.get(&user)) else {
            return Member::of(Status::Left);
        };
        let over = found.until_s > 0 && self.clock.now_s() >= found.until_s;
        match found.status {
            Status::Kicked if over => Member::of(Status::Left),
            Status::Restricted if over && found.is_member => Member::of(Status::Member),
            Status::Restricted if over => Member::of(Status::Left),
            _ => *found,
        }
    }

    /// The bot's own standing.
    pub(super) fn me(&self, chat: i64) -> Member {
        self.member(chat, self.bot.id)
    }

    /// Puts a message into a chat and gives it its number and date.
    pub(super) fn add_message(&mut self, chat: i64, mut message: Message) -> i64 {
        let (history, now_ms) = (self.history, self.clock.now_ms());
        message.at_ms = now_ms;
        let Some(it) = self.chats.get_mut(&chat) else { return 0 };
        message.id = if matches!(it.kind, Kind::Private | Kind::Group) {
            self.next.message += 1;
            self.next.message
        } else {
            it.next_message += 1;
            it.next_message - 1
        };
        if message.date_s == 0 {
            message.date_s = now_ms / 1000;
        }
        let id = message.id;
        it.messages.insert(id, message);
        if it.messages.len() > history {
            it.messages.pop_first();
        }
        id
    }

    /// Tells those who watch.
    pub(super) fn happened(&mut self, chat: i64, who: String, by_bot: bool, what: What) {
        self.happened_to(None, chat, who, by_bot, what);
    }

    /// The same of something that only one person sees.
    pub(super) fn happened_to(&mut self, only: Option<i64>, chat: i64, who: String, by_bot: bool, what: What) {
        if self.detail == Detail::Counting {
            return;
        }
        let (at_ms, title) = (self.clock.now_ms(), self.title(chat));
        let only = only.map(|it| (UserId(it), self.name(it)));
        let happening = Happening { at_ms, chat: ChatId(chat), title, who, by_bot, only, what };
        let _ = self.scene.send(happening.clone()); // nobody may be watching
        self.story.push(happening);
    }
}
