//! What the outbox counts per call, without looking names up.

use crate::domain::effect::Class;
use metrics::{Counter, Histogram};

const EFFECTS: &str = "bot_effects_total";

/// The handles.
pub(super) struct Meters {
    seconds: Histogram,
    /// Those that were done, by class: nearly all.
    done: [Counter; 2],
}

impl Meters {
    pub(super) fn new() -> Self {
        let done = |class| metrics::counter!(EFFECTS, "class" => name(class), "outcome" => "done");
        let done = [done(Class::Repeatable), done(Class::VisibleOnce)];
        Self { seconds: metrics::histogram!("bot_effect_seconds"), done }
    }

    /// A call has returned after so many us.
    #[expect(clippy::cast_precision_loss, reason = "a histogram is of floats")]
    pub(super) fn took(&self, us: u64) {
        self.seconds.record(us as f64 / 1e6);
    }

    /// A debt has ended.
    pub(super) fn ended(&self, class: Class, outcome: &'static str) {
        match outcome {
            "done" => self.done[class as usize].increment(1),
            other => metrics::counter!(EFFECTS, "class" => name(class), "outcome" => other).increment(1),
        }
    }
}

const fn name(class: Class) -> &'static str {
    match class {
        Class::Repeatable => "repeatable",
        Class::VisibleOnce => "visible_once",
    }
}
