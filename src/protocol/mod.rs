//! How actors are spoken to: one message enum and one handle per counterpart, and what they show to those who watch.

pub mod backup;
pub mod browser;
pub mod chat;
pub mod control;
pub mod facts;
pub mod gateway;
pub mod health;
pub mod inhand;
pub mod intake;
pub mod limiter;
pub mod listing;
pub mod outbox;
pub mod port;
pub mod slot;
pub mod timer;
pub mod upstream;
pub mod wake;
