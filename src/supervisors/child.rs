//! One child as its supervisor keeps it: where it is between its lives.

use super::backoff::Tries;
use super::census::{Node, State};
use super::control::{ChildInfo, ControlError};
use super::intensity::Window;
use super::spec::ChildSpec;
use crate::protocol::port::Reply;
use ractor::{ActorCell, ActorId};
use tokio::sync::oneshot;

/// A child.
pub(super) struct Child {
    pub(super) spec: ChildSpec,
    pub(super) phase: Phase,
    /// Whether it shall run: false after it was terminated by hand.
    pub(super) wanted: bool,
    /// It was just added, and is forgotten when it does not start.
    pub(super) fresh: bool,
    /// The state it is counted under.
    pub(super) shown: Option<State>,
    pub(super) generation: u64,
    pub(super) restarts: u64,
    pub(super) tries: Tries,
    pub(super) window: Window,
    /// When it was started, or ended, in ticks.
    pub(super) since_ms: u64,
    pub(super) last_reason: Option<String>,
    pub(super) starters: Vec<Reply<Result<ActorId, ControlError>>>,
    pub(super) stoppers: Vec<Reply<Result<(), ControlError>>>,
}

/// Where a child is. An epoch names the task that will report; reports of other epochs are stale.
pub(super) enum Phase {
    Down,
    /// Taking or dropping the sender calls the start off.
    Starting {
        epoch: u64,
        cancel: Option<oneshot::Sender<()>>,
    },
    Running(ActorCell),
    Backoff {
        epoch: u64,
    },
    Parked {
        epoch: u64,
    },
    Stopping {
        epoch: u64,
        cell: ActorCell,
    },
}

impl Child {
    pub(super) fn new(spec: ChildSpec) -> Self {
        Self {
            spec,
            phase: Phase::Down,
            wanted: true,
            fresh: false,
            shown: None,
            generation: 0,
            restarts: 0,
            tries: Tries::default(),
            window: Window::default(),
            since_ms: 0,
            last_reason: None,
            starters: Vec::new(),
            stoppers: Vec::new(),
        }
    }

    pub(super) fn is_down(&self) -> bool {
        matches!(self.phase, Phase::Down)
    }

    /// Whether this epoch is the one whose report it waits for.
    pub(super) fn awaits(&self, wanted: u64) -> bool {
        match self.phase {
            Phase::Down | Phase::Running(_) => false,
            Phase::Starting { epoch, .. }
            | Phase::Backoff { epoch }
            | Phase::Parked { epoch }
            | Phase::Stopping { epoch, .. } => epoch == wanted,
        }
    }

    /// Its actor, while there is one that is known.
    pub(super) fn cell(&self) -> Option<&ActorCell> {
        match &self.phase {
            Phase::Running(cell) | Phase::Stopping { cell, .. } => Some(cell),
            Phase::Down | Phase::Starting { .. } | Phase::Backoff { .. } | Phase::Parked { .. } => None,
        }
    }

    pub(super) fn is(&self, id: ActorId) -> bool {
        self.cell().is_some_and(|it| it.get_id() == id)
    }

    pub(super) fn state(&self) -> State {
        match self.phase {
            Phase::Down => State::Stopped,
            Phase::Starting { .. } => State::Starting,
            Phase::Running(_) => State::Running,
            Phase::Backoff { .. } => State::Backoff,
            Phase::Parked { .. } => State::Parked,
            Phase::Stopping { .. } => State::Stopping,
        }
    }

    pub(super) fn info(&self, state: State) -> ChildInfo {
        ChildInfo {
            id: self.spec.id.clone(),
            state,
            actor: self.cell().map(ActorCell::get_id),
            generation: self.generation,
            is_supervisor: self.spec.is_supervisor,
        }
    }

    pub(super) fn node(&self, path: String, state: State) -> Node {
        Node {
            path,
            state,
            generation: self.generation,
            restarts: self.restarts,
            since_ms: self.since_ms,
            last_reason: self.last_reason.clone(),
            is_supervisor: self.spec.is_supervisor,
            shard: None,
        }
    }

    pub(super) fn answer_starters(&mut self, answer: &Result<ActorId, ControlError>) {
        for it in self.starters.drain(..) {
            it.send(answer.clone());
        }
    }

    pub(super) fn answer_stoppers(&mut self) {
        for it in self.stoppers.drain(..) {
            it.send(Ok(()));
        }
    }
}
