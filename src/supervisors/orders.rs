//! How a supervisor carries out orders from outside.

use super::census::State;
use super::child::{Child, Phase};
use super::control::{Control, ControlError, Counts};
use super::engine::Engine;
use super::spec::{self, ChildSpec};
use crate::protocol::port::Reply;
use ractor::ActorId;

type StartReply = Reply<Result<ActorId, ControlError>>;
type StopReply = Reply<Result<(), ControlError>>;

impl Engine {
    /// Carries an order out, or begins to.
    pub(super) fn control(&mut self, order: Control) {
        match order {
            Control::StartChild(spec, reply) => self.start_child(spec, reply),
            Control::RestartChild(id, reply) => self.restart_child(&id, reply),
            Control::TerminateChild(id, reply) => self.terminate_child(&id, reply),
            Control::DeleteChild(id, reply) => reply.send(self.delete_child(&id)),
            Control::WhichChildren(reply) => {
                reply.send((0..self.len()).map(|it| self.children[it].info(self.state_of(it))).collect());
            }
            Control::CountChildren(reply) => reply.send(self.count_children()),
        }
        self.advance();
    }

    fn start_child(&mut self, spec: ChildSpec, reply: StartReply) {
        if let Err(refused) = self.may_add(&spec) {
            return reply.send(Err(refused));
        }
        let mut child = Child::new(spec);
        child.fresh = true;
        child.starters.push(reply);
        self.children.push(child);
        if self.wave.is_none() {
            self.begin_start(self.len() - 1);
        }
    }

    fn may_add(&self, spec: &ChildSpec) -> Result<(), ControlError> {
        spec::validate_id(&self.spec.id, &spec.id)?;
        if self.gave_up.is_some() {
            return Err(ControlError::ShuttingDown);
        }
        match self.find(&spec.id) {
            Err(_) => Ok(()),
            Ok(index) if self.children[index].is_down() => Err(ControlError::AlreadyPresent),
            Ok(_) => Err(ControlError::AlreadyStarted),
        }
    }

    fn restart_child(&mut self, id: &str, reply: StartReply) {
        let index = match self.find(id) {
            Ok(index) => index,
            Err(unknown) => return reply.send(Err(unknown)),
        };
        match self.state_of(index) {
            State::Running => reply.send(Err(ControlError::Running)),
            State::Starting | State::Backoff | State::Parked | State::Stopping => {
                reply.send(Err(ControlError::Restarting));
            }
            State::Stopped if self.gave_up.is_some() => reply.send(Err(ControlError::ShuttingDown)),
            State::Stopped => {
                self.children[index].wanted = true;
                self.children[index].starters.push(reply);
                if self.wave.as_ref().is_none_or(|it| index < it.from) {
                    self.begin_start(index);
                }
            }
        }
    }

    fn terminate_child(&mut self, id: &str, reply: StopReply) {
        let index = match self.find(id) {
            Ok(index) => index,
            Err(unknown) => return reply.send(Err(unknown)),
        };
        let child = &mut self.children[index];
        child.wanted = false;
        if child.is_down() {
            return reply.send(Ok(()));
        }
        child.stoppers.push(reply);
        self.take_down(index);
    }

    fn delete_child(&mut self, id: &str) -> Result<(), ControlError> {
        let index = self.find(id)?;
        match (self.state_of(index), &self.children[index].phase) {
            (State::Stopped, Phase::Down) => {
                self.remove(index);
                Ok(())
            }
            (State::Running, _) => Err(ControlError::Running),
            _ => Err(ControlError::Restarting),
        }
    }

    fn count_children(&self) -> Counts {
        let supervisors = self.children.iter().filter(|it| it.spec.is_supervisor).count();
        Counts {
            specs: self.len(),
            active: self.children.iter().filter(|it| it.cell().is_some()).count(),
            supervisors,
            workers: self.len() - supervisors,
        }
    }

    fn find(&self, id: &str) -> Result<usize, ControlError> {
        self.children.iter().position(|it| it.spec.id == id).ok_or(ControlError::NotFound)
    }
}
