//! Whether a child that ended is restarted.

use super::exit::Exit;
use super::spec::Restart;

/// What follows the end of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It is restarted.
    Restart,
    /// It stays down; its spec is kept.
    Keep,
    /// It is forgotten.
    Forget,
}

/// The table of OTP.
#[must_use]
pub fn then(restart: Restart, exit: &Exit) -> Then {
    match (restart, exit.is_abnormal()) {
        (Restart::Permanent, _) | (Restart::Transient, true) => Then::Restart,
        (Restart::Transient, false) => Then::Keep,
        (Restart::Temporary, _) => Then::Forget,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_restart_kind_meets_each_end() {
        let ends = [
            Exit::Normal,
            Exit::Shutdown("shutdown".into()),
            Exit::Killed("killed".into()),
            Exit::Failed("boom".into()),
            Exit::GaveUp("boom".into()),
        ];
        let table = [
            (Restart::Permanent, [Then::Restart; 5]),
            (Restart::Transient, [Then::Keep, Then::Keep, Then::Restart, Then::Restart, Then::Restart]),
            (Restart::Temporary, [Then::Forget; 5]),
        ];
        for (restart, expected) in table {
            assert_eq!(ends.each_ref().map(|it| then(restart, it)), expected, "{restart:?}");
        }
    }
}
