//! What the system allows this process.

use super::Finding;
use rustix::process::{Resource, getrlimit};

/// Open files below which a busy house runs short: connections to Telegram, the store, the web.
const FEW: u64 = 1024;

pub(super) fn open_files() -> Finding {
    of_limit(getrlimit(Resource::Nofile).current)
}

pub(super) fn of_limit(limit: Option<u64>) -> Finding {
    let check = "open files";
    match limit {
        Some(limit @ ..FEW) => {
            let cause = format!("at most {limit} files may be open, {FEW} should be");
            Finding::warn(check, cause, "ulimit -n 4096, or LimitNOFILE=4096 in the systemd unit")
        }
        Some(limit) => Finding::pass(check, format!("{limit} may be open")),
        None => Finding::pass(check, "as many as one likes may be open"),
    }
}
