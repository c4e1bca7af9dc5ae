//! Coming in: by asking, by link, by invitation; and who decides.

use super::{Bot, GUARD, SOON, Small, after, kinds, small};
use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{Options, Refused};
use serde_json::{Value, json};

const HEARD: [&str; 4] = ["message", "chat_member", "my_chat_member", "chat_join_request"];

/// A group where one must ask, and everything told so far forgotten.
async fn gated() -> Small {
    let it = small(Options::default()).await;
    it.telegram.require_requests(it.group, true);
    fresh(&it.bot).await;
    it
}

/// Takes what has been told.
async fn fresh(bot: &Bot) -> Vec<Value> {
    let updates = bot.updates(json!({ "allowed_updates": HEARD })).await;
    bot.updates(json!({ "offset": after(&updates) })).await;
    updates
}

fn of(chat: ChatId, who: UserId) -> Value {
    json!({ "chat_id": chat.0, "user_id": who.0 })
}

#[tokio::test]
async fn who_asks_is_let_in_or_turned_away() {
    let it = gated().await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    t.join(it.sam, group).unwrap();
    assert_eq!(t.asking(group), [it.sam]);
    assert!(!t.is_inside(group, it.sam), "asking is not being inside");
    assert!(matches!(t.join(it.sam, group), Err(Refused::NothingToDo(_))), "one asks once");
    let told = fresh(bot).await;
    assert_eq!(kinds(&told), ["chat_join_request"]);
    let request = &told[0]["chat_join_request"];
    assert_eq!((&request["from"]["id"], &request["user_chat_id"]), (&json!(it.sam.0), &json!(it.sam.0)));
    assert!(request.get("query_id").is_none(), "only a guard is asked a question");
    bot.ok("approveChatJoinRequest", of(group, it.sam)).await;
    assert!(t.is_inside(group, it.sam) && t.asking(group).is_empty());
    let told = fresh(bot).await;
    let change = told.iter().find(|it| it["chat_member"].is_object()).unwrap()["chat_member"].clone();
    assert_eq!(change["via_join_request"], true);
    assert_eq!((&change["from"]["id"], &change["new_chat_member"]["status"]), (&json!(t.bot().0), &json!("member")));
    let max = t.person("Max", "en");
    t.join(max, group).unwrap();
    bot.ok("declineChatJoinRequest", of(group, max)).await;
    assert!(!t.is_inside(group, max));
    let seen = t.transcript(group);
    for line in ["Sam asks to join Readers", "Sam joins Readers", "bot turns Max away from Readers"] {
        assert!(seen.iter().any(|it| it == line), "{line} in {seen:?}");
    }
    let read = serde_json::from_value::<frankenstein::updates::Update>(told[0].clone());
    assert!(read.is_ok(), "{read:?}");
}

#[tokio::test]
async fn a_request_is_refused_in_the_official_words() {
    let it = gated().await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    let missing = "Bad Request: HIDE_REQUESTER_MISSING";
    for method in ["approveChatJoinRequest", "declineChatJoinRequest"] {
        assert_eq!(bot.refused(method, of(group, it.sam)).await, missing);
        assert_eq!(bot.refused(method, of(group, it.eve)).await, "Bad Request: USER_ALREADY_PARTICIPANT");
    }
    t.join(it.sam, group).unwrap();
    t.withdraw(it.sam, group).unwrap();
    assert_eq!(bot.refused("approveChatJoinRequest", of(group, it.sam)).await, missing, "taken back");
    t.place_bot(group, &["can_delete_messages"]);
    fresh(bot).await;
    t.join(it.sam, group).unwrap();
    assert_eq!(t.undelivered(), 0, "without the right the bot hears nothing");
    let words = "Bad Request: not enough rights to manage chat join requests";
    assert_eq!(bot.refused("approveChatJoinRequest", of(group, it.sam)).await, words);
}

#[tokio::test]
async fn the_bot_may_write_for_five_minutes_to_who_asks() {
    let it = gated().await;
    let (t, bot) = (&it.telegram, &it.bot);
    let hello = json!({ "chat_id": it.sam.0, "text": "almost there" });
    assert_eq!(bot.refused("sendMessage", hello.clone()).await, "Bad Request: chat not found");
    t.join(it.sam, it.group).unwrap();
    bot.ok("sendMessage", hello.clone()).await;
    assert_eq!(t.screen(it.sam, ChatId(it.sam.0)), ["bot: almost there"]);
    assert!(t.screen(it.eve, ChatId(it.sam.0)).is_empty(), "private is private");
    let silent = "Forbidden: bot can't initiate conversation with a user";
    t.advance_ms(301_000);
    assert_eq!(bot.refused("sendMessage", hello.clone()).await, silent, "too late");
    t.withdraw(it.sam, it.group).unwrap();
    t.join(it.sam, it.group).unwrap();
    bot.ok("sendMessage", hello.clone()).await;
    bot.ok("declineChatJoinRequest", of(it.group, it.sam)).await;
    assert_eq!(bot.refused("sendMessage", hello).await, silent, "the request is no longer open");
}

#[tokio::test]
async fn an_admin_decides_by_hand_too() {
    let it = gated().await;
    let (t, group) = (&it.telegram, it.group);
    t.join(it.sam, group).unwrap();
    assert!(matches!(t.hand_of(it.eve).let_in(group, it.sam), Err(Refused::NoRight { .. })));
    t.hand_of(it.ann).let_in(group, it.sam).unwrap();
    let told = fresh(&it.bot).await;
    let change = told.iter().find(|it| it["chat_member"].is_object()).unwrap();
    assert_eq!(change["chat_member"]["from"]["id"], json!(it.ann.0));
    let max = t.person("Max", "en");
    t.join(max, group).unwrap();
    t.hand_of(it.ann).turn_away(group, max).unwrap();
    assert!(t.asking(group).is_empty() && !t.is_inside(group, max));
    assert!(t.hand_of(it.ann).turn_away(group, max).is_err(), "nobody asks any more");
    t.join(max, group).unwrap();
    t.hand_of(it.ann).ban(group, max).unwrap();
    assert!(t.asking(group).is_empty(), "who is banned does not ask");
}

#[tokio::test]
async fn a_guard_answers_within_ten_seconds() {
    let it = gated().await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    t.appoint_guard(group, true);
    assert_eq!(bot.ok("getMe", json!({})).await["supports_join_request_queries"], true);
    let ask = async |name: &str| {
        let who = t.person(name, "en");
        t.join(who, group).unwrap();
        let told = fresh(bot).await;
        let request = told.iter().find(|it| it["chat_join_request"].is_object()).unwrap();
        (who, request["chat_join_request"]["query_id"].as_str().unwrap().to_owned())
    };
    let say = |query: &str, result: &str| json!({ "chat_join_request_query_id": query, "result": result });
    let (yes, query) = ask("Yes").await;
    assert_eq!(t.unanswered_queries(), [(yes, group)]);
    assert!(bot.refused("answerChatJoinRequestQuery", say(&query, "maybe")).await.contains("invalid result"));
    bot.ok("answerChatJoinRequestQuery", say(&query, "approve")).await;
    assert!(t.is_inside(group, yes) && t.unanswered_queries().is_empty());
    let old = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(bot.refused("answerChatJoinRequestQuery", say(&query, "approve")).await, old, "once only");
    let (no, query) = ask("No").await;
    bot.ok("answerChatJoinRequestQuery", say(&query, "decline")).await;
    assert!(!t.is_inside(group, no) && t.asking(group).is_empty());
    let (later, query) = ask("Later").await;
    bot.ok("answerChatJoinRequestQuery", say(&query, "queue")).await;
    assert_eq!(t.asking(group), [later], "other admins decide");
    let (slow, query) = ask("Slow").await;
    t.advance_ms(10_001);
    assert_eq!(bot.refused("answerChatJoinRequestQuery", say(&query, "approve")).await, old);
    assert_eq!(t.unanswered_queries(), [(slow, group)], "which is a finding");
    bot.ok("approveChatJoinRequest", of(group, slow)).await;
}

#[tokio::test]
async fn links_are_made_changed_used_and_taken_back() {
    let it = small(Options::default()).await;
    let (t, bot, group) = (&it.telegram, &it.bot, it.group);
    fresh(bot).await;
    let wish = json!({ "chat_id": group.0, "name": "door", "creates_join_request": true });
    let made = bot.ok("createChatInviteLink", wish).await;
    let link = made["invite_link"].as_str().unwrap();
    assert_eq!((&made["creates_join_request"], &made["name"]), (&json!(true), &json!("door")));
    t.join_by_link(it.sam, link).unwrap();
    let told = fresh(bot).await;
    assert_eq!(kinds(&told), ["chat_join_request"]);
    let shown = &told[0]["chat_join_request"]["invite_link"];
    assert_eq!((&shown["invite_link"], &shown["pending_join_request_count"]), (&json!(link), &json!(1)));
    bot.ok("approveChatJoinRequest", of(group, it.sam)).await;
    let told = fresh(bot).await;
    let change = &told.iter().find(|it| it["chat_member"].is_object()).unwrap()["chat_member"];
    assert_eq!(change["invite_link"]["invite_link"], json!(link));
    assert!(change.get("via_join_request").is_none(), "that is for requests without a link");
    let change = json!({ "chat_id": group.0, "invite_link": link, "member_limit": 1 });
    assert_eq!(bot.ok("editChatInviteLink", change).await["creates_join_request"], false);
    t.leave(it.sam, group).unwrap();
    let dead = |result: Result<(), Refused>| assert!(matches!(result, Err(Refused::DeadLink(_))), "{result:?}");
    dead(t.join_by_link(it.sam, link)); // its one place is taken
    let made = bot.ok("createChatInviteLink", json!({ "chat_id": group.0 })).await;
    let link = made["invite_link"].as_str().unwrap();
    t.join_by_link(it.sam, link).unwrap();
    assert!(t.is_inside(group, it.sam), "no asking by this one");
    let named = json!({ "chat_id": group.0, "invite_link": link });
    assert_eq!(bot.ok("revokeChatInviteLink", named.clone()).await["is_revoked"], true);
    dead(t.join_by_link(t.person("Max", "en"), link));
    assert_eq!(bot.refused("editChatInviteLink", named).await, "Bad Request: INVITE_HASH_EXPIRED");
    let foreign = t.invite_link(it.ann, group, true);
    let named = json!({ "chat_id": group.0, "invite_link": foreign });
    assert_eq!(bot.refused("revokeChatInviteLink", named).await, "Bad Request: INVITE_HASH_EXPIRED", "not its own");
    let max = t.person("Max", "en");
    fresh(bot).await;
    t.join_by_link(max, &foreign).unwrap();
    let told = fresh(bot).await;
    let shown = told[0]["chat_join_request"]["invite_link"]["invite_link"].as_str().unwrap();
    assert!(shown.ends_with('…') && foreign.starts_with(shown.trim_end_matches('…')), "{shown} of {foreign}");
}

#[tokio::test]
async fn a_new_primary_link_ends_the_old_one() {
    let it = small(Options::default()).await;
    let chat = json!({ "chat_id": it.group.0 });
    let first = it.bot.ok("exportChatInviteLink", chat.clone()).await;
    let second = it.bot.ok("exportChatInviteLink", chat.clone()).await;
    assert_ne!(first, second);
    assert_eq!(it.bot.ok("getChat", chat).await["invite_link"], second);
    assert!(it.telegram.join_by_link(it.sam, first.as_str().unwrap()).is_err());
    it.telegram.join_by_link(it.sam, second.as_str().unwrap()).unwrap();
}

#[tokio::test]
async fn a_friend_is_brought_in_by_somebody() {
    let it = small(Options::default()).await;
    let (t, group) = (&it.telegram, it.group);
    fresh(&it.bot).await;
    t.invite(it.eve, it.sam, group).unwrap();
    let told = fresh(&it.bot).await;
    let joined = told.iter().find(|it| it["message"].is_object()).unwrap();
    assert_eq!(joined["message"]["from"]["id"], json!(it.eve.0));
    assert_eq!(joined["message"]["new_chat_members"][0]["id"], json!(it.sam.0));
    let change = told.iter().find(|it| it["chat_member"].is_object()).unwrap();
    assert_eq!(change["chat_member"]["from"]["id"], json!(it.eve.0));
    t.set_permissions(group, &["can_send_messages"]);
    let max = t.person("Max", "en");
    assert!(matches!(t.invite(it.eve, max, group), Err(Refused::NoRight { .. })));
    let outsider = t.person("Out", "en");
    assert!(matches!(t.invite(outsider, max, group), Err(Refused::NoRight { .. })));
    t.invite(it.ann, max, group).unwrap();
}

#[tokio::test]
async fn deep_links_start_the_bot_and_bring_it_into_groups() {
    let it = small(Options::default()).await;
    let (t, bot) = (&it.telegram, &it.bot);
    fresh(bot).await;
    let me = bot.ok("getMe", json!({})).await["username"].as_str().unwrap().to_owned();
    t.open_link(it.sam, &format!("https://t.me/{me}?start=r42")).unwrap();
    let told = fresh(bot).await;
    assert_eq!(told[0]["message"]["text"], "/start r42");
    assert!(matches!(t.open_link(it.sam, "https://t.me/other_bot?start=x"), Err(Refused::DeadLink(_))));
    let club = t.supergroup("Club", it.ann);
    t.join(it.eve, club).unwrap();
    let link = format!("t.me/{me}?startgroup=x1&admin=delete_messages+restrict_members+invite_users");
    assert!(matches!(t.open_link_in(it.eve, &link, club), Err(Refused::NoRight { .. })), "no admin, no rights to give");
    t.open_link_in(it.ann, &link, club).unwrap();
    let rights = t.rights(club, t.bot()).unwrap();
    assert!(GUARD.iter().all(|it| rights.contains(it)) && !rights.contains(&"can_pin_messages"), "{rights:?}");
    let told = fresh(bot).await;
    let mine = told.iter().find(|it| it["my_chat_member"].is_object()).unwrap();
    assert_eq!(mine["my_chat_member"]["from"]["id"], json!(it.ann.0));
    let said = told.iter().find(|it| it["message"]["text"].is_string()).unwrap();
    assert_eq!(said["message"]["text"], json!(format!("/start@{me} x1")));
    assert_eq!(said["message"]["from"]["id"], json!(it.ann.0));
    t.open_link_in(it.ann, &format!("t.me/{me}?startchannel&admin=post_messages"), it.channel).unwrap();
    assert!(t.rights(it.channel, t.bot()).unwrap().contains(&"can_post_messages"));
    let pub_ = t.supergroup("Pub", it.ann);
    t.open_link_in(it.ann, &format!("t.me/{me}?startgroup"), pub_).unwrap();
    assert!(t.is_inside(pub_, t.bot()) && t.rights(pub_, t.bot()).is_none(), "a plain member");
    assert!(t.until(SOON, || t.story().iter().any(|it| it.chat == club)).await);
}
