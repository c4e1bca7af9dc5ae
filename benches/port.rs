//! What a port costs beside ractor's bare mailbox and tokio's channels.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use majordomo::protocol::port::{Letter, Port, Reply};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

/// Messages told before one is asked for.
const TOLD: u64 = 1_000;
const LIMIT: Duration = Duration::from_secs(5);

enum Message {
    Count,
    Say(Reply<u64>),
}

/// Counts what it is told, behind a port.
struct Behind;

impl Actor for Behind {
    type Msg = Letter<Message>;
    type State = u64;
    type Arguments = Port<Message>;

    async fn pre_start(&self, myself: ActorRef<Self::Msg>, port: Port<Message>) -> Result<u64, ActorProcessingErr> {
        port.bind(myself);
        Ok(0)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        letter: Self::Msg,
        told: &mut u64,
    ) -> Result<(), ActorProcessingErr> {
        match letter.open() {
            Message::Count => *told += 1,
            Message::Say(reply) => reply.send(*told),
        }
        Ok(())
    }
}

/// The same without a port.
struct Bare;

impl Actor for Bare {
    type Msg = Message;
    type State = u64;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Message>, (): ()) -> Result<u64, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(&self, _: ActorRef<Message>, message: Message, told: &mut u64) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Count => *told += 1,
            Message::Say(reply) => reply.send(*told),
        }
        Ok(())
    }
}

fn ports(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let port = Port::unbound("bench", 10_000);
    let (behind, _) = runtime.block_on(Actor::spawn(None, Behind, port.clone())).unwrap();
    let (bare, _) = runtime.block_on(Actor::spawn(None, Bare, ())).unwrap();
    let channel = channel(&runtime);

    criterion.bench_function("ask/port", |bench| {
        bench.iter(|| runtime.block_on(port.ask(Message::Say, LIMIT)).unwrap());
    });
    criterion.bench_function("ask/ractor", |bench| {
        bench.iter(|| {
            let (reply, answer) = Reply::pair();
            bare.send_message(Message::Say(reply)).unwrap();
            runtime.block_on(answer).unwrap()
        });
    });
    criterion.bench_function("ask/tokio mpsc", |bench| {
        bench.iter(|| {
            let (reply, answer) = Reply::pair();
            channel.blocking_send(Message::Say(reply)).ok().unwrap();
            runtime.block_on(answer).unwrap()
        });
    });

    let mut group = criterion.benchmark_group("tell");
    group.throughput(Throughput::Elements(TOLD));
    group.bench_function("port", |bench| {
        bench.iter(|| {
            (0..TOLD).for_each(|_| port.tell(Message::Count).unwrap());
            runtime.block_on(port.ask(Message::Say, LIMIT)).unwrap()
        });
    });
    group.bench_function("ractor", |bench| {
        bench.iter(|| {
            (0..TOLD).for_each(|_| bare.send_message(Message::Count).unwrap());
            let (reply, answer) = Reply::pair();
            bare.send_message(Message::Say(reply)).unwrap();
            runtime.block_on(answer).unwrap()
        });
    });
    group.bench_function("tokio mpsc", |bench| {
        bench.iter(|| {
            (0..TOLD).for_each(|_| channel.blocking_send(Message::Count).ok().unwrap());
            let (reply, answer) = Reply::pair();
            channel.blocking_send(Message::Say(reply)).ok().unwrap();
            runtime.block_on(answer).unwrap()
        });
    });
    group.finish();
    behind.stop(None);
    bare.stop(None);
}

/// A task that does what the actors do, behind a bounded channel.
fn channel(runtime: &Runtime) -> mpsc::Sender<Message> {
    let (sender, mut receiver) = mpsc::channel(10_000);
    let (ready, started) = oneshot::channel();
    runtime.spawn(async move {
        let _ = ready.send(()); // the bench waits for it
        let mut told = 0;
        while let Some(message) = receiver.recv().await {
            match message {
                Message::Count => told += 1,
                Message::Say(reply) => reply.send(told),
            }
        }
    });
    runtime.block_on(started).unwrap();
    sender
}

criterion_group!(benches, ports);
criterion_main!(benches);
