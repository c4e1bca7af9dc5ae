//! Stories against the whole program.

mod cli;
mod durable;
mod harness;
mod playground;
