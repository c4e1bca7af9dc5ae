//! One decision tells very many chats.

use super::stage::Stage;
use crate::clock;
use crate::config::ChatLimits;
use crate::store::{Store, keys::Kind};
use std::sync::atomic::Ordering;

#[tokio::test]
async fn a_thousand_chats_are_told_in_one_batch() {
    let mut stage = Stage::new(ChatLimits::default());
    let _life = stage.begin().await;
    let begun_us = clock::tick_us();
    stage.obey("tell 1000;put told 1").await;
    println!("1,000 chats told in {} us", clock::tick_us() - begun_us);
    let queued = stage.world.store.scan(Kind::Queued.all(), None, 2_000).await.unwrap();
    assert_eq!(queued.len(), 1_000, "each has its event");
    assert_eq!(stage.stored("told").await.as_deref(), Some("1"));
    assert_eq!(stage.world.store.scan(Kind::Id.all(), None, 2_000).await.unwrap().len(), 1_001);
    assert_eq!(stage.started.load(Ordering::Relaxed), 1_000, "and each is woken");
}

#[tokio::test]
async fn more_are_refused_whole() {
    let mut stage = Stage::new(ChatLimits::default());
    let life = stage.begin().await;
    let _never = stage.say("put told 1;tell 1001");
    life.ended().await;
    assert_eq!(stage.everything().await, 0);
}
