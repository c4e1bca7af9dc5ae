//! What is answered and told is of the official types, checked against another implementation of them.

use super::{Bot, GUARD, after, kinds, no_permissions, small};
use majordomo::playground::telegram::Options;
use serde_json::json;

#[tokio::test]
async fn a_wrong_token_is_unauthorized() {
    let it = small(Options::default()).await;
    for (token, words) in [("1:wrong", "Unauthorized"), ("nonsense", "Unauthorized: invalid token specified")] {
        let stranger = Bot { base: format!("{}/bot{token}", it.telegram.api_url()), ..it.bot.clone() };
        let (status, body) = stranger.call("getMe", json!({})).await;
        assert_eq!((status, body["description"].as_str().unwrap()), (401, words));
    }
}

#[tokio::test]
async fn answers_are_of_the_official_types() {
    use frankenstein::types::{BotCommand, ChatFullInfo, ChatInviteLink, ChatMember, Message, User};
    use frankenstein::updates::WebhookInfo;
    let it = small(Options::default()).await;
    it.telegram.place_bot(it.channel, &["can_invite_users"]);
    it.telegram.link(it.channel, it.group);
    let bot = &it.bot;
    let group = it.group.0;
    let markup = json!({ "inline_keyboard": [[{ "text": "go", "callback_data": "x" }]] });
    let sent = bot.ok("sendMessage", json!({ "chat_id": group, "text": "hi /help", "reply_markup": markup })).await;
    let sent: Message = serde_json::from_value(sent).unwrap();
    assert_eq!((sent.text.as_deref(), sent.entities.map(|it| it.len())), (Some("hi /help"), Some(1)));
    let me: User = serde_json::from_value(bot.ok("getMe", json!({})).await).unwrap();
    assert!(me.is_bot && me.can_join_groups == Some(true));
    let chat: ChatFullInfo = serde_json::from_value(bot.ok("getChat", json!({ "chat_id": group })).await).unwrap();
    assert!(chat.invite_link.unwrap().starts_with("https://t.me/+"));
    assert_eq!(chat.linked_chat_id, Some(it.channel.0));
    assert_eq!(chat.permissions.unwrap().can_send_messages, Some(true));
    let link = bot.ok("createChatInviteLink", json!({ "chat_id": "@news", "name": "Readers" })).await;
    let link: ChatInviteLink = serde_json::from_value(link).unwrap();
    assert_eq!(link.name.as_deref(), Some("Readers"));
    let admins = bot.ok("getChatAdministrators", json!({ "chat_id": group })).await;
    let admins: Vec<ChatMember> = serde_json::from_value(admins).unwrap();
    assert_eq!(admins.len(), 2);
    bot.ok("restrictChatMember", json!({ "chat_id": group, "user_id": it.eve.0, "permissions": no_permissions() }))
        .await;
    for (user, expected) in [(it.ann, "creator"), (it.eve, "restricted"), (it.telegram.bot(), "administrator")] {
        let member = bot.ok("getChatMember", json!({ "chat_id": group, "user_id": user.0 })).await;
        assert_eq!(member["status"], json!(expected));
        serde_json::from_value::<ChatMember>(member).unwrap();
    }
    let info: WebhookInfo = serde_json::from_value(bot.ok("getWebhookInfo", json!({})).await).unwrap();
    assert_eq!(info.url, "");
    bot.ok("setMyCommands", json!({ "commands": [{ "command": "help", "description": "Help" }] })).await;
    let menu: Vec<BotCommand> = serde_json::from_value(bot.ok("getMyCommands", json!({})).await).unwrap();
    assert_eq!(menu[0].command, "help");
    bot.ok("deleteMyCommands", json!({})).await;
    assert_eq!(bot.ok("getMyCommands", json!({})).await, json!([]));
}

#[tokio::test]
async fn every_update_is_of_the_official_type() {
    let it = small(Options::default()).await;
    let (t, group) = (&it.telegram, it.group);
    let all = json!({ "allowed_updates": ["message", "edited_message", "channel_post", "callback_query", "chat_member", "my_chat_member"] });
    let first = it.bot.updates(all).await;
    t.place_bot(it.channel, &["can_post_messages"]);
    t.link(it.channel, group);
    let (forum, topics) = t.forum("Topics", it.ann, &["One"]);
    t.place_bot(forum, &GUARD);
    t.say_in(it.ann, forum, topics[0], "in a topic").unwrap();
    t.whisper(it.sam, "/start").unwrap();
    let said = t.say(it.eve, group, "hello").unwrap();
    t.reply(it.ann, group, said, "welcome").unwrap();
    t.edit(group, said, "hello!").unwrap();
    t.show(it.ann, group, "a picture").unwrap();
    let post = t.post(it.channel, "extra!");
    t.forward(it.ann, it.channel, post, group).unwrap();
    t.say_anonymously(group, "we say");
    t.say_as(it.channel, group, "the channel says");
    t.join(it.sam, group).unwrap();
    t.join(it.sam, it.channel).unwrap();
    t.leave(it.sam, group).unwrap();
    t.restrict(group, it.eve, &[]);
    t.block(it.sam);
    let basic = t.group("Basic", it.ann);
    t.add_bot(basic);
    t.migrate(basic);
    it.bot.ok("sendMessage", json!({ "chat_id": group.0, "text": "x", "reply_markup": { "inline_keyboard": [[{ "text": "go", "callback_data": "x" }]] } })).await;
    t.press_and_go(it.ann, group, "go").unwrap();
    let updates = it.bot.updates(json!({ "offset": after(&first) })).await;
    assert!(updates.len() > 20, "{}", updates.len());
    for update in &updates {
        let read = serde_json::from_value::<frankenstein::updates::Update>(update.clone());
        assert!(read.is_ok(), "{read:?} of {update}");
    }
    let seen = kinds(&updates);
    for kind in ["message", "edited_message", "channel_post", "callback_query", "chat_member", "my_chat_member"] {
        assert!(seen.iter().any(|it| it == kind), "{kind} in {seen:?}");
    }
    let automatic = updates.iter().find(|it| it["message"]["is_automatic_forward"] == true).unwrap();
    assert_eq!(automatic["message"]["from"]["id"], 777_000);
    let anonymous = updates.iter().find(|it| it["message"]["text"] == "we say").unwrap();
    assert_eq!(anonymous["message"]["from"]["id"], 1_087_968_824);
    assert_eq!(anonymous["message"]["sender_chat"]["id"], json!(group.0));
}
