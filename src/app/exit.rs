//! How the program ends.

use std::process::ExitCode;

/// Every exit code there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It was done.
    Ok = 0,
    /// It was not done; what was printed says why.
    Failed = 1,
    /// The command line was not understood.
    Usage = 2,
    /// The root supervisor gave up, or a thread was blocked: start it again.
    GaveUp = 70,
    /// The store cannot be used: another process has it, it belongs to another bot, or its disk failed.
    Store = 74,
    /// The configuration is wrong: starting it again does not help.
    Config = 78,
}

impl Exit {
    /// The number that the caller sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
