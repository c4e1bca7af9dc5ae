//! protocol

pub mod control;
