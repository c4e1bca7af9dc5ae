//! Processes: each owns one state, performs effects and decides nothing.

pub mod backup;
pub mod chat;
pub mod control;
pub mod facts;
pub mod gateway;
pub mod intake;
pub mod keeper;
pub mod limiter;
pub mod menus;
pub mod operator;
pub mod outbox;
pub mod provider;
pub mod receiver;
pub mod requests;
pub mod task;
pub mod timer;
pub mod world;

#[cfg(test)]
mod testkit;
