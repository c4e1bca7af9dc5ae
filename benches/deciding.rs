//! What it costs to read an update and to decide about it, for a subscriber and for a stranger.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a benchmark")]

use criterion::{Criterion, criterion_group, criterion_main};
use majordomo::domain::effect::Effect;
use majordomo::domain::event::{Event, Happened, Standing, Status};
use majordomo::domain::fact::{Fact, House, Need};
use majordomo::domain::feature::{Cell, Facts, Feature, Pace, ROUNDS, Verdict};
use majordomo::domain::offices::{self, Settings};
use majordomo::domain::types::{Moment, UserId};
use majordomo::protocol::facts::nothing_known;
use majordomo::telegram::CallbackKey;
use majordomo::telegram::update::{DecodeContext, decode};
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;

const SAID: &str = r#"{"update_id":812345678,"message":{"message_id":4711,
"from":{"id":77,"is_bot":false,"first_name":"Sam","username":"sam","language_code":"en"},
"chat":{"id":-1001234567890,"title":"Readers","type":"supergroup"},"date":1790000000,
"text":"good morning to everybody in this fine group"}}"#;
const GUARDED: &str =
    r#"{"channels":[{"id":-1009876543210,"title":"News","username":"news"}],"next_ask":0,"unlisted":false}"#;

/// The guard, its state and rows in a protected group, and what the house knows.
struct Stage {
    guard: Arc<dyn Feature>,
    cell: Cell,
    rows: HashMap<String, Arc<[u8]>>,
    house: House,
}

impl Stage {
    fn new() -> Self {
        let guard = offices::features(&Settings::default()).remove(0);
        let cell = guard.load(GUARDED.as_bytes()).unwrap();
        let house = House { me: 1, username: "house_bot".into(), ..House::default() };
        Self { guard, cell, rows: HashMap::new(), house }
    }

    fn facts<'a>(&'a self, known: &'a [(Need, Fact)]) -> Facts<'a> {
        Facts { now: Moment(1_790_000_000_500), house: &self.house, slots: 1, known, pace: Pace::default() }
    }

    /// As the chat does it: what is needed is looked up until nothing new is named, then it is decided.
    fn decide(&self, event: &Happened, status: Status) -> Verdict {
        let mut known = Vec::new();
        for _ in 0..ROUNDS {
            let verdict = self.guard.decide(&self.cell, event, &self.facts(&known));
            if verdict.needs.is_empty() {
                return verdict;
            }
            known.extend(verdict.needs.into_iter().map(|it| (it.clone(), self.answer(&it, status))));
        }
        panic!("it never knows enough: {known:?}");
    }

    fn answer(&self, need: &Need, status: Status) -> Fact {
        match need {
            Need::Row(key) => Fact::Row(self.rows.get(key).cloned()),
            Need::Member { .. } => Fact::Member(Ok(Standing { status, ..Standing::default() })),
            other => nothing_known(other),
        }
    }

    /// After the first words of somebody: the group's clocks are set, and who it was is known.
    fn settle(&mut self, event: &Happened, status: Status) {
        let verdict = self.decide(event, status);
        if let Some((cell, _)) = verdict.state {
            self.cell = cell;
        }
        for effect in verdict.effects {
            if let Effect::Keep { key, value } | Effect::Put { key, value } = effect {
                self.rows.insert(key, value.into());
            }
        }
    }
}

/// Calls to Telegram.
fn calls(verdict: &Verdict) -> usize {
    verdict.effects.iter().filter(|it| matches!(it, Effect::Telegram(_))).count()
}

fn deciding(criterion: &mut Criterion) {
    let key = CallbackKey::of([7; 32]);
    let context = DecodeContext { key: &key, me: UserId(1), now: Moment(1_790_000_000_500) };
    let mut stage = Stage::new();
    stage.settle(&decode(SAID.as_bytes(), &context).unwrap().happened, Status::Member);
    criterion.bench_function("decode", |bench| bench.iter(|| decode(black_box(SAID.as_bytes()), &context).unwrap()));
    for (who, status, wanted) in [("a subscriber", Status::Member, 0), ("a stranger", Status::Left, 3)] {
        let event = decode(SAID.as_bytes(), &context).unwrap().happened;
        assert!(matches!(event.event, Event::Said(_)));
        let verdict = stage.decide(&event, status);
        assert_eq!(calls(&verdict), wanted, "{who}");
        assert!(verdict.state.is_none() || wanted > 0, "nothing is to be written for {who}");
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
