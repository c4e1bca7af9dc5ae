//! Stories against the whole program.

mod cli;
mod harness;
mod playground;
