//! What a shard must be told about its chats: how one is started, and what to do when one has ended.

use super::spec::BoxFuture;
use crate::domain::types::{ChatNo, UpdateId};
use crate::protocol::slot::{Doing, Slots};
use ractor::ActorCell;

/// Who lives in a shard. All functions but `start`'s future are called in the shard's own loop, so they must
/// not wait.
pub trait Residents: Send + Sync + 'static {
    /// Starts the actor of a chat, linked to the parent it is given. An error is the reason in words.
    fn start(&self, life: Life) -> BoxFuture<Result<ActorCell, String>>;

    /// A chat crashed, was killed, or could not be started: charges it to the update and feature in hand.
    fn crashed(&self, crash: &ChatCrash<'_>) -> Charge;

    /// A chat has ended by itself. True: it has work again and is started anew at once.
    fn slept(&self, chat: ChatNo, generation: u64) -> bool;

    /// Chats of this shard whose events wait: asked once, when the shard has started (again).
    fn with_work(&self) -> Vec<ChatNo> {
        Vec::new()
    }

    /// How many events wait for a chat.
    fn queue_len(&self, chat: ChatNo) -> usize;

    /// The name of a chat in log lines and pages: its Telegram id.
    fn name(&self, chat: ChatNo) -> String {
        chat.0.to_string()
    }
}

/// One life of a chat's actor, about to begin.
#[derive(Clone)]
pub struct Life {
    /// The chat.
    pub chat: ChatNo,
    /// Grows with each life of this chat, so that a zombie of an earlier one can be told.
    pub generation: u64,
    /// The shard, to be linked with.
    pub parent: ActorCell,
    /// `chats/02/-100123`: for the slot and for log lines.
    pub path: String,
    /// Where the actor enters what it is doing.
    pub slots: Slots,
}

/// How a chat ended.
#[derive(Debug)]
pub struct ChatCrash<'a> {
    /// The chat.
    pub chat: ChatNo,
    /// The life that ended.
    pub generation: u64,
    /// Why, in words fit for the log: `panic "..." at rules.rs:212`.
    pub reason: &'a str,
    /// What it was doing, if it had entered a slot.
    pub doing: Option<&'a Doing>,
}

/// To whom a crash is charged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charge {
    /// The update that was in hand.
    pub update: Option<UpdateId>,
    /// The feature that was deciding.
    pub feature: Option<&'static str>,
    /// Crashes of this update under this feature so far, this one included.
    pub crashes: u32,
    /// At how many it is quarantined.
    pub limit: u32,
    /// Whether it is in quarantine now; the shard says so in the log.
    pub quarantined: bool,
    /// The correlation id of the update, if it has one.
    pub corr: Option<String>,
}
