//! The names of all metrics: one table with help, unit, kind and the closed sets of their labels.
//!
//! No label ever holds an id, a name of a person, or free text: each comes from a set below.

use super::names::Shape::{Counter, Gauge, Histogram};
use ::metrics::Unit;

/// One metric.
#[derive(Debug)]
pub struct Metric {
    /// Its name, as Prometheus sees it.
    pub name: &'static str,
    /// What kind it is.
    pub shape: Shape,
    /// Its base unit.
    pub unit: Unit,
    /// What it tells.
    pub help: &'static str,
    /// Its labels, each with all its values.
    pub labels: &'static [(&'static str, &'static [&'static str])],
}

/// The kinds of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It spreads over the buckets.
    Histogram(Buckets),
}

/// The bounds of histograms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buckets {
    /// Durations from 100 µs to 60 s.
    Latency,
    /// Durations from 100 ms to a day.
    Age,
    /// Counts from 1 to 1,024.
    Size,
}

impl Buckets {
    /// The upper bounds.
    #[must_use]
    pub const fn bounds(self) -> &'static [f64] {
        match self {
            Self::Latency => &[
                0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
                10.0, 30.0, 60.0,
            ],
            Self::Age => &[0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0],
            Self::Size => &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0],
        }
    }
}

/// A closed set of label values as an enum, so that a handle can be found by index.
macro_rules! label_set {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant),+
        }

        impl $name {
            /// Every value, in the order of the variants.
            pub const TEXTS: &[&str] = &[$($text),+];

            /// The label's value.
            #[must_use]
            pub const fn text(self) -> &'static str {
                Self::TEXTS[self as usize]
            }
        }
    };
}

label_set! {
    /// Kinds of updates, as Telegram names them.
    UpdateKind {
        Message = "message", EditedMessage = "edited_message", ChannelPost = "channel_post",
        EditedChannelPost = "edited_channel_post", CallbackQuery = "callback_query", InlineQuery = "inline_query",
        ChatMember = "chat_member", MyChatMember = "my_chat_member", ChatJoinRequest = "chat_join_request",
        Other = "other",
    }
}
impl UpdateKind {
    /// The kind of this name; [`Self::Other`] for every other name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "message" => Self::Message,
            "edited_message" => Self::EditedMessage,
            "channel_post" => Self::ChannelPost,
            "edited_channel_post" => Self::EditedChannelPost,
            "callback_query" => Self::CallbackQuery,
            "inline_query" => Self::InlineQuery,
            "chat_member" => Self::ChatMember,
            "my_chat_member" => Self::MyChatMember,
            "chat_join_request" => Self::ChatJoinRequest,
            _ => Self::Other,
        }
    }
}

label_set! {
    /// How updates come in.
    Via { Polling = "polling", Webhook = "webhook" }
}
label_set! {
    /// How an update ended.
    DoneAs {
        Claimed = "claimed", Passed = "passed", Expired = "expired", Quarantined = "quarantined",
        Undecodable = "undecodable",
    }
}
label_set! {
    /// What a check of membership said: subscriber of all channels, not, or it could not be known.
    Verification { Verified = "verified", Restricted = "restricted", Unknown = "unknown" }
}

/// Kinds of actors: the branches of the tree, and chats.
pub const ACTOR_KINDS: &[&str] =
    &["root", "store", "services", "upstreams", "jobs", "chats", "chat", "intake", "web", "other"];
/// Why an actor ended.
pub const REASON_KINDS: &[&str] = &["panic", "error", "timeout", "killed", "start_error"];
/// What an actor is doing.
pub const ACTOR_STATES: &[&str] = &["starting", "running", "backoff", "parked", "stopping", "stopped"];
/// Methods of the Bot API that the house calls.
pub const METHODS: &[&str] = &[
    "getMe",
    "getUpdates",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "getChat",
    "getChatMember",
    "getChatAdministrators",
    "sendMessage",
    "editMessageText",
    "deleteMessage",
    "deleteMessages",
    "deleteMessageReaction",
    "editEphemeralMessageText",
    "deleteEphemeralMessage",
    "sendDocument",
    "sendPhoto",
    "setChatPermissions",
    "approveChatJoinRequest",
    "declineChatJoinRequest",
    "answerChatJoinRequestQuery",
    "editChatInviteLink",
    "getFile",
    "download",
    "restrictChatMember",
    "answerCallbackQuery",
    "createChatInviteLink",
    "setMyCommands",
    "sendChatAction",
    "sendMessageDraft",
    "leaveChat",
    "other",
];
/// How questions to models end.
pub const QUESTION_ENDS: &[&str] = &["answered", "over", "taken_back"];
/// How calls to providers end.
pub const AI_OUTCOMES: &[&str] =
    &["ok", "flood", "full", "down", "key", "spent", "model", "too_long", "refused", "malformed", "cannot"];
/// To a model, and from it.
pub const DIRECTIONS: &[&str] = &["input", "output"];
/// Classes of answers.
pub const CODE_CLASSES: &[&str] = &["2xx", "3xx", "4xx", "429", "5xx", "none"];
/// Kinds of errors: those of the transport, and ours.
pub const ERROR_TYPES: &[&str] = &[
    "rejected",
    "ambiguous",
    "not_sent",
    "flood",
    "blocked",
    "migrated",
    "gone",
    "unauthorised",
    "conflict",
    "malformed",
    "undecodable",
    "refused",
    "missing_text",
    "other",
];
/// What the store is asked.
pub const QUERIES: &[&str] = &["get", "scan", "last", "commit"];
/// Where the store can fail.
pub const STORE_OPS: &[&str] = &["get", "scan", "last", "commit", "later", "sync", "full", "reopen"];
/// What takes room in the store.
pub const STORE_KINDS: &[&str] = &["db", "blobs"];
/// Why a delivery was refused at the door.
pub const REJECT_REASONS: &[&str] = &[
    "path",
    "method",
    "secret",
    "too_large",
    "broken",
    "idle",
    "slow_headers",
    "slow_body",
    "slow_answer",
    "connections",
    "displaced",
];
/// Classes of effects.
pub const EFFECT_CLASSES: &[&str] = &["repeatable", "visible_once"];
/// How an effect ended.
pub const EFFECT_OUTCOMES: &[&str] = &["done", "refused", "unknown", "dropped", "expired", "replaced", "answered_late"];
/// The lanes of the limiter.
pub const RATE_LANES: &[&str] = &["overall", "other"];
/// What a 429 is about.
pub const FLOOD_SCOPES: &[&str] = &["chat", "token"];
/// Upstreams with a breaker.
pub const UPSTREAMS: &[&str] = &["telegram"];

/// How a backup ended.
pub const BACKUP_OUTCOMES: &[&str] = &["done", "failed"];

/// The value as the closed set has it, else `other`: for labels that come from outside.
#[must_use]
pub fn within(set: &'static [&'static str], value: &str) -> &'static str {
    set.iter().copied().find(|it| *it == value).unwrap_or("other")
}

macro_rules! metrics {
    ($($const:ident = $name:literal, $shape:expr, $unit:ident, { $($label:ident: $values:expr),* }, $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $const: &str = $name;
        )*
        /// Every metric of the recorder; `process_*` comes from [`super::metrics::Metrics::render`].
        pub const ALL: &[Metric] = &[$(
            Metric {
                name: $name,
                shape: $shape,
                unit: Unit::$unit,
                help: $help,
                labels: &[$((stringify!($label), $values)),*],
            }
        ),*];
    };
}

metrics! {
    // Kept from older systems, verbatim.
    VERIFICATIONS = "bot_verifications_total", Counter, Count, { status: Verification::TEXTS },
        "Checks of membership, by what they said.";
    VERIFICATION_LATENCY = "bot_verification_latency_seconds", Histogram(Buckets::Latency), Seconds, {},
        "From the arrival of a message to the decision about its sender.";
    CACHE_HITS = "bot_cache_hits_total", Counter, Count, {}, "Facts found in a cache.";
    CACHE_MISSES = "bot_cache_misses_total", Counter, Count, {}, "Facts that had to be asked for.";
    API_CALLS = "bot_api_calls_total", Counter, Count, { method: METHODS }, "Calls made to the Bot API, by method.";
    ERRORS = "bot_errors_total", Counter, Count, { type: ERROR_TYPES }, "Errors, by type.";
    DB_QUERY_DURATION = "db_query_duration_seconds", Histogram(Buckets::Latency), Seconds, { query: QUERIES },
        "Time of one question to the store, its queue included.";
    ACTIVE_GROUPS = "bot_active_groups", Gauge, Count, {}, "Groups that are protected.";
    DB_CONNECTED = "bot_db_connected", Gauge, Count, {}, "1 while the store takes writes.";
    REDIS_CONNECTED = "bot_redis_connected", Gauge, Count, {}, "Always 0: the house needs no Redis.";

    // Questions to models.
    AI_QUESTIONS = "ai_questions_total", Counter, Count, { outcome: QUESTION_ENDS }, "Questions to models that have ended, by how.";
    AI_CALLS = "ai_calls_total", Counter, Count, { outcome: AI_OUTCOMES }, "Calls to providers, by outcome.";
    AI_CALL_SECONDS = "ai_call_seconds", Histogram(Buckets::Age), Seconds, {}, "Time of one call to a provider.";
    AI_TOKENS = "ai_tokens_total", Counter, Count, { direction: DIRECTIONS }, "Tokens, as providers count them.";
    AI_WAITING = "ai_questions_waiting", Gauge, Count, {}, "Questions that wait for a provider.";

    // Intake.
    UPDATES_RECEIVED = "bot_updates_received_total", Counter, Count, { kind: UpdateKind::TEXTS, mode: Via::TEXTS },
        "Updates taken in, by kind and mode.";
    UPDATES_DUPLICATE = "bot_updates_duplicate_total", Counter, Count, {}, "Updates left out because they came before.";
    UPDATES_ACCEPTED = "bot_updates_accepted_total", Counter, Count, {}, "Updates acknowledged to Telegram.";
    UPDATES_PERSISTED = "bot_updates_persisted_total", Counter, Count, {},
        "Updates written to disk because they were not finished in time.";
    UPDATE_ACCEPT = "bot_update_accept_seconds", Histogram(Buckets::Latency), Seconds, {},
        "From receiving an update to its acknowledgement.";
    UPDATE_LAG = "bot_update_lag_seconds", Histogram(Buckets::Age), Seconds, {},
        "From Telegram's date of an update to its arrival.";
    INGRESS_REJECTED = "bot_ingress_rejected_total", Counter, Count, { reason: REJECT_REASONS },
        "Deliveries refused at the webhook.";
    TELEGRAM_PENDING = "bot_telegram_pending_updates", Gauge, Count, {}, "Updates that Telegram holds for us.";

    // Inbox and effects.
    INBOX_DEPTH = "bot_inbox_depth", Gauge, Count, {}, "Events that wait for their chat.";
    INBOX_OLDEST = "bot_inbox_oldest_seconds", Gauge, Seconds, {}, "Age of the oldest event that waits.";
    UPDATE_HANDLE = "bot_update_handle_seconds", Histogram(Buckets::Latency), Seconds, { kind: UpdateKind::TEXTS },
        "From taking in an update to its decision.";
    UPDATES_DONE = "bot_updates_done_total", Counter, Count, { outcome: DoneAs::TEXTS }, "Updates finished, by outcome.";
    QUARANTINE_SIZE = "bot_quarantine_size", Gauge, Count, {}, "Updates in quarantine.";
    EFFECTS = "bot_effects_total", Counter, Count, { class: EFFECT_CLASSES, outcome: EFFECT_OUTCOMES },
        "Effects that ended, by class and outcome.";
    EFFECT = "bot_effect_seconds", Histogram(Buckets::Latency), Seconds, {},
        "Time of the call that performs an effect.";
    EFFECTS_UNKNOWN = "bot_effects_unknown", Gauge, Count, {}, "Visible effects of which nobody knows whether they happened.";
    OUTBOX_DEPTH = "bot_outbox_depth", Gauge, Count, {}, "Calls that wait in the outbox.";
    OUTBOX_OLDEST = "bot_outbox_oldest_seconds", Gauge, Seconds, {}, "Age of the oldest call that waits.";

    // Supervision.
    ACTOR_STARTS = "bot_actor_starts_total", Counter, Count, { kind: ACTOR_KINDS }, "Actors started.";
    ACTOR_CRASHES = "bot_actor_crashes_total", Counter, Count, { kind: ACTOR_KINDS, reason_kind: REASON_KINDS },
        "Actors that ended abnormally.";
    ACTOR_RESTARTS = "bot_actor_restarts_total", Counter, Count, { kind: ACTOR_KINDS }, "Actors restarted.";
    SUPERVISOR_GIVE_UPS = "bot_supervisor_give_ups_total", Counter, Count, { kind: ACTOR_KINDS },
        "Times a supervisor gave up on a child.";
    ACTORS = "bot_actors", Gauge, Count, { kind: ACTOR_KINDS, state: ACTOR_STATES }, "Actors, by kind and state.";
    ACTOR_STUCK = "bot_actor_stuck_total", Counter, Count, { kind: ACTOR_KINDS }, "Handlers that went past their deadline.";

    // Telegram, limiter, breaker.
    API_CALL_DURATION = "bot_api_call_duration_seconds", Histogram(Buckets::Latency), Seconds,
        { method: METHODS, code_class: CODE_CLASSES }, "Time of one call to the Bot API.";
    API_429 = "bot_api_429_total", Counter, Count, { scope: FLOOD_SCOPES }, "Answers that told us to slow down.";
    API_PAUSED = "bot_api_paused_seconds_total", Counter, Seconds, {}, "Whole seconds for which calls were held back by 429.";
    BREAKER_STATE = "breaker_state", Gauge, Count, { name: UPSTREAMS }, "0 closed, 1 half open, 2 open.";

    // Store.
    STORE_COMMIT = "store_commit_seconds", Histogram(Buckets::Latency), Seconds, {}, "Time of one commit, sync included.";
    STORE_FSYNC = "store_fsync_seconds", Histogram(Buckets::Latency), Seconds, {}, "Time of one sync to the disk.";
    STORE_GROUP_SIZE = "store_group_size", Histogram(Buckets::Size), Count, {}, "Batches synced together.";
    STORE_BYTES = "store_bytes", Gauge, Bytes, { kind: STORE_KINDS }, "Room the store takes.";
    STORE_FREE_BYTES = "store_free_bytes", Gauge, Bytes, {}, "Room left on the store's disk.";
    STORE_ERRORS = "store_errors_total", Counter, Count, { op: STORE_OPS }, "Failures of the store, by operation.";
    STORE_LAST_BACKUP = "store_last_backup_timestamp_seconds", Gauge, Seconds, {}, "When the last backup was made, since 1970.";
    STORE_LAST_BACKUP_BYTES = "store_last_backup_bytes", Gauge, Bytes, {}, "Length of the last backup.";
    STORE_BACKUPS = "store_backups_total", Counter, Count, { outcome: BACKUP_OUTCOMES }, "Backups, by outcome.";
    EFFECTS_HELD = "bot_effects_held", Gauge, Count, {}, "What was owed in a restored backup and waits for the operator.";

    // Process.
    BUILD_INFO = "bot_build_info", Gauge, Count, { version: &[env!("CARGO_PKG_VERSION")] }, "Always 1; the version is a label.";
    RUNTIME_TASKS = "bot_runtime_tasks", Gauge, Count, {}, "Tasks of the executor that have not ended.";
    ROWS_CACHED = "bot_rows_cached", Gauge, Count, {}, "Rows of awake chats in memory, each KiB counted once more.";
    EVENT_LOOP_LAG = "bot_event_loop_lag_seconds", Gauge, Seconds, {}, "How late a timer of the event loop was, last time.";
    LOG_DROPPED = "bot_log_lines_dropped_total", Counter, Count, {}, "Log lines left out because nobody took them.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_follow_the_conventions() {
        let names: HashSet<_> = ALL.iter().map(|it| it.name).collect();
        assert_eq!(names.len(), ALL.len());
        for metric in ALL {
            let is_counter = metric.shape == Counter;
            assert_eq!(metric.name.ends_with("_total"), is_counter, "{}", metric.name);
            let is_seconds = metric.unit == Unit::Seconds;
            assert_eq!(metric.name.contains("_seconds"), is_seconds, "{}", metric.name);
            assert!(metric.help.ends_with('.'), "{} has no help", metric.name);
        }
    }

    #[test]
    fn labels_are_closed_and_few() {
        let mut series = 0;
        for metric in ALL {
            let combinations: usize = metric.labels.iter().map(|it| it.1.len()).product();
            assert!(combinations <= 192, "{} can have {combinations} series", metric.name);
            let lines = if let Histogram(it) = metric.shape { it.bounds().len() + 3 } else { 1 };
            series += combinations * lines;
            for (label, values) in metric.labels {
                let distinct: HashSet<_> = values.iter().collect();
                assert_eq!(distinct.len(), values.len(), "{} {label}", metric.name);
                assert!(!label.contains("id") && !label.contains("user"), "{} {label}", metric.name);
            }
        }
        assert!(series < 5_000, "{series} lines at most");
    }

    #[test]
    fn what_is_in_no_set_is_other() {
        assert_eq!(within(METHODS, "getMe"), "getMe");
        assert_eq!(within(METHODS, "getMe/../123456:secret"), "other");
    }

    #[test]
    fn an_enum_and_its_texts_agree() {
        assert_eq!(UpdateKind::Other.text(), "other");
        assert_eq!(UpdateKind::Other as usize + 1, UpdateKind::TEXTS.len());
        assert_eq!(Verification::Unknown.text(), "unknown");
        assert_eq!(DoneAs::Undecodable.text(), "undecodable");
        assert_eq!(Via::Webhook.text(), "webhook");
    }
}
