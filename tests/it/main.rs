//! Stories against the whole program.

mod harness;
mod playground;
