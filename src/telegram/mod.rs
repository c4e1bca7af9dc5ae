//! Telegram's language translated both ways: update JSON to events, calls to requests, texts to words.

pub mod callback;
pub mod catalogue;
pub mod client;
pub mod error;
pub mod picture;
pub mod polling;
pub mod raw;
pub mod register;
pub mod request;
pub mod source;
pub mod update;
pub mod webhook;
mod wire;

pub use callback::CallbackKey;
pub use client::Client;
pub use error::ApiError;
