//! Presses, edits, and how parameters are given.

use super::{SOON, after, small};
use majordomo::playground::telegram::{Options, PressError};
use serde_json::{Value, json};

#[tokio::test]
async fn a_press_is_answered_once_and_in_time() {
    let it = small(Options::default()).await;
    let first = it.bot.updates(json!({})).await;
    let markup = json!({ "inline_keyboard": [[{ "text": "News", "url": "https://t.me/news" }], [{ "text": "I have joined", "callback_data": "v1" }]] });
    it.bot.ok("sendMessage", json!({ "chat_id": it.group.0, "text": "join first", "reply_markup": markup })).await;
    let opens = it.telegram.press_and_go(it.eve, it.group, "News");
    assert_eq!(opens, Err(PressError::OpensAddress("News".into())));
    let missing = it.telegram.press_and_go(it.eve, it.group, "Nothing");
    assert!(matches!(missing, Err(PressError::NoButton { there, .. }) if there == ["News", "I have joined"]));
    let press = it.telegram.press_and_go(it.eve, it.group, "i have").unwrap();
    assert_eq!(it.telegram.unanswered_presses(), [(it.eve, "I have joined".to_owned())]);
    let update = it.bot.updates(json!({ "offset": after(&first) })).await.pop().unwrap();
    assert_eq!(
        (&update["callback_query"]["data"], &update["callback_query"]["from"]["id"]),
        (&json!("v1"), &json!(it.eve.0))
    );
    let answer = json!({ "callback_query_id": press, "text": "Not yet: News" });
    it.bot.ok("answerCallbackQuery", answer.clone()).await;
    assert_eq!(it.telegram.answered(&press, SOON).await.unwrap().text, "Not yet: News");
    let too_late = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(it.bot.refused("answerCallbackQuery", answer).await, too_late);
    let late = it.telegram.press_and_go(it.eve, it.group, "I have joined").unwrap();
    it.telegram.advance_ms(151_000);
    assert_eq!(it.bot.refused("answerCallbackQuery", json!({ "callback_query_id": late })).await, too_late);
    assert_eq!(it.telegram.unanswered_presses().len(), 1);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_refused() {
    let it = small(Options::default()).await;
    let sent = it.bot.ok("sendMessage", json!({ "chat_id": it.group.0, "text": "one" })).await;
    let edit = |text: &str| json!({ "chat_id": it.group.0, "message_id": sent["message_id"], "text": text });
    assert_eq!(it.bot.ok("editMessageText", edit("two")).await["text"], "two");
    let words = it.bot.refused("editMessageText", edit("two")).await;
    assert!(words.starts_with("Bad Request: message is not modified: specified new message content"), "{words}");
    it.bot.ok("deleteMessages", json!({ "chat_id": it.group.0, "message_ids": [sent["message_id"], 999] })).await;
    assert_eq!(it.bot.refused("editMessageText", edit("three")).await, "Bad Request: message to edit not found");
}

#[tokio::test]
async fn parameters_come_as_json_as_form_or_in_the_address() {
    let it = small(Options::default()).await;
    let base = format!("{}/sendMessage", it.bot.base);
    let query = format!("{base}?chat_id={}&text=a%20%D1%8F+b", it.group.0);
    let text = it.bot.http.get(query).send().await.unwrap().text().await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["result"]["text"], "a я b");
    let form = it.bot.http.post(&base).header("content-type", "application/x-www-form-urlencoded");
    let text = form.body(format!("chat_id={}&text=form", it.group.0)).send().await.unwrap().text().await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["result"]["text"], "form");
    let (status, _) = it.bot.call("SENDMESSAGE", json!({ "chat_id": it.group.0.to_string(), "text": 5 })).await;
    assert_eq!(status, 200);
}
