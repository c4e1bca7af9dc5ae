//! Stories against the whole program.

#![allow(clippy::disallowed_methods, reason = "a story stands outside of the program")]

mod aimock;
mod backup;
mod cli;
mod durable;
mod harness;
mod hub;
mod membership;
mod page;
mod playground;
mod porter;
