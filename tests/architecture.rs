//! The house rules, read from the source.
