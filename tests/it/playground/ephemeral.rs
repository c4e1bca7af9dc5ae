//! Messages that one person sees.

use super::{SOON, Small, after, small};
use majordomo::playground::telegram::{Options, PressError};
use serde_json::{Value, json};

async fn world() -> Small {
    small(Options { ephemeral: true, ..Options::default() }).await
}

fn to(it: &Small, who: i64, text: &str) -> Value {
    let markup = json!({ "inline_keyboard": [[{ "text": "I have joined", "callback_data": "v1" }]] });
    let aside = json!({ "receiver_user_id": who });
    json!({ "chat_id": it.group.0, "text": text, "reply_markup": markup, "ephemeral_message_parameters": aside })
}

#[tokio::test]
async fn one_person_sees_it_and_others_do_not() {
    let it = world().await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    t.say(it.eve, group, "hello").unwrap();
    let sent = bot.ok("sendMessage", to(&it, it.eve.0, "please join News")).await;
    assert_eq!((&sent["message_id"], &sent["ephemeral_message_id"]), (&json!(0), &json!(1)));
    assert_eq!(sent["receiver_user"]["id"], json!(it.eve.0));
    let read = serde_json::from_value::<frankenstein::types::Message>(sent);
    assert!(read.is_ok(), "{read:?}");
    let line = "bot (only to Eve): please join News [I have joined]".to_owned();
    assert!(t.transcript(group).contains(&line) && t.transcript_for(it.eve, group).contains(&line));
    assert!(!t.transcript_for(it.ann, group).contains(&line));
    assert!(t.transcript_for(it.ann, group).contains(&"Eve: hello".to_owned()), "the rest Ann sees");
    assert_eq!(t.screen(it.eve, group), ["Eve: hello", "bot: please join News [I have joined]"]);
    assert_eq!(t.screen(it.ann, group), ["Eve: hello"]);
    let delete = json!({ "chat_id": group.0, "message_id": 0 });
    assert!(bot.refused("deleteMessage", delete).await.contains("not specified"), "it has no ordinary number");
}

#[tokio::test]
async fn it_is_changed_and_deleted_by_its_own_methods() {
    let it = world().await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    let sent = bot.ok("sendMessage", to(&it, it.eve.0, "one")).await;
    let named = |more: Value| {
        let mut all = json!({ "chat_id": group.0, "receiver_user_id": it.eve.0 });
        all["ephemeral_message_id"] = sent["ephemeral_message_id"].clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    assert_eq!(bot.ok("editEphemeralMessageText", named(json!({ "text": "two" }))).await, true);
    assert_eq!(t.screen(it.eve, group), ["bot: two"]);
    let same = bot.refused("editEphemeralMessageText", named(json!({ "text": "two" }))).await;
    assert!(same.contains("message is not modified"), "{same}");
    let markup = json!({ "reply_markup": { "inline_keyboard": [[{ "text": "go", "callback_data": "x" }]] } });
    bot.ok("editEphemeralMessageReplyMarkup", named(markup)).await;
    assert_eq!(t.screen(it.eve, group), ["bot: two [go]"]);
    let foreign = named(json!({ "receiver_user_id": it.ann.0 }));
    assert_eq!(bot.refused("deleteEphemeralMessage", foreign).await, "Bad Request: message to delete not found");
    bot.ok("deleteEphemeralMessage", named(json!({}))).await;
    assert!(t.screen(it.eve, group).is_empty());
    let gone = bot.refused("editEphemeralMessageText", named(json!({ "text": "x" }))).await;
    assert_eq!(gone, "Bad Request: message to edit not found");
    assert!(t.transcript_for(it.eve, group).contains(&"bot deletes bot (only to Eve)'s message \"two\"".to_owned()));
}

#[tokio::test]
async fn its_buttons_are_there_for_its_reader_only() {
    let it = world().await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    bot.ok("sendMessage", to(&it, it.eve.0, "please join")).await;
    let other = t.press(it.ann, group, "I have joined", SOON).await;
    assert!(matches!(other, Err(PressError::NoButton { .. })), "{other:?}");
    let before = bot.updates(json!({})).await;
    let press = t.press_and_go(it.eve, group, "I have joined").unwrap();
    let told = bot.updates(json!({ "offset": after(&before) })).await;
    let query = &told[0]["callback_query"];
    assert_eq!((&query["id"], &query["from"]["id"]), (&json!(press), &json!(it.eve.0)));
    let shown = &query["message"];
    assert_eq!((&shown["message_id"], &shown["ephemeral_message_id"]), (&json!(0), &json!(1)));
    assert_eq!(shown["chat"]["id"], json!(group.0));
    let read = serde_json::from_value::<frankenstein::updates::Update>(told[0].clone());
    assert!(read.is_ok(), "{read:?}");
    bot.ok("answerCallbackQuery", json!({ "callback_query_id": press, "text": "Not yet" })).await;
    assert_eq!(t.answered(&press, SOON).await.unwrap().text, "Not yet");
    assert!(!t.transcript_for(it.ann, group).iter().any(|it| it.contains("Not yet") || it.contains("presses")));
}

#[tokio::test]
async fn it_can_answer_a_press_and_stand_in_place_of_its_message() {
    let it = world().await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    let mut common = to(&it, it.eve.0, "all of you");
    common.as_object_mut().unwrap().remove("ephemeral_message_parameters");
    bot.ok("sendMessage", common).await;
    let press = t.press_and_go(it.eve, group, "I have joined").unwrap();
    let aside = |query: &str| json!({ "receiver_user_id": it.eve.0, "callback_query_id": query, "replace_callback_query_message": true });
    let mine =
        |query: &str| json!({ "chat_id": group.0, "text": "you are in", "ephemeral_message_parameters": aside(query) });
    t.hand_of(it.ann).demote(group, t.bot()).unwrap();
    let late = bot.refused("sendMessage", mine("7")).await;
    assert!(late.contains("query ID is invalid"), "{late}");
    bot.ok("sendMessage", mine(&press)).await;
    assert_eq!(t.screen(it.eve, group), ["bot: you are in"]);
    assert_eq!(t.screen(it.ann, group), ["bot: all of you [I have joined]"]);
}

#[tokio::test]
async fn it_takes_an_admin_a_supergroup_and_a_member() {
    let it = world().await;
    let (t, bot) = (&it.telegram, &it.bot);
    let outside = bot.refused("sendMessage", to(&it, it.sam.0, "x")).await;
    assert_eq!(outside, "Bad Request: PARTICIPANT_ID_INVALID");
    t.place_bot(it.channel, &["can_post_messages"]);
    let mut channel = to(&it, it.ann.0, "x");
    channel["chat_id"] = json!(it.channel.0);
    assert_eq!(bot.refused("sendMessage", channel).await, "Bad Request: method is available only for supergroups");
    t.demote(it.group, t.bot());
    let plain = bot.refused("sendMessage", to(&it, it.eve.0, "x")).await;
    assert_eq!(plain, "Bad Request: not enough rights to send ephemeral messages to the chat");
    assert!(t.screen(it.eve, it.group).is_empty(), "nothing was sent");
}

#[tokio::test]
async fn an_older_server_sends_an_ordinary_message() {
    let it = small(Options::default()).await;
    let sent = it.bot.ok("sendMessage", to(&it, it.eve.0, "please join")).await;
    assert!(sent["message_id"].as_i64().unwrap() > 0 && sent.get("ephemeral_message_id").is_none());
    assert_eq!(it.telegram.screen(it.ann, it.group), ["bot: please join [I have joined]"]);
    for method in ["editEphemeralMessageText", "editEphemeralMessageReplyMarkup", "deleteEphemeralMessage"] {
        assert_eq!(it.bot.refused(method, json!({})).await, "Not Found: method not found");
    }
}
