//! What OTP promises of a supervisor, and what an existing crate got wrong, case by case.

mod escalation;
mod faults;
mod matrix;
mod orders;
mod soak;
mod start_and_stop;
mod telling;
