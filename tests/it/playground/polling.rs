//! Long polling: who hears what, and when.

use super::{SOON, after, kinds, small};
use majordomo::playground::telegram::Options;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn chat_member_comes_only_when_asked_for_and_only_to_admins() {
    let it = small(Options::default()).await;
    let first = it.bot.updates(json!({})).await;
    assert!(!kinds(&first).contains(&"chat_member".to_owned()), "not in the default list");
    it.bot.updates(json!({ "offset": after(&first), "allowed_updates": ["message", "chat_member"] })).await;
    it.telegram.join(it.sam, it.group).unwrap();
    it.telegram.join(it.sam, it.channel).unwrap();
    let second = it.bot.updates(json!({})).await;
    assert_eq!(kinds(&second), ["message", "chat_member"], "the list is remembered; of the channel nothing is heard");
    it.telegram.place_bot(it.channel, &[]);
    it.telegram.leave(it.sam, it.channel).unwrap();
    let third = it.bot.updates(json!({ "offset": after(&second) })).await;
    assert_eq!(kinds(&third), ["chat_member"], "my_chat_member was not asked for");
    it.bot.updates(json!({ "offset": after(&third), "allowed_updates": [] })).await;
    it.telegram.join(it.sam, it.channel).unwrap();
    assert!(it.bot.updates(json!({})).await.is_empty(), "an empty list is the default list");
}

#[tokio::test]
async fn an_offset_confirms_and_a_limit_limits() {
    let it = small(Options::default()).await;
    let first = it.bot.updates(json!({})).await;
    it.bot.updates(json!({ "offset": after(&first) })).await;
    for n in 0..5 {
        it.telegram.say(it.eve, it.group, &format!("m{n}")).unwrap();
    }
    it.telegram.advance_ms(10_000);
    let two = it.bot.updates(json!({ "limit": 2 })).await;
    assert_eq!(two.len(), 2);
    it.telegram.advance_ms(10_000);
    assert_eq!(it.bot.updates(json!({})).await.len(), 5, "nothing was confirmed yet");
    let rest = it.bot.updates(json!({ "offset": after(&two) })).await;
    assert_eq!(rest[0]["message"]["text"], "m2");
    assert_eq!((rest.len(), it.telegram.undelivered()), (3, 3));
    let last = it.bot.updates(json!({ "offset": -1 })).await;
    assert_eq!(last[0]["message"]["text"], "m4");
    assert_eq!(it.telegram.undelivered(), 1);
}

#[tokio::test]
async fn a_long_poll_ends_when_something_happens() {
    let it = small(Options::default()).await;
    let first = it.bot.updates(json!({})).await;
    let bot = it.bot.clone();
    let poll = tokio::spawn(async move { bot.updates(json!({ "offset": after(&first), "timeout": 50 })).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    it.telegram.say(it.eve, it.group, "wake up").unwrap();
    let woken = tokio::time::timeout(SOON, poll).await.unwrap().unwrap();
    assert_eq!(woken[0]["message"]["text"], "wake up");
}

#[tokio::test]
async fn of_two_pollers_the_first_gets_409() {
    let it = small(Options { conflict_delay_ms: 50, ..Options::default() }).await;
    let first = it.bot.updates(json!({})).await;
    let poll = || {
        let (bot, offset) = (it.bot.clone(), after(&first));
        tokio::spawn(async move { bot.call("getUpdates", json!({ "offset": offset, "timeout": 50 })).await })
    };
    let older = poll();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let newer = poll();
    let (status, body) = tokio::time::timeout(SOON, older).await.unwrap().unwrap();
    assert_eq!(status, 409);
    assert_eq!(
        body["description"],
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    );
    it.bot.ok("setWebhook", json!({ "url": "http://127.0.0.1:9/" })).await;
    let (status, body) = tokio::time::timeout(SOON, newer).await.unwrap().unwrap();
    assert_eq!((status, &body["description"]), (409, &json!("Conflict: terminated by setWebhook request")));
    assert_eq!(
        it.bot.refused("getUpdates", json!({})).await,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    );
    it.bot.ok("deleteWebhook", json!({})).await;
    it.bot.updates(json!({})).await;
}
