//! Keyboards in the place of the letters: which are taken, what the app lists, and what a choice does.

use super::{GUARD, Small, after, small};
use majordomo::domain::types::UserId;
use majordomo::playground::telegram::{ChoiceError, Options, Simulated};
use serde_json::{Value, json};

const REQUIRED: [&str; 12] = [
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
];

fn rights(names: &[&str]) -> Value {
    REQUIRED
        .iter()
        .map(|it| ((*it).to_owned(), Value::Bool(names.contains(it))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn button(channel: bool, theirs: &[&str], ours: &[&str]) -> Value {
    json!({ "text": "Choose", "request_chat": {
        "request_id": 7, "chat_is_channel": channel, "request_title": true,
        "user_administrator_rights": rights(theirs), "bot_administrator_rights": rights(ours),
    }})
}

fn message(chat: i64, button: &Value) -> Value {
    json!({ "chat_id": chat, "text": "Which?", "reply_markup": { "keyboard": [[button]] } })
}

async fn started() -> Small {
    let it = small(Options::default()).await;
    it.telegram.started(it.ann);
    it
}

async fn shared(it: &Small) -> Value {
    let updates = it.bot.updates(json!({})).await;
    it.bot.updates(json!({ "offset": after(&updates) })).await;
    let message = updates.iter().rev().map(|it| &it["message"]).find(|it| it["chat_shared"].is_object());
    message.expect("a chat was shared").clone()
}

#[tokio::test]
async fn a_chat_is_chosen_and_the_bot_has_its_rights_there() {
    let it = started().await;
    let ours = ["can_manage_chat", "can_invite_users"];
    it.bot.ok("sendMessage", message(it.ann.0, &button(true, &ours, &ours))).await;
    assert_eq!(
        it.telegram.choose(it.ann, "Choose", it.group),
        Err(ChoiceError::NotListed("Readers".into())),
        "no channel"
    );
    it.telegram.choose(it.ann, "Choose", it.channel).unwrap();
    let message = shared(&it).await;
    assert_eq!(message["chat_shared"], json!({ "request_id": 7, "chat_id": it.channel.0, "title": "News" }));
    assert_eq!((message["from"]["id"].as_i64(), message["chat"]["id"].as_i64()), (Some(it.ann.0), Some(it.ann.0)));
    let me = it.bot.ok("getChatMember", json!({ "chat_id": it.channel.0, "user_id": it.telegram.bot().0 })).await;
    assert_eq!(
        (&me["status"], &me["can_invite_users"], &me["can_delete_messages"]),
        (&json!("administrator"), &json!(true), &json!(false))
    );
}

#[tokio::test]
async fn what_the_bot_may_already_it_keeps() {
    let it = started().await;
    it.telegram.place_bot(it.group, &[&GUARD[..], &["can_pin_messages"]].concat());
    let ours = ["can_manage_chat", "can_delete_messages"];
    it.bot.ok("sendMessage", message(it.ann.0, &button(false, &ours, &ours))).await;
    it.telegram.choose(it.ann, "Choose", it.group).unwrap();
    let me = it.bot.ok("getChatMember", json!({ "chat_id": it.group.0, "user_id": it.telegram.bot().0 })).await;
    assert_eq!(me["can_pin_messages"], json!(true));
}

#[tokio::test]
async fn the_app_lists_only_where_the_person_may_do_that() {
    let it = started().await;
    let theirs = ["can_manage_chat", "can_promote_members"];
    it.bot.ok("sendMessage", message(it.ann.0, &button(false, &theirs, &["can_manage_chat"]))).await;
    let (bob, telegram) = (it.telegram.person("Bob", "en"), &it.telegram);
    telegram.started(bob);
    it.bot.ok("sendMessage", message(bob.0, &button(false, &theirs, &["can_manage_chat"]))).await;
    telegram.join(bob, it.group).unwrap();
    let not_listed = Err(ChoiceError::NotListed("Readers".into()));
    assert_eq!(telegram.choose(bob, "Choose", it.group), not_listed);
    telegram.promote(it.group, bob, &["can_delete_messages"]);
    assert_eq!(telegram.choose(bob, "Choose", it.group), not_listed);
    telegram.promote(it.group, bob, &["can_promote_members"]);
    assert_eq!(telegram.choose(bob, "Choose", it.group), Ok(()));
}

#[tokio::test]
async fn a_keyboard_stays_until_it_is_taken_away() {
    let it = started().await;
    let none = |telegram: &Simulated, who: UserId| matches!(telegram.choose(who, "Choose", it.channel), Err(ChoiceError::NoButton { there, .. }) if there.is_empty());
    assert!(none(&it.telegram, it.ann));
    let ours = ["can_manage_chat"];
    it.bot.ok("sendMessage", message(it.ann.0, &button(true, &ours, &ours))).await;
    it.bot.ok("sendMessage", json!({ "chat_id": it.ann.0, "text": "Well?" })).await;
    it.telegram.choose(it.ann, "Choose", it.channel).unwrap();
    it.bot
        .ok(
            "sendMessage",
            json!({ "chat_id": it.ann.0, "text": "Thanks", "reply_markup": { "remove_keyboard": true } }),
        )
        .await;
    assert!(none(&it.telegram, it.ann));
}

#[tokio::test]
async fn what_the_api_does_not_take_is_refused() {
    let it = started().await;
    let ours = ["can_manage_chat"];
    let good = button(true, &ours, &ours);
    let without = |name: &str| {
        let mut button = good.clone();
        button["request_chat"].as_object_mut().unwrap().remove(name);
        button
    };
    let mut poor = good.clone();
    poor["request_chat"]["bot_administrator_rights"] = json!({ "can_manage_chat": true });
    let more = button(true, &ours, &["can_manage_chat", "can_invite_users"]);
    for (what, button) in [
        ("no number", without("request_id")),
        ("no kind", without("chat_is_channel")),
        ("rights not spelled out", poor),
        ("more for the bot than the person has", more),
        ("no words", json!({ "text": " ", "request_chat": good["request_chat"] })),
    ] {
        let (status, answer) = it.bot.call("sendMessage", message(it.ann.0, &button)).await;
        assert_eq!(status, 400, "{what}: {answer}");
    }
    let refused = it.bot.refused("sendMessage", message(it.group.0, &good)).await;
    assert_eq!(refused, "Bad Request: chats can be requested in private chats only");
}
