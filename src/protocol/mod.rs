//! Ports: one message enum and one handle per counterpart, and boards that everyone may write on.

pub mod health;
