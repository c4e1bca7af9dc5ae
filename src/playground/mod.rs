//! A Telegram that exists only on this machine: the counterpart of `majordomo demo`, of the stories and of the benchmarks.

pub mod demo;
pub mod page;
pub mod telegram;
