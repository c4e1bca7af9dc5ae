//! Stories of one real chat on a store in memory: what it reads, keeps and writes, and when.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod keeping;
mod stage;
mod telling;
