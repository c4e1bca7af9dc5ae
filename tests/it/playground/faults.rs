//! Faults happen as they are ordered.

use super::small;
use majordomo::playground::telegram::{Fault, FaultKind, Options};
use serde_json::json;

#[tokio::test]
async fn an_injected_429_is_remembered_per_scope() {
    let it = small(Options::default()).await;
    let say = json!({ "chat_id": it.group.0, "text": "x" });
    let flood = |everywhere| FaultKind::Flood { retry_after_s: 2, everywhere };
    it.telegram.fault(Fault::of("sendMessage", flood(false)).times(1));
    let (status, body) = it.bot.call("sendMessage", say.clone()).await;
    assert_eq!((status, &body["parameters"]["retry_after"]), (429, &json!(2)));
    it.telegram.started(it.eve);
    it.bot.ok("sendMessage", json!({ "chat_id": it.eve.0, "text": "another chat" })).await;
    assert_eq!(it.bot.call("sendMessage", say.clone()).await.0, 429);
    assert_eq!(it.telegram.early_calls(), 1);
    it.telegram.advance_ms(2_001);
    it.bot.ok("sendMessage", say.clone()).await;
    it.telegram.fault(Fault::of("getMe", flood(true)).times(1));
    assert_eq!(it.bot.call("getMe", json!({})).await.0, 429);
    assert_eq!(it.bot.call("sendMessage", say.clone()).await.0, 429, "the whole bot must wait");
    assert_eq!(it.bot.call("getChat", json!({ "chat_id": it.group.0 })).await.0, 429);
    assert_eq!(it.telegram.early_calls(), 3);
    it.telegram.advance_ms(2_001);
    it.bot.ok("sendMessage", say).await;
}

#[tokio::test]
async fn faults_happen_as_often_as_ordered() {
    let it = small(Options::default()).await;
    let say = json!({ "chat_id": it.group.0, "text": "x" });
    it.telegram.fault(Fault::of("sendMessage", FaultKind::Status(502)).skip(1).times(2));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(it.bot.try_call("sendMessage", say.clone()).await.unwrap().0);
    }
    assert_eq!(statuses, [200, 502, 502, 200]);
    it.telegram.fault(Fault::of("sendMessage", FaultKind::Garbage).times(1));
    assert_eq!(it.bot.try_call("sendMessage", say.clone()).await.unwrap(), (200, "{\"ok\":tr".into()));
    it.telegram.fault(Fault::of("sendMessage", FaultKind::Error(400, "Bad Request: on order")).in_chat(-1));
    it.bot.ok("sendMessage", say.clone()).await;
    it.telegram.fault(Fault::of("sendMessage", FaultKind::Reset).times(1));
    assert!(it.bot.try_call("sendMessage", say.clone()).await.is_err());
    it.telegram.fault(Fault::of("sendMessage", FaultKind::Hang(100)).times(1));
    assert!(it.bot.try_call("sendMessage", say.clone()).await.is_err());
    it.telegram.fault(Fault::of_all(FaultKind::Latency(20)));
    it.bot.ok("sendMessage", say.clone()).await;
    it.telegram.no_faults();
    it.bot.ok("sendMessage", say).await;
    assert_eq!(it.telegram.counts()["sendMessage"].failed, 5);
}

#[tokio::test]
async fn a_fault_of_some_probability_hits_some() {
    let it = small(Options::default()).await;
    it.telegram.fault(Fault::of("getMe", FaultKind::Status(500)).with_probability(0.5));
    let mut failed = 0;
    for _ in 0..60 {
        failed += u32::from(it.bot.try_call("getMe", json!({})).await.unwrap().0 == 500);
    }
    assert!((10..=50).contains(&failed), "{failed}");
}

#[tokio::test]
async fn after_means_done_and_then_lost() {
    let it = small(Options::default()).await;
    for (text, kind) in [("a", FaultKind::Reset), ("b", FaultKind::Status(502)), ("c", FaultKind::Hang(50))] {
        it.telegram.fault(Fault::of("sendMessage", kind).times(1).after());
        let answer = it.bot.try_call("sendMessage", json!({ "chat_id": it.group.0, "text": text })).await;
        assert!(answer.is_err() || answer.is_ok_and(|it| it.0 == 502));
    }
    let said: Vec<String> = it.telegram.transcript(it.group).into_iter().filter(|it| it.starts_with("bot:")).collect();
    assert_eq!(said, ["bot: a", "bot: b", "bot: c"]);
    assert!(it.telegram.calls("sendMessage").iter().all(|it| it.done && it.fault.is_some()));
}

#[tokio::test]
async fn a_cut_stops_everything_and_ends() {
    let it = small(Options::default()).await;
    it.telegram.cut_off(true);
    assert!(it.bot.try_call("getMe", json!({})).await.is_err());
    it.telegram.cut_off(false);
    it.bot.ok("getMe", json!({})).await;
}
