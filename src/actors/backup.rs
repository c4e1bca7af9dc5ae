//! The archivist: backs the store up at its hour and when asked, keeps as many as it should, and says how it went.

use super::task::Stopping;
use super::world::World;
use crate::clock;
use crate::config::{Backup, Settings};
use crate::domain::types::Moment;
use crate::protocol::backup::{Phase, Task};
use crate::protocol::health::{CheckState, HealthBoard};
use crate::store::backup::{
    self as backups, BackupError, Keep, Made, Order, Progress, Tally, Why, create, files_of, free_name, survey,
};
use crate::telemetry::{Line, events};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::oneshot;

/// The longest wait between two looks at the clock: it may be set.
const LOOK: Duration = Duration::from_secs(30);
/// After a failure it is tried again after this long, in ms.
const AGAIN_MS: u64 = 30 * 60_000;
/// The shortest.
const LEAST: Duration = Duration::from_millis(50);
/// How long a copy may take to notice that it is not wanted any more.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of a task.
enum Outcome {
    Made(Box<Made>),
    Looked(Tally),
}

/// Works until told to stop.
///
/// # Errors
/// Never by itself.
pub async fn run(world: Arc<World>, settings: Settings, health: HealthBoard, stopping: Stopping) -> Result<(), String> {
    let clerk = Clerk { folder: settings.backup.folder(&settings.store), world, settings, health };
    let mut plan = Plan { last: clerk.look_around().await, not_before: Moment(0) };
    let stop = stopping.wait();
    tokio::pin!(stop);
    loop {
        let wait = clerk.wait(plan);
        let asked = tokio::select! {
            () = &mut stop => return Ok(()),
            () = clerk.world.backups.asked() => true,
            () = tokio::time::sleep(wait) => false,
        };
        let own = Task::Create { to: None, why: Why::Daily };
        if !asked && !clerk.is_due(plan) {
            continue;
        }
        let Some((task, progress)) = clerk.world.backups.begin((!asked).then_some(own)) else { continue };
        let done = clerk.perform(task, &progress);
        tokio::pin!(done);
        let ended = tokio::select! {
            ended = &mut done => Some(ended),
            () = &mut stop => None,
        };
        let Some(ended) = ended else {
            progress.cancelled.store(true, Ordering::Relaxed);
            let _given_up_where_it_stands = tokio::time::timeout(PATIENCE, done).await;
            return Ok(());
        };
        if !asked {
            plan = plan.after(clock::now(), ended);
        }
    }
}

/// When the next backup of a day is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    /// The last one, or the start of a house that has none.
    last: Moment,
    /// After a failure.
    not_before: Moment,
}

impl Plan {
    fn due(self, hour: u64) -> Moment {
        backups::next_after(self.last, hour).max(self.not_before)
    }

    /// After a try. One that failed is repeated soon, and not at once.
    const fn after(self, now: Moment, worked: bool) -> Self {
        if worked {
            Self { last: now, not_before: Moment(0) }
        } else {
            Self { last: self.last, not_before: now.plus_ms(AGAIN_MS) }
        }
    }
}

struct Clerk {
    world: Arc<World>,
    settings: Settings,
    health: HealthBoard,
    folder: std::path::PathBuf,
}

impl Clerk {
    /// Clears away what a killed process left, and finds the last backup of a day.
    async fn look_around(&self) -> Moment {
        let folder = self.folder.clone();
        let listed = tokio::task::spawn_blocking(move || {
            backups::sweep(&folder);
            backups::list(&folder).unwrap_or_default()
        });
        let listed = listed.await.unwrap_or_default();
        if let Some(newest) = listed.first() {
            tell_newest(newest.at, newest.bytes);
        }
        listed.iter().filter(|it| it.why == Why::Daily).map(|it| it.at).max().unwrap_or_else(clock::now)
    }

    fn is_due(&self, plan: Plan) -> bool {
        self.settings.backup.enabled && plan.due(self.settings.backup.hour) <= clock::now()
    }

    fn wait(&self, plan: Plan) -> Duration {
        let due = plan.due(self.settings.backup.hour);
        let wait = Duration::from_millis(due.since_ms(clock::now()));
        if self.settings.backup.enabled { wait.clamp(LEAST, LOOK) } else { LOOK }
    }

    /// Does it within its time. Answers whether it worked.
    async fn perform(&self, task: Task, progress: &Arc<Progress>) -> bool {
        let began_ms = clock::tick_ms();
        let (store, settings, folder) = (self.world.store.clone(), self.settings.clone(), self.folder.clone());
        let watched = Arc::clone(progress);
        let estimate = store.status().bytes;
        let doing = task.clone();
        let work = aside(move || {
            let mut source = store.copy(settings.backup.changes_bytes)?;
            match doing {
                Task::Look => survey(&mut source, &watched).map(Outcome::Looked),
                Task::Create { to, why } => {
                    let order = order(&settings, &folder, to, why, estimate);
                    create(&mut source, &order, &watched).map(|it| Outcome::Made(Box::new(it)))
                }
            }
        });
        tokio::pin!(work);
        let limit = Duration::from_secs(self.settings.backup.timeout_s);
        let ended = match tokio::time::timeout(limit, &mut work).await {
            Ok(ended) => ended,
            Err(_) => {
                progress.cancelled.store(true, Ordering::Relaxed);
                work.await
            }
        };
        let ended = ended.unwrap_or_else(|_| Err(BackupError::Store("its thread ended".to_owned())));
        match ended {
            Ok(outcome) => self.worked(&task, outcome, clock::tick_ms().saturating_sub(began_ms)).await,
            Err(error) => self.failed(&task, &error),
        }
    }

    async fn worked(&self, task: &Task, outcome: Outcome, took_ms: u64) -> bool {
        match (task, outcome) {
            (_, Outcome::Looked(tally)) => self.world.backups.end(|job| {
                job.phase = Phase::Done;
                job.kinds = tally.kinds();
            }),
            (Task::Create { why, .. }, Outcome::Made(made)) => {
                let gone = if *why == Why::Manual { 0 } else { self.prune().await };
                tell_done(&made, took_ms, gone);
                self.health.set("backup", CheckState::Ok, "the last one was made", Some(took_ms));
                self.world.backups.end(|job| {
                    job.phase = Phase::Done;
                    job.kinds = made.manifest.rows.clone();
                    job.path = Some(made.path.clone());
                    job.manifest = Some(made.manifest.clone());
                });
            }
            (Task::Look, Outcome::Made(_)) => {}
        }
        true
    }

    fn failed(&self, task: &Task, error: &BackupError) -> bool {
        if matches!(task, Task::Create { .. }) {
            tell_failed(error);
            self.health.set("backup", CheckState::Down, "the last one failed", None);
        }
        self.world.backups.end(|job| {
            job.phase = Phase::Failed;
            job.why = Some(error.to_string());
        });
        false
    }

    async fn prune(&self) -> usize {
        let (folder, keep) = (self.folder.clone(), keep(&self.settings.backup));
        let pruned = tokio::task::spawn_blocking(move || backups::prune(&folder, keep)).await;
        match pruned {
            Ok(Ok(gone)) => gone.len(),
            Ok(Err(error)) => {
                Line::new(&events::BACKUP_FAILED)
                    .actor("services/backup")
                    .reason(error)
                    .next("the new backup is there; older ones that should go stay")
                    .emit();
                0
            }
            Err(_) => 0,
        }
    }
}

/// Less important than everything else that this machine does, yet not starved: a copy that stands still holds what is
/// written meanwhile in memory.
const NICE: i32 = 10;

/// Does it on a thread of its own, which gives way to all others and ends with the work.
fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> oneshot::Receiver<T> {
    let (tell, told) = oneshot::channel();
    let spawned = std::thread::Builder::new().name("backup".into()).spawn(move || {
        let _ = rustix::process::nice(NICE); // where it is forbidden, the rests between pages must do
        let _ = tell.send(work()); // nobody waits for it any more
    });
    drop(spawned); // when there is no thread, nobody will tell
    told
}

/// What is to be made of these settings.
#[must_use]
pub fn order(settings: &Settings, folder: &Path, to: Option<std::path::PathBuf>, why: Why, store_bytes: u64) -> Order {
    let at = clock::now();
    // The store's files hold older versions of rows too: a backup that was made tells more.
    let newest = backups::list(folder).unwrap_or_default().first().map(|it| it.bytes + it.bytes / 4);
    Order {
        to: to.unwrap_or_else(|| free_name(folder, at, why)),
        why,
        at,
        files: files_of(&settings.store.path),
        // On the store's own disk, too, the store's reserve stays untouched.
        min_free_bytes: settings.backup.min_free_bytes.saturating_add(settings.store.reserve_bytes),
        estimate_bytes: newest.unwrap_or(store_bytes).min(store_bytes.max(1 << 20)),
    }
}

/// How many are kept.
#[must_use]
pub const fn keep(settings: &Backup) -> Keep {
    Keep {
        daily: settings.keep_daily,
        weekly: settings.keep_weekly,
        monthly: settings.keep_monthly,
        upgrades: settings.keep_upgrades,
    }
}

/// Says that there is a new backup.
pub fn tell_done(made: &Made, took_ms: u64, gone: usize) {
    metrics::counter!("store_backups_total", "outcome" => "done").increment(1);
    tell_newest(made.manifest.at, made.bytes);
    Line::new(&events::BACKUP_DONE)
        .actor("services/backup")
        .field("file", made.path.display())
        .field("why", &made.manifest.why)
        .field("rows", made.manifest.row_count())
        .field("changes", made.manifest.changes)
        .field("bytes", made.bytes)
        .field("took_ms", took_ms)
        .field("deleted", gone)
        .emit();
}

/// Says that there is none, and why.
pub fn tell_failed(error: &BackupError) {
    metrics::counter!("store_backups_total", "outcome" => "failed").increment(1);
    Line::new(&events::BACKUP_FAILED).actor("services/backup").reason(error).emit();
}

#[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
fn tell_newest(at: Moment, bytes: u64) {
    metrics::gauge!("store_last_backup_timestamp_seconds").set(at.0 as f64 / 1000.0);
    metrics::gauge!("store_last_backup_bytes").set(bytes as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_repeated_after_half_an_hour_and_a_success_the_next_day() {
        const DAY: u64 = 24 * 3_600_000;
        let plan = Plan { last: Moment(10 * DAY + 3 * 3_600_000), not_before: Moment(0) };
        assert_eq!(plan.due(3), Moment(11 * DAY + 3 * 3_600_000));
        let late = Moment(12 * DAY);
        assert_eq!(plan.after(late, false).due(3), late.plus_ms(AGAIN_MS));
        assert_eq!(plan.after(late, true).due(3), Moment(12 * DAY + 3 * 3_600_000));
    }
}
