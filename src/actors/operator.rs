//! What the operator asks a running house over the control socket, answered from ports and store.

mod guard;
mod held;

use super::intake::replay::pages;
use super::world::World;
use crate::clock;
use crate::domain::purse::usage::By;
use crate::domain::types::{ChatId, ChatNo};
use crate::protocol::backup::Task;
use crate::protocol::control::{Answer, Handler, InboxRow, PendingRow, Request, Response, Status, TreeNode};
use crate::protocol::health::{CheckState, HealthBoard};
use crate::protocol::listing;
use crate::protocol::outbox::{OutboxMsg, Pending};
use crate::store::backup::Why;
use crate::store::keys::Kind;
use crate::store::rows::{DebtState, Quarantined};
use std::sync::Arc;
use std::time::Duration;

/// Answers the operator.
pub struct Operator {
    /// Everything it may reach.
    pub world: Arc<World>,
    /// How the house is.
    pub health: HealthBoard,
    /// Draws the supervision tree.
    pub tree: Box<dyn Fn() -> TreeNode + Send + Sync>,
}

/// How long the outbox may take for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

impl Handler for Operator {
    fn handle(&self, request: Request) -> Answer<'_> {
        Box::pin(async move { self.answer(request).await.unwrap_or_else(Response::Refused) })
    }
}

impl Operator {
    async fn answer(&self, request: Request) -> Result<Response, String> {
        match request {
            Request::Tree => Ok(Response::Tree((self.tree)())),
            Request::InboxList => Ok(Response::Inbox(self.inbox(None).await?)),
            Request::InboxShow { id } => Ok(match self.inbox(Some(id)).await? {
                rows if rows.is_empty() => Response::NotFound,
                rows => Response::InboxItem(rows),
            }),
            Request::InboxRelease { id } => {
                let there = self.world.intake.release(id).await.map_err(|it| it.to_string())?;
                Ok(done(there, || format!("update {id} was given to its chat again")))
            }
            Request::InboxDrop { id } => {
                let there = self.world.intake.drop_quarantined(id).await.map_err(|it| it.to_string())?;
                Ok(done(there, || format!("update {id} was deleted from the quarantine")))
            }
            Request::PendingList => self.pending_list().await,
            Request::PendingResend { id } => self.settle(&id, true).await,
            Request::PendingDrop { id } => self.settle(&id, false).await,
            Request::Status => self.status().await,
            Request::BackupCreate { to } => {
                self.world.backups.ask(Task::Create { to, why: Why::Manual }).map(Response::Job)
            }
            Request::StoreLook => self.world.backups.ask(Task::Look).map(Response::Job),
            Request::Usage { by, since } => self.usage(by, since).await,
            Request::Job { id } => Ok(self.world.backups.look(id).map_or(Response::NotFound, Response::Job)),
            Request::Guard { pair, dry_run } => guard::answer(&self.world, &pair, dry_run).await,
        }
    }

    async fn inbox(&self, only: Option<u64>) -> Result<Vec<InboxRow>, String> {
        let all = self.world.intake.quarantined().await.map_err(|it| it.to_string())?;
        let wanted = all.into_iter().filter(|(id, ..)| only.is_none_or(|it| it == *id));
        let row = |(id, feature, row): (u64, String, Quarantined)| {
            let chat = self.chat(ChatNo(row.chat));
            listing::inbox_row(id, feature, row, chat, only.is_some())
        };
        Ok(wanted.map(row).collect())
    }

    fn chat(&self, no: ChatNo) -> Option<ChatId> {
        self.world.intake.numbers().id(no)
    }

    async fn pending_list(&self) -> Result<Response, String> {
        let owed = self.pending().await?.into_iter().map(|it| {
            let id = listing::debt_id(it.job.0, it.job.1);
            listing::pending_row(id, it.debt, it.attempts, self.chat(it.job.0))
        });
        let held = held::list(&self.world).await.map_err(|it| it.to_string())?.into_iter().map(|it| {
            let chat = listing::chat_of(&it).and_then(|it| self.chat(it));
            listing::held_row(it, chat)
        });
        Ok(Response::Pending(owed.chain(held).collect::<Vec<PendingRow>>()))
    }

    async fn pending(&self) -> Result<Vec<Pending>, String> {
        let answer = self.world.outbox.port().ask(OutboxMsg::List, PATIENCE).await;
        answer.map_err(|it| format!("the outbox did not answer ({it}); try again"))
    }

    async fn usage(&self, by: By, since: u32) -> Result<Response, String> {
        let mut rows = Vec::new();
        pages(&self.world.store, Kind::Usage.all(), |key, row| rows.extend(listing::usage_row(key, row)))
            .await
            .map_err(|it| it.to_string())?;
        Ok(Response::Usage(listing::usage(rows, by, since, |no| self.chat(no))))
    }

    async fn settle(&self, id: &str, resend: bool) -> Result<Response, String> {
        if id.starts_with("held-") {
            let there = held::settle(&self.world, id, resend).await.map_err(|it| it.to_string())?;
            let what = if resend { "was released" } else { "was dropped" };
            return Ok(done(there, || format!("{id} {what}")));
        }
        let Some(job) = listing::debt_of(id) else { return Ok(Response::NotFound) };
        let settle = |reply| OutboxMsg::Settle { job, resend, reply };
        let answer = self.world.outbox.port().ask(settle, PATIENCE).await;
        let there = answer.map_err(|it| format!("the outbox did not answer ({it}); try again"))?;
        let what = if resend { "will be sent again" } else { "was dropped" };
        Ok(done(there, || format!("effect {id} {what}")))
    }

    async fn status(&self) -> Result<Response, String> {
        let status = self.health.status();
        let checks = status.checks.iter().filter(|(_, it)| it.state != CheckState::Ok);
        let troubles = checks.map(|(name, it)| format!("{name}: {} ({})", it.state.text(), it.detail));
        let readiness = self.health.readiness();
        let held = held::list(&self.world).await.map_err(|it| it.to_string())?.len();
        let quarantined = self.inbox(None).await?.len();
        let unknown = self.pending().await?.iter().filter(|it| it.debt.state == DebtState::Unknown).count();
        Ok(Response::Status(Status {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").into(),
            uptime_ms: clock::tick_ms(),
            ready: readiness.is_ready,
            troubles: troubles.chain(readiness.why).collect(),
            quarantined: quarantined as u64,
            unknown: unknown as u64,
            held: held as u64,
        }))
    }
}

fn done(there: bool, words: impl FnOnce() -> String) -> Response {
    if there { Response::Done(words()) } else { Response::NotFound }
}
