//! Stories against the whole program.

mod harness;
mod cli;
mod playground;
