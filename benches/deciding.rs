//! What it costs to read an update and to decide about it, for a subscriber and for a stranger.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, criterion_group, criterion_main};
use majordomo::domain::event::{Event, Happened, Standing, Status};
use majordomo::domain::fact::{Fact, House, Need};
use majordomo::domain::feature::{Cell, Facts, Feature, Pace};
use majordomo::domain::offices::{self, Settings};
use majordomo::domain::types::{Moment, UserId};
use majordomo::telegram::CallbackKey;
use majordomo::telegram::update::{DecodeContext, decode};
use std::hint::black_box;
use std::sync::Arc;

const SAID: &str = r#"{"update_id":812345678,"message":{"message_id":4711,
"from":{"id":77,"is_bot":false,"first_name":"Sam","username":"sam","language_code":"en"},
"chat":{"id":-1001234567890,"title":"Readers","type":"supergroup"},"date":1790000000,
"text":"good morning to everybody in this fine group"}}"#;
const GUARDED: &str =
    r#"{"channels":[{"id":-1009876543210,"title":"News","username":"news"}],"next_ask":0,"unlisted":false}"#;

/// The guard, its state in a protected group, and what the house knows.
struct Stage {
    guard: Arc<dyn Feature>,
    cell: Cell,
    house: House,
}

impl Stage {
    fn new() -> Self {
        let guard = offices::features(&Settings::default()).remove(0);
        let cell = guard.load(GUARDED.as_bytes()).unwrap();
        Self { guard, cell, house: House { me: 1, username: "house_bot".into(), ..House::default() } }
    }

    fn facts<'a>(&'a self, known: &'a [(Need, Fact)]) -> Facts<'a> {
        Facts { now: Moment(1_790_000_000_500), house: &self.house, slots: 1, known, pace: Pace::default() }
    }

    /// As the chat does it: what is needed is looked up until nothing new is named, then it is decided.
    fn decide(&self, event: &Happened, status: Status) -> usize {
        let mut known = Vec::new();
        loop {
            let verdict = self.guard.decide(&self.cell, event, &self.facts(&known));
            if verdict.needs.is_empty() {
                return verdict.effects.len();
            }
            known.extend(verdict.needs.into_iter().map(|it| (it.clone(), answer(&it, status))));
        }
    }
}

fn answer(need: &Need, status: Status) -> Fact {
    match need {
        Need::Row(_) => Fact::Row(None),
        _ => Fact::Member(Ok(Standing { status, ..Standing::default() })),
    }
}

fn deciding(criterion: &mut Criterion) {
    let key = CallbackKey::of([7; 32]);
    let context = DecodeContext { key: &key, me: UserId(1), now: Moment(1_790_000_000_500) };
    let stage = Stage::new();
    criterion.bench_function("decode", |bench| bench.iter(|| decode(black_box(SAID.as_bytes()), &context).unwrap()));
    for (who, status, effects) in [("a subscriber", Status::Member, 0), ("a stranger", Status::Left, 5)] {
        let event = decode(SAID.as_bytes(), &context).unwrap().happened;
        assert!(matches!(event.event, Event::Said(_)));
        assert_eq!(stage.decide(&event, status), effects, "{who}");
        criterion.bench_function(&format!("decide about {who}"), |bench| {
            bench.iter(|| stage.decide(black_box(&event), status));
        });
        criterion.bench_function(&format!("decode and decide about {who}"), |bench| {
            bench.iter(|| {
                let event = decode(black_box(SAID.as_bytes()), &context).unwrap().happened;
                stage.decide(&event, status)
            });
        });
    }
}

criterion_group!(benches, deciding);
criterion_main!(benches);
