//! `[log]`: what the operator reads.

use crate::domain::settings::settings;
use serde::{Deserialize, Serialize};

settings! {
    /// `[log]`: what the operator reads.
    pub struct Log {
        /// The shape of a line: "pretty", "json", or "auto", which is pretty on a terminal, else json.
        format: LogFormat = LogFormat::Auto;
        /// The least level shown: "debug", "info", "warn" or "error".
        level: LogLevel = LogLevel::Info;
    }
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Pretty on a terminal, else JSON.
    #[default]
    Auto,
    /// For people.
    Pretty,
    /// For machines.
    Json,
}

/// The level of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Every update.
    Debug,
    /// State changes that an operator may want.
    #[default]
    Info,
    /// Something needs an eye; the house goes on by itself.
    Warn,
    /// Something failed.
    Error,
}
