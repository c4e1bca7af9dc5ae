//! What the house has set for accounts.

use crate::domain::account::{self, Access};
use crate::domain::settings::{Unfit, settings};
use serde::{Deserialize, Serialize};

settings! {
    /// Who may ask models: `[features.porter]` of the configuration.
    #[derive(Eq)]
    pub struct Settings {
        /// Whether this office is open: accounts of people who ask models, with tiers, bans and invitations.
        enabled: bool = false;
        /// Who may ask: `"everyone"`, `"listed"` (those whom an admin has let in), `"members"` (of all channels below) or `"invited"` (with a code).
        access: Mode = Mode::Everyone;
        /// Channels whose members may ask, by `@name` or id. The bot must be an admin there.
        channels: Vec<String> = Vec::new(), fits channels;
        /// Wrong invitation codes that one person may send in an hour; everybody together ten times as many.
        code_tries: u32 = 5, in 1..=100;
        /// Accounts that are kept: those that differ from a new one.
        accounts: u32 = 100_000, in 10..=1_000_000;
        /// Accounts on one page of `/users`.
        page: u32 = 8, in 1..=20;
        /// Days that `/usage` shows one by one.
        usage_days: u32 = 30, in 1..=60;
        /// Rows of the ledger that one `/usage` reads at most.
        usage_rows: u32 = 2_000, in 10..=20_000;
    }
}

/// Who may ask, by one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// See [`Access::Everyone`].
    #[default]
    Everyone,
    /// See [`Access::Listed`].
    Listed,
    /// See [`Access::Members`].
    Members,
    /// See [`Access::Invited`].
    Invited,
}

impl Settings {
    /// Who may ask. Channels that cannot be read are left out; the configuration refuses them.
    #[must_use]
    pub fn access(&self) -> Access {
        match self.access {
            Mode::Everyone => Access::Everyone,
            Mode::Listed => Access::Listed,
            Mode::Members => Access::Members(self.channels.iter().filter_map(|it| account::channel(it)).collect()),
            Mode::Invited => Access::Invited,
        }
    }
}

fn channels(value: &[String]) -> Result<(), Unfit> {
    if value.iter().all(|it| account::channel(it).is_some()) {
        return Ok(());
    }
    Err("channels like \"@news\", or ids like \"-1001234567890\"".into())
}
