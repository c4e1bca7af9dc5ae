//! What it costs to ask whether a call may go.
#![allow(missing_docs, reason = "criterion's macros make items")]
#![allow(clippy::cast_possible_wrap, reason = "small numbers")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use majordomo::domain::limits::{
    Algorithm, Asked, Breaker, BreakerRules, GateLimits, Lane, Limit, Quota, Report, SendGate, Ticket, Weight,
};
use majordomo::domain::types::ChatId;
use std::hint::black_box;

const WIDE: GateLimits = GateLimits {
    overall_per_s: 100_000.0,
    chat_per_s: 1_000.0,
    group_per_min: 60_000.0,
    other_per_s: 0.0,
    algorithm: Algorithm::TokenBucket,
    queue: 100_000,
};

fn message(chat: i64) -> Asked {
    Asked { chat: Some(ChatId(-1 - chat)), is_group: true, lane: Lane::Reply, weight: Weight::Message }
}

fn limits(criterion: &mut Criterion) {
    for algorithm in [Algorithm::TokenBucket, Algorithm::SlidingWindow, Algorithm::FixedWindow] {
        let mut limit = Limit::new(algorithm, Quota { rate: 25.0, window_ms: 1000, burst: 5 });
        let mut now = 0;
        criterion.bench_function(&format!("limit/{algorithm:?}"), |bench| {
            bench.iter(|| {
                now += 7; // most are refused, some granted
                black_box(limit.try_take(black_box(now)))
            });
        });
    }
}

fn gate(criterion: &mut Criterion) {
    let mut gate = SendGate::new(WIDE);
    let mut n = 0_u64;
    criterion.bench_function("gate/ask, 10,000 chats", |bench| {
        bench.iter(|| {
            n += 1;
            black_box(gate.ask(message((n % 10_000) as i64), n))
        });
    });
    criterion.bench_function("gate/1,000 tickets of 1,000 chats through the lines", |bench| {
        bench.iter_batched(|| SendGate::new(WIDE), through_the_lines, BatchSize::SmallInput);
    });
}

fn through_the_lines(mut gate: SendGate) -> SendGate {
    for id in 0..1000 {
        let _ = gate.enqueue(Ticket { id, asked: message(id as i64) });
    }
    let mut now = 0;
    while gate.waiting() > 0 {
        while let Some(ticket) = gate.next(now) {
            black_box(ticket);
        }
        now = gate.next_wake(now).unwrap_or(now);
    }
    gate
}

fn breaker(criterion: &mut Criterion) {
    let mut breaker = Breaker::new(BreakerRules { failures: 3, open_ms: 30_000, successes: 2 });
    let mut now = 0;
    criterion.bench_function("breaker/allow and record", |bench| {
        bench.iter(|| {
            now += 1;
            black_box(breaker.allow(now));
            black_box(breaker.record(Report::Ok, now))
        });
    });
}

criterion_group!(benches, limits, gate, breaker);
criterion_main!(benches);
