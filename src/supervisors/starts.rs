//! How a supervisor starts its children, and what it does when a start succeeds or fails.

use super::child::Phase;
use super::control::ControlError;
use super::engine::{Engine, Report, send};
use super::exit::Exit;
use super::spec::{Started, Stop};
use super::{last_words, launch, voice};
use ractor::ActorCell;
use tokio::sync::oneshot;

impl Engine {
    /// Starts a child and waits for it: only while the supervisor itself is being started.
    pub(super) async fn boot_child(&mut self, index: usize) -> Result<(), String> {
        let (deliver, result) = oneshot::channel();
        let epoch = self.next_epoch();
        self.launch(index, epoch, move |it| drop(deliver.send(it)));
        let result = result.await.unwrap_or_else(|_| Err("its start was lost".to_owned()));
        match result {
            Ok(cell) => {
                self.running(index, cell);
                Ok(())
            }
            Err(reason) => {
                self.set(index, Phase::Down);
                Err(reason)
            }
        }
    }

    /// Starts a child in a task of its own, which reports back.
    pub(super) fn begin_start(&mut self, index: usize) {
        let (me, epoch) = (self.me.clone(), self.next_epoch());
        self.starting += 1;
        self.launch(index, epoch, move |it| send(&me, Report::Started(epoch, it)));
    }

    fn launch(&mut self, index: usize, epoch: u64, deliver: impl FnOnce(Result<ActorCell, String>) + Send + 'static) {
        let (cancel, cancelled) = oneshot::channel();
        let path = self.path_of(index);
        let (parent, slots) = (self.me.get_cell(), self.ground.slots.clone());
        let child = &mut self.children[index];
        child.generation += 1;
        let started = Started { parent, generation: child.generation, path, slots };
        launch::start(&child.spec, started, cancelled, deliver);
        let since_ms = child.since_ms;
        self.set(index, Phase::Starting { epoch, cancel: Some(cancel) });
        self.children[index].since_ms = since_ms; // until it runs, this says when it ended
    }

    pub(super) fn start_reported(&mut self, epoch: u64, result: Result<ActorCell, String>) {
        self.starting = self.starting.saturating_sub(1);
        match (self.children.iter().position(|it| it.awaits(epoch)), result) {
            (Some(index), Ok(cell)) => self.start_succeeded(index, cell),
            (Some(index), Err(reason)) => self.start_failed(index, &reason),
            (None, Ok(cell)) => launch::stop_aside(cell, Stop::Kill, |_| {}),
            (None, Err(_)) => {}
        }
        if self.starting == 0 {
            for (id, exit) in std::mem::take(&mut self.early) {
                voice::stray(id, &exit);
            }
        }
    }

    fn start_succeeded(&mut self, index: usize, cell: ActorCell) {
        let called_off = matches!(self.children[index].phase, Phase::Starting { cancel: None, .. });
        let early = self.early.remove(&cell.get_id());
        if called_off && early.is_none() {
            return self.begin_stop(index, cell);
        }
        let id = cell.get_id();
        self.running(index, cell);
        if let Some(exit) = early {
            self.child_ended(index, id, &exit);
        }
    }

    /// A child has started.
    fn running(&mut self, index: usize, cell: ActorCell) {
        let (id, now) = (cell.get_id(), (self.ground.now_ms)());
        let down_ms = now.saturating_sub(self.children[index].since_ms);
        let again = self.children[index].generation > 1;
        voice::count_start(&self.path_of(index), again);
        if again {
            self.children[index].restarts += 1;
            voice::restarted(&self.who(index), down_ms);
        } else {
            voice::started(&self.who(index));
        }
        self.set(index, Phase::Running(cell));
        self.children[index].fresh = false;
        self.children[index].answer_starters(&Ok(id));
    }

    fn start_failed(&mut self, index: usize, reason: &str) {
        let called_off = matches!(self.children[index].phase, Phase::Starting { cancel: None, .. });
        let asked = !self.children[index].starters.is_empty();
        let reason = last_words::fit(reason);
        self.children[index].answer_starters(&Err(ControlError::Failed(reason.clone())));
        if self.children[index].fresh {
            self.set(index, Phase::Down);
            self.children[index].answer_stoppers();
            return self.remove(index);
        }
        if called_off || self.gave_up.is_some() || (asked && self.wave.is_none()) {
            self.children[index].wanted &= called_off;
            return self.gone(index);
        }
        self.children[index].last_reason = Some(reason.clone());
        voice::count_crash(&self.path_of(index), "start");
        self.children[index].since_ms = (self.ground.now_ms)();
        self.crashed(index, &Exit::Failed(reason.clone()), &format!("did not start: {reason}"), None);
    }
}
