//! Stories against the whole program.

mod playground;
