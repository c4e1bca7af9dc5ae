//! Updates that come twice, in disorder, or too late.

use super::{after, kinds, small};
use majordomo::playground::telegram::{Fault, FaultKind, Options};
use serde_json::{Value, json};

#[tokio::test]
async fn polls_can_bring_things_twice_and_in_disorder() {
    let it = small(Options::default()).await;
    let first = it.bot.updates(json!({})).await;
    it.bot.updates(json!({ "offset": after(&first) })).await;
    for text in ["one", "two"] {
        it.telegram.say(it.eve, it.group, text).unwrap();
    }
    let texts = |updates: Vec<Value>| -> Vec<String> {
        updates.iter().map(|it| it["message"]["text"].as_str().unwrap().to_owned()).collect()
    };
    it.telegram.advance_ms(5_000);
    it.telegram.fault(Fault::of("getUpdates", FaultKind::Reorder).times(1));
    assert_eq!(texts(it.bot.updates(json!({})).await), ["two", "one"]);
    it.telegram.advance_ms(5_000);
    it.telegram.fault(Fault::of("getUpdates", FaultKind::Duplicate).times(1));
    assert_eq!(texts(it.bot.updates(json!({})).await), ["one", "two", "two"]);
}

#[tokio::test]
async fn raw_updates_and_jumping_ids_pass_through() {
    let it = small(Options::default()).await;
    let first = it.bot.updates(json!({})).await;
    it.telegram.jump_update_ids(1_000_000);
    let id = it.telegram.raw("{\"update_id\":$UPDATE_ID,\"from_the_future\":{\"x\":1}}");
    let update = it.bot.updates(json!({ "offset": after(&first) })).await.pop().unwrap();
    assert_eq!((update["update_id"].as_u64(), &update["from_the_future"]["x"]), (Some(id), &json!(1)));
    assert!(id > after(&first) + 900_000);
}

#[tokio::test]
async fn updates_are_kept_for_a_day_and_presses_for_150_s() {
    let it = small(Options::default()).await;
    let first = it.bot.updates(json!({})).await;
    it.bot.updates(json!({ "offset": after(&first) })).await;
    let markup = json!({ "inline_keyboard": [[{ "text": "go", "callback_data": "x" }]] });
    it.bot.ok("sendMessage", json!({ "chat_id": it.group.0, "text": "x", "reply_markup": markup })).await;
    it.telegram.press_and_go(it.eve, it.group, "go").unwrap();
    it.telegram.say(it.eve, it.group, "hello").unwrap();
    it.telegram.advance_ms(151_000);
    assert_eq!(kinds(&it.bot.updates(json!({})).await), ["message"]);
    it.telegram.advance_ms(86_400_000);
    assert!(it.bot.updates(json!({})).await.is_empty());
}
