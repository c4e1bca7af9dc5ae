//! A stage for stories in pure form: a scripted world, in which one feature needs, decides and is obeyed.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

mod words;

pub(crate) use words::{buttons, pressable, told};

use super::effect::{Call, Effect};
use super::event::{
    ChatKind, Content, Event, Happened, Moved, Outcome, Performed, Place, Pressed, Rights, Said, Standing,
};
use super::event::{Status, Verdict};
use super::fact::{Admin, ChatInfo, ChatRef, Fact, House, Need, Permissions, Unknown};
use super::feature::{Decision, Facts, Pace, ROUNDS, Rules, SLOTS};
use super::types::{ChatId, Language, MessageId, Moment, Person, ThreadId, UpdateId, UserId};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The bot.
pub(crate) const ME: UserId = UserId(99);
/// The group of the stories.
pub(crate) const GROUP: ChatId = ChatId(-1_000_000_000_500);
/// The channel of the stories: public, `@news`.
pub(crate) const NEWS: ChatId = ChatId(-1_000_000_000_100);
/// Another one, private.
pub(crate) const CLUB: ChatId = ChatId(-1_000_000_000_200);

/// Rows that one [`Need::Rows`] brings at most, as `limits.chat.rows_per_read` has it.
const ROWS: usize = 200;

/// What the world would answer.
pub(crate) struct World {
    /// Wall time.
    pub(crate) now: Moment,
    /// The whole house.
    pub(crate) house: House,
    /// Standings; a person who is not here is as `otherwise` says.
    pub(crate) members: HashMap<(ChatId, UserId), Result<Standing, Unknown>>,
    /// Everybody else by chat; strangers to a chat that is not here either have left it.
    pub(crate) otherwise: HashMap<ChatId, Result<Standing, Unknown>>,
    /// Chats.
    pub(crate) chats: HashMap<ChatRef, Result<Arc<ChatInfo>, Unknown>>,
    /// Admins of chats; those of a chat that is not here cannot be found.
    pub(crate) admins: HashMap<ChatId, Result<Arc<[Admin]>, Unknown>>,
    /// Files by Telegram's id; one that is not here cannot be found.
    pub(crate) files: HashMap<String, Result<Arc<[u8]>, Unknown>>,
    /// The ledger of what models have cost.
    pub(crate) usage: Vec<(crate::domain::purse::Entry, crate::domain::purse::Used)>,
    /// The feature's rows.
    pub(crate) rows: BTreeMap<String, Vec<u8>>,
}

/// One feature in one chat.
pub(crate) struct Play<R: Rules> {
    rules: R,
    /// The feature's state.
    pub(crate) state: R::State,
    /// Everything else.
    pub(crate) world: World,
    /// The chat.
    pub(crate) place: Place,
    /// What the last event made the feature ask for.
    pub(crate) asked: Vec<Need>,
    /// Whether the last event was claimed.
    pub(crate) claimed: bool,
    /// What the last event kept, in short words: rows that are noted in passing are not among the effects.
    pub(crate) kept: Vec<String>,
    /// Whether the last event changed the state.
    pub(crate) changed: bool,
    slots: u64,
    /// How the next sender stands with their requests.
    pub(crate) pace: crate::domain::feature::Pace,
    messages: i64,
}

impl<R: Rules> Play<R> {
    /// The curtain rises over a supergroup in which the bot has its rights; so it has in @news and in the club.
    pub(crate) fn new(rules: R) -> Self {
        let house = House { me: ME.0, username: "house_bot".into(), ..House::default() };
        let mut world = World {
            now: Moment(1_700_000_000_000),
            house,
            members: HashMap::new(),
            otherwise: HashMap::from([(GROUP, Ok(plain()))]),
            chats: HashMap::new(),
            admins: HashMap::new(),
            files: HashMap::new(),
            usage: Vec::new(),
            rows: BTreeMap::new(),
        };
        for chat in [GROUP, NEWS, CLUB] {
            world.set(chat, ME, all_rights());
        }
        world.know(NEWS, ChatKind::Channel, "News", Some("news"));
        world.know(CLUB, ChatKind::Channel, "Club", None);
        world.know(GROUP, ChatKind::Supergroup, "Group", None);
        let place = Place { id: GROUP, kind: ChatKind::Supergroup, title: "Group".into(), username: None };
        let (state, asked) = (R::State::default(), Vec::new());
        Self {
            rules,
            state,
            world,
            place,
            asked,
            claimed: false,
            changed: false,
            kept: Vec::new(),
            slots: 1,
            pace: Pace::default(),
            messages: 1_000,
        }
    }

    /// The same in another kind of chat.
    pub(crate) fn within(mut self, id: i64, kind: ChatKind) -> Self {
        self.place = Place { id: ChatId(id), kind, title: "Here".into(), username: None };
        self
    }

    /// Lets an event happen, obeys the decision where it is about rows and state, and hands back the effects.
    pub(crate) fn happen(&mut self, event: Event) -> Vec<Effect> {
        let happened = Happened { update: Some(UpdateId(1)), at: self.world.now, place: self.place.clone(), event };
        self.happened(&happened)
    }

    /// The same with everything said about the event.
    pub(crate) fn happened(&mut self, happened: &Happened) -> Vec<Effect> {
        let decision = self.decide(happened);
        let first = self.slots;
        self.claimed = decision.claimed;
        self.changed = decision.state.is_some();
        if let Some(state) = decision.state {
            let json = serde_json::to_vec(&state).expect("a state is JSON");
            assert!(json.len() <= 8 * 1024, "the hot cell has {} bytes", json.len());
            self.state = serde_json::from_slice(&json).expect("a state reads back");
        }
        for effect in &decision.effects {
            match effect {
                Effect::Put { key, value } | Effect::Keep { key, value } => {
                    drop(self.world.rows.insert(key.clone(), value.clone()));
                }
                Effect::Drop { key } => drop(self.world.rows.remove(key)),
                Effect::Telegram(owed) if owed.call.makes().is_some() => self.slots += 1,
                _ => {}
            }
        }
        assert!(self.slots - first <= SLOTS, "one decision may say {SLOTS} messages");
        let (kept, effects): (Vec<_>, _) =
            decision.effects.into_iter().partition(|it| matches!(it, Effect::Keep { .. }));
        self.kept = told(&kept);
        effects
    }

    /// Learns as a chat does when nothing is cached: whatever is not a row is waited for, and rows are read again
    /// after each wait.
    fn decide(&mut self, happened: &Happened) -> Decision<R::State> {
        let mut known: Vec<(Need, Fact)> = Vec::new();
        self.asked.clear();
        for _ in 0..=ROUNDS * 2 {
            let decision = self.ask(happened, &known);
            let needs = decision.needs.clone();
            if needs.is_empty() {
                return decision;
            }
            let is_row = |it: &Need| matches!(it, Need::Row(_) | Need::Rows { .. });
            let waits = !needs.iter().all(is_row);
            for need in needs {
                if !known.iter().any(|(it, _)| *it == need) {
                    known.push((need.clone(), self.world.answer(&need)));
                }
                if !self.asked.contains(&need) {
                    self.asked.push(need);
                }
            }
            known.retain(|(it, _)| !waits || !is_row(it));
        }
        panic!("still not content after {} rounds: {:?}", ROUNDS * 2, self.ask(happened, &known).needs);
    }

    fn ask(&self, happened: &Happened, known: &[(Need, Fact)]) -> Decision<R::State> {
        let facts = Facts { now: self.world.now, house: &self.world.house, slots: self.slots, pace: self.pace, known };
        let decision = self.rules.decide(&self.state, happened, &facts);
        let needs = &decision.needs;
        assert!(needs.iter().all(|it| facts.get(it).is_none()), "asked for what is known: {needs:?}");
        decision
    }

    /// Time goes by.
    pub(crate) fn wait_s(&mut self, seconds: u64) {
        self.world.now = self.world.now.plus_ms(seconds * 1_000);
    }

    /// A plain message of that person.
    pub(crate) fn words(&mut self, from: i64, text: &str) -> Said {
        self.messages += 1;
        Said {
            message: MessageId(self.messages),
            thread: None,
            from: person(from),
            sender_chat: None,
            text: Some(text.into()),
            edited: false,
            forwarded: None,
            via_bot: false,
            automatic: false,
            service: false,
            reply_to: None,
            album: None,
            document: None,
            content: Content::Text,
        }
    }

    /// Somebody says something.
    pub(crate) fn say(&mut self, from: i64, text: &str) -> Vec<Effect> {
        let said = self.words(from, text);
        self.happen(Event::Said(said))
    }

    /// Somebody presses a button with that action and arguments.
    pub(crate) fn press(&mut self, from: i64, action: &str, args: &str) -> Vec<Effect> {
        self.verdict(from, Verdict::Valid { action: action.into(), args: args.into() })
    }

    /// Somebody presses, and the data proves to be that.
    pub(crate) fn verdict(&mut self, from: i64, verdict: Verdict) -> Vec<Effect> {
        let (from, message) = (person(from), MessageId(5_000));
        self.happen(Event::Pressed(Pressed {
            query: "q".into(),
            from,
            message,
            ephemeral: false,
            thread: None,
            verdict,
        }))
    }

    /// Somebody changes somebody's standing.
    pub(crate) fn moves(&mut self, by: i64, who: i64, old: Standing, new: Standing) -> Vec<Effect> {
        self.happen(Event::Moved(moved(person(who), person(by), old, new)))
    }

    /// Somebody changes the bot's standing.
    pub(crate) fn places(&mut self, old: Standing, new: Standing) -> Vec<Effect> {
        self.happen(Event::Placed(moved(person(ME.0), person(1), old, new)))
    }

    /// An effect comes to this end.
    pub(crate) fn performed(&mut self, token: &str, outcome: Outcome) -> Vec<Effect> {
        let feature = self.rules.name().to_owned();
        self.happen(Event::Performed(Performed { feature, token: token.into(), outcome }))
    }

    /// The alarm clock of that key rings.
    pub(crate) fn wakes(&mut self, key: &str) -> Vec<Effect> {
        let feature = self.rules.name().to_owned();
        self.happen(Event::Woke { feature, key: key.into(), late_ms: 0 })
    }
}

impl World {
    /// Makes somebody something somewhere.
    pub(crate) fn set(&mut self, chat: ChatId, user: UserId, standing: Standing) {
        self.members.insert((chat, user), Ok(standing));
    }

    /// Makes somebody's standing somewhere impossible to know.
    pub(crate) fn doubt(&mut self, chat: ChatId, user: UserId, why: Unknown) {
        self.members.insert((chat, user), Err(why));
    }

    /// Makes a chat impossible to know.
    pub(crate) fn lose(&mut self, chat: ChatRef, why: Unknown) {
        self.chats.insert(chat, Err(why));
    }

    /// Makes a chat known by its id and its name.
    pub(crate) fn know(&mut self, id: ChatId, kind: ChatKind, title: &str, username: Option<&str>) {
        let permissions = Permissions([("can_send_messages".to_owned(), true)].into());
        let info = Arc::new(ChatInfo {
            id,
            kind,
            title: title.into(),
            username: username.map(str::to_owned),
            invite_link: None,
            permissions,
            linked_chat: None,
            join_by_request: false,
            is_forum: false,
        });
        if let Some(name) = username {
            self.chats.insert(ChatRef::Name(name.into()), Ok(Arc::clone(&info)));
        }
        self.chats.insert(ChatRef::Id(id), Ok(info));
    }

    fn answer(&self, need: &Need) -> Fact {
        match need {
            Need::Member { chat: ChatRef::Id(chat), user, .. } => {
                let found = self.members.get(&(*chat, *user)).or_else(|| self.otherwise.get(chat));
                Fact::Member(found.cloned().unwrap_or_else(|| Ok(Standing::default())))
            }
            Need::Member { chat: ChatRef::Name(name), .. } => panic!("looked up a person in @{name} by its name"),
            Need::Chat(chat) => Fact::Chat(self.chats.get(chat).cloned().unwrap_or(Err(Unknown::NotFound))),
            Need::Admins(chat) => Fact::Admins(self.admins.get(chat).cloned().unwrap_or(Err(Unknown::NotFound))),
            Need::File { file, max } => Fact::File(match self.files.get(file).cloned() {
                Some(Ok(bytes)) if bytes.len() > *max as usize => Err(Unknown::TooLarge),
                found => found.unwrap_or(Err(Unknown::NotFound)),
            }),
            Need::Row(key) => Fact::Row(self.rows.get(key).map(|it| it.as_slice().into())),
            Need::Rows { from, before, limit } => {
                let within = self.rows.iter().filter(|(key, _)| *key >= from && *key < before);
                let limit = usize::try_from(*limit).expect("a limit").min(ROWS);
                Fact::Rows(within.take(limit).map(|(key, row)| (key.clone(), row.clone())).collect())
            }
            Need::Usage { user, since, limit } => words::usage(&self.usage, (*user, *since), *limit),
            Need::Stall => panic!("the story hangs here"),
        }
    }
}

/// A person of that id, who speaks English.
pub(crate) fn person(id: i64) -> Person {
    Person { id: UserId(id), name: format!("P{id}"), username: None, language: Language::En, is_bot: false }
}

/// A change of standing by nobody's link.
pub(crate) fn moved(who: Person, by: Person, old: Standing, new: Standing) -> Moved {
    Moved { who, by, old, new, by_request: false, by_link: None }
}

/// An admin, as a list of admins has them.
pub(crate) fn listed(id: i64, rights: Rights) -> Admin {
    Admin { person: person(id), standing: admin(rights), bot: false, anonymous: false }
}

/// A plain member.
pub(crate) fn plain() -> Standing {
    Standing { status: Status::Member, ..Standing::default() }
}

/// A muted member.
pub(crate) fn muted() -> Standing {
    Standing { status: Status::RestrictedInside, muted: true, ..Standing::default() }
}

/// An admin with those rights.
pub(crate) fn admin(rights: Rights) -> Standing {
    Standing { status: Status::Administrator, rights, ..Standing::default() }
}

/// An admin with every right.
pub(crate) fn all_rights() -> Standing {
    admin(Rights {
        can_delete_messages: true,
        can_restrict_members: true,
        can_invite_users: true,
        can_change_info: true,
        can_promote_members: true,
    })
}

/// The calls among effects.
pub(crate) fn calls(effects: &[Effect]) -> Vec<&Call> {
    effects
        .iter()
        .filter_map(|it| match it {
            Effect::Telegram(owed) => Some(&owed.call),
            _ => None,
        })
        .collect()
}

/// The topic of a message, for stories about topics.
#[expect(clippy::unnecessary_wraps, reason = "as messages have it")]
pub(crate) const fn topic(id: i64) -> Option<ThreadId> {
    Some(ThreadId(id))
}

#[test]
fn the_stage_answers_for_admins_and_files() {
    let mut play = Play::new(super::house::House::new(Vec::new()));
    let admins: Arc<[Admin]> = [listed(7, Rights::default())].into();
    play.world.admins.insert(GROUP, Ok(Arc::clone(&admins)));
    play.world.files.insert("f".into(), Ok(Arc::from(&b"12345"[..])));
    let file = |id: &str, max| Need::File { file: id.into(), max };
    let cases = [
        (Need::Admins(GROUP), Fact::Admins(Ok(admins))),
        (Need::Admins(NEWS), Fact::Admins(Err(Unknown::NotFound))),
        (file("f", 5), Fact::File(Ok(Arc::from(&b"12345"[..])))),
        (file("f", 4), Fact::File(Err(Unknown::TooLarge))),
        (file("g", 5), Fact::File(Err(Unknown::NotFound))),
    ];
    for (need, fact) in cases {
        assert_eq!(play.world.answer(&need), fact, "{need:?}");
    }
}
