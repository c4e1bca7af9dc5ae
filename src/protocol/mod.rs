//! How actors are spoken to: ports, and the few things that an actor shows to those who watch over it.

pub mod inhand;
pub mod port;
pub mod slot;
pub mod wake;
