//! The engine of a supervisor: what it does when a child ends, a task reports, or somebody gives an order.
//!
//! Nothing here waits. Starts, stops and waits run in tasks of their own and report back with an epoch, so a
//! report about something that has been overtaken is recognised and dropped. A restart of several children is
//! a wave: from one child on, all are stopped in reverse order, then a pause, then all are started in order.
//! A crash during a wave begins it anew from whichever child comes first.

use super::backoff::Tries;
use super::census::State;
use super::child::{Child, Phase};
use super::control::ControlError;
use super::exit::Exit;
use super::ground::Ground;
use super::intensity::{Verdict, Window};
use super::launch::Stopped;
use super::spec::{OnGiveUp, Restart, Stop, Strategy, SupervisorSpec, join};
use super::supervisor::{Arguments, Msg, OnRootGaveUp};
use super::{order, policy, voice};
use crate::protocol::slot::Doing;
use ractor::{ActorCell, ActorId, ActorRef};
use std::collections::HashMap;
use std::time::Duration;

/// Ends that were reported before the start that belongs to them, at most.
const EARLY_MAX: usize = 1024;

/// What a task of the supervisor has to say.
pub enum Report {
    /// A start has succeeded or failed.
    Started(u64, Result<ActorCell, String>),
    /// A stop is over.
    Stopped(u64, Outcome),
    /// A wait is over.
    Due(u64),
}

/// How a stop went, opaque to others.
pub struct Outcome(pub(super) Stopped);

/// A supervisor's state.
pub struct Engine {
    pub(super) me: ActorRef<Msg>,
    path: String,
    generation: u64,
    is_root: bool,
    pub(super) spec: SupervisorSpec,
    pub(super) ground: Ground,
    hook: Option<OnRootGaveUp>,
    pub(super) children: Vec<Child>,
    window: Window,
    pub(super) wave: Option<Wave>,
    /// It has given up, for this first cause.
    pub(super) gave_up: Option<String>,
    pub(super) starting: usize,
    pub(super) early: HashMap<ActorId, Exit>,
    epoch: u64,
}

/// What becomes of a child that has ended.
enum Fate {
    Restart,
    /// It stays down for now; what happens next, in words.
    Stay(&'static str),
}

/// The restart, or the end, of all children from one on.
pub(super) struct Wave {
    pub(super) from: usize,
    pub(super) stage: Stage,
    pub(super) parked: bool,
}

pub(super) enum Stage {
    /// Stopping in reverse order; then pausing so many milliseconds.
    Stopping(u64),
    /// Pausing until this epoch reports.
    Pausing(u64),
    /// Starting in order.
    Starting,
}

impl Engine {
    pub(super) fn new(me: ActorRef<Msg>, arguments: Arguments) -> Self {
        let Arguments { spec, path, generation, ground, on_root_gave_up } = arguments;
        ground.census.remove_below(&path);
        let children = spec.children.iter().cloned().map(Child::new).collect();
        Self {
            me,
            path,
            generation,
            is_root: on_root_gave_up.is_some(),
            spec,
            ground,
            hook: on_root_gave_up,
            children,
            window: Window::default(),
            wave: None,
            gave_up: None,
            starting: 0,
            early: HashMap::new(),
            epoch: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.children.len()
    }

    pub(super) fn path_of(&self, index: usize) -> String {
        self.children.get(index).map_or_else(String::new, |it| join(&self.path, &it.spec.id))
    }

    /// A linked actor has ended.
    pub(super) fn ended(&mut self, id: ActorId, exit: Exit) {
        match self.children.iter().position(|it| it.is(id)) {
            Some(index) => self.child_ended(index, id, &exit),
            None if self.starting > 0 && self.early.len() < EARLY_MAX => drop(self.early.insert(id, exit)),
            None => voice::stray(id, &exit),
        }
        self.advance();
    }

    /// A task of ours has something to say.
    pub(super) fn report(&mut self, report: Report) {
        match report {
            Report::Started(epoch, result) => self.start_reported(epoch, result),
            Report::Stopped(epoch, Outcome(how)) => self.stop_reported(epoch, how),
            Report::Due(epoch) => self.due(epoch),
        }
        self.advance();
    }

    /// The first cause and the root's hook, when it has given up and nothing is left to stop.
    pub(super) fn last_words(&mut self) -> Option<(String, Option<OnRootGaveUp>)> {
        let words = self.gave_up.as_ref()?;
        let over = self.children.iter().all(Child::is_down);
        over.then(|| (words.clone(), self.hook.take()))
    }

    /// A child's name, actor and way to be stopped, while it has an actor. A start under way is called off.
    pub(super) fn call_off(&mut self, index: usize) -> Option<(String, ActorCell, Stop)> {
        let who = self.who(index);
        let child = &mut self.children[index];
        if let Phase::Starting { cancel, .. } = &mut child.phase {
            drop(cancel.take());
        }
        child.cell().map(|cell| (who, cell.clone(), child.spec.stop))
    }

    /// The supervisor is ending, and this child has ended.
    pub(super) fn is_over(&mut self, index: usize) {
        self.set(index, Phase::Down);
        self.children[index].answer_stoppers();
        self.children[index].answer_starters(&Err(ControlError::ShuttingDown));
    }

    /// A child of ours has ended, asked or unasked.
    pub(super) fn child_ended(&mut self, index: usize, id: ActorId, exit: &Exit) {
        let slot = self.ground.slots.leave(id);
        let doing = slot.as_ref().map(|it| it.doing((self.ground.now_ms)()));
        let reason = voice::reason_of(exit, slot.as_deref(), doing.as_ref());
        if matches!(self.children[index].phase, Phase::Stopping { .. }) {
            self.tell_end_of_stop(index, exit, &reason);
            return self.gone(index);
        }
        self.children[index].last_reason = Some(reason.clone());
        if exit.is_abnormal() {
            voice::count_crash(&self.path_of(index), exit.kind());
        }
        match self.fate(index, exit) {
            Fate::Restart => self.crashed(index, exit, &reason, doing.as_ref()),
            Fate::Stay(next) => {
                let who = self.who(index);
                if exit.is_abnormal() {
                    let (restarts, limit) =
                        (self.window.count((self.ground.now_ms)(), self.spec.intensity), self.spec.intensity);
                    let crash =
                        voice::Crash { who: &who, reason: &reason, doing: doing.as_ref(), restarts, limit, next };
                    crash.finish(crash.line(matches!(exit, Exit::Killed(_))));
                } else {
                    voice::stopped(&who, &reason);
                }
                self.gone(index);
            }
        }
    }

    fn tell_end_of_stop(&self, index: usize, exit: &Exit, reason: &str) {
        match (exit, self.children[index].spec.stop) {
            (Exit::Killed(_), Stop::Within(deadline)) => {
                voice::killed(&self.who(index), u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX));
            }
            _ => voice::stopped(&self.who(index), reason),
        }
    }

    fn fate(&self, index: usize, exit: &Exit) -> Fate {
        let child = &self.children[index];
        let in_wave = self.wave.as_ref().is_some_and(|it| it.from <= index && matches!(it.stage, Stage::Stopping(_)));
        match policy::then(child.spec.restart, exit) {
            policy::Then::Forget => Fate::Stay("nothing: it is temporary"),
            policy::Then::Keep => Fate::Stay("nothing: it had ended for good"),
            policy::Then::Restart if self.gave_up.is_some() => Fate::Stay("nothing: its supervisor is ending"),
            policy::Then::Restart if !child.wanted => Fate::Stay("nothing: it was to be stopped"),
            policy::Then::Restart if in_wave => Fate::Stay("restarted with its siblings"),
            policy::Then::Restart => Fate::Restart,
        }
    }

    /// A child is down and shall not be restarted for now.
    pub(super) fn gone(&mut self, index: usize) {
        self.set(index, Phase::Down);
        self.children[index].answer_stoppers();
        if self.children[index].spec.restart == Restart::Temporary {
            self.remove(index);
        }
    }

    /// A child ended, or did not start, and must be restarted: counts it and decides.
    pub(super) fn crashed(&mut self, index: usize, exit: &Exit, reason: &str, doing: Option<&Doing>) {
        let (now, limit) = ((self.ground.now_ms)(), self.spec.intensity);
        let alone = self.counts_alone();
        let chance = (self.ground.below)(u64::MAX);
        let who = self.who(index);
        let child = &mut self.children[index];
        let wait_ms = child.tries.next_ms(self.spec.backoff, now.saturating_sub(child.since_ms), chance);
        let window = if alone { &mut child.window } else { &mut self.window };
        let verdict = match (window.record(now, limit), exit, self.spec.on_give_up) {
            (_, Exit::GaveUp(_), OnGiveUp::Park { .. }) => Verdict::GiveUp,
            (verdict, ..) => verdict,
        };
        let restarts = window.count(now, limit);
        let next = match (verdict, self.spec.on_give_up) {
            (Verdict::Restart, _) => format!("retry in {}", voice::span(wait_ms)),
            (Verdict::GiveUp, OnGiveUp::Park { ms }) => format!("left alone for {}", voice::span(ms)),
            (Verdict::GiveUp, OnGiveUp::Escalate) => "too many restarts: its supervisor gives up".to_owned(),
        };
        let crash = voice::Crash { who: &who, reason, doing, restarts, limit, next: &next };
        crash.finish(crash.line(matches!(exit, Exit::Killed(_))));
        self.set(index, Phase::Down);
        match verdict {
            Verdict::Restart => self.restart_after(index, wait_ms),
            Verdict::GiveUp => self.give_up(
                index,
                &format!("{restarts} restarts in {} (max {}), cause {reason}", voice::span(limit.period_ms), limit.max),
            ),
        }
    }

    fn restart_after(&mut self, index: usize, wait_ms: u64) {
        let in_a_row = self.children[index].tries.count();
        if in_a_row > 2 {
            voice::backoff(&self.who(index), in_a_row, wait_ms);
        }
        match order::group_from(self.spec.strategy, index) {
            Some(from) => self.begin_wave(from, wait_ms, false),
            None => {
                let epoch = self.after(wait_ms);
                self.set(index, Phase::Backoff { epoch });
            }
        }
    }

    fn give_up(&mut self, index: usize, why: &str) {
        let who = self.who(index);
        match self.spec.on_give_up {
            OnGiveUp::Park { ms } => {
                voice::gave_up(&who, why, &format!("parked for {}", voice::span(ms)));
                voice::parked(&who, why, ms);
                self.park(index, ms);
            }
            OnGiveUp::Escalate => {
                voice::gave_up(&who, why, "its supervisor stops its children and ends");
                let me = voice::who(if self.path.is_empty() { "root" } else { &self.path }, self.generation);
                voice::escalated(&me, why, self.is_root);
                self.gave_up.get_or_insert_with(|| format!("{who}: {why}"));
                self.begin_wave(0, 0, false);
            }
        }
    }

    fn park(&mut self, index: usize, ms: u64) {
        self.children[index].tries = Tries::default();
        self.children[index].window.clear();
        match order::group_from(self.spec.strategy, index) {
            Some(from) => {
                self.window.clear();
                self.begin_wave(from, ms, true);
            }
            None => {
                let epoch = self.after(ms);
                self.set(index, Phase::Parked { epoch });
            }
        }
    }

    /// Whether each child has a window of its own.
    fn counts_alone(&self) -> bool {
        matches!((self.spec.on_give_up, self.spec.strategy), (OnGiveUp::Park { .. }, Strategy::OneForOne))
    }

    fn due(&mut self, epoch: u64) {
        if let Some(wave) = &mut self.wave
            && matches!(wave.stage, Stage::Pausing(it) if it == epoch)
        {
            wave.stage = Stage::Starting;
            return;
        }
        if let Some(index) = self.children.iter().position(|it| it.awaits(epoch)) {
            self.begin_start(index);
        }
    }

    /// Forgets a child; a wave goes on from the same sibling as before.
    pub(super) fn remove(&mut self, index: usize) {
        let path = self.path_of(index);
        voice::count_state(&path, self.children[index].shown, None);
        self.ground.census.remove(&path);
        self.children.remove(index);
        if let Some(wave) = self.wave.as_mut().filter(|it| it.from > index) {
            wave.from -= 1;
        }
    }

    pub(super) fn set(&mut self, index: usize, phase: Phase) {
        let path = self.path_of(index);
        let child = &mut self.children[index];
        child.since_ms = (self.ground.now_ms)();
        child.phase = phase;
        let (before, now) = (child.shown.replace(child.state()), child.state());
        voice::count_state(&path, before, Some(now));
        self.publish(index);
    }

    pub(super) fn publish(&self, index: usize) {
        let child = &self.children[index];
        self.ground.census.publish(child.node(self.path_of(index), self.state_of(index)));
    }

    /// The state of a child, where a pause of the whole wave counts as its own.
    pub(super) fn state_of(&self, index: usize) -> State {
        let child = &self.children[index];
        match (&self.wave, child.state()) {
            (Some(wave), State::Stopped) if wave.from <= index && child.wanted && self.gave_up.is_none() => {
                if wave.parked { State::Parked } else { State::Backoff }
            }
            (_, state) => state,
        }
    }

    /// A report with a new epoch comes after this time.
    pub(super) fn after(&mut self, ms: u64) -> u64 {
        let (epoch, me) = (self.next_epoch(), self.me.clone());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            send(&me, Report::Due(epoch));
        });
        epoch
    }

    pub(super) fn next_epoch(&mut self) -> u64 {
        self.epoch += 1;
        self.epoch
    }

    pub(super) fn who(&self, index: usize) -> String {
        voice::who(&self.path_of(index), self.children[index].generation)
    }
}

impl Drop for Engine {
    /// When a supervisor is killed, ractor kills its children, but not those that are in their `post_stop`:
    /// one that hangs there would live for ever.
    fn drop(&mut self) {
        for index in 0..self.len() {
            if let Some(cell) = self.children[index].cell() {
                cell.kill();
            }
            voice::count_state(&self.path_of(index), self.children[index].shown, None);
        }
    }
}

/// A supervisor that has ended needs no report.
pub(super) fn send(me: &ActorRef<Msg>, report: Report) {
    let _ended = me.send_message(Msg::Report(report));
}
