//! actors

pub mod control;
