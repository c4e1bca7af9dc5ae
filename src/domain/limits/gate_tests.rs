//! The gate: never early, never forgetful, fair.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::cast_possible_wrap, reason = "small numbers")]

use super::gate::REPLIES_PER_BROADCAST;
use super::*;
use crate::domain::types::{ChatId, Moment};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

const USUAL: GateLimits = GateLimits {
    overall_per_s: 25.0,
    chat_per_s: 1.0,
    group_per_min: 20.0,
    other_per_s: 0.0,
    algorithm: Algorithm::TokenBucket,
    queue: 10_000,
};
const NONE: GateLimits =
    GateLimits { overall_per_s: 0.0, chat_per_s: 0.0, group_per_min: 0.0, other_per_s: 0.0, ..USUAL };

fn message(chat: i64) -> Asked {
    Asked { chat: Some(ChatId(chat)), is_group: chat < 0, lane: Lane::Reply, weight: Weight::Message }
}

fn broadcast(chat: i64) -> Asked {
    Asked { lane: Lane::Broadcast, ..message(chat) }
}

fn other(chat: i64) -> Asked {
    Asked { weight: Weight::Other, ..message(chat) }
}

fn enqueue(gate: &mut SendGate, id: u64, asked: Asked) {
    gate.enqueue(Ticket { id, asked }).unwrap();
}

/// Runs the gate until `end`, jumping from wake to wake: when which ticket went.
fn run(gate: &mut SendGate, from: u64, end: u64) -> Vec<(u64, Ticket)> {
    let mut now = from;
    let mut went = Vec::new();
    while now <= end {
        while let Some(ticket) = gate.next(now) {
            went.push((now, ticket));
        }
        let Some(wake) = gate.next_wake(now) else { break };
        assert!(wake > now, "the gate says to wake at {wake} and it is {now}: a loop that never ends");
        now = wake;
    }
    went
}

fn ids(went: &[(u64, Ticket)]) -> Vec<u64> {
    went.iter().map(|(_, ticket)| ticket.id).collect()
}

/// A small generator with a seed, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

#[test]
fn ten_thousand_calls_with_random_floods_and_none_is_early() {
    for seed in [1, 77, 4242] {
        let calls = calls_with_floods(seed, 10_000);
        assert_eq!(calls, 10_000, "seed {seed}");
    }
}

/// Half of the calls ask at once, half wait in line; every 20th is answered with a 429.
fn calls_with_floods(seed: u64, total: u64) -> u64 {
    let mut dice = Dice(seed);
    let mut gate = SendGate::new(GateLimits { overall_per_s: 500.0, ..USUAL });
    let mut telegram = FloodingTelegram::default();
    let (mut now, mut id) = (0, 0);
    while telegram.calls < total {
        let chat = dice.below(200) as i64 - 100;
        let weight = if dice.below(3) == 0 { Weight::Other } else { Weight::Message };
        let lane = if dice.below(4) == 0 { Lane::Broadcast } else { Lane::Reply };
        let asked = Asked { lane, weight, ..message(chat) };
        if dice.below(2) == 0 {
            if gate.ask(asked, now) == Verdict::Go {
                telegram.take(asked, now, &mut dice, &mut gate);
            }
        } else if gate.waiting() < 500 {
            id += 1;
            enqueue(&mut gate, id, asked);
        }
        while telegram.calls < total
            && let Some(ticket) = gate.next(now)
        {
            telegram.take(ticket.asked, now, &mut dice, &mut gate);
        }
        now += dice.below(30);
    }
    assert!(telegram.floods > total / 50, "seed {seed}: floods were obeyed because there were some");
    telegram.calls
}

#[derive(Default)]
struct FloodingTelegram {
    paused: HashMap<Option<ChatId>, u64>,
    calls: u64,
    floods: u64,
}

impl FloodingTelegram {
    fn take(&mut self, call: Asked, now: u64, dice: &mut Dice, gate: &mut SendGate) {
        self.calls += 1;
        let until = self.paused.get(&None).max(self.paused.get(&call.chat)).copied().unwrap_or(0);
        assert!(now >= until, "a call to {:?} at {now}, paused until {until}", call.chat);
        if dice.below(20) != 0 {
            return;
        }
        self.floods += 1;
        let covers = call.chat.filter(|_| dice.below(50) != 0);
        let retry_after_s = 1 + dice.below(if covers.is_some() { 60 } else { 5 });
        gate.flood(covers.map_or(Scope::Token, Scope::Chat), retry_after_s, now);
        let until = self.paused.entry(covers).or_default();
        *until = (*until).max(now + retry_after_s * 1000);
    }
}

#[test]
fn no_minute_of_a_group_and_no_second_of_all_sees_more_than_allowed() {
    for algorithm in [Algorithm::TokenBucket, Algorithm::SlidingWindow] {
        let mut gate = SendGate::new(GateLimits { algorithm, ..USUAL });
        for id in 0..100 {
            enqueue(&mut gate, id, message(-1));
        }
        for id in 100..1000 {
            enqueue(&mut gate, id, message(id as i64));
        }
        let went = run(&mut gate, 0, 1_000_000);
        assert_eq!(went.len(), 1000, "{algorithm:?}: everything goes in the end");
        let group: Vec<u64> = went.iter().filter(|(_, it)| it.id < 100).map(|(at, _)| *at).collect();
        assert!(most_in(&group, 60_000) <= 20, "{algorithm:?}");
        assert!(most_in(&group, 1000) <= 1, "{algorithm:?}");
        let all: Vec<u64> = went.iter().map(|(at, _)| *at).collect();
        assert!(most_in(&all, 1000) < 30, "{algorithm:?}: below Telegram's edge");
        assert!(all[..500].last().unwrap() <= &20_000, "{algorithm:?}: 25 per s are used");
    }
}

#[test]
fn a_private_chat_gets_two_at_once_and_never_more_than_four_in_three_seconds() {
    let mut gate = SendGate::new(USUAL);
    for id in 0..20 {
        enqueue(&mut gate, id, message(7));
    }
    let at: Vec<u64> = run(&mut gate, 0, 100_000).into_iter().map(|(at, _)| at).collect();
    assert_eq!(at[..4], [0, 0, 1000, 2000]);
    assert_eq!(most_in(&at, 3000), 4);
}

fn most_in(moments: &[u64], window_ms: u64) -> usize {
    moments.iter().map(|from| moments.iter().filter(|it| *it >= from && *it - from < window_ms).count()).max().unwrap()
}

#[test]
fn chats_are_served_in_turn() {
    let mut gate = SendGate::new(NONE);
    for (id, chat) in [(1, 10), (2, 10), (3, 10), (4, 20), (5, 20), (6, 30)] {
        enqueue(&mut gate, id, message(chat));
    }
    assert_eq!(ids(&run(&mut gate, 0, 0)), [1, 4, 6, 2, 5, 3]);
}

#[test]
fn replies_go_first_and_broadcasts_are_not_starved() {
    let mut gate = SendGate::new(NONE);
    for id in 0..3 {
        enqueue(&mut gate, 100 + id, broadcast(1000 + id as i64));
    }
    for id in 0..10 {
        enqueue(&mut gate, id, message(id as i64 + 1));
    }
    assert_eq!(REPLIES_PER_BROADCAST, 4);
    assert_eq!(ids(&run(&mut gate, 0, 0)), [0, 1, 2, 3, 100, 4, 5, 6, 7, 101, 8, 9, 102]);
}

#[test]
fn other_calls_do_not_wait_behind_messages() {
    let mut gate = SendGate::new(USUAL);
    for id in 0..5 {
        enqueue(&mut gate, id, message(-1));
    }
    enqueue(&mut gate, 99, other(-1));
    let went = run(&mut gate, 0, 0);
    assert_eq!(ids(&went), [99, 0]);
}

#[test]
fn asking_overtakes_nobody() {
    let mut gate = SendGate::new(USUAL);
    assert_eq!(gate.ask(message(-1), 0), Verdict::Go);
    enqueue(&mut gate, 1, message(-1));
    assert_eq!(gate.next(0), None);
    assert_eq!(gate.ask(message(-1), 5000), Verdict::WaitUntil(5001), "ticket 1 was there first");
    assert_eq!(gate.ask(message(-2), 0), Verdict::Go, "another group has its own limit");
    assert_eq!(gate.next(5000).map(|it| it.id), Some(1));
    assert_eq!(gate.ask(message(-1), 9000), Verdict::Go);
}

#[test]
fn one_flooded_chat_leaves_the_others_alone_and_a_flooded_token_stops_all() {
    let mut gate = SendGate::new(USUAL);
    gate.flood(Scope::Chat(ChatId(1)), 30, 1000);
    assert_eq!(gate.ask(message(1), 2000), Verdict::WaitUntil(31_001));
    assert_eq!(gate.ask(other(1), 2000), Verdict::WaitUntil(31_001));
    assert_eq!(gate.ask(message(2), 2000), Verdict::Go);
    gate.flood(Scope::Token, 3, 2000);
    assert_eq!(gate.ask(message(3), 2001), Verdict::WaitUntil(5001));
    assert_eq!(gate.ask(Asked { chat: None, ..other(0) }, 2001), Verdict::WaitUntil(5001));
    assert_eq!(gate.ask(message(3), 5001), Verdict::Go);
    gate.flood(Scope::Chat(ChatId(1)), 1, 6000);
    assert_eq!(gate.ask(message(1), 31_000), Verdict::WaitUntil(31_001), "a shorter pause shortens nothing");
}

#[test]
fn chats_that_are_flooded_together_stop_all() {
    let mut gate = SendGate::new(USUAL);
    assert_eq!(gate.flood(Scope::Chat(ChatId(-1)), 1, 1000), Scope::Chat(ChatId(-1)));
    assert_eq!(gate.flood(Scope::Chat(ChatId(-2)), 2, 1050), Scope::Chat(ChatId(-2)));
    assert_eq!(gate.ask(message(-4), 1060), Verdict::Go, "two may have their own reasons");
    assert_eq!(gate.flood(Scope::Chat(ChatId(-3)), 3, 1100), Scope::Token);
    assert_eq!(gate.ask(message(-5), 1110), Verdict::WaitUntil(4101));
    assert_eq!(gate.ask(message(-5), 4101), Verdict::Go);
}

#[test]
fn pauses_survive_a_restart() {
    let mut gate = SendGate::new(USUAL);
    gate.flood(Scope::Chat(ChatId(-5)), 60, 1000);
    gate.flood(Scope::Token, 2, 1000);
    let kept = gate.pauses(2000, Moment(1_000_000));
    assert_eq!(kept.len(), 2);

    let mut after = SendGate::new(USUAL);
    after.restore(kept, 50, Moment(1_010_000)); // ten seconds later: the token's pause is over
    assert_eq!(after.ask(message(-5), 50), Verdict::WaitUntil(50 + 49_001));
    assert_eq!(after.ask(message(4), 50), Verdict::Go);
    assert_eq!(after.pauses(50, Moment(1_010_000)).len(), 1);
}

#[test]
fn memory_follows_the_chats_that_are_active() {
    let mut gate = SendGate::new(GateLimits { overall_per_s: 0.0, ..USUAL });
    let mut most = 0;
    for n in 0..100_000_u64 {
        assert_eq!(gate.ask(message(-(n as i64) - 1), n * 5), Verdict::Go);
        most = most.max(gate.remembered());
    }
    assert!(most < 10_000, "{most} chats remembered, about 800 were active at a time");
    gate.flood(Scope::Chat(ChatId(1)), 9999, 500_000);
    gate.sweep(1_000_000);
    assert_eq!(gate.remembered(), 1, "a paused chat is not forgotten");
}

#[test]
fn a_full_queue_says_so_and_a_withdrawn_ticket_makes_room() {
    let mut gate = SendGate::new(GateLimits { queue: 2, ..USUAL });
    let [one, two, three] = [1, 2, 3].map(|id| Ticket { id, asked: message(id as i64) });
    gate.enqueue(one).unwrap();
    gate.enqueue(two).unwrap();
    assert_eq!(gate.enqueue(three), Err(Full));
    assert!(gate.withdraw(one));
    assert!(!gate.withdraw(one), "it is no longer there");
    gate.enqueue(three).unwrap();
    assert_eq!(ids(&run(&mut gate, 0, 0)), [2, 3]);
}

#[test]
fn a_call_that_was_not_made_is_given_back() {
    let mut gate = SendGate::new(USUAL);
    assert_eq!(gate.ask(message(-1), 100), Verdict::Go);
    enqueue(&mut gate, 1, message(-1));
    assert_eq!(gate.next(100), None);
    gate.refund(&message(-1), 100);
    assert_eq!(gate.next(100).map(|it| it.id), Some(1));
}

proptest! {
    #[test]
    fn every_ticket_goes_once_in_its_order_and_never_during_a_pause(
        calls in prop::collection::vec((-3i64..4, any::<bool>(), any::<bool>(), 0u64..400), 1..80),
        algorithm in prop::sample::select(vec![Algorithm::TokenBucket, Algorithm::SlidingWindow, Algorithm::FixedWindow]),
        floods in prop::collection::vec((0u64..4000, -3i64..4, 1u64..4), 0..5),
    ) {
        let mut gate = SendGate::new(GateLimits { algorithm, other_per_s: 3.0, overall_per_s: 5.0, ..USUAL });
        let mut went = Vec::new();
        let mut now = 0;
        let mut pauses: Vec<(u64, Option<i64>, u64)> = Vec::new();
        for (id, (chat, is_other, is_broadcast, gap)) in calls.iter().enumerate() {
            went.extend(run(&mut gate, now, now + gap));
            now += gap;
            for (_, chat, retry_after_s) in floods.iter().filter(|(at, ..)| (now - gap..now).contains(at)) {
                let scope = if *chat == 0 { Scope::Token } else { Scope::Chat(ChatId(*chat)) };
                gate.flood(scope, *retry_after_s, now);
                pauses.push((now, (*chat != 0).then_some(*chat), retry_after_s * 1000));
            }
            let asked = if *is_other { other(*chat) } else { message(*chat) };
            let lane = if *is_broadcast { Lane::Broadcast } else { Lane::Reply };
            enqueue(&mut gate, id as u64, Asked { lane, ..asked });
        }
        went.extend(run(&mut gate, now, u64::MAX - 1));
        prop_assert_eq!(went.len(), calls.len());
        prop_assert_eq!(went.iter().map(|(_, it)| it.id).collect::<HashSet<_>>().len(), calls.len());
        let mut last: HashMap<_, u64> = HashMap::new();
        for (at, ticket) in &went {
            let line = (ticket.asked.chat, ticket.asked.lane, ticket.asked.weight);
            if let Some(before) = last.insert(line, ticket.id) {
                prop_assert!(before < ticket.id, "a line keeps its order");
            }
            for (from, chat, ms) in &pauses {
                let covered = chat.is_none_or(|it| ticket.asked.chat == Some(ChatId(it)));
                // In the same millisecond the ticket went, and then the 429 came.
                prop_assert!(!covered || at <= from || at >= &(from + ms), "early");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn waking_when_told_serves_as_soon_as_asking_every_millisecond(
        calls in prop::collection::vec((-2i64..3, any::<bool>(), any::<bool>()), 1..25),
        algorithm in prop::sample::select(vec![Algorithm::TokenBucket, Algorithm::SlidingWindow, Algorithm::FixedWindow]),
        flooded in prop::option::of((-2i64..3, 1u64..4)),
    ) {
        let limits = GateLimits { algorithm, other_per_s: 3.0, overall_per_s: 5.0, ..USUAL };
        let [mut woken, mut asked] = [SendGate::new(limits), SendGate::new(limits)];
        for gate in [&mut woken, &mut asked] {
            for (id, (chat, is_other, is_broadcast)) in calls.iter().enumerate() {
                let call = if *is_other { other(*chat) } else { message(*chat) };
                let lane = if *is_broadcast { Lane::Broadcast } else { Lane::Reply };
                enqueue(gate, id as u64, Asked { lane, ..call });
            }
            if let Some((chat, retry_after_s)) = flooded {
                gate.flood(if chat == 0 { Scope::Token } else { Scope::Chat(ChatId(chat)) }, retry_after_s, 0);
            }
        }
        let went = run(&mut woken, 0, 100_000);
        prop_assert_eq!(went.len(), calls.len());
        let end = went.last().map_or(0, |it| it.0);
        let slowly: Vec<(u64, Ticket)> =
            (0..=end).flat_map(|now| std::iter::from_fn(|| asked.next(now).map(|it| (now, it))).collect::<Vec<_>>()).collect();
        prop_assert_eq!(went, slowly);
    }
}
