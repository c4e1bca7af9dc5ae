//! Health and metrics over HTTP: small, read-only, guarded.

mod answers;
mod guard;
mod ping;
mod server;
mod wire;

#[cfg(test)]
mod tests;

pub use ping::self_ping;
pub use server::{Limits, WebState, serve};
