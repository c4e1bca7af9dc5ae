//! Everything `config.toml` can say: one file per section, each with its struct, defaults and checks.

use crate::domain::settings::{Check, Section, settings};

mod ai;
mod backup;
mod check;
mod env;
mod error;
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
mod shipped;
mod spending;
mod store;
mod telegram;
#[cfg(test)]
mod tests;
mod together;
mod web;

pub use ai::{Ai, AiLimits, AiProvider, AiRoutes};
pub use backup::Backup;
pub use env::no_color;
pub use error::{ConfigError, Place, Problem};
pub use files::{LEAST_FILES, Shares, open_files, shares};
pub use limits::{Algorithm, BreakerLimits, CacheLimits, ChatLimits, Gateway, Limits, RequestLimits, TelegramLimits};
pub use load::{Loaded, Origin, from_environment, load};
pub use log::{Log, LogFormat, LogLevel};
pub use owner::Owner;
pub use runtime::Runtime;
pub use schema::{env_name, is_variable, keys, keys_of};
pub use secret::Secret;
pub use shipped::{meanings, shipped};
pub use spending::{
    AiChatLimits, AiKeepLimits, EnterpriseLimits, FreeLimits, HouseLimits, PremiumLimits, ProviderLimits, Spending,
};
pub use store::Store;
pub use telegram::{Mode, Polling, Telegram, Webhook};
pub use web::Web;

pub use crate::domain::offices::Settings as Features;
pub use crate::domain::settings::Wrong;

settings! {
    /// The whole configuration; every field has a default, so that the token alone is enough.
    pub struct Settings {
        /// `[telegram]`
        telegram: Telegram;
        /// `[owner]`
        owner: Owner;
        /// `[store]`
        store: Store;
        /// `[backup]`
        backup: Backup;
        /// `[web]`
        web: Web;
        /// `[log]`
        log: Log;
        /// `[features]`
        features: Features;
        /// `[limits]`
        limits: Limits;
        /// `[runtime]`
        runtime: Runtime;
        /// `[ai]`
        ai: Ai;
    }
}

impl Settings {
    /// Everything in these values that cannot work, whatever file or variable it came from.
    #[must_use]
    pub fn validate(&self) -> Vec<Wrong> {
        let mut check = Check::default();
        self.judge("", &mut check);
        together::judge(self, &mut check);
        check.done()
    }
}
