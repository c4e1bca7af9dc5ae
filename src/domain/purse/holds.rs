//! The purse: holds money and turns back before a question is asked, and settles when it is known what it cost.
//!
//! What is held counts as spent from the moment it is held. So no number of questions at once can pass a cap, and a
//! crash gives nothing back: the counters that are written with a question have it in them already.

use super::budget::{Budget, Caps, Limit};
use super::counter::{Counter, Marks, Sum};
use super::money::Money;
use crate::domain::account::Tier;
use crate::domain::types::{ChatNo, Moment, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// Who spends, where, and with whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spender {
    /// On whose account.
    pub person: UserId,
    /// In which chat, by our number: it survives the chat's change of id.
    pub chat: ChatNo,
    /// The provider's name in the configuration.
    pub provider: String,
    /// The person's tier.
    pub tier: Tier,
}

/// Tokens of question and answer, and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Tokens.
    pub tokens: u64,
    /// Money.
    pub money: Money,
}

/// Whose counter. As text it is the name of the counter's row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Everybody's together.
    House,
    /// A provider's.
    Provider(String),
    /// A chat's.
    Chat(ChatNo),
    /// A person's.
    Person(UserId),
}

/// Something held back. It is settled or released, once; what is never settled stays spent.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "settle or release it, or it stays spent"]
pub struct Hold(u64);

/// Why nothing can be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A limit is reached.
    Spent(Spent),
    /// These counters are not in memory: read their rows, [`Purse::load`] them, and ask again.
    Unread(Vec<Key>),
    /// As many questions are under way as may be; ask again when one has ended.
    Crowded,
}

/// A limit that is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Whose.
    pub key: Key,
    /// Which.
    pub limit: Limit,
    /// How much is allowed, in questions, tokens or millionths.
    pub cap: u64,
    /// When there will be room. `None` when this question alone is more than is allowed.
    pub ends: Option<Moment>,
}

/// What came of settling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// What was held is replaced by what was used.
    Exactly,
    /// The same; it was more than was held, by so much. Caps may be passed by that, and by no more.
    Over(Amount),
    /// It is none of this purse: held in an earlier life, it stays spent as it was held.
    Gone,
}

/// How a limit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub limit: Limit,
    /// How much is used or held.
    pub used: u64,
    /// How much is allowed.
    pub cap: u64,
    /// When it begins anew.
    pub ends: Moment,
}

/// The state of all spending.
#[derive(Debug)]
pub struct Purse {
    budget: Budget,
    counters: BTreeMap<Key, Kept>,
    /// Keys by when they were last used.
    uses: BTreeMap<u64, Key>,
    /// What left the memory before it was handed out.
    left: BTreeMap<Key, Counter>,
    changed: BTreeSet<Key>,
    open: BTreeMap<u64, Open>,
    next_use: u64,
    next_hold: u64,
    /// Whether a key that is not in memory was never used.
    complete: bool,
}

#[derive(Debug)]
struct Kept {
    counter: Counter,
    used: u64,
    /// Holds that are counted here.
    held: u32,
}

#[derive(Debug)]
struct Open {
    sum: Sum,
    marks: [(Key, Marks); 4],
}

/// Holds of one life are numbered from its first millisecond on, with room for so many in each, so that no number
/// is given by two lives.
const HOLDS_PER_MS: u32 = 20;

impl Purse {
    /// A purse after a restart: with these rows, which [`Self::changed`] has handed out. `complete` says that they
    /// are all there are. What was held and never settled is in them, and stays spent.
    ///
    /// Answers also the names of rows that cannot be read. They count as empty.
    pub fn recover(
        budget: Budget,
        rows: impl IntoIterator<Item = (String, Vec<u8>)>,
        complete: bool,
        now: Moment,
    ) -> (Self, Vec<String>) {
        let mut purse = Self {
            budget,
            counters: BTreeMap::new(),
            uses: BTreeMap::new(),
            left: BTreeMap::new(),
            changed: BTreeSet::new(),
            open: BTreeMap::new(),
            next_use: 0,
            next_hold: now.0 << HOLDS_PER_MS,
            complete,
        };
        let mut unread = Vec::new();
        for (name, row) in rows {
            match (name.parse::<Key>(), serde_json::from_slice(&row)) {
                (Ok(key), Ok(counter)) => purse.keep(key, counter),
                _ => unread.push(name),
            }
        }
        (purse, unread)
    }

    /// Other limits from now on. What was spent stays.
    pub fn set(&mut self, budget: Budget) {
        self.budget = budget;
    }

    /// Takes over the row of a counter that was not in memory; `None` when there is no such row. Answers whether it
    /// could be read.
    pub fn load(&mut self, key: &Key, row: Option<&[u8]>) -> bool {
        if self.counters.contains_key(key) || self.left.contains_key(key) {
            return true; // what is in memory is newer than any row
        }
        let read = row.map_or(Ok(Counter::default()), serde_json::from_slice);
        let sound = read.is_ok();
        self.keep(key.clone(), read.unwrap_or_default());
        sound
    }

    /// Holds back what a question may cost, so that nobody else can spend it, or says why not. Nothing is held then.
    ///
    /// # Errors
    /// A limit of the person, the chat, the house or the provider is reached: of several the one that ends last, and
    /// the provider's only when there is no other, for then the next provider can be asked.
    pub fn reserve(&mut self, who: &Spender, estimate: Amount, now: Moment) -> Result<Hold, Refusal> {
        if self.open.len() >= self.budget.holds {
            return Err(Refusal::Crowded);
        }
        let keys = who.keys();
        let unread: Vec<Key> = keys.iter().filter(|it| !self.is_at_hand(it)).cloned().collect();
        if !unread.is_empty() {
            return Err(Refusal::Unread(unread));
        }
        let sum = Sum { asked: 1, tokens: estimate.tokens, money: estimate.money.0 };
        if let Some(spent) = self.in_the_way(&keys, who.tier, sum, now) {
            return Err(Refusal::Spent(spent));
        }
        let marks = keys.map(|key| {
            let marks = self.kept(&key, 1).add(sum, now);
            (key, marks)
        });
        let hold = self.next_hold;
        self.next_hold = self.next_hold.saturating_add(1);
        self.open.insert(hold, Open { sum, marks });
        self.shrink();
        Ok(Hold(hold))
    }

    /// Puts what was used in the place of what was held, in the stretches in which it was held. A question that was
    /// asked counts as one, also when it has cost nothing.
    pub fn settle(&mut self, hold: Hold, used: Amount) -> Settled {
        let Some(open) = self.open.remove(&hold.0) else { return Settled::Gone };
        let sum = Sum { asked: 1, tokens: used.tokens, money: used.money.0 };
        self.change(&open, sum);
        let over = Amount {
            tokens: sum.tokens.saturating_sub(open.sum.tokens),
            money: Money(sum.money.saturating_sub(open.sum.money)),
        };
        if over == Amount::default() { Settled::Exactly } else { Settled::Over(over) }
    }

    /// Gives everything back: nothing was asked.
    pub fn release(&mut self, hold: Hold) {
        if let Some(open) = self.open.remove(&hold.0) {
            self.change(&open, Sum::default());
        }
    }

    /// The rows that have changed since they were last handed out. They belong into the batch that the question is
    /// marked as asked in, or its answer stored; until they are committed, later ones must wait behind them.
    pub fn changed(&mut self) -> Vec<(String, Vec<u8>)> {
        let left = std::mem::take(&mut self.left);
        let changed = std::mem::take(&mut self.changed);
        let kept = changed.iter().filter_map(|it| Some((it, &self.counters.get(it)?.counter)));
        kept.chain(&left).map(|(key, counter)| (key.to_string(), row(counter))).collect()
    }

    /// What is held: how many questions, and how much together.
    #[must_use]
    pub fn held(&self) -> (usize, Amount) {
        let mut sum = Sum::default();
        self.open.values().for_each(|it| sum.add(it.sum));
        (self.open.len(), Amount { tokens: sum.tokens, money: Money(sum.money) })
    }

    /// How the limits of a spender stand, without those that are off. Empty for one that is not in memory.
    #[must_use]
    pub fn standing(&self, key: &Key, tier: Tier, now: Moment) -> Vec<Standing> {
        let Some(kept) = self.counters.get(key) else { return Vec::new() };
        let caps = self.caps(key, tier);
        let stand = |limit: Limit| {
            let (sum, ends) = kept.counter.now(limit.period(), now);
            Some(Standing { limit, used: limit.of(&sum), cap: caps.of(limit)?, ends })
        };
        Limit::ALL.into_iter().filter_map(stand).collect()
    }

    /// Counters that are in memory.
    #[must_use]
    pub fn kept_count(&self) -> usize {
        self.counters.len()
    }

    fn caps(&self, key: &Key, tier: Tier) -> &Caps {
        match key {
            Key::House => &self.budget.house,
            Key::Provider(name) => self.budget.provider(name),
            Key::Chat(_) => &self.budget.chat,
            Key::Person(_) => self.budget.person(tier),
        }
    }

    fn in_the_way(&self, keys: &[Key; 4], tier: Tier, sum: Sum, now: Moment) -> Option<Spent> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for key in keys {
            let list = if matches!(key, Key::Provider(_)) { &mut theirs } else { &mut ours };
            list.extend(Limit::ALL.into_iter().filter_map(|it| self.reached(key, tier, it, sum, now)));
        }
        let last = |list: Vec<Spent>| list.into_iter().max_by_key(|it| it.ends.unwrap_or(Moment(u64::MAX)));
        last(ours).or_else(|| last(theirs))
    }

    /// Whether this much more would be too much. What is not wanted at all is never too much: a model that costs
    /// nothing can be asked when all money is spent.
    fn reached(&self, key: &Key, tier: Tier, limit: Limit, sum: Sum, now: Moment) -> Option<Spent> {
        let (cap, wanted) = (self.caps(key, tier).of(limit)?, limit.of(&sum));
        let (used, ends) = match self.counters.get(key).map(|it| &it.counter).or_else(|| self.left.get(key)) {
            Some(counter) => {
                let (used, ends) = counter.now(limit.period(), now);
                (limit.of(&used), ends)
            }
            None => (0, limit.period().end(limit.period().number(now))),
        };
        let fits = wanted == 0 || used.saturating_add(wanted) <= cap;
        (!fits).then(|| Spent { key: key.clone(), limit, cap, ends: (wanted <= cap).then_some(ends) })
    }

    fn change(&mut self, open: &Open, to: Sum) {
        for (key, marks) in &open.marks {
            let kept = self.kept(key, 0);
            kept.change(*marks, open.sum, to);
            if let Some(kept) = self.counters.get_mut(key) {
                kept.held = kept.held.saturating_sub(1);
            }
        }
        self.shrink();
    }

    fn is_at_hand(&self, key: &Key) -> bool {
        self.complete || self.counters.contains_key(key) || self.left.contains_key(key)
    }

    /// The counter, which changes now and is used by so many holds more.
    fn kept(&mut self, key: &Key, held: u32) -> &mut Counter {
        self.changed.insert(key.clone());
        let used = self.next_use;
        self.next_use += 1;
        let left = self.left.remove(key).unwrap_or_default();
        let kept = self.counters.entry(key.clone()).or_insert(Kept { counter: left, used, held: 0 });
        self.uses.remove(&kept.used);
        self.uses.insert(used, key.clone());
        kept.used = used;
        kept.held = kept.held.saturating_add(held);
        &mut kept.counter
    }

    fn keep(&mut self, key: Key, counter: Counter) {
        let used = self.next_use;
        self.next_use += 1;
        self.uses.insert(used, key.clone());
        if let Some(before) = self.counters.insert(key, Kept { counter, used, held: 0 }) {
            self.uses.remove(&before.used);
        }
        self.shrink();
    }

    /// Lets the counter that was not used for longest leave the memory, as often as there are too many. Those with
    /// something held stay, as do those of the house.
    fn shrink(&mut self) {
        while self.counters.len() > self.budget.kept {
            let idle = |it: &(&u64, &Key)| *it.1 != Key::House && self.counters.get(it.1).is_none_or(|it| it.held == 0);
            let Some((used, key)) = self.uses.iter().find(idle).map(|it| (*it.0, it.1.clone())) else { return };
            self.uses.remove(&used);
            self.complete = false;
            if let Some(kept) = self.counters.remove(&key).filter(|_| self.changed.remove(&key)) {
                self.left.insert(key, kept.counter);
            }
        }
    }
}

/// Whether the row of a counter need not be kept any longer. One that cannot be read stays, for somebody to look at.
#[must_use]
pub fn is_over(row: &[u8], now: Moment) -> bool {
    serde_json::from_slice::<Counter>(row).is_ok_and(|it| it.is_over(now))
}

fn row(counter: &Counter) -> Vec<u8> {
    serde_json::to_vec(counter).unwrap_or_default()
}

impl Spender {
    fn keys(&self) -> [Key; 4] {
        [Key::House, Key::Provider(self.provider.clone()), Key::Chat(self.chat), Key::Person(self.person)]
    }
}

impl fmt::Display for Key {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::House => to.write_str("house"),
            Self::Provider(name) => write!(to, "provider/{name}"),
            Self::Chat(chat) => write!(to, "chat/{}", chat.0),
            Self::Person(person) => write!(to, "person/{}", person.0),
        }
    }
}

impl FromStr for Key {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name.split_once('/') {
            None if name == "house" => Ok(Self::House),
            Some(("provider", name)) => Ok(Self::Provider(name.to_owned())),
            Some(("chat", chat)) => chat.parse().map(|it| Self::Chat(ChatNo(it))).map_err(drop),
            Some(("person", person)) => person.parse().map(|it| Self::Person(UserId(it))).map_err(drop),
            Some(_) | None => Err(()),
        }
    }
}
