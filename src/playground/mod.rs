//! playground

pub mod demo;
