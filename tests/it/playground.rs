//! The simulated Telegram against its own promises: words, rights, floods, polls, webhooks, faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod ephemeral;
mod hands;
mod joining;
mod letters;

use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{Fault, FaultKind, FloodLimits, Options, PressError, Refused, Simulated};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

const SOON: Duration = Duration::from_secs(5);
const GUARD: [&str; 3] = ["can_delete_messages", "can_restrict_members", "can_invite_users"];

/// A bot made of nothing but an HTTP client.
#[derive(Clone)]
struct Bot {
    http: reqwest::Client,
    base: String,
}

impl Bot {
    fn of(telegram: &Simulated) -> Self {
        let base = format!("{}/bot{}", telegram.api_url(), telegram.token());
        Self { http: reqwest::Client::new(), base }
    }

    async fn try_call(&self, method: &str, params: Value) -> Result<(u16, String), reqwest::Error> {
        let request = self.http.post(format!("{}/{method}", self.base)).header("content-type", "application/json");
        let response = request.body(params.to_string()).send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    async fn call(&self, method: &str, params: Value) -> (u16, Value) {
        let (status, text) = self.try_call(method, params).await.unwrap();
        (status, serde_json::from_str(&text).unwrap())
    }

    async fn ok(&self, method: &str, params: Value) -> Value {
        let (status, mut body) = self.call(method, params).await;
        assert_eq!((status, &body["ok"]), (200, &json!(true)), "{method}: {body}");
        body["result"].take()
    }

    async fn refused(&self, method: &str, params: Value) -> String {
        let (status, body) = self.call(method, params.clone()).await;
        assert_eq!(body["ok"], json!(false), "{method} {params}: {body}");
        assert_eq!(body["error_code"], json!(status));
        body["description"].as_str().unwrap().to_owned()
    }

    async fn updates(&self, params: Value) -> Vec<Value> {
        self.ok("getUpdates", params).await.as_array().unwrap().clone()
    }
}

/// A small world: Ann owns a group and a channel, Eve is in the group, Sam has never met anybody.
struct Small {
    telegram: Simulated,
    bot: Bot,
    ann: UserId,
    eve: UserId,
    sam: UserId,
    channel: ChatId,
    group: ChatId,
}

async fn small(options: Options) -> Small {
    let telegram = Simulated::start(options).await.unwrap();
    let (ann, eve, sam) = (telegram.person("Ann", "en"), telegram.person("Eve", "en"), telegram.person("Sam", "ru"));
    let channel = telegram.channel("News", Some("news"), ann);
    let group = telegram.supergroup("Readers", ann);
    telegram.place_bot(group, &GUARD);
    telegram.join(eve, group).unwrap();
    Small { bot: Bot::of(&telegram), telegram, ann, eve, sam, channel, group }
}

fn kinds(updates: &[Value]) -> Vec<String> {
    let kind = |it: &Value| it.as_object().unwrap().keys().find(|it| *it != "update_id").unwrap().clone();
    updates.iter().map(kind).collect()
}

fn after(updates: &[Value]) -> u64 {
    updates.last().map_or(0, |it| it["update_id"].as_u64().unwrap() + 1)
}

fn no_permissions() -> Value {
    json!({ "can_send_messages": false })
}

#[tokio::test]
async fn refusals_have_the_official_words() {
    let it = small(Options::default()).await;
    let (t, bot) = (&it.telegram, &it.bot);
    let hello = t.say(it.eve, it.group, "hello").unwrap().0;
    let blocked = t.person("Bo", "en");
    t.started(blocked);
    t.block(blocked);
    let gone = t.person("Gus", "en");
    t.started(gone);
    t.deactivate(gone);
    let outside = t.supergroup("Elsewhere", it.ann);
    let thrown = t.supergroup("Thrown", it.ann);
    t.place_bot(thrown, &[]);
    t.throw_bot_out(thrown);
    let basic = t.group("Basic", it.ann);
    t.place_bot(basic, &[]);
    let (group, long) = (it.group.0, "x".repeat(4097));
    let button = |extra: Value| json!({ "inline_keyboard": [[extra]] });
    let say = |chat: i64, text: &str| json!({ "chat_id": chat, "text": text });
    let marked = |markup: Value| json!({ "chat_id": group, "text": "x", "reply_markup": markup });
    let cases = [
        ("sendMessage", say(group, ""), "Bad Request: message text is empty"),
        ("sendMessage", say(group, "  \n "), "Bad Request: text must be non-empty"),
        ("sendMessage", say(group, &long), "Bad Request: message is too long"),
        ("sendMessage", json!({ "text": "x" }), "Bad Request: chat_id is empty"),
        ("sendMessage", say(-5, "x"), "Bad Request: chat not found"),
        ("sendMessage", say(it.sam.0, "x"), "Bad Request: chat not found"),
        ("sendMessage", say(it.eve.0, "x"), "Forbidden: bot can't initiate conversation with a user"),
        ("sendMessage", say(blocked.0, "x"), "Forbidden: bot was blocked by the user"),
        ("sendMessage", say(gone.0, "x"), "Forbidden: user is deactivated"),
        ("sendMessage", say(outside.0, "x"), "Bad Request: chat not found"),
        ("sendMessage", say(thrown.0, "x"), "Forbidden: bot was kicked from the supergroup chat"),
        ("sendMessage", json!({ "chat_id": "@nobody", "text": "x" }), "Bad Request: chat not found"),
        (
            "sendMessage",
            json!({ "chat_id": "@news", "text": "x" }),
            "Forbidden: bot is not a member of the channel chat",
        ),
        ("sendMessage", marked(json!("[")), "Bad Request: can't parse reply keyboard markup JSON object"),
        ("sendMessage", marked(json!([1])), "Bad Request: object expected as reply markup"),
        (
            "sendMessage",
            marked(button(json!({ "text": "go" }))),
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            "sendMessage",
            marked(button(json!({ "text": "go", "callback_data": "x".repeat(65) }))),
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            json!({ "chat_id": group, "text": "x", "reply_parameters": { "message_id": 999 } }),
            "Bad Request: message to be replied not found",
        ),
        (
            "sendMessage",
            json!({ "chat_id": group, "text": "abc", "entities": [{ "type": "bold", "offset": 2, "length": 5 }] }),
            "Bad Request: entity beginning at UTF-16 offset 2 ends after the end of the text at UTF-16 offset 7",
        ),
        (
            "editMessageText",
            json!({ "chat_id": group, "message_id": 999, "text": "x" }),
            "Bad Request: message to edit not found",
        ),
        (
            "editMessageText",
            json!({ "chat_id": group, "message_id": hello, "text": "x" }),
            "Bad Request: message can't be edited",
        ),
        ("deleteMessage", json!({ "chat_id": group, "message_id": 999 }), "Bad Request: message to delete not found"),
        ("deleteMessage", json!({ "chat_id": group }), "Bad Request: message identifier is not specified"),
        ("deleteMessages", json!({ "chat_id": group }), "Bad Request: message identifiers are not specified"),
        (
            "restrictChatMember",
            json!({ "chat_id": group, "user_id": it.ann.0, "permissions": {} }),
            "Bad Request: can't remove chat owner",
        ),
        (
            "restrictChatMember",
            json!({ "chat_id": group, "user_id": t.bot().0, "permissions": {} }),
            "Bad Request: can't restrict self",
        ),
        (
            "restrictChatMember",
            json!({ "chat_id": group, "user_id": 0, "permissions": {} }),
            "Bad Request: invalid user_id specified",
        ),
        (
            "restrictChatMember",
            json!({ "chat_id": group, "user_id": it.eve.0 }),
            "Bad Request: can't parse permissions JSON object",
        ),
        (
            "restrictChatMember",
            json!({ "chat_id": basic.0, "user_id": it.eve.0, "permissions": {} }),
            "Bad Request: method is available only for supergroups",
        ),
        (
            "restrictChatMember",
            json!({ "chat_id": group, "user_id": 77, "permissions": {} }),
            "Bad Request: user not found",
        ),
        (
            "restrictChatMember",
            json!({ "chat_id": group, "user_id": it.sam.0, "permissions": {} }),
            "Bad Request: PARTICIPANT_ID_INVALID",
        ),
        (
            "getChatMember",
            json!({ "chat_id": "@news", "user_id": it.eve.0 }),
            "Bad Request: member list is inaccessible",
        ),
        ("getChatMember", json!({ "chat_id": group, "user_id": it.sam.0 }), "Bad Request: PARTICIPANT_ID_INVALID"),
        ("getChatAdministrators", json!({ "chat_id": "@news" }), "Bad Request: member list is inaccessible"),
        (
            "answerCallbackQuery",
            json!({ "callback_query_id": "1" }),
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        (
            "answerCallbackQuery",
            json!({ "callback_query_id": "1", "text": "x".repeat(201) }),
            "Bad Request: MESSAGE_TOO_LONG",
        ),
        (
            "createChatInviteLink",
            json!({ "chat_id": group, "name": "x".repeat(33) }),
            "Bad Request: invite link name is too long",
        ),
        (
            "createChatInviteLink",
            json!({ "chat_id": basic.0 }),
            "Bad Request: not enough rights to manage chat invite link",
        ),
        (
            "setMyCommands",
            json!({ "commands": [{ "command": "Bad!", "description": "x" }] }),
            "Bad Request: BOT_COMMAND_INVALID",
        ),
        (
            "setMyCommands",
            json!({ "commands": [], "scope": { "type": "nowhere" } }),
            "Bad Request: can't parse BotCommandScope: Unsupported type specified",
        ),
        ("setWebhook", json!({ "url": "ftp://127.0.0.1/" }), "Bad Request: invalid webhook URL specified"),
        (
            "setWebhook",
            json!({ "url": "nonsense" }),
            "Bad Request: bad webhook: Failed to resolve host: Name or service not known",
        ),
        (
            "setWebhook",
            json!({ "url": "http://127.0.0.1:1/", "secret_token": "a b" }),
            "Bad Request: secret token contains unallowed characters",
        ),
        ("makeCoffee", json!({}), "Not Found: method not found"),
    ];
    for (method, params, words) in cases {
        assert_eq!(bot.refused(method, params.clone()).await, words, "{method} {params}");
    }
}

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

#[tokio::test]
async fn rights_decide_who_can_be_muted_and_what_deleted() {
    let it = small(Options::default()).await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    let admin = t.person("Adam", "en");
    t.promote(group, admin, &["can_delete_messages"]);
    let mute = |user: UserId| json!({ "chat_id": group.0, "user_id": user.0, "permissions": no_permissions() });
    assert_eq!(
        bot.refused("restrictChatMember", mute(admin)).await,
        "Bad Request: user is an administrator of the chat"
    );
    let hello = t.say(it.eve, group, "hello").unwrap();
    t.place_bot(group, &[]);
    assert_eq!(
        bot.refused("restrictChatMember", mute(it.eve)).await,
        "Bad Request: not enough rights to restrict/unrestrict chat member"
    );
    let delete = json!({ "chat_id": group.0, "message_id": hello.0 });
    assert_eq!(bot.refused("deleteMessage", delete.clone()).await, "Bad Request: message can't be deleted");
    t.place_bot(group, &GUARD);
    bot.ok("deleteMessage", delete.clone()).await;
    assert_eq!(bot.refused("deleteMessage", delete).await, "Bad Request: message to delete not found");
    let old = t.say(it.eve, group, "old").unwrap();
    t.advance_ms(49 * 3_600_000);
    let delete = json!({ "chat_id": group.0, "message_id": old.0 });
    assert_eq!(bot.refused("deleteMessage", delete).await, "Bad Request: message can't be deleted");
}

#[tokio::test]
async fn a_mute_holds_until_it_is_lifted_or_over() {
    let it = small(Options::default()).await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    let mute = |until: i64| json!({ "chat_id": group.0, "user_id": it.eve.0, "permissions": no_permissions(), "until_date": until });
    bot.ok("restrictChatMember", mute(0)).await;
    assert!(matches!(t.say(it.eve, group, "?"), Err(Refused::MayNotWrite { .. })));
    assert_eq!(t.muted(group), [it.eve]);
    let permissions = bot.ok("getChat", json!({ "chat_id": group.0 })).await["permissions"].take();
    let free = json!({ "chat_id": group.0, "user_id": it.eve.0, "permissions": permissions, "use_independent_chat_permissions": true });
    bot.ok("restrictChatMember", free).await;
    t.say(it.eve, group, "thanks").unwrap();
    let status = bot.ok("getChatMember", json!({ "chat_id": group.0, "user_id": it.eve.0 })).await["status"].take();
    assert_eq!(status, "member", "the group's own permissions make a plain member");
    bot.ok("restrictChatMember", mute(t.now_ms() / 1000 + 60)).await;
    t.leave(it.eve, group).unwrap();
    t.join(it.eve, group).unwrap();
    assert!(!t.may_write(group, it.eve), "leaving and coming back lifts nothing");
    t.advance_ms(61_000);
    t.say(it.eve, group, "a minute later").unwrap();
    bot.ok("restrictChatMember", mute(t.now_ms() / 1000 + 5)).await;
    t.advance_ms(400 * 86_400_000);
    assert!(!t.may_write(group, it.eve), "nearer than 30 s is for ever");
}

#[tokio::test]
async fn a_group_that_is_not_open_to_all_stays_so_after_an_unmute() {
    let it = small(Options::default()).await;
    it.telegram.set_permissions(it.group, &["can_send_messages", "can_send_photos"]);
    let permissions = it.bot.ok("getChat", json!({ "chat_id": it.group.0 })).await["permissions"].take();
    assert_eq!((&permissions["can_send_photos"], &permissions["can_send_polls"]), (&json!(true), &json!(false)));
    let free = json!({ "chat_id": it.group.0, "user_id": it.eve.0, "permissions": permissions, "use_independent_chat_permissions": true });
    it.bot.ok("restrictChatMember", free).await;
    assert!(it.telegram.may_write(it.group, it.eve));
    assert!(it.telegram.muted(it.group).is_empty());
}

#[tokio::test]
async fn somebody_outside_can_be_muted_in_advance() {
    let it = small(Options::default()).await;
    it.telegram.started(it.sam);
    let mute = json!({ "chat_id": it.group.0, "user_id": it.sam.0, "permissions": no_permissions() });
    it.bot.ok("restrictChatMember", mute).await;
    let member = it.bot.ok("getChatMember", json!({ "chat_id": it.group.0, "user_id": it.sam.0 })).await;
    assert_eq!((&member["status"], &member["is_member"]), (&json!("restricted"), &json!(false)));
    it.telegram.join(it.sam, it.group).unwrap();
    assert_eq!(it.telegram.muted(it.group), [it.sam]);
}

#[tokio::test]
async fn channel_members_are_seen_by_admins_only_also_by_username() {
    let it = small(Options::default()).await;
    it.telegram.join(it.eve, it.channel).unwrap();
    let ask = json!({ "chat_id": "@News", "user_id": it.eve.0 });
    assert_eq!(it.bot.refused("getChatMember", ask.clone()).await, "Bad Request: member list is inaccessible");
    it.telegram.place_bot(it.channel, &["can_invite_users"]);
    assert_eq!(it.bot.ok("getChatMember", ask.clone()).await["status"], "member");
    it.telegram.leave(it.eve, it.channel).unwrap();
    assert_eq!(it.bot.ok("getChatMember", ask).await["status"], "left");
}

#[tokio::test]
async fn a_group_that_has_moved_says_where_to() {
    let it = small(Options::default()).await;
    let basic = it.telegram.group("Basic", it.ann);
    it.telegram.add_bot(basic);
    let new = it.telegram.migrate(basic);
    let (status, body) = it.bot.call("sendMessage", json!({ "chat_id": basic.0, "text": "x" })).await;
    assert_eq!(status, 400);
    assert_eq!(body["description"], "Bad Request: group chat was upgraded to a supergroup chat");
    assert_eq!(body["parameters"]["migrate_to_chat_id"], json!(new.0));
    it.bot.ok("sendMessage", json!({ "chat_id": new.0, "text": "x" })).await;
}

#[tokio::test]
async fn a_bot_without_rights_sees_commands_only() {
    let it = small(Options::default()).await;
    let first = it.bot.updates(json!({})).await;
    let other = it.telegram.supergroup("Plain", it.ann);
    it.telegram.add_bot(other);
    it.telegram.say(it.ann, other, "between us").unwrap();
    it.telegram.say(it.ann, other, "/help").unwrap();
    it.telegram.say(it.ann, other, "hey @majordomo_play_bot").unwrap();
    let seen = it.bot.updates(json!({ "offset": after(&first) })).await;
    let texts: Vec<&str> = seen.iter().filter_map(|it| it["message"]["text"].as_str()).collect();
    assert_eq!(texts, ["/help", "hey @majordomo_play_bot"]);
}

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

/// A webhook that answers as told and remembers what came.
struct Hook {
    url: String,
    got: Arc<Mutex<Vec<(String, Value)>>>,
    answers: Arc<Mutex<VecDeque<(&'static str, u64)>>>,
}

impl Hook {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let hook = Self { url, got: Arc::default(), answers: Arc::default() };
        let (got, answers) = (Arc::clone(&hook.got), Arc::clone(&hook.answers));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve_hook(BufReader::new(stream), Arc::clone(&got), Arc::clone(&answers)));
            }
        });
        hook
    }

    /// The next delivery is answered so, after so many ms.
    fn will_answer(&self, status: &'static str, after_ms: u64) {
        self.answers.lock().unwrap().push_back((status, after_ms));
    }

    fn texts(&self) -> Vec<String> {
        let got = self.got.lock().unwrap();
        got.iter().filter_map(|(_, it)| it["message"]["text"].as_str().map(ToOwned::to_owned)).collect()
    }
}

async fn serve_hook(
    mut stream: BufReader<tokio::net::TcpStream>,
    got: Arc<Mutex<Vec<(String, Value)>>>,
    answers: Arc<Mutex<VecDeque<(&'static str, u64)>>>,
) {
    loop {
        let (mut line, mut length, mut secret) = (String::new(), 0, String::new());
        while stream.read_line(&mut line).await.is_ok_and(|it| it > 2) {
            let header = line.to_lowercase();
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if header.starts_with("x-telegram-bot-api-secret-token:") {
                secret = line.split_once(':').unwrap().1.trim().to_owned();
            }
            line.clear();
        }
        let mut body = vec![0; length];
        if length == 0 || stream.read_exact(&mut body).await.is_err() {
            return;
        }
        let answer = answers.lock().unwrap().pop_front();
        let (status, after_ms) = answer.unwrap_or(("200 OK", 0));
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        got.lock().unwrap().push((secret, serde_json::from_slice(&body).unwrap()));
        let reply = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn hooked(options: Options) -> (Small, Hook) {
    let it = small(options).await;
    let hook = Hook::start().await;
    let set = json!({ "url": hook.url, "secret_token": "s3cret", "max_connections": 4, "drop_pending_updates": true });
    it.bot.ok("setWebhook", set).await;
    (it, hook)
}

#[tokio::test]
async fn a_webhook_gets_the_secret_and_each_chat_in_order() {
    let (it, hook) = hooked(Options::default()).await;
    for n in 0..50 {
        it.telegram.say(it.eve, it.group, &format!("{n}")).unwrap();
    }
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    assert_eq!(hook.texts(), (0..50).map(|it| it.to_string()).collect::<Vec<_>>());
    assert!(hook.got.lock().unwrap().iter().all(|(secret, _)| secret == "s3cret"));
    assert_eq!(it.telegram.taken(), 50);
}

#[tokio::test]
async fn a_slow_chat_holds_up_no_other() {
    let (it, hook) = hooked(Options::default()).await;
    hook.will_answer("200 OK", 1_500);
    it.telegram.say(it.eve, it.group, "slow").unwrap();
    while !hook.answers.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    it.telegram.say(it.eve, it.group, "behind it").unwrap();
    it.telegram.whisper(it.sam, "quick").unwrap();
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    assert_eq!(hook.texts(), ["quick", "slow", "behind it"]);
}

#[tokio::test]
async fn a_refused_delivery_comes_again_before_its_followers() {
    let (it, hook) = hooked(Options { webhook_time_scale: 0.01, ..Options::default() }).await;
    hook.will_answer("503 Service Unavailable\r\nRetry-After: 20", 0);
    hook.will_answer("500 Internal Server Error", 0);
    it.telegram.say(it.eve, it.group, "first").unwrap();
    it.telegram.say(it.eve, it.group, "second").unwrap();
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    assert_eq!(hook.texts(), ["first", "first", "first", "second"]);
    let tries: Vec<_> = it
        .telegram
        .deliveries()
        .iter()
        .filter(|it| it.via == "webhook")
        .map(|it| (it.attempt, it.status.unwrap()))
        .collect();
    assert_eq!(tries, [(1, 503), (2, 500), (3, 200), (1, 200)]);
    let between = |a: usize, b: usize| {
        let all = it.telegram.deliveries();
        let at: Vec<u64> = all.iter().filter(|it| it.via == "webhook").map(|it| it.at_us).collect();
        at[b] - at[a]
    };
    assert!(between(0, 1) >= 200_000, "Retry-After is honoured, on the scaled clock");
    let info = it.bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 500 Internal Server Error");
}

#[tokio::test]
async fn a_webhook_that_is_down_gets_everything_later() {
    let it = small(Options { webhook_time_scale: 0.01, ..Options::default() }).await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    it.bot.ok("setWebhook", json!({ "url": format!("http://{free}/"), "drop_pending_updates": true })).await;
    it.telegram.say(it.eve, it.group, "anybody?").unwrap();
    let down = || it.telegram.deliveries().iter().filter(|it| it.via == "webhook" && it.status.is_none()).count() >= 2;
    assert!(it.telegram.until(SOON, down).await);
    assert_eq!(it.bot.ok("getWebhookInfo", json!({})).await["last_error_message"], "Connection refused");
    let hook = Hook::start().await;
    it.bot.ok("setWebhook", json!({ "url": hook.url })).await;
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    assert_eq!(hook.texts(), ["anybody?"]);
}

#[tokio::test]
async fn webhook_faults_forge_and_repeat() {
    let (it, hook) = hooked(Options { webhook_time_scale: 0.01, ..Options::default() }).await;
    it.telegram.fault(Fault::of("webhook", FaultKind::ForgedSecret).times(1));
    it.telegram.say(it.eve, it.group, "forged").unwrap();
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    it.telegram.fault(Fault::of("webhook", FaultKind::Duplicate).times(1));
    it.telegram.say(it.eve, it.group, "twice").unwrap();
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    it.telegram.fault(Fault::of("webhook", FaultKind::Reset).times(1));
    it.telegram.say(it.eve, it.group, "late").unwrap();
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    assert_eq!(hook.texts(), ["forged", "twice", "twice", "late"]);
    assert_eq!(hook.got.lock().unwrap()[0].0, "wrong");
}

#[tokio::test]
async fn setting_the_same_webhook_again_changes_nothing() {
    let (it, hook) = hooked(Options::default()).await;
    let set = json!({ "url": hook.url, "secret_token": "s3cret", "max_connections": 4 });
    let (_, again) = it.bot.call("setWebhook", set).await;
    assert_eq!(again["description"], "Webhook is already set");
    let info = it.bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["max_connections"]), (&json!(hook.url), &json!(4)));
    assert_eq!(it.bot.call("deleteWebhook", json!({})).await.1["description"], "Webhook was deleted");
    assert_eq!(it.bot.call("deleteWebhook", json!({})).await.1["description"], "Webhook is already deleted");
}

#[tokio::test]
async fn the_transcript_reads_like_a_story() {
    let it = small(Options::default()).await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    let hello = t.say(it.eve, group, "hello").unwrap();
    bot.ok("deleteMessage", json!({ "chat_id": group.0, "message_id": hello.0 })).await;
    bot.ok("restrictChatMember", json!({ "chat_id": group.0, "user_id": it.eve.0, "permissions": no_permissions() }))
        .await;
    let markup = json!({ "inline_keyboard": [[{ "text": "I have joined", "callback_data": "v1" }]] });
    bot.ok("sendMessage", json!({ "chat_id": group.0, "text": "Eve, please join first", "reply_markup": markup }))
        .await;
    let press = t.press_and_go(it.eve, group, "I have joined").unwrap();
    bot.ok("answerCallbackQuery", json!({ "callback_query_id": press, "text": "Not yet" })).await;
    assert_eq!(
        t.transcript(group),
        [
            "bot becomes admin of Readers",
            "Eve joins Readers",
            "Eve: hello",
            "bot deletes Eve's message \"hello\"",
            "bot mutes Eve",
            "bot: Eve, please join first [I have joined]",
            "Eve presses [I have joined]",
            "Eve sees: \"Not yet\"",
        ]
    );
}

#[tokio::test]
async fn the_ledger_waits_and_counts() {
    let it = small(Options::default()).await;
    let mark = it.telegram.mark();
    let bot = it.bot.clone();
    let group = it.group.0;
    tokio::spawn(async move { bot.call("sendMessage", json!({ "chat_id": group, "text": "later" })).await });
    let call = it.telegram.wait_from(mark, |it| it.text("text") == "later", SOON).await.unwrap();
    assert_eq!((call.method.as_str(), call.status, call.number("chat_id")), ("sendMessage", 200, Some(group)));
    assert_eq!(call.result()["text"], "later");
    assert!(it.telegram.wait_for(|it| it.method == "leaveChat", Duration::from_millis(50)).await.is_none());
}

#[tokio::test]
async fn counting_mode_keeps_numbers_only() {
    let it = small(Options { history: 10, ..Options::counting() }).await;
    for n in 0..50 {
        it.bot.ok("sendMessage", json!({ "chat_id": it.group.0, "text": format!("{n}") })).await;
    }
    assert_eq!(it.telegram.counts()["sendMessage"].done, 50);
    assert!(it.telegram.all_calls().is_empty() && it.telegram.story().is_empty());
}

#[tokio::test]
async fn the_same_seed_makes_the_same_world() {
    let run = || async {
        let it = small(Options { seed: 42, ..Options::default() }).await;
        let link = it.bot.ok("exportChatInviteLink", json!({ "chat_id": it.group.0 })).await;
        let updates: Vec<Value> = it.bot.updates(json!({})).await.iter().map(|it| it["update_id"].clone()).collect();
        (link, updates, it.group)
    };
    assert_eq!(run().await, run().await);
}

#[tokio::test]
async fn the_bot_leaves_when_it_wants_to() {
    let it = small(Options::default()).await;
    it.bot.ok("leaveChat", json!({ "chat_id": it.group.0 })).await;
    assert_eq!(
        it.bot.refused("sendMessage", json!({ "chat_id": it.group.0, "text": "x" })).await,
        "Forbidden: bot is not a member of the supergroup chat"
    );
}

/// Prints how many simple calls a second pass; run it by name, in a release build.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn how_fast_simple_calls_pass() {
    let it = small(Options::counting()).await;
    let address = it.telegram.api_url().trim_start_matches("http://").to_owned();
    let body = json!({ "chat_id": it.group.0, "text": "hello" }).to_string();
    let request = format!(
        "POST /bot{}/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        it.telegram.token(),
        body.len()
    );
    let began = std::time::Instant::now();
    let clients: Vec<_> = (0..16).map(|_| tokio::spawn(hammer(address.clone(), request.clone(), 2_000))).collect();
    for client in clients {
        client.await.unwrap();
    }
    assert_eq!(it.telegram.counts()["sendMessage"].done, 32_000);
    eprintln!("{:.0} calls/s, client included", 32_000.0 / began.elapsed().as_secs_f64());
}

async fn hammer(address: String, request: String, times: usize) {
    let mut stream = BufReader::new(tokio::net::TcpStream::connect(address).await.unwrap());
    for _ in 0..times {
        stream.write_all(request.as_bytes()).await.unwrap();
        let (mut line, mut length) = (String::new(), 0);
        while stream.read_line(&mut line).await.is_ok_and(|it| it > 2) {
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        stream.read_exact(&mut vec![0; length]).await.unwrap();
    }
}
