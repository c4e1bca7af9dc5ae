//! What is refused, in the official words.

use super::small;
use majordomo::playground::telegram::Options;
use serde_json::{Value, json};

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
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
