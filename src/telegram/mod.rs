//! telegram

pub mod polling;
pub mod raw;
pub mod register;
pub mod webhook;
