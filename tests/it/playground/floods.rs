//! The limits of messages.

use super::small;
use majordomo::playground::telegram::{FloodLimits, Options};
use serde_json::json;

#[tokio::test]
async fn a_private_chat_takes_a_burst_and_then_429() {
    let it = small(Options::strict()).await;
    it.telegram.started(it.eve);
    let say = json!({ "chat_id": it.eve.0, "text": "x" });
    for _ in 0..4 {
        it.bot.ok("sendMessage", say.clone()).await;
    }
    let (status, body) = it.bot.call("sendMessage", say.clone()).await;
    assert_eq!((status, &body["parameters"]["retry_after"]), (429, &json!(1)));
    assert_eq!(body["description"], "Too Many Requests: retry after 1");
    assert_eq!(it.telegram.early_calls(), 0);
    let mut waits = Vec::new();
    for _ in 0..3 {
        waits.push(it.bot.call("sendMessage", say.clone()).await.1["parameters"]["retry_after"].as_u64().unwrap());
    }
    assert!(waits.windows(2).all(|it| it[0] < it[1]), "it grows when it is ignored: {waits:?}");
    assert_eq!(it.telegram.early_calls(), 3);
    it.telegram.advance_ms(10_000);
    it.bot.ok("sendMessage", say).await;
}

#[tokio::test]
async fn a_group_takes_twenty_messages_a_minute_and_deletes_beside_them() {
    let it = small(Options::strict()).await;
    let hello = it.telegram.say(it.eve, it.group, "hello").unwrap();
    let say = json!({ "chat_id": it.group.0, "text": "x" });
    for _ in 0..20 {
        it.bot.ok("sendMessage", say.clone()).await;
    }
    let wait = it.bot.call("sendMessage", say.clone()).await.1["parameters"]["retry_after"].as_u64().unwrap();
    assert!((55..=60).contains(&wait), "{wait}");
    it.bot.ok("deleteMessage", json!({ "chat_id": it.group.0, "message_id": hello.0 })).await;
    it.telegram.advance_ms(61_000);
    it.bot.ok("sendMessage", say).await;
}

#[tokio::test]
async fn the_bot_takes_thirty_messages_a_second() {
    let limits = FloodLimits { overall_per_s: 5, ..FloodLimits::default() };
    let it = small(Options { flood: Some(limits), ..Options::default() }).await;
    let mut refused = 0;
    for n in 0..8 {
        let group = it.telegram.supergroup(&format!("g{n}"), it.ann);
        it.telegram.place_bot(group, &[]);
        refused += u32::from(it.bot.call("sendMessage", json!({ "chat_id": group.0, "text": "x" })).await.0 == 429);
    }
    assert!(refused >= 1, "of 8 at once only 5 a second pass");
}
