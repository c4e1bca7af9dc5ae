//! What it costs to make messages of what a model has written, in bytes of Markdown per second.
#![allow(missing_docs, reason = "a benchmark")]

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use majordomo::domain::markdown::{Sizes, render, render_draft};
use std::hint::black_box;

/// An answer as models write them.
const ANSWER: &str = "## Как это работает\n\n**Коротко:** the house keeps every update *on disk* until it is done, see \
[the plan](https://example.com/plan?a=1&b=2) and `commit.rs`.\n\n1. **Received.** A body of at most 1 MiB is read.\n   - \
compared with the secret, `O(1)`\n   - offered to the intake\n2. **Decided.** ~~Slowly~~ In $O(n)$, where \\(n\\) is \
small.\n\n| Step | Time, ms | Note |\n|:--|--:|---|\n| receive | 0.2 | warm |\n| decide | 0.05 | cached |\n\n```rust\nfn \
decide(state: &State, event: &Event) -> Decision {\n    if state.is_quiet() { return Decision::passed(); }\n    \
Decision::claimed(vec![])\n}\n```\n\n> Nothing is acknowledged before it is finished or on disk.\n\nИтого: 👍🏽 ||не \
повторять|| два раза.\n\n";

fn rendering(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("markdown");
    let answer = ANSWER.repeat(4);
    measure(&mut group, "an answer", &answer);
    measure(&mut group, "100 kB of answers", &ANSWER.repeat(100_000 / ANSWER.len()));
    measure(&mut group, "100 kB of plain words", &"слово и word. ".repeat(100_000 / 19));
    for hostile in [">", "[", "*", "***a", "| a ", "`a ", "**x** "] {
        measure(&mut group, &format!("100 kB of {hostile:?}"), &hostile.repeat(100_000 / hostile.len()));
    }
    group
        .bench_function("an answer, as a draft", |it| it.iter(|| render_draft(black_box(&answer)).split(Sizes::TEXTS)));
    group.finish();
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, markdown: &str) {
    group.throughput(Throughput::Bytes(markdown.len() as u64));
    group.bench_function(name, |it| it.iter(|| render(black_box(markdown)).split(Sizes::TEXTS)));
}

criterion_group!(benches, rendering);
criterion_main!(benches);
