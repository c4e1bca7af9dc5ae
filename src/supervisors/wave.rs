//! Waves: how a supervisor stops children in reverse order and starts them again in order.

use super::child::{Child, Phase};
use super::engine::{Engine, Outcome, Report, Stage, Wave, send};
use super::launch::{self, Stopped};
use super::voice;
use ractor::ActorCell;

impl Engine {
    pub(super) fn begin_wave(&mut self, from: usize, pause_ms: u64, parked: bool) {
        let from = match &self.wave {
            // What the earlier wave has stopped must be started again; what it has started already runs.
            Some(Wave { from: earlier, stage: Stage::Stopping(_) | Stage::Pausing(_), .. }) => from.min(*earlier),
            Some(Wave { stage: Stage::Starting, .. }) | None => from,
        };
        self.wave = Some(Wave { from, stage: Stage::Stopping(pause_ms), parked });
    }

    /// Takes the wave as far as it can go without waiting.
    pub(super) fn advance(&mut self) {
        while let Some(wave) = &self.wave {
            let from = wave.from;
            let goes_on = match wave.stage {
                Stage::Stopping(pause_ms) => self.stop_last(from, pause_ms),
                Stage::Pausing(_) => false,
                Stage::Starting => self.start_first(from),
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Stops the last child of the wave that is not down yet. True when there was none to wait for.
    fn stop_last(&mut self, from: usize, pause_ms: u64) -> bool {
        let Some(index) = (from..self.len()).rev().find(|it| !self.children[*it].is_down()) else {
            if self.gave_up.is_some() {
                self.wave = None;
                return false;
            }
            let stage = if pause_ms == 0 { Stage::Starting } else { Stage::Pausing(self.after(pause_ms)) };
            if let Some(wave) = &mut self.wave {
                wave.stage = stage;
            }
            (from..self.len()).for_each(|it| self.publish(it));
            return true;
        };
        self.take_down(index);
        self.children[index].is_down()
    }

    /// Starts the first child of the wave that shall run and does not. True when none has to be waited for.
    fn start_first(&mut self, from: usize) -> bool {
        let waiting = |it: &Child| {
            (it.wanted && it.is_down()) || matches!(it.phase, Phase::Starting { .. } | Phase::Stopping { .. })
        };
        match (from..self.len()).find(|it| waiting(&self.children[*it])) {
            None => self.wave = None,
            Some(index) if self.children[index].is_down() => self.begin_start(index),
            Some(_) => {}
        }
        false
    }

    /// Begins to end whatever a child is at.
    pub(super) fn take_down(&mut self, index: usize) {
        match &mut self.children[index].phase {
            Phase::Down | Phase::Stopping { .. } => {}
            Phase::Backoff { .. } | Phase::Parked { .. } => self.gone(index),
            Phase::Starting { cancel, .. } => drop(cancel.take()),
            Phase::Running(cell) => {
                let cell = cell.clone();
                self.begin_stop(index, cell);
            }
        }
    }

    pub(super) fn begin_stop(&mut self, index: usize, cell: ActorCell) {
        let epoch = self.next_epoch();
        let (me, how) = (self.me.clone(), self.children[index].spec.stop);
        self.set(index, Phase::Stopping { epoch, cell: cell.clone() });
        launch::stop_aside(cell, how, move |it| send(&me, Report::Stopped(epoch, Outcome(it))));
    }

    pub(super) fn stop_reported(&mut self, epoch: u64, how: Stopped) {
        let Some(index) = self.children.iter().position(|it| it.awaits(epoch)) else {
            return; // its end has been reported already, as usual
        };
        match how {
            Stopped::Clean => voice::stopped(&self.who(index), "shutdown"),
            Stopped::Killed(after_ms) => voice::killed(&self.who(index), after_ms),
            Stopped::Survived => voice::survived(&self.who(index)),
        }
        self.gone(index);
    }
}
