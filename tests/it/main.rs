//! Stories against the whole program.
