//! Majordomo: one binary that keeps house for a Telegram bot.
//!
//! Who may know whom: `main -> cli -> app -> supervisors -> actors -> protocol, store, telegram, ai -> domain`,
//! `web -> protocol -> domain`. `tests/architecture.rs` keeps it so.

#[cfg(panic = "abort")]
compile_error!("Majordomo supervises by catching panics: build it with panic = \"unwind\".");

pub mod actors;
pub mod ai;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod playground;
pub mod protocol;
pub mod store;
pub mod supervisors;
pub mod telegram;
pub mod telemetry;
pub mod web;
