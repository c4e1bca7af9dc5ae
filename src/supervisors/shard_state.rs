//! What a shard keeps about its chats, and what it does when one is woken, starts, sleeps or crashes.

use super::backoff::Tries;
use super::census::{self, ShardCounts};
use super::exit::Exit;
use super::ground::Ground;
use super::intensity::Window;
use super::residents::Life;
use super::shard::{Arguments, ShardMsg, ShardRules, ShardSpec};
use super::shard_voice::Meters;
use super::spec::Stop;
use super::storm::Storm;
use super::{launch, voice};
use crate::domain::types::ChatNo;
use crate::protocol::wake::Waker;
use ractor::{ActorCell, ActorId, ActorRef};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// How often the census is told, and old records are looked through, when anything changed; in ms.
const TICK_MS: u64 = 1_000;

/// Ends that were reported before the start that belongs to them, at most.
const EARLY_MAX: usize = 1024;

/// What a task of the shard has to say.
pub enum Report {
    /// A start has succeeded or failed.
    Started(ChatNo, u64, Result<ActorCell, String>),
    /// The wait of a chat is over.
    Due(ChatNo, u64),
    /// The storm is over.
    Calm,
    /// Time to tell the census.
    Tick,
}

/// A shard's state.
pub struct State {
    me: ActorRef<ShardMsg>,
    pub(super) path: String,
    pub(super) spec: ShardSpec,
    pub(super) ground: Ground,
    pub(super) chats: HashMap<ChatNo, Entry>,
    actors: HashMap<ActorId, ChatNo>,
    /// Chats with a record of crashes.
    pub(super) remembered: HashSet<ChatNo>,
    /// Chats that wait for the end of the storm.
    held: Vec<ChatNo>,
    pub(super) storm: Storm<ChatNo>,
    /// The greatest generation of a chat that has been forgotten; new ones begin above it.
    high: u64,
    starting: usize,
    early: HashMap<ActorId, Exit>,
    pub(super) counts: ShardCounts,
    pub(super) meters: Meters,
    tick_is_due: bool,
}

/// What is kept about a chat that runs, or is in trouble.
pub(super) struct Entry {
    pub(super) phase: Phase,
    pub(super) generation: u64,
    pub(super) record: Option<Box<Record>>,
}

pub(super) enum Phase {
    /// The flag says that it had crashed before.
    Starting(bool),
    Running(ActorCell),
    /// Waiting for its restart; the flag says that it is parked.
    Waiting(bool),
    /// Waiting for the end of the storm; the flag says that it had crashed before.
    Held(bool),
    Down,
}

/// The crashes of one chat.
#[derive(Default)]
pub(super) struct Record {
    pub(super) window: Window,
    pub(super) tries: Tries,
    pub(super) last_ms: u64,
}

impl State {
    pub(super) fn new(me: ActorRef<ShardMsg>, arguments: Arguments) -> Self {
        let Arguments { spec, path, ground } = arguments;
        Self {
            me,
            meters: Meters::new(),
            path,
            spec,
            ground,
            chats: HashMap::new(),
            actors: HashMap::new(),
            remembered: HashSet::new(),
            held: Vec::new(),
            storm: Storm::default(),
            high: 0,
            starting: 0,
            early: HashMap::new(),
            counts: ShardCounts::default(),
            tick_is_due: false,
        }
    }

    pub(super) fn waker(&self) -> &Waker {
        &self.spec.waker
    }

    pub(super) fn rules(&self) -> ShardRules {
        self.spec.rules
    }

    pub(super) fn counts(&self) -> ShardCounts {
        ShardCounts { running: self.actors.len(), held: self.held.len(), ..self.counts.clone() }
    }

    /// How many chats are kept, and how many of them with a record of crashes.
    pub(super) fn records(&self) -> (usize, usize) {
        (self.chats.len(), self.remembered.len())
    }

    /// Every running chat with its name.
    pub(super) fn running(&self) -> Vec<(String, ActorCell)> {
        let running = self.chats.iter().filter_map(|(chat, entry)| match &entry.phase {
            Phase::Running(cell) => Some((self.who(*chat, entry.generation), cell.clone())),
            Phase::Starting(_) | Phase::Waiting(_) | Phase::Held(_) | Phase::Down => None,
        });
        running.collect()
    }

    /// After a restart of the shard itself: chats whose events wait.
    pub(super) fn wake_all_with_work(&mut self) {
        self.spec.residents.with_work().into_iter().for_each(|it| self.wake(it));
        self.touch();
    }

    pub(super) fn nudged(&mut self) {
        self.spec.waker.take().into_iter().for_each(|it| self.wake(it));
    }

    /// Starts a chat, unless it runs or is about to.
    pub(super) fn wake(&mut self, chat: ChatNo) {
        if self.chats.get(&chat).is_none_or(|it| matches!(it.phase, Phase::Down)) {
            self.start(chat);
        }
    }

    /// A task of ours has something to say.
    pub(super) fn report(&mut self, report: Report) {
        match report {
            Report::Started(chat, generation, result) => self.started(chat, generation, result),
            Report::Due(chat, generation) => self.due(chat, generation),
            Report::Calm => self.calm(),
            Report::Tick => self.tick(),
        }
    }

    /// A linked actor has ended.
    pub(super) fn ended(&mut self, id: ActorId, exit: &Exit) {
        match self.actors.remove(&id) {
            Some(chat) => self.chat_ended(chat, id, exit),
            None if self.starting > 0 && self.early.len() < EARLY_MAX => drop(self.early.insert(id, exit.clone())),
            None => voice::stray(id, exit),
        }
    }

    pub(super) fn start(&mut self, chat: ChatNo) {
        let now = (self.ground.now_ms)();
        let fresh = Entry { phase: Phase::Down, generation: self.high, record: None };
        let entry = self.chats.entry(chat).or_insert(fresh);
        let again = matches!(entry.phase, Phase::Waiting(_) | Phase::Held(true));
        if self.storm.rages(now) {
            entry.phase = Phase::Held(again);
            self.held.push(chat);
            return self.touch();
        }
        entry.phase = Phase::Starting(again);
        entry.generation += 1;
        let generation = entry.generation;
        self.starting += 1;
        let path = format!("{}/{}", self.path, self.spec.residents.name(chat));
        let (parent, slots) = (self.me.get_cell(), self.ground.slots.clone());
        let life = Life { chat, generation, parent, path, slots };
        let (me, residents, within) = (self.me.clone(), self.spec.residents.clone(), self.spec.rules.start_within);
        let deliver = move |it| send(&me, Report::Started(chat, generation, it));
        launch::begin(within, async move { residents.start(life).await }, deliver);
    }

    fn started(&mut self, chat: ChatNo, generation: u64, result: Result<ActorCell, String>) {
        self.starting -= 1;
        let entry = self.chats.get_mut(&chat).filter(|it| it.generation == generation);
        match (entry, result) {
            (Some(entry), Ok(cell)) => {
                let id = cell.get_id();
                let again = matches!(entry.phase, Phase::Starting(true));
                entry.phase = Phase::Running(cell);
                self.counts.starts += 1;
                self.meters.started(again);
                if again {
                    self.counts.restarts += 1;
                    self.tell_restarted(chat, generation);
                    self.recovered(chat, generation);
                }
                match self.early.remove(&id) {
                    Some(exit) => self.chat_ended(chat, id, &exit),
                    None => drop(self.actors.insert(id, chat)),
                }
            }
            (Some(_), Err(reason)) => {
                let reason = format!("did not start: {}", super::last_words::fit(&reason));
                self.crashed(chat, "start", &reason, None, false);
            }
            (None, Ok(cell)) => launch::stop_aside(cell, Stop::Kill, |_| {}),
            (None, Err(_)) => {}
        }
        if self.starting == 0 {
            std::mem::take(&mut self.early).iter().for_each(|(id, exit)| voice::stray(id, exit));
        }
        self.touch();
    }

    fn chat_ended(&mut self, chat: ChatNo, id: ActorId, exit: &Exit) {
        self.meters.ended();
        let slot = self.ground.slots.leave(id);
        if exit.is_abnormal() {
            let doing = slot.as_ref().map(|it| it.doing((self.ground.now_ms)()));
            let reason = voice::reason_of(exit, slot.as_deref(), doing.as_ref());
            let killed = matches!(exit, Exit::Killed(_));
            self.crashed(chat, exit.kind(), &reason, doing.as_ref(), killed);
        } else {
            self.slept(chat);
        }
        self.touch();
    }

    fn slept(&mut self, chat: ChatNo) {
        let Some(entry) = self.chats.get_mut(&chat) else { return };
        entry.phase = Phase::Down;
        let (generation, clean) = (entry.generation, entry.record.is_none());
        if self.spec.residents.slept(chat, generation) {
            self.start(chat);
        } else if clean {
            self.forget(chat);
        }
    }

    fn due(&mut self, chat: ChatNo, generation: u64) {
        let Some(entry) = self.chats.get(&chat).filter(|it| it.generation == generation) else { return };
        if let Phase::Waiting(parked) = entry.phase {
            *(if parked { &mut self.counts.parked } else { &mut self.counts.backoff }) -= 1;
            self.meters.waited(parked);
            self.start(chat);
        }
    }

    fn calm(&mut self) {
        self.storm.calm();
        self.counts.storm = false;
        for chat in std::mem::take(&mut self.held) {
            self.start(chat);
        }
        self.touch();
    }

    /// Tells the census, and forgets crashes of chats that have been quiet.
    fn tick(&mut self) {
        self.tick_is_due = false;
        let (now, rules) = ((self.ground.now_ms)(), self.spec.rules);
        let quiet_ms = rules.backoff.quiet_ms.max(rules.intensity.period_ms);
        let is_quiet = |entry: &Entry| {
            let settled = matches!(entry.phase, Phase::Running(_) | Phase::Down);
            settled && entry.record.as_ref().is_none_or(|it| now.saturating_sub(it.last_ms) > quiet_ms)
        };
        let quiet: Vec<ChatNo> =
            self.remembered.iter().copied().filter(|it| self.chats.get(it).is_none_or(is_quiet)).collect();
        quiet.into_iter().for_each(|it| self.clear_record(it));
        self.ground.census.publish_shard(&self.path, self.counts());
        if !self.remembered.is_empty() {
            self.touch();
        }
    }

    /// A chat that crashed runs again: so the tree shows it, with its last crash, until that is forgotten.
    fn recovered(&mut self, chat: ChatNo, generation: u64) {
        let since_ms = (self.ground.now_ms)();
        if let Some(it) = self.counts.troubled.get_mut(&self.spec.residents.name(chat)) {
            (it.state, it.generation, it.since_ms) = (census::State::Running, generation, since_ms);
        }
    }

    fn clear_record(&mut self, chat: ChatNo) {
        self.remembered.remove(&chat);
        self.counts.troubled.remove(&self.spec.residents.name(chat));
        if let Some(entry) = self.chats.get_mut(&chat) {
            entry.record = None;
            if matches!(entry.phase, Phase::Down) {
                self.forget(chat);
            }
        }
    }

    fn forget(&mut self, chat: ChatNo) {
        if let Some(entry) = self.chats.remove(&chat) {
            self.high = self.high.max(entry.generation);
        }
    }

    fn tell_restarted(&self, chat: ChatNo, generation: u64) {
        let now = (self.ground.now_ms)();
        let ended = self.chats.get(&chat).and_then(|it| it.record.as_ref()).map_or(now, |it| it.last_ms);
        voice::restarted(&self.who(chat, generation), now.saturating_sub(ended));
    }

    /// Something changed: the census hears of it within a tick.
    pub(super) fn touch(&mut self) {
        if !std::mem::replace(&mut self.tick_is_due, true) {
            self.after(TICK_MS, Report::Tick);
        }
    }

    pub(super) fn after(&self, ms: u64, report: Report) {
        let me = self.me.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            send(&me, report);
        });
    }

    pub(super) fn who(&self, chat: ChatNo, generation: u64) -> String {
        voice::who(&format!("{}/{}", self.path, self.spec.residents.name(chat)), generation)
    }
}

impl Drop for State {
    /// When a shard is killed, ractor does not kill chats that are in their `post_stop`.
    fn drop(&mut self) {
        self.running().iter().for_each(|it| it.1.kill());
        self.meters.gone(self.actors.len(), self.counts.backoff, self.counts.parked);
    }
}

/// A shard that has ended needs no report.
fn send(me: &ActorRef<ShardMsg>, report: Report) {
    let _ended = me.send_message(ShardMsg::Report(report));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_small() {
        let per_chat = size_of::<(ChatNo, Entry)>() + size_of::<(ActorId, ChatNo)>();
        assert!(per_chat * 2 <= 200, "{per_chat} bytes, twice with the room that hash tables keep");
    }
}
