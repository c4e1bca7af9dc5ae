//! Stories against the whole program.

mod cli;
mod playground;
