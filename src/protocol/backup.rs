//! Copies of the store while it is in use: what is asked of the actor that makes them, and how far it is.

use crate::store::backup::{KindCount, Manifest, Progress, Why};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// A backup; without a file in the folder of backups, under a name with the time.
    Create {
        /// The file.
        to: Option<PathBuf>,
        /// Why.
        why: Why,
    },
    /// Only look at every row.
    Look,
}

/// A task, as those see it who wait for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its number.
    pub id: u64,
    /// How far it is.
    pub phase: Phase,
    /// Rows seen so far.
    pub rows: u64,
    /// Bytes written so far.
    pub bytes: u64,
    /// The file that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// What is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Manifest>,
    /// Rows by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<String, KindCount>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How far a task is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It waits for its turn.
    #[default]
    Waiting,
    /// Rows are read.
    Copying,
    /// What was written is read again.
    Checking,
    /// It is done.
    Done,
    /// It failed.
    Failed,
}

/// The handle. All clones are the same.
#[derive(Clone, Default)]
pub struct BackupPort(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    last: u64,
    waiting: Option<(u64, Task)>,
    /// The one under way, or the last one.
    job: Option<Job>,
    progress: Option<Arc<Progress>>,
}

impl BackupPort {
    /// Asks for something. One task waits or is under way at a time.
    ///
    /// # Errors
    /// In words, when there is another one.
    pub fn ask(&self, task: Task) -> Result<Job, String> {
        let mut state = self.lock();
        if state.waiting.is_some() || state.progress.is_some() {
            return Err("a copy of the store is being made already: wait for its end, then try again".into());
        }
        state.last += 1;
        let job = Job { id: state.last, ..Job::default() };
        state.waiting = Some((job.id, task));
        state.job = Some(job.clone());
        drop(state);
        self.0.wake.notify_one();
        Ok(job)
    }

    /// How far a task is; `None` when it is not known any more.
    #[must_use]
    pub fn look(&self, id: u64) -> Option<Job> {
        let state = self.lock();
        let mut job = state.job.clone().filter(|it| it.id == id)?;
        if let Some(progress) = &state.progress {
            job.rows = progress.rows.load(Ordering::Relaxed);
            job.bytes = progress.bytes.load(Ordering::Relaxed);
            job.phase = if progress.checking.load(Ordering::Relaxed) { Phase::Checking } else { Phase::Copying };
        }
        Some(job)
    }

    /// Waits until something is asked for.
    pub async fn asked(&self) {
        while self.lock().waiting.is_none() {
            self.0.wake.notified().await;
        }
    }

    /// Takes the task, or begins one of the actor's own accord.
    #[must_use]
    pub fn begin(&self, own: Option<Task>) -> Option<(Task, Arc<Progress>)> {
        let mut state = self.lock();
        let task = match (state.waiting.take(), own) {
            (Some((_, task)), _) => task,
            (None, Some(task)) => {
                state.last += 1;
                state.job = Some(Job { id: state.last, ..Job::default() });
                task
            }
            (None, None) => return None,
        };
        let progress = Arc::new(Progress::default());
        state.progress = Some(Arc::clone(&progress));
        Some((task, progress))
    }

    /// Notes how the task under way has ended.
    pub fn end(&self, end: impl FnOnce(&mut Job)) {
        let mut state = self.lock();
        let progress = state.progress.take();
        if let Some(job) = &mut state.job {
            if let Some(progress) = progress {
                job.rows = progress.rows.load(Ordering::Relaxed);
                job.bytes = progress.bytes.load(Ordering::Relaxed);
            }
            end(job);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[tokio::test]
    async fn one_task_at_a_time_and_its_end_stays_to_be_seen() {
        let port = BackupPort::default();
        let asked = port.ask(Task::Look).unwrap();
        assert!(port.ask(Task::Look).unwrap_err().contains("being made already"));
        port.asked().await;
        let (task, progress) = port.begin(None).unwrap();
        assert_eq!(task, Task::Look);
        assert!(port.ask(Task::Look).is_err(), "one is under way");
        progress.rows.store(7, Ordering::Relaxed);
        let seen = port.look(asked.id).unwrap();
        assert_eq!((seen.rows, seen.phase), (7, Phase::Copying));
        port.end(|job| job.phase = Phase::Done);
        assert_eq!(port.look(asked.id).unwrap().phase, Phase::Done);
        assert_eq!(port.look(asked.id).unwrap().rows, 7);
        assert!(port.begin(None).is_none());
        let (task, _) = port.begin(Some(Task::Create { to: None, why: Why::Daily })).unwrap();
        assert_eq!(task, Task::Create { to: None, why: Why::Daily });
        assert_eq!(port.look(asked.id), None, "another one has followed");
    }
}
