//! What the operator sees of the outbox, and decides.

use super::Outbox;
use super::entry::{Order, Phase};
use crate::protocol::outbox::{JobId, Pending};
use crate::store::rows::DebtState;

impl Outbox {
    /// Everything that is owed, oldest first.
    pub(super) fn list(&self) -> Vec<Pending> {
        let pending = |(job, entry): (&JobId, &super::entry::Entry)| Pending {
            job: *job,
            debt: entry.job.debt.clone(),
            attempts: entry.attempts,
        };
        let mut all: Vec<_> = self.jobs.iter().map(pending).collect();
        all.sort_by_key(|it| it.job.1);
        all
    }

    /// Sends an unknown debt again, or strikes any debt that is not in flight. Answers whether it could.
    pub(super) fn settle(&mut self, id: JobId, resend: bool) -> bool {
        let Some(entry) = self.jobs.get_mut(&id) else { return false };
        if matches!(entry.phase, Phase::Flight | Phase::Mark) || (resend && entry.phase != Phase::Person) {
            return false;
        }
        if !resend {
            self.close(id, "dropped");
            self.count_unknown();
            return true;
        }
        entry.phase = Phase::Line;
        entry.job.debt.state = DebtState::Owed;
        if let Some(order) = Order::of(&entry.owed().call) {
            let line = self.lines.entry(order).or_default();
            line.push_back(id);
            if line.len() > 1 {
                return true;
            }
        }
        self.count_unknown();
        self.consider(id);
        true
    }
}
