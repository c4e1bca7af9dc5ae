//! What a supervisor can be asked, with OTP's words. Answers never block the supervisor; an asker who has
//! given up is no error of its.

use super::census::State;
use super::spec::{ChildSpec, SpecError};
use super::supervisor::Msg;
use crate::protocol::port::Reply;
use ractor::{ActorCell, ActorId, ActorRef};
use std::time::Duration;

/// A question or an order to a supervisor.
pub enum Control {
    /// Adds a child as the last one and starts it.
    StartChild(ChildSpec, Reply<Result<ActorId, ControlError>>),
    /// Starts a child that was terminated, or that had ended for good.
    RestartChild(String, Reply<Result<ActorId, ControlError>>),
    /// Stops a child; it stays down, also when a restart of it was pending. Temporary children are forgotten.
    TerminateChild(String, Reply<Result<(), ControlError>>),
    /// Forgets a child that does not run.
    DeleteChild(String, Reply<Result<(), ControlError>>),
    /// All children in the order of their start.
    WhichChildren(Reply<Vec<ChildInfo>>),
    /// Children in numbers.
    CountChildren(Reply<Counts>),
}

/// A child as its supervisor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildInfo {
    /// Its id.
    pub id: String,
    /// Its state.
    pub state: State,
    /// Its actor, while it runs.
    pub actor: Option<ActorId>,
    /// Which life this is.
    pub generation: u64,
    /// Whether it supervises others.
    pub is_supervisor: bool,
}

/// Children in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Children known.
    pub specs: usize,
    /// Those that run.
    pub active: usize,
    /// Those that supervise others, running or not.
    pub supervisors: usize,
    /// All others, running or not.
    pub workers: usize,
}

/// Why an order was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// No child has this id.
    #[error("there is no such child")]
    NotFound,
    /// A child with this id runs.
    #[error("a child with this id runs already")]
    AlreadyStarted,
    /// A child with this id is known, but does not run.
    #[error("a child with this id is known already: restart or delete it")]
    AlreadyPresent,
    /// The child runs.
    #[error("the child runs: terminate it first")]
    Running,
    /// The child is between two lives.
    #[error("the child is being started or stopped")]
    Restarting,
    /// The child did not start.
    #[error("the child did not start: {0}")]
    Failed(String),
    /// The supervisor is ending.
    #[error("the supervisor is ending")]
    ShuttingDown,
    /// The spec is refused.
    #[error(transparent)]
    Refused(#[from] SpecError),
    /// The supervisor did not answer in time, or has ended.
    #[error("the supervisor did not answer")]
    NoAnswer,
}

/// A handle to a running supervisor. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    actor: ActorRef<Msg>,
    timeout: Duration,
}

impl Handle {
    pub(super) fn new(actor: ActorRef<Msg>) -> Self {
        Self { actor, timeout: Duration::from_secs(5) }
    }

    /// The same handle with another deadline for each question; 5 s when not changed.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The supervisor's actor.
    #[must_use]
    pub fn cell(&self) -> ActorCell {
        self.actor.get_cell()
    }

    /// Adds a child as the last one and starts it.
    ///
    /// # Errors
    /// See [`ControlError`]. A child that does not start is forgotten.
    pub async fn start_child(&self, spec: ChildSpec) -> Result<ActorId, ControlError> {
        self.ask(|reply| Control::StartChild(spec, reply)).await?
    }

    /// Starts a child that was terminated, or that had ended for good.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn restart_child(&self, id: &str) -> Result<ActorId, ControlError> {
        self.ask(|reply| Control::RestartChild(id.to_owned(), reply)).await?
    }

    /// Stops a child, which then stays down.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn terminate_child(&self, id: &str) -> Result<(), ControlError> {
        self.ask(|reply| Control::TerminateChild(id.to_owned(), reply)).await?
    }

    /// Forgets a child that does not run.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn delete_child(&self, id: &str) -> Result<(), ControlError> {
        self.ask(|reply| Control::DeleteChild(id.to_owned(), reply)).await?
    }

    /// All children in the order of their start.
    ///
    /// # Errors
    /// [`ControlError::NoAnswer`].
    pub async fn which_children(&self) -> Result<Vec<ChildInfo>, ControlError> {
        self.ask(Control::WhichChildren).await
    }

    /// Children in numbers.
    ///
    /// # Errors
    /// [`ControlError::NoAnswer`].
    pub async fn count_children(&self) -> Result<Counts, ControlError> {
        self.ask(Control::CountChildren).await
    }

    /// Stops the supervisor and everything below it: in reverse order, each child with its own deadline, and all
    /// together within this one, after which what is left is killed. True when it ended by itself in time.
    pub async fn stop_tree(&self, deadline: Duration) -> bool {
        let cell = self.cell();
        super::launch::stop(&cell, super::spec::Stop::Within(deadline)).await == super::launch::Stopped::Clean
    }

    async fn ask<R>(&self, make: impl FnOnce(Reply<R>) -> Control) -> Result<R, ControlError> {
        let (reply, answer) = Reply::pair();
        self.actor.send_message(Msg::Control(make(reply))).map_err(|_| ControlError::NoAnswer)?;
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => Err(ControlError::NoAnswer),
        }
    }
}
