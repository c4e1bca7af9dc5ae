//! What the operator asks a running house over the control socket, answered from ports and store.

mod guard;

use super::world::World;
use crate::clock;
use crate::domain::types::ChatNo;
use crate::protocol::control::{
    Answer, Handler, InboxRow, PendingRow, PendingState, Request, Response, Status, TreeNode,
};
use crate::protocol::health::{CheckState, HealthBoard};
use crate::protocol::outbox::{JobId, OutboxMsg, Pending};
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
            Request::PendingList => {
                Ok(Response::Pending(self.pending().await?.into_iter().map(|it| self.pending_row(it)).collect()))
            }
            Request::PendingResend { id } => self.settle(&id, true).await,
            Request::PendingDrop { id } => self.settle(&id, false).await,
            Request::Status => self.status().await,
            Request::Guard { pair, dry_run } => guard::answer(&self.world, &pair, dry_run).await,
        }
    }

    async fn inbox(&self, only: Option<u64>) -> Result<Vec<InboxRow>, String> {
        let all = self.world.intake.quarantined().await.map_err(|it| it.to_string())?;
        let wanted = all.into_iter().filter(|(id, ..)| only.is_none_or(|it| it == *id));
        Ok(wanted.map(|(id, feature, row)| self.inbox_row(id, feature, row, only.is_some())).collect())
    }

    fn inbox_row(&self, update: u64, feature: String, row: Quarantined, whole: bool) -> InboxRow {
        let own = row.own.as_ref().and_then(|it| serde_json::to_string(it).ok());
        InboxRow {
            update,
            feature,
            chat: self.world.intake.numbers().id(ChatNo(row.chat)).map_or(0, |it| it.0),
            kind: row.kind,
            crashes: row.crashes,
            cause: row.cause,
            at: row.at.0,
            payload: row.raw.or(own).filter(|_| whole),
        }
    }

    async fn pending(&self) -> Result<Vec<Pending>, String> {
        let answer = self.world.outbox.port().ask(OutboxMsg::List, PATIENCE).await;
        answer.map_err(|it| format!("the outbox did not answer ({it}); try again"))
    }

    fn pending_row(&self, pending: Pending) -> PendingRow {
        let debt = pending.debt;
        let chat = debt.owed.call.chat().or_else(|| self.world.intake.numbers().id(pending.job.0));
        PendingRow {
            id: format!("{}-{}", pending.job.0.0, pending.job.1),
            chat: chat.map(|it| it.0).filter(|it| *it != 0),
            method: debt.owed.call.method().to_owned(),
            state: match debt.state {
                DebtState::Owed => PendingState::Owed,
                DebtState::Sending => PendingState::Sending,
                DebtState::Unknown => PendingState::Unknown,
            },
            since: debt.since.0,
            attempts: pending.attempts,
            why: debt.why.unwrap_or_else(|| "waits for its turn".into()),
        }
    }

    async fn settle(&self, id: &str, resend: bool) -> Result<Response, String> {
        let Some(job) = job_of(id) else { return Ok(Response::NotFound) };
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
        }))
    }
}

fn done(there: bool, words: impl FnOnce() -> String) -> Response {
    if there { Response::Done(words()) } else { Response::NotFound }
}

fn job_of(id: &str) -> Option<JobId> {
    let (chat, seq) = id.split_once('-')?;
    Some((ChatNo(chat.parse().ok()?), seq.parse().ok()?))
}
