//! Admins' hands and other people's doings around the bot; what the bot says of itself and of a chat.

use super::{Small, after, no_permissions, small};
use majordomo::playground::telegram::{Options, Refused};
use serde_json::{Value, json};

/// The changes of membership told since the last time, as (who did it, whom, what they are now).
async fn changes(it: &Small) -> Vec<(i64, i64, String)> {
    let updates = it.bot.updates(json!({ "allowed_updates": ["chat_member", "my_chat_member"] })).await;
    it.bot.updates(json!({ "offset": after(&updates) })).await;
    let one = |it: &Value| {
        let it = if it["chat_member"].is_object() { &it["chat_member"] } else { &it["my_chat_member"] };
        let new = &it["new_chat_member"];
        (it["from"]["id"].as_i64()?, new["user"]["id"].as_i64()?, new["status"].as_str()?.to_owned()).into()
    };
    updates.iter().filter_map(one).collect()
}

#[tokio::test]
async fn an_admins_hand_is_told_under_the_admins_name() {
    let it = small(Options::default()).await;
    let (t, group) = (&it.telegram, it.group);
    let bob = t.person("Bob", "en");
    t.promote(group, bob, &["can_restrict_members", "can_delete_messages"]);
    changes(&it).await;
    let hand = t.hand_of(bob);
    let (me, eve, ann) = (bob.0, it.eve.0, it.ann.0);
    hand.mute(group, it.eve).unwrap();
    assert!(!t.may_write(group, it.eve));
    hand.unmute(group, it.eve).unwrap();
    assert!(t.may_write(group, it.eve));
    hand.ban(group, it.eve).unwrap();
    assert!(matches!(t.join(it.eve, group), Err(Refused::Banned(_))));
    hand.unban(group, it.eve).unwrap();
    t.join(it.eve, group).unwrap();
    hand.remove(group, it.eve).unwrap();
    let told = changes(&it).await;
    let told: Vec<(i64, i64, &str)> = told.iter().map(|(by, who, is)| (*by, *who, is.as_str())).collect();
    assert_eq!(
        told,
        [
            (me, eve, "restricted"),
            (me, eve, "member"),
            (me, eve, "kicked"),
            (me, eve, "left"),
            (eve, eve, "member"),
            (me, eve, "left"),
        ]
    );
    let right = |it: Result<(), Refused>| assert!(matches!(it, Err(Refused::NoRight { .. })), "{it:?}");
    right(hand.promote(group, it.eve, &[]));
    right(t.hand_of(it.sam).mute(group, it.eve));
    t.hand_of(it.ann).demote(group, t.bot()).unwrap();
    t.hand_of(it.ann).promote(group, t.bot(), &["can_invite_users"]).unwrap();
    t.hand_of(it.ann).ban(group, t.bot()).unwrap();
    let told = changes(&it).await;
    assert!(told.iter().all(|(by, who, _)| (*by, *who) == (ann, t.bot().0)));
    let now: Vec<&str> = told.iter().map(|(_, _, is)| is.as_str()).collect();
    assert_eq!(now, ["member", "administrator", "kicked"]);
}

#[tokio::test]
async fn a_hand_that_mutes_for_a_while_lets_go_by_itself() {
    let it = small(Options::default()).await;
    let (t, group) = (&it.telegram, it.group);
    t.hand_of(it.ann).mute_until(group, it.eve, t.now_ms() / 1000 + 60).unwrap();
    let ask = json!({ "chat_id": group.0, "user_id": it.eve.0 });
    assert_eq!(it.bot.ok("getChatMember", ask.clone()).await["status"], "restricted");
    t.advance_ms(61_000);
    assert_eq!(it.bot.ok("getChatMember", ask).await["status"], "member");
    t.say(it.eve, group, "again").unwrap();
}

#[tokio::test]
async fn a_deleted_message_and_a_deleted_person_leave_traces() {
    let it = small(Options::default()).await;
    let (t, group) = (&it.telegram, it.group);
    let said = t.say(it.eve, group, "buy this").unwrap();
    t.hand_of(it.ann).delete(group, said).unwrap();
    assert!(!t.stands(group, said));
    assert!(t.transcript(group).contains(&"deleted: Eve's message \"buy this\"".to_owned()));
    let delete = json!({ "chat_id": group.0, "message_id": said.0 });
    assert_eq!(it.bot.refused("deleteMessage", delete).await, "Bad Request: message to delete not found");
    t.deactivate(it.eve);
    let member = it.bot.ok("getChatMember", json!({ "chat_id": group.0, "user_id": it.eve.0 })).await;
    assert_eq!((&member["status"], &member["user"]["first_name"]), (&json!("member"), &json!("")));
}

#[tokio::test]
async fn a_chat_changes_its_name_and_goes() {
    let it = small(Options::default()).await;
    let (t, bot) = (&it.telegram, &it.bot);
    t.place_bot(it.channel, &["can_invite_users"]);
    let by_name = |name: &str| json!({ "chat_id": name });
    t.make_private(it.channel);
    assert_eq!(bot.refused("getChat", by_name("@news")).await, "Bad Request: chat not found");
    let shown = bot.ok("getChat", json!({ "chat_id": it.channel.0 })).await;
    assert!(shown.get("username").is_none());
    t.make_public(it.channel, "fresh_news");
    assert_eq!(bot.ok("getChat", by_name("@fresh_news")).await["id"], json!(it.channel.0));
    t.link(it.channel, it.group);
    assert_eq!(bot.ok("getChat", json!({ "chat_id": it.group.0 })).await["linked_chat_id"], json!(it.channel.0));
    t.delete_chat(it.channel);
    for chat in [json!({ "chat_id": it.channel.0 }), by_name("@fresh_news")] {
        assert_eq!(bot.refused("getChat", chat).await, "Bad Request: chat not found");
    }
    assert!(bot.ok("getChat", json!({ "chat_id": it.group.0 })).await.get("linked_chat_id").is_none());
}

#[tokio::test]
async fn the_bot_sets_what_everybody_may_do() {
    let it = small(Options::default()).await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    let with = |permissions: Value| json!({ "chat_id": group.0, "permissions": permissions });
    bot.ok("setChatPermissions", with(no_permissions())).await;
    assert!(t.permissions(group).is_empty() && !t.may_write(group, it.eve));
    assert_eq!(bot.ok("getChat", json!({ "chat_id": group.0 })).await["permissions"]["can_send_messages"], false);
    assert_eq!(bot.refused("setChatPermissions", with(no_permissions())).await, "Bad Request: CHAT_NOT_MODIFIED");
    bot.ok("setChatPermissions", with(json!({ "can_send_messages": true }))).await;
    assert!(t.may_write(group, it.eve));
    t.place_bot(group, &["can_delete_messages"]);
    let words = "Bad Request: not enough rights to change chat permissions";
    assert_eq!(bot.refused("setChatPermissions", with(no_permissions())).await, words);
    t.place_bot(it.channel, &["can_restrict_members"]);
    let channel = json!({ "chat_id": it.channel.0, "permissions": no_permissions() });
    assert_eq!(bot.refused("setChatPermissions", channel).await, "Bad Request: can't change channel chat permissions");
}

#[tokio::test]
async fn a_chat_says_how_one_comes_in_and_who_its_admins_are() {
    let it = small(Options::default()).await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    let chat = json!({ "chat_id": group.0 });
    assert!(bot.ok("getChat", chat.clone()).await.get("join_by_request").is_none());
    t.require_requests(group, true);
    t.appoint_guard(group, true);
    let shown = bot.ok("getChat", chat.clone()).await;
    assert_eq!((&shown["join_by_request"], &shown["guard_bot"]["id"]), (&json!(true), &json!(t.bot().0)));
    let (forum, _) = t.forum("Topics", it.ann, &[]);
    t.place_bot(forum, &[]);
    assert_eq!(bot.ok("getChat", json!({ "chat_id": forum.0 })).await["is_forum"], true);
    let other = t.other_bot("Helper");
    t.promote(group, other, &["can_delete_messages"]);
    let ids = |admins: Value| -> Vec<i64> {
        admins.as_array().unwrap().iter().map(|it| it["user"]["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(bot.ok("getChatAdministrators", chat).await), [it.ann.0, t.bot().0], "other bots are left out");
    let all = json!({ "chat_id": group.0, "return_bots": true });
    assert!(ids(bot.ok("getChatAdministrators", all).await).contains(&other.0));
}

#[tokio::test]
async fn many_messages_are_deleted_at_once_and_unknown_ones_passed_over() {
    let it = small(Options::default()).await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    let said: Vec<i64> = (0..3).map(|n| t.say(it.eve, group, &format!("{n}")).unwrap().0).collect();
    let delete = |ids: Vec<i64>| json!({ "chat_id": group.0, "message_ids": ids });
    bot.ok("deleteMessages", delete(vec![said[0], 99_999, said[2]])).await;
    assert_eq!(t.screen(it.ann, group), ["Eve: 1"]);
    for (ids, words) in
        [(vec![], "Message identifiers are not specified"), ((1..102).collect(), "Too many message identifiers")]
    {
        let refused = bot.refused("deleteMessages", delete(ids)).await.to_lowercase();
        assert!(refused.contains(&words.to_lowercase()), "{refused}");
    }
}

#[tokio::test]
async fn commands_and_descriptions_are_kept_per_scope_and_language() {
    let it = small(Options::default()).await;
    let (bot, group) = (&it.bot, it.group);
    let scopes = [
        json!({ "type": "chat", "chat_id": group.0 }),
        json!({ "type": "chat_administrators", "chat_id": group.0 }),
        json!({ "type": "chat_member", "chat_id": group.0, "user_id": it.eve.0 }),
    ];
    for (n, scope) in scopes.iter().enumerate() {
        let commands = json!([{ "command": format!("c{n}"), "description": "x", }]);
        bot.ok("setMyCommands", json!({ "commands": commands, "scope": scope, "language_code": "ru" })).await;
    }
    for (n, scope) in scopes.iter().enumerate() {
        let there = bot.ok("getMyCommands", json!({ "scope": scope, "language_code": "ru" })).await;
        assert_eq!(there[0]["command"], json!(format!("c{n}")));
        assert_eq!(bot.ok("getMyCommands", json!({ "scope": scope })).await, json!([]), "another language");
    }
    let nobody = json!({ "scope": { "type": "chat_member", "chat_id": group.0 } });
    assert!(bot.refused("getMyCommands", nobody).await.contains("user_id"));
    bot.ok("setMyDescription", json!({ "description": "Keeps house" })).await;
    bot.ok("setMyDescription", json!({ "description": "Хранит дом", "language_code": "ru" })).await;
    bot.ok("setMyShortDescription", json!({ "short_description": "House" })).await;
    assert_eq!(it.telegram.about("ru"), ("Хранит дом".to_owned(), "House".to_owned()));
    assert_eq!(it.telegram.about("en").0, "Keeps house");
    assert_eq!(bot.ok("getMyDescription", json!({ "language_code": "ru" })).await["description"], "Хранит дом");
    let long = json!({ "short_description": "x".repeat(121) });
    assert_eq!(bot.refused("setMyShortDescription", long).await, "Bad Request: bot short description is too long");
}
