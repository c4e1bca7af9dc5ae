//! The catalogue of log events. Ids are promises: they are never renamed.

use crate::config::LogLevel;

/// An event the log can tell.
#[derive(Debug)]
pub struct Kind {
    /// Its stable id.
    pub id: &'static str,
    /// Its level.
    pub level: LogLevel,
    /// What it means.
    pub meaning: &'static str,
    /// Its usual causes.
    pub causes: &'static [&'static str],
    /// What to do.
    pub remedy: &'static str,
}

macro_rules! catalogue {
    ($($name:ident = $id:literal, $level:ident;)*) => {
        $(
            #[doc = concat!("`", $id, "`")]
            pub static $name: Kind =
                Kind { id: $id, level: LogLevel::$level, meaning: "", causes: &[], remedy: "" };
        )*
        /// Every event, for `explain` and the tests.
        pub static ALL: &[&Kind] = &[$(&$name),*];
    };
}

catalogue! {
    SUP_CHILD_STARTED = "sup.child.started", Info;
    SUP_CHILD_STOPPED = "sup.child.stopped", Info;
    SUP_CHILD_CRASHED = "sup.child.crashed", Error;
    SUP_CHILD_RESTARTED = "sup.child.restarted", Info;
    SUP_CHILD_BACKOFF = "sup.child.backoff", Warn;
    SUP_CHILD_STUCK = "sup.child.stuck", Error;
    SUP_CHILD_KILLED = "sup.child.killed", Warn;
    SUP_CHILD_PARKED = "sup.child.parked", Error;
    SUP_GAVE_UP = "sup.gave_up", Error;
    SUP_ESCALATED = "sup.escalated", Error;
    SUP_STORM = "sup.storm", Error;
    UPDATE_QUARANTINED = "update.quarantined", Warn;
    UPDATE_RELEASED = "update.released", Info;
    UPDATE_DUPLICATE = "update.duplicate", Debug;
    UPDATE_UNDECODABLE = "update.undecodable", Warn;
    EFFECT_UNKNOWN = "effect.unknown", Warn;
    EFFECT_DROPPED = "effect.dropped", Warn;
    INTAKE_PAUSED = "intake.paused", Error;
    INTAKE_RESUMED = "intake.resumed", Info;
    INTAKE_CONFLICT = "intake.conflict", Error;
    INTAKE_STALLED = "intake.stalled", Warn;
    UPSTREAM_FLOOD = "upstream.flood", Warn;
    UPSTREAM_BLOCKED = "upstream.blocked", Info;
    UPSTREAM_MIGRATED = "upstream.migrated", Info;
    UPSTREAM_REFUSED = "upstream.refused", Warn;
    BREAKER_OPEN = "breaker.open", Error;
    BREAKER_HALF_OPEN = "breaker.half_open", Info;
    BREAKER_CLOSED = "breaker.closed", Info;
    STORE_FULL = "store.full", Error;
    STORE_CORRUPT = "store.corrupt", Error;
    STORE_RESTORED = "store.restored", Warn;
    STORE_MIGRATED = "store.migrated", Info;
    CONFIG_RELOADED = "config.reloaded", Info;
    CONFIG_REJECTED = "config.rejected", Error;
    APP_STARTING = "app.starting", Info;
    APP_READY = "app.ready", Info;
    APP_DRAINING = "app.draining", Info;
    APP_STOPPED = "app.stopped", Info;
    APP_LAST_WORDS = "app.last_words", Error;
    SEC_AUTH_FAIL = "sec.auth_fail", Warn;
    SEC_WEBHOOK_FORGED = "sec.webhook_forged", Warn;
    SEC_WEBHOOK_FOREIGN = "sec.webhook_foreign", Error;
    SEC_PRESS_FORGED = "sec.press_forged", Warn;
    SEC_OWNER_CLAIMED = "sec.owner_claimed", Warn;
    CLOCK_JUMP = "clock.jump", Warn;
    MEMBERSHIP_FAIL_OPEN = "membership.fail_open", Warn;
}
