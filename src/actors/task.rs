//! A long-running task as an actor, so that it is supervised like everything else.

use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};

/// The actor.
pub struct TaskActor;

/// Hears when the task is to end.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<bool>);

/// What the task is: it ends when it hears of the stop, or by itself with the reason why it cannot go on.
pub type Work = Box<dyn FnOnce(Stopping) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send>;

/// What it owns.
pub struct Running {
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
    _abort: AbortOnDrop,
}

/// The task has ended.
#[derive(Debug)]
pub struct Ended(Result<(), String>);

/// How long a task may take to end before it is dropped where it stands.
const PATIENCE: Duration = Duration::from_secs(6);

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Stopping {
    /// Waits until the task is to end.
    pub async fn wait(mut self) {
        // An owner that is gone wants the end too.
        let _gone = self.0.wait_for(|it| *it).await;
    }
}

/// Makes [`Work`] of a function.
pub fn work<F, Fut>(run: F) -> Work
where
    F: FnOnce(Stopping) -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), String>> + Send + 'static,
{
    Box::new(move |stopping| Box::pin(run(stopping)))
}

impl Actor for TaskActor {
    type Msg = Ended;
    type State = Running;
    type Arguments = Work;

    async fn pre_start(&self, myself: ActorRef<Ended>, work: Work) -> Result<Running, ActorProcessingErr> {
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(work(Stopping(stopping)));
        let abort = AbortOnDrop(task.abort_handle());
        let watcher = tokio::spawn(async move {
            let ended = task.await.unwrap_or_else(|error| Err(error.to_string()));
            let _nobody = myself.send_message(Ended(ended));
        });
        Ok(Running { stop, task: Some(watcher), _abort: abort })
    }

    async fn handle(
        &self,
        myself: ActorRef<Ended>,
        Ended(ended): Ended,
        _: &mut Running,
    ) -> Result<(), ActorProcessingErr> {
        match ended {
            Ok(()) => myself.stop(None),
            Err(reason) => return Err(reason.into()),
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Ended>, running: &mut Running) -> Result<(), ActorProcessingErr> {
        let _already_over = running.stop.send(true);
        if let Some(task) = running.task.take() {
            let _dropped_where_it_stands = tokio::time::timeout(PATIENCE, task).await;
        }
        Ok(())
    }
}
