//! How many files the process may have open, and who gets how many of them.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Below this the house does not start.
pub const LEAST_FILES: u64 = 64;
/// What the store, the log, the runtime and the control socket take, with some to spare.
const OWN: u64 = 48;
/// The least share.
const LEAST_SHARE: u64 = 4;

/// Connections at the same time, so that the store always finds a file when it needs one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Of Telegram, to our webhook.
    pub deliveries: usize,
    /// To the pages.
    pub pages: usize,
    /// Of ours, to Telegram.
    pub calls: usize,
}

/// How many files may be open. The limit that binds is first raised to the one that an ordinary user may set.
#[must_use]
pub fn open_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum && setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok() {
        return maximum.unwrap_or(u64::MAX);
    }
    current.unwrap_or(u64::MAX)
}

/// Who gets how many.
#[must_use]
pub fn shares() -> Shares {
    shares_of(open_files())
}

fn shares_of(files: u64) -> Shares {
    let free = files.saturating_sub(OWN);
    let part = |n: u64| usize::try_from((free / n).max(LEAST_SHARE)).unwrap_or(usize::MAX);
    Shares { deliveries: part(2), pages: part(8), calls: part(4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_together_leave_enough_for_the_store() {
        for files in [LEAST_FILES, 65, 100, 128, 256, 1024, 1 << 20, u64::MAX] {
            let Shares { deliveries, pages, calls } = shares_of(files);
            assert!(deliveries.saturating_add(pages).saturating_add(calls) as u64 <= files - OWN, "{files}");
        }
        let usual = shares_of(1024);
        assert!(usual.deliveries > 176 && usual.calls > 200, "the usual limit takes nothing away: {usual:?}");
    }
}
