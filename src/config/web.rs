//! `[web]`: health and metrics.

use super::check::a_listener;
use crate::domain::settings::{Unfit, settings};

settings! {
    /// `[web]`: health and metrics.
    pub struct Web {
        /// Where health and metrics are served. Empty: nowhere.
        listen: String = "127.0.0.1:8080".into(), fits nothing_or_a_listener;
        /// Host names under which the pages may be called, beside loopback names.
        hosts: Vec<String> = Vec::new(), fits host_names;
    }
}

fn nothing_or_a_listener(listen: &str) -> Result<(), Unfit> {
    if listen.is_empty() { Ok(()) } else { a_listener(listen) }
}

fn host_names(hosts: &[String]) -> Result<(), Unfit> {
    let name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
    if hosts.iter().any(|it| it.is_empty() || !it.chars().all(name)) {
        return Err("host names without scheme, port and path, like bot.example.org".into());
    }
    Ok(())
}
