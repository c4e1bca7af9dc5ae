//! What a shard does when a chat crashes: count it, charge it, tell it, and decide when to try again.

use super::census::{self, TROUBLED_MAX, Troubled};
use super::intensity::{Verdict, Window};
use super::residents::{Charge, ChatCrash};
use super::shard_state::{Phase, Record, Report, State};
use super::{shard_voice, voice};
use crate::domain::types::ChatNo;
use crate::protocol::slot::Doing;

impl State {
    /// A chat crashed, or did not start: counts it, charges it, tells it, and decides when to try again.
    pub(super) fn crashed(
        &mut self,
        chat: ChatNo,
        kind: &'static str,
        reason: &str,
        doing: Option<&Doing>,
        killed: bool,
    ) {
        let (now, rules) = ((self.ground.now_ms)(), self.spec.rules);
        let chance = (self.ground.below)(u64::MAX);
        let Some(entry) = self.chats.get_mut(&chat) else { return };
        let generation = entry.generation;
        let charge = self.spec.residents.crashed(&ChatCrash { chat, generation, reason, doing });
        let record = entry.record.get_or_insert_default();
        let wait_ms = record.tries.next_ms(rules.backoff, now.saturating_sub(record.last_ms), chance);
        record.last_ms = now;
        let mut verdict = record.window.record(now, rules.intensity);
        let restarts = record.window.count(now, rules.intensity);
        if charge.quarantined {
            // What made it crash is gone, so these crashes say nothing about the chat; its waits still grow.
            (record.window, verdict) = (Window::default(), Verdict::Restart);
        }
        if verdict == Verdict::GiveUp {
            **record = Record { last_ms: now, ..Record::default() };
        }
        let parked = verdict == Verdict::GiveUp;
        entry.phase = Phase::Waiting(parked);
        self.remembered.insert(chat);
        let wait_ms = if parked { rules.park_ms } else { wait_ms };
        let who = self.who(chat, generation);
        let next = if parked {
            format!("left alone for {}", voice::span(wait_ms))
        } else {
            format!("retry in {}", voice::span(wait_ms))
        };
        let crash = voice::Crash { who: &who, reason, doing, restarts, limit: rules.intensity, next: &next };
        shard_voice::crashed(&crash, &charge, self.spec.residents.queue_len(chat), killed);
        self.count_crash(chat, kind, reason, &charge, parked);
        if parked {
            let why = format!(
                "{restarts} restarts in {} (max {}), cause {reason}",
                voice::span(rules.intensity.period_ms),
                rules.intensity.max
            );
            voice::parked(&who, &why, wait_ms);
        }
        self.after(wait_ms, Report::Due(chat, generation));
        self.watch_for_storm(now, chat, reason);
    }

    fn count_crash(&mut self, chat: ChatNo, kind: &'static str, reason: &str, charge: &Charge, parked: bool) {
        self.counts.crashes += 1;
        *(if parked { &mut self.counts.parked } else { &mut self.counts.backoff }) += 1;
        self.meters.crashed(kind, parked);
        let name = self.spec.residents.name(chat);
        if self.counts.troubled.len() < TROUBLED_MAX || self.counts.troubled.contains_key(&name) {
            let note = if charge.quarantined { "quarantined" } else { "crashed" };
            let state = if parked { census::State::Parked } else { census::State::Backoff };
            let (generation, since_ms) = (self.chats.get(&chat).map_or(0, |it| it.generation), (self.ground.now_ms)());
            let why = format!("{note}: {reason}");
            self.counts.troubled.insert(name, Troubled { state, generation, since_ms, why });
        }
    }

    fn watch_for_storm(&mut self, now: u64, chat: ChatNo, reason: &str) {
        let rule = self.spec.rules.storm;
        if self.storm.record(now, chat, rule) {
            self.counts.storm = true;
            shard_voice::storm(&self.path, reason, rule);
            self.after(rule.pause_ms, Report::Calm);
        }
    }
}
