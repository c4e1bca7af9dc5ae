//! The supervisor as an actor: it starts its children in order, hands every event to its engine, and stops
//! what is left in reverse order when it ends.

use super::control::{Control, Handle};
use super::engine::{Engine, Report};
use super::exit::{Exit, GaveUp};
use super::ground::Ground;
use super::launch::{self, Stopped};
use super::spec::{ChildSpec, Restart, SpecError, Start, Stop, SupervisorSpec};
use super::voice;
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SupervisionEvent};
use std::sync::Arc;
use std::time::Duration;

/// Called when the root gives up, with the first cause in words. It is expected to end the process.
pub type OnRootGaveUp = Arc<dyn Fn(&str) + Send + Sync>;

/// What a supervisor receives.
pub enum Msg {
    /// A question or an order from outside.
    Control(Control),
    /// What one of its own tasks has to say.
    Report(Report),
}

/// What a supervisor is started with.
pub struct Arguments {
    /// What it supervises.
    pub spec: SupervisorSpec,
    /// Its own path; empty for the root.
    pub path: String,
    /// Which life of it this is.
    pub generation: u64,
    /// What the tree stands on.
    pub ground: Ground,
    /// For the root only.
    pub on_root_gave_up: Option<OnRootGaveUp>,
}

/// The supervisor.
pub struct Supervisor;

/// Starts the root, and with it the tree. The future ends when all children have started.
///
/// # Errors
/// Why the tree could not be started, in words. What had been started is stopped then.
pub async fn spawn_root(spec: SupervisorSpec, ground: Ground, on_gave_up: OnRootGaveUp) -> Result<Handle, String> {
    let path = spec.id.clone();
    let arguments = Arguments { spec, path, generation: 1, ground, on_root_gave_up: Some(on_gave_up) };
    let started = Actor::spawn(None, Supervisor, arguments).await;
    started.map(|(actor, _)| Handle::new(actor)).map_err(|it| it.to_string())
}

/// Starts a supervisor below another actor: for tests, and for starts of one's own making.
///
/// # Errors
/// Why it could not be started, in words.
pub async fn spawn_linked(arguments: Arguments, parent: ActorCell) -> Result<Handle, String> {
    let started = Actor::spawn_linked(None, Supervisor, arguments, parent).await;
    started.map(|(actor, _)| Handle::new(actor)).map_err(|it| it.to_string())
}

/// A supervisor as the child of another one: permanent, and given the time to stop that its own children need.
///
/// # Errors
/// [`SpecError`] when its spec is refused.
pub fn child(spec: SupervisorSpec, ground: &Ground) -> Result<ChildSpec, SpecError> {
    spec.validate()?;
    let ground = ground.clone();
    let stop = spec.children.iter().map(|it| launch::longest(it.stop)).sum::<Duration>() + Duration::from_secs(1);
    let within = spec.children.iter().map(|it| it.start_within).sum::<Duration>() + stop;
    let id = spec.id.clone();
    let start: Start = Arc::new(move |started| {
        let (spec, ground) = (spec.clone(), ground.clone());
        Box::pin(async move {
            let (path, generation, parent) = (started.path, started.generation, started.parent);
            let arguments = Arguments { spec, path, generation, ground, on_root_gave_up: None };
            spawn_linked(arguments, parent).await.map(|it| it.cell())
        })
    });
    Ok(ChildSpec {
        id,
        restart: Restart::Permanent,
        stop: Stop::Within(stop),
        start_within: within,
        is_supervisor: true,
        start,
    })
}

impl Actor for Supervisor {
    type Msg = Msg;
    type State = Engine;
    type Arguments = Arguments;

    async fn pre_start(&self, me: ActorRef<Msg>, arguments: Arguments) -> Result<Engine, ActorProcessingErr> {
        arguments.spec.validate()?;
        let mut engine = Engine::new(me, arguments);
        boot(&mut engine).await?;
        Ok(engine)
    }

    async fn handle(&self, _: ActorRef<Msg>, message: Msg, engine: &mut Engine) -> Result<(), ActorProcessingErr> {
        match message {
            Msg::Control(order) => engine.control(order),
            Msg::Report(report) => engine.report(report),
        }
        finish(engine)
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<Msg>,
        event: SupervisionEvent,
        engine: &mut Engine,
    ) -> Result<(), ActorProcessingErr> {
        if let Some((id, exit)) = Exit::of(&event) {
            engine.ended(id, exit);
        }
        finish(engine)
    }

    async fn post_stop(&self, _: ActorRef<Msg>, engine: &mut Engine) -> Result<(), ActorProcessingErr> {
        stop_all(engine).await;
        Ok(())
    }
}

/// Starts the children one after the other. When one fails, those before it are stopped in reverse order.
async fn boot(engine: &mut Engine) -> Result<(), String> {
    for index in 0..engine.len() {
        if let Err(reason) = engine.boot_child(index).await {
            let words = format!("child `{}` did not start: {reason}", engine.path_of(index));
            stop_all(engine).await;
            return Err(words);
        }
    }
    Ok(())
}

/// Stops the children in reverse order, each with its own deadline.
async fn stop_all(engine: &mut Engine) {
    for index in (0..engine.len()).rev() {
        if let Some((who, cell, how)) = engine.call_off(index) {
            tell_stopped(&who, launch::stop(&cell, how).await);
        }
        engine.is_over(index);
    }
}

fn tell_stopped(who: &str, result: Stopped) {
    match result {
        Stopped::Clean => voice::stopped(who, "shutdown"),
        Stopped::Killed(after_ms) => voice::killed(who, after_ms),
        Stopped::Survived => voice::survived(who),
    }
}

/// Ends a supervisor that has given up and has no children left.
fn finish(engine: &mut Engine) -> Result<(), ActorProcessingErr> {
    match engine.last_words() {
        None => Ok(()),
        Some((words, hook)) => {
            if let Some(hook) = hook {
                hook(&words);
            }
            Err(GaveUp(words).into())
        }
    }
}
