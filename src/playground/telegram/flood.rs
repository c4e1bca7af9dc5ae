//! Flood control: how many messages Telegram takes, and how long it makes those wait who send more.

use std::collections::{HashMap, VecDeque};

/// Limits of calls that create or edit a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FloodLimits {
    /// All chats together, per second.
    pub overall_per_s: usize,
    /// In one private chat, per second.
    pub chat_per_s: f64,
    /// How many may come at once in a private chat.
    pub chat_burst: usize,
    /// In one group or channel, per minute.
    pub group_per_min: usize,
    /// A call during the wait makes it longer, by a second each.
    pub grows: bool,
}

impl Default for FloodLimits {
    fn default() -> Self {
        Self { overall_per_s: 30, chat_per_s: 1.0, chat_burst: 3, group_per_min: 20, grows: true }
    }
}

/// What a wait applies to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// Every call of the bot.
    All,
    /// Messages in one chat.
    Chat(i64),
    /// One other method in one chat (0: none).
    Method(i64, &'static str),
}

/// Why a call must wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// For how long.
    pub(super) seconds: u32,
    /// It came although it had been told to wait.
    pub(super) early: bool,
}

/// The counting behind it; a value that takes `now`.
#[derive(Debug, Default)]
pub(super) struct Gate {
    limits: Option<FloodLimits>,
    all: VecDeque<i64>,
    chats: HashMap<i64, VecDeque<i64>>,
    waits: HashMap<Scope, i64>,
}

impl Gate {
    pub(super) fn new(limits: Option<FloodLimits>) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Whether there are limits at all.
    pub(super) const fn is_on(&self) -> bool {
        self.limits.is_some()
    }

    /// Makes the scope wait, as an injected 429 does.
    pub(super) fn punish(&mut self, scope: Scope, now_ms: i64, seconds: u32) {
        self.waits.insert(scope, now_ms + i64::from(seconds) * 1000);
    }

    /// Whether a wait is still running for any of these scopes.
    pub(super) fn early(&mut self, now_ms: i64, scopes: &[Scope]) -> Option<Wait> {
        if self.waits.is_empty() {
            return None;
        }
        let grows = self.limits.is_some_and(|it| it.grows);
        for scope in scopes {
            let Some(until) = self.waits.get_mut(scope) else { continue };
            if *until <= now_ms {
                self.waits.remove(scope);
                continue;
            }
            if grows {
                *until += 1000;
            }
            return Some(Wait { seconds: seconds_up(*until - now_ms), early: true });
        }
        None
    }

    /// Counts one message, or says how long it must wait.
    pub(super) fn spend(&mut self, now_ms: i64, chat: i64, group: bool) -> Option<Wait> {
        if let Some(wait) = self.early(now_ms, &[Scope::All, Scope::Chat(chat)]) {
            return Some(wait);
        }
        let limits = self.limits?;
        let hit = self.over_all(now_ms, limits).or_else(|| self.over_chat(now_ms, chat, group, limits));
        if let Some((scope, seconds)) = hit {
            self.punish(scope, now_ms, seconds);
            return Some(Wait { seconds, early: false });
        }
        self.all.push_back(now_ms);
        self.chats.entry(chat).or_default().push_back(now_ms);
        None
    }

    fn over_all(&mut self, now_ms: i64, limits: FloodLimits) -> Option<(Scope, u32)> {
        forget(&mut self.all, now_ms - 1000);
        let oldest = *self.all.front()?;
        (self.all.len() >= limits.overall_per_s).then(|| (Scope::All, 1 + seconds_down(oldest + 1000 - now_ms)))
    }

    fn over_chat(&mut self, now_ms: i64, chat: i64, group: bool, limits: FloodLimits) -> Option<(Scope, u32)> {
        let sent = self.chats.entry(chat).or_default();
        forget(sent, now_ms - 60_000);
        let oldest = *sent.front()?;
        if group {
            let wait = seconds_up(oldest + 60_000 - now_ms).max(1);
            return (sent.len() >= limits.group_per_min).then_some((Scope::Chat(chat), wait));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a burst is a handful")]
        let window_ms = (limits.chat_burst as f64 / limits.chat_per_s * 1000.0) as i64;
        let recent = sent.iter().rev().take_while(|it| **it > now_ms - window_ms).count();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds, rounded up")]
        let wait = (1.0 / limits.chat_per_s).ceil() as u32;
        (recent > limits.chat_burst).then_some((Scope::Chat(chat), wait.max(1)))
    }
}

fn forget(sent: &mut VecDeque<i64>, until_ms: i64) {
    while sent.front().is_some_and(|it| *it <= until_ms) {
        sent.pop_front();
    }
}

fn seconds_up(ms: i64) -> u32 {
    u32::try_from((ms + 999) / 1000).unwrap_or(1)
}

fn seconds_down(ms: i64) -> u32 {
    u32::try_from(ms / 1000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_private_chat_takes_a_burst_then_one_per_second() {
        let mut gate = Gate::new(Some(FloodLimits::default()));
        let taken = (0..4).filter(|_| gate.spend(0, 7, false).is_none()).count();
        assert_eq!(taken, 4);
        assert_eq!(gate.spend(0, 7, false), Some(Wait { seconds: 1, early: false }));
        assert!(gate.spend(0, 8, false).is_none(), "another chat is not touched");
        assert!(gate.spend(3_001, 7, false).is_none());
    }

    #[test]
    fn a_group_takes_twenty_per_minute() {
        let mut gate = Gate::new(Some(FloodLimits::default()));
        assert!((0..20).all(|at| gate.spend(at * 100, -5, true).is_none()));
        assert_eq!(gate.spend(2_000, -5, true), Some(Wait { seconds: 58, early: false }));
        assert!(gate.spend(60_001, -5, true).is_none());
    }

    #[test]
    fn the_bot_takes_thirty_per_second() {
        let mut gate = Gate::new(Some(FloodLimits::default()));
        assert!((0..30).all(|chat| gate.spend(0, chat, false).is_none()));
        assert_eq!(gate.spend(0, 99, false), Some(Wait { seconds: 2, early: false }));
        assert_eq!(gate.spend(10, 98, false).map(|it| it.early), Some(true), "everyone waits");
    }

    #[test]
    fn a_wait_grows_when_it_is_ignored() {
        let mut gate = Gate::new(Some(FloodLimits::default()));
        gate.punish(Scope::Chat(7), 0, 3);
        let waits: Vec<_> = (0..3).map(|_| gate.spend(0, 7, false).unwrap().seconds).collect();
        assert_eq!(waits, [4, 5, 6]);
        assert!(gate.spend(6_000, 7, false).is_none());
    }

    #[test]
    fn without_limits_only_injected_waits_count() {
        let mut gate = Gate::new(None);
        assert!((0..1000).all(|_| gate.spend(0, 7, false).is_none()));
        gate.punish(Scope::Chat(7), 0, 2);
        assert_eq!(gate.spend(1_500, 7, false), Some(Wait { seconds: 1, early: true }));
        assert!(gate.spend(2_000, 7, false).is_none());
    }
}
