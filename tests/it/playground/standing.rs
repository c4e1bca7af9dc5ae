//! Rights, mutes, groups that move, privacy.

use super::{GUARD, after, no_permissions, small};
use majordomo::domain::types::UserId;
use majordomo::playground::telegram::{Options, Refused};
use serde_json::json;

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
