//! protocol

pub mod intake;
