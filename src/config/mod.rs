//! Everything `config.toml` can say: one file per section, each with its struct, defaults and checks.

use serde::{Deserialize, Serialize};

mod ai;
mod backup;
mod check;
mod env;
mod error;
mod features;
mod file;
mod files;
mod limits;
mod load;
mod log;
pub mod nearest;
mod owner;
mod runtime;
mod schema;
mod secret;
mod store;
mod telegram;
#[cfg(test)]
mod tests;
mod web;

pub use ai::{Ai, AiLimits, AiProvider, AiRoutes};
pub use backup::Backup;
pub use check::{Check, Wrong};
pub use env::no_color;
pub use error::{ConfigError, Place, Problem};
pub use features::{Drill, Features, Membership};
pub use files::{LEAST_FILES, Shares, open_files, shares};
pub use limits::{Algorithm, BreakerLimits, CacheLimits, ChatLimits, Limits, RequestLimits, TelegramLimits};
pub use load::{Loaded, Origin, from_environment, load};
pub use log::{Log, LogFormat, LogLevel};
pub use owner::Owner;
pub use runtime::Runtime;
pub use schema::{env_name, keys};
pub use secret::Secret;
pub use store::Store;
pub use telegram::{Mode, Polling, Telegram, Webhook};
pub use web::Web;

/// The whole configuration; every field has a default, so that the token alone is enough.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `[telegram]`
    pub telegram: Telegram,
    /// `[owner]`
    pub owner: Owner,
    /// `[store]`
    pub store: Store,
    /// `[backup]`
    pub backup: Backup,
    /// `[web]`
    pub web: Web,
    /// `[log]`
    pub log: Log,
    /// `[features]`
    pub features: Features,
    /// `[limits]`
    pub limits: Limits,
    /// `[runtime]`
    pub runtime: Runtime,
}

impl Settings {
    /// Everything in these values that cannot work, whatever file or variable it came from.
    #[must_use]
    pub fn validate(&self) -> Vec<Wrong> {
        let mut check = Check::default();
        self.telegram.validate(&mut check);
        self.owner.validate(&mut check);
        self.store.validate(&mut check);
        self.backup.validate(&mut check);
        self.web.validate(&mut check);
        self.features.validate(&mut check);
        self.limits.validate(&mut check);
        self.runtime.validate(&mut check);
        if self.telegram.by_webhook() && check::same_port(&self.telegram.webhook.listen, &self.web.listen) {
            let other = format!("another port than web.listen ({})", self.web.listen);
            check.wrong("telegram.webhook.listen", other);
        }
        check.done()
    }
}
