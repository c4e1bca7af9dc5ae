//! `[web]`: health and metrics.

use super::check::Check;
use serde::{Deserialize, Serialize};

/// `[web]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Where health and metrics are served; empty switches them off.
    pub listen: String,
    /// Host names under which the pages may be called, beside loopback names.
    pub hosts: Vec<String>,
}

impl Default for Web {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".into(), hosts: Vec::new() }
    }
}

impl Web {
    pub(super) fn validate(&self, check: &mut Check) {
        if !self.listen.is_empty() {
            check.listen("web.listen", &self.listen);
        }
        let name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
        if self.hosts.iter().any(|it| it.is_empty() || !it.chars().all(name)) {
            check.wrong("web.hosts", "host names without scheme, port and path, like bot.example.org");
        }
    }
}
