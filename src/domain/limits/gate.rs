//! The gate that every call to Telegram passes: when it may go, and whose turn it is.
//!
//! Calls that create or edit a message count against three limits at once: overall, their chat's second
//! and, in a group, the group's minute. All others count against `other_per_s` alone and never wait behind
//! a message. A pause that Telegram asks for (429) stops everything it covers, a chat or the whole token.
//!
//! How limits become bursts when they count by token bucket (the windows have no bursts):
//! - overall: a fifth of the rate at once. A bucket as large as the rate would let nearly twice the rate
//!   through in its first second, and Telegram's edge lies at about 30 for the usual 25.
//! - a private chat: 2 at once, for an answer in two parts; a group or channel: 1.
//! - a group's minute: a quarter at once, and a refill so much slower that no minute sees more than allowed.
//!
//! Whose turn: replies go before broadcasts, but after [`REPLIES_PER_BROADCAST`] replies that made a
//! broadcast wait, one broadcast goes. Within a lane chats are served in turn, one call each.

use super::floods::Floods;
use super::lines::{Key, Lines};
use super::{Algorithm, Limit, Quota};
use crate::domain::types::{ChatId, Moment};
use std::collections::HashMap;

/// So many replies may overtake a broadcast that is ready.
pub const REPLIES_PER_BROADCAST: u32 = 4;
/// Beyond what Telegram asks for: clocks differ, and a call must never be early.
const GRACE_MS: u64 = 1;
/// Chats remembered before the first look for those that need not be.
const SWEEP_AT_LEAST: usize = 1024;

/// What we allow ourselves; each 0 means no limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateLimits {
    /// Messages made or edited per second, all chats together.
    pub overall_per_s: f64,
    /// The same in one chat, per second.
    pub chat_per_s: f64,
    /// The same in one group or channel, per minute.
    pub group_per_min: f64,
    /// All other calls per second.
    pub other_per_s: f64,
    /// How these limits count.
    pub algorithm: Algorithm,
    /// Tickets that may wait altogether.
    pub queue: usize,
}

/// Who waits for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// A person who did something and waits for the answer.
    Reply,
    /// Nobody in particular: announcements, tidying up.
    Broadcast,
}

/// Which limits a call counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weight {
    /// It creates or edits a message.
    Message,
    /// Anything else.
    Other,
}

/// A call as the gate sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its chat, if it has one.
    pub chat: Option<ChatId>,
    /// Whether that is a group or a channel.
    pub is_group: bool,
    /// Who waits.
    pub lane: Lane,
    /// What it counts against.
    pub weight: Weight,
}

/// A call that waits in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The caller's name for it.
    pub id: u64,
    /// What it is.
    pub asked: Asked,
}

/// Whether a call may be made at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes; it is counted.
    Go,
    /// Not before this moment. Nothing is counted: enqueue it, or ask again.
    WaitUntil(u64),
}

/// What a pause covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One chat.
    Chat(ChatId),
    /// Every call of this token.
    Token,
}

/// As many tickets wait as may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("as many calls wait as may (limits.telegram.queue)")]
pub struct Full;

/// The gate.
#[derive(Debug)]
pub struct SendGate {
    limits: GateLimits,
    overall: Limit,
    other: Limit,
    chats: HashMap<ChatId, Chat>,
    lines: Lines,
    floods: Floods,
    paused_until: u64,
    overtaken: [u32; 2],
    sweep_at: usize,
}

#[derive(Debug)]
struct Chat {
    second: Limit,
    minute: Limit,
    paused_until: u64,
}

impl SendGate {
    /// A gate that has let nothing through yet.
    #[must_use]
    pub fn new(limits: GateLimits) -> Self {
        let per_second = |rate: f64| Quota { rate, window_ms: 1000, burst: share(rate, 5) };
        Self {
            overall: Limit::new(limits.algorithm, per_second(limits.overall_per_s)),
            other: Limit::new(limits.algorithm, per_second(limits.other_per_s)),
            limits,
            chats: HashMap::new(),
            lines: Lines::default(),
            floods: Floods::default(),
            paused_until: 0,
            overtaken: [0; 2],
            sweep_at: SWEEP_AT_LEAST,
        }
    }

    /// Asks to make a call at once. It overtakes nobody: while others wait for the same limits it waits.
    pub fn ask(&mut self, asked: Asked, now: u64) -> Verdict {
        let at = self.shared_ready_at(asked.weight, now).max(self.chat_ready_at(&asked, now));
        if at > now {
            return Verdict::WaitUntil(at);
        }
        if self.would_overtake(&asked) {
            return Verdict::WaitUntil(now.saturating_add(1));
        }
        self.count(&asked, now);
        Verdict::Go
    }

    /// Puts a call in line.
    ///
    /// # Errors
    /// When as many wait as may.
    pub fn enqueue(&mut self, ticket: Ticket) -> Result<(), Full> {
        if self.lines.waiting() >= self.limits.queue {
            return Err(Full);
        }
        self.lines.push(ticket);
        Ok(())
    }

    /// Takes a ticket out of its line; false when it is not there (any more).
    pub fn withdraw(&mut self, ticket: Ticket) -> bool {
        self.lines.withdraw(ticket)
    }

    /// The next call to be made now, counted. Ask until there is none.
    pub fn next(&mut self, now: u64) -> Option<Ticket> {
        self.next_of(Weight::Other, now).or_else(|| self.next_of(Weight::Message, now))
    }

    /// When [`Self::next`] is worth asking again, after it had none; `None` when nothing waits.
    #[must_use]
    pub fn next_wake(&self, now: u64) -> Option<u64> {
        let of = |weight: Weight| {
            let awake = self.lines.is_awake(Lane::Reply, weight) || self.lines.is_awake(Lane::Broadcast, weight);
            let first = if awake { now } else { self.lines.next_alarm(weight)? };
            Some(first.max(self.shared_ready_at(weight, now)))
        };
        [of(Weight::Other), of(Weight::Message)].into_iter().flatten().min()
    }

    /// Gives back what a call that went through at `granted_at` counted, because it was not made.
    pub fn refund(&mut self, asked: &Asked, granted_at: u64) {
        match asked.weight {
            Weight::Other => self.other.refund(granted_at),
            Weight::Message => {
                self.overall.refund(granted_at);
                self.refund_chat(asked, granted_at);
            }
        }
    }

    /// Obeys a 429: nothing that it covers goes before `retry_after_s` is over. Answers what it covers.
    pub fn flood(&mut self, scope: Scope, retry_after_s: u64, now: u64) -> Scope {
        let until = now.saturating_add(retry_after_s.saturating_mul(1000)).saturating_add(GRACE_MS);
        let everybody = matches!(scope, Scope::Chat(chat) if self.floods.note(chat, until, now));
        let scope = if everybody { Scope::Token } else { scope };
        self.pause(scope, until, now);
        scope
    }

    /// Until when nothing may go to this chat (or at all, without one), because Telegram asked for it; 0 when
    /// never asked.
    #[must_use]
    pub fn paused_until(&self, chat: Option<ChatId>) -> u64 {
        let chat = chat.and_then(|it| self.chats.get(&it)).map_or(0, |it| it.paused_until);
        self.paused_until.max(chat)
    }

    /// The pauses that are not over, as wall time, to be kept on disk.
    #[must_use]
    pub fn pauses(&self, now: u64, wall: Moment) -> Vec<(Scope, Moment)> {
        let token = (Scope::Token, self.paused_until);
        let chats = self.chats.iter().map(|(id, chat)| (Scope::Chat(*id), chat.paused_until));
        let ahead = std::iter::once(token).chain(chats).filter(|(_, until)| *until > now);
        ahead.map(|(scope, until)| (scope, wall.plus_ms(until - now))).collect()
    }

    /// Takes up pauses that were kept on disk; those that are over are dropped.
    pub fn restore(&mut self, pauses: impl IntoIterator<Item = (Scope, Moment)>, now: u64, wall: Moment) {
        for (scope, until) in pauses {
            match until.since_ms(wall) {
                0 => {}
                left_ms => self.pause(scope, now.saturating_add(left_ms), now),
            }
        }
    }

    /// Calls that wait in line.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.lines.waiting()
    }

    /// Chats that something is remembered about. It grows with the chats written to within about a
    /// minute, not with the chats known.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.chats.len()
    }

    /// Forgets the chats about which nothing need be remembered. Done by itself when there are many.
    pub fn sweep(&mut self, now: u64) {
        self.chats.retain(|_, it| !it.is_idle(now));
        self.chats.shrink_to(self.chats.len().saturating_mul(2));
        self.sweep_at = self.chats.len().saturating_mul(2).max(SWEEP_AT_LEAST);
    }

    fn next_of(&mut self, weight: Weight, now: u64) -> Option<Ticket> {
        if self.shared_ready_at(weight, now) > now {
            return None;
        }
        self.lines.wake(weight, now);
        let broadcast_first = self.overtaken[weight as usize] >= REPLIES_PER_BROADCAST;
        let lanes = if broadcast_first { [Lane::Broadcast, Lane::Reply] } else { [Lane::Reply, Lane::Broadcast] };
        lanes.into_iter().find_map(|lane| self.serve(lane, weight, now))
    }

    /// Serves the first line of a lane whose chat may speak; the others sleep until theirs may.
    fn serve(&mut self, lane: Lane, weight: Weight, now: u64) -> Option<Ticket> {
        loop {
            let (key, ticket) = self.lines.front(lane, weight)?;
            let at = self.chat_ready_at(&ticket.asked, now);
            if at > now {
                self.lines.sleep(key, at);
                continue;
            }
            self.count(&ticket.asked, now);
            self.keep_turns(lane, weight);
            return self.lines.serve(key);
        }
    }

    fn keep_turns(&mut self, lane: Lane, weight: Weight) {
        let overtaken = &mut self.overtaken[weight as usize];
        match lane {
            Lane::Broadcast => *overtaken = 0,
            Lane::Reply if self.lines.is_awake(Lane::Broadcast, weight) => *overtaken = overtaken.saturating_add(1),
            Lane::Reply => {}
        }
    }

    fn would_overtake(&self, asked: &Asked) -> bool {
        let ahead: &[Lane] = match asked.lane {
            Lane::Reply => &[Lane::Reply],
            Lane::Broadcast => &[Lane::Reply, Lane::Broadcast],
        };
        self.lines.waiting() > 0
            && (self.lines.has(asked.key()) || ahead.iter().any(|lane| self.lines.is_awake(*lane, asked.weight)))
    }

    fn count(&mut self, asked: &Asked, now: u64) {
        let shared = match asked.weight {
            Weight::Other => &mut self.other,
            Weight::Message => &mut self.overall,
        };
        let mut granted = shared.try_take(now);
        if let Some(id) = asked.chat.filter(|_| asked.weight == Weight::Message) {
            let chat = self.chat(id, asked.is_group, now);
            granted = granted.and(chat.second.try_take(now)).and(chat.minute.try_take(now));
        }
        debug_assert!(granted.is_ok(), "a call is counted only when every limit is ready");
    }

    fn refund_chat(&mut self, asked: &Asked, granted_at: u64) {
        let Some(id) = asked.chat else { return };
        if let Some(chat) = self.chats.get_mut(&id) {
            chat.second.refund(granted_at);
            chat.minute.refund(granted_at);
        }
        for lane in [Lane::Reply, Lane::Broadcast] {
            self.lines.rouse(Key { chat: Some(id), lane, weight: Weight::Message });
        }
    }

    fn shared_ready_at(&self, weight: Weight, now: u64) -> u64 {
        let limit = match weight {
            Weight::Other => &self.other,
            Weight::Message => &self.overall,
        };
        limit.ready_at(now).max(self.paused_until)
    }

    fn chat_ready_at(&self, asked: &Asked, now: u64) -> u64 {
        let Some(chat) = asked.chat.and_then(|id| self.chats.get(&id)) else {
            return now;
        };
        match asked.weight {
            Weight::Other => now.max(chat.paused_until),
            Weight::Message => chat.second.ready_at(now).max(chat.minute.ready_at(now)).max(chat.paused_until),
        }
    }

    fn pause(&mut self, scope: Scope, until: u64, now: u64) {
        let paused = match scope {
            Scope::Token => &mut self.paused_until,
            Scope::Chat(id) => &mut self.chat(id, id.0 < 0, now).paused_until,
        };
        *paused = until.max(*paused);
    }

    fn chat(&mut self, id: ChatId, is_group: bool, now: u64) -> &mut Chat {
        if self.chats.len() >= self.sweep_at && !self.chats.contains_key(&id) {
            self.sweep(now);
        }
        let limits = self.limits;
        self.chats.entry(id).or_insert_with(|| Chat::new(&limits, is_group))
    }
}

impl Asked {
    pub(super) const fn key(&self) -> Key {
        Key { chat: self.chat, lane: self.lane, weight: self.weight }
    }
}

impl Chat {
    fn new(limits: &GateLimits, is_group: bool) -> Self {
        let second = Quota { rate: limits.chat_per_s, window_ms: 1000, burst: if is_group { 1 } else { 2 } };
        let minute =
            if is_group { never_more_per_min(limits) } else { Quota { rate: 0.0, window_ms: 60_000, burst: 1 } };
        Self {
            second: Limit::new(limits.algorithm, second),
            minute: Limit::new(limits.algorithm, minute),
            paused_until: 0,
        }
    }

    fn is_idle(&self, now: u64) -> bool {
        self.paused_until <= now && self.second.is_idle(now) && self.minute.is_idle(now)
    }
}

/// A bucket that gives `b` at once and one per `60 s / (n - b + 1)` grants at most `n` in any minute.
fn never_more_per_min(limits: &GateLimits) -> Quota {
    let (rate, burst) = (limits.group_per_min, share(limits.group_per_min, 4));
    let rate = match limits.algorithm {
        Algorithm::TokenBucket if rate >= 1.0 => rate - f64::from(burst) + 1.0,
        _ => rate,
    };
    Quota { rate, window_ms: 60_000, burst }
}

/// So many at once: a part of the rate, at least 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, and rates are not negative")]
fn share(rate: f64, part: u32) -> u32 {
    ((rate / f64::from(part)) as u32).max(1)
}
