//! The outbox on a Telegram that answers as it is told: messages for one person, files, and what is settled already.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::{OutboxActor, Start};
use crate::actors::testkit::{Telegram, Told, Town, until};
use crate::clock;
use crate::domain::effect::{Call, JoinVerdict, MessageRef, Owed};
use crate::domain::fact::Permissions;
use crate::domain::text::Text;
use crate::domain::types::{ChatId, ChatNo, Ephemeral, Language, Made, MessageId, Slot, UserId};
use crate::protocol::outbox::Job;
use crate::store::rows::{Debt, DebtState, Sent};
use crate::store::{Batch, Store, keys, rows};
use ractor::Actor;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const GROUP: ChatId = ChatId(-1_000_000_001_234);
const NO: ChatNo = ChatNo(7);
const EVE: UserId = UserId(7);

/// A Telegram that knows messages for one person.
#[expect(clippy::unnecessary_wraps, reason = "a server of the testkit, others refuse")]
fn new_server(method: &str, body: &Value) -> Told {
    match method {
        "sendMessage" if body.get("ephemeral_message_parameters").is_some() => {
            Ok(json!({"message_id": 0, "ephemeral_message_id": 31}))
        }
        "sendMessage" | "sendDocument" | "editMessageText" => Ok(json!({"message_id": 42})),
        "createChatInviteLink" | "editChatInviteLink" => Ok(json!({"invite_link": "https://t.me/+x"})),
        _ => Ok(json!(true)),
    }
}

/// One that refuses what it does not know.
fn strict_server(method: &str, body: &Value) -> Told {
    if body.get("ephemeral_message_parameters").is_some() {
        return Err((400, "Bad Request: ephemeral messages are not supported"));
    }
    new_server(method, body)
}

/// One that does not look at what it does not know.
fn old_server(method: &str, body: &Value) -> Told {
    let mut body = body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("ephemeral_message_parameters");
    }
    new_server(method, &body)
}

async fn town(answer: fn(&str, &Value) -> Told, ephemeral: bool) -> Town {
    let town = Town::new(Telegram::new(answer).await, |it| it.telegram.ephemeral = ephemeral).await;
    start(&town).await;
    town
}

/// The outbox's next life: it remembers nothing that is not in the store or in its port.
async fn start(town: &Town) -> ractor::ActorRef<crate::protocol::port::Letter<crate::protocol::outbox::OutboxMsg>> {
    let start = Start {
        world: town.world.clone(),
        client: town.client.clone(),
        settings: town.settings.telegram.clone(),
        limits: town.settings.limits.clone(),
    };
    Actor::spawn(None, OutboxActor, start).await.unwrap().0
}

fn say(slot: u64) -> Call {
    Call::Say {
        chat: GROUP,
        slot: Slot(slot),
        thread: None,
        reply_to: None,
        text: Text::new(Language::En, "core-press-stale"),
        keyboard: Vec::new(),
        silent: true,
        only: Some(EVE),
    }
}

fn edit(slot: u64) -> Call {
    let text = Text::new(Language::En, "core-press-stale");
    Call::Edit { chat: GROUP, message: MessageRef::Slot(Slot(slot)), text, keyboard: Vec::new() }
}

const fn delete(slot: u64) -> Call {
    Call::Delete { chat: GROUP, message: MessageRef::Slot(Slot(slot)) }
}

impl Town {
    /// Owes a call, as a decision would: on the disk first.
    async fn owe(&self, call: Call) {
        let debt = Debt {
            owed: Owed::new(call),
            feature: "membership".into(),
            state: DebtState::Owed,
            since: clock::now(),
            why: None,
        };
        let seq = self.world.sequence.take(1);
        let mut batch = Batch::default();
        batch.put(keys::owed(NO, seq), rows::write(&debt));
        self.world.store.commit(batch).await.unwrap();
        self.world.outbox.owe(vec![Job { chat: NO, seq, debt, reserved: false }]);
    }

    /// Waits until nothing is owed any more.
    async fn paid(&self) {
        for _ in 0..3_000 {
            if self.world.store.scan(keys::Kind::Owed.all(), None, 10).await.unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("still owed; made so far: {:?}", self.telegram.methods());
    }

    async fn behind(&self, slot: u64) -> Option<Made> {
        let row = self.world.store.get(keys::slot(NO, Slot(slot))).await.unwrap()?;
        Some(rows::read::<Sent>(&row.value).unwrap().made())
    }
}

#[tokio::test]
async fn what_one_person_sees_is_edited_and_deleted_for_that_person() {
    let town = town(new_server, true).await;
    for call in [say(1), edit(1), delete(1)] {
        town.owe(call).await;
        town.paid().await;
    }
    let seen = town.telegram.seen();
    let methods: Vec<_> = seen.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(methods, ["sendMessage", "editEphemeralMessageText", "deleteEphemeralMessage"]);
    assert_eq!(seen[0].1["ephemeral_message_parameters"], json!({"receiver_user_id": 7}));
    for (method, body) in &seen[1..] {
        assert_eq!((&body["ephemeral_message_id"], &body["receiver_user_id"]), (&json!(31), &json!(7)), "{method}");
        assert!(body.get("message_id").is_none(), "{method}: {body}");
    }
    let made = Made::Ephemeral(Ephemeral { id: 31, receiver: EVE });
    assert_eq!(town.behind(1).await, Some(made));
}

#[tokio::test]
async fn the_outbox_knows_after_a_restart_what_one_person_sees() {
    let town = Town::new(Telegram::new(new_server).await, |_| {}).await;
    let first = start(&town).await;
    town.owe(say(1)).await;
    town.paid().await;
    first.stop_and_wait(None, None).await.unwrap();
    start(&town).await;
    town.owe(delete(1)).await;
    town.paid().await;
    assert_eq!(town.telegram.methods(), ["sendMessage", "deleteEphemeralMessage"]);
}

#[tokio::test]
async fn two_messages_for_one_person_are_both_deleted_although_both_have_id_0() {
    let town = town(new_server, true).await;
    for call in [say(1), say(2), delete(1), delete(2)] {
        town.owe(call).await;
    }
    town.paid().await;
    let deleted = town.telegram.methods().into_iter().filter(|it| it == "deleteEphemeralMessage").count();
    assert_eq!(deleted, 2);
}

#[tokio::test]
async fn a_server_that_refuses_messages_for_one_person_is_asked_once_in_a_process() {
    let town = Town::new(Telegram::new(strict_server).await, |_| {}).await;
    let log = crate::telemetry::capture();
    let first = start(&town).await;
    for call in [say(1), say(2), delete(1)] {
        town.owe(call).await;
        town.paid().await;
    }
    first.stop_and_wait(None, None).await.unwrap();
    start(&town).await;
    town.owe(say(3)).await;
    town.paid().await;
    let asked = |it: &(String, Value)| it.1.get("ephemeral_message_parameters").is_some();
    let told: Vec<_> = town.telegram.seen().iter().map(|it| (it.0.clone(), asked(it))).collect();
    let plain = |method: &str| (method.to_owned(), false);
    let first = ("sendMessage".to_owned(), true);
    assert_eq!(told, [first, plain("sendMessage"), plain("sendMessage"), plain("deleteMessage"), plain("sendMessage")]);
    assert_eq!(town.behind(2).await, Some(Made::Open(MessageId(42))));
    assert!(!log.of("upstream.not_ephemeral").is_empty(), "the operator hears of it");
}

#[tokio::test]
async fn a_refusal_for_another_reason_is_a_refusal() {
    let rights = |_: &str, _: &Value| -> Told { Err((400, "Bad Request: not enough rights to send text messages")) };
    let town = town(rights, true).await;
    town.owe(say(1)).await;
    town.paid().await;
    assert_eq!(town.telegram.methods(), ["sendMessage"]);
    assert!(!town.world.outbox.says_to_everybody());
    let always = |_: &str, _: &Value| -> Told { Err((400, "Bad Request: EPHEMERAL anything")) };
    let stubborn = self::town(always, true).await;
    stubborn.owe(say(1)).await;
    stubborn.paid().await;
    assert_eq!(stubborn.telegram.methods(), ["sendMessage", "sendMessage"], "once with and once without");
}

#[tokio::test]
async fn an_old_server_and_a_closed_switch_lead_to_plain_messages() {
    for (server, ephemeral) in [(old_server as fn(&str, &Value) -> Told, true), (new_server, false)] {
        let town = town(server, ephemeral).await;
        for call in [say(1), edit(1), delete(1)] {
            town.owe(call).await;
            town.paid().await;
        }
        assert_eq!(town.telegram.methods(), ["sendMessage", "editMessageText", "deleteMessage"]);
        let asked = town.telegram.seen()[0].1.get("ephemeral_message_parameters").is_some();
        assert_eq!(asked, ephemeral);
        assert_eq!(town.behind(1).await, Some(Made::Open(MessageId(42))));
    }
}

#[tokio::test]
async fn a_file_is_said_under_its_slot() {
    let town = town(new_server, true).await;
    town.owe(Call::Document {
        chat: GROUP,
        slot: Slot(1),
        thread: None,
        reply_to: None,
        name: "list.csv".into(),
        content: "a,b\n".into(),
        caption: Text::new(Language::En, "core-press-stale"),
        silent: false,
    })
    .await;
    town.owe(delete(1)).await;
    town.paid().await;
    assert_eq!(town.telegram.methods(), ["sendDocument", "deleteMessage"]);
    let form = town.telegram.seen()[0].1.as_str().unwrap().to_owned();
    assert!(form.contains("filename=\"list.csv\"") && form.contains("a,b\n"), "{form}");
    assert_eq!(town.telegram.seen()[1].1["message_id"], 42);
}

#[tokio::test]
async fn what_a_join_request_needs_is_done_even_when_it_is_settled_already() {
    let settled = |method: &str, body: &Value| -> Told {
        match method {
            "approveChatJoinRequest" => Err((400, "Bad Request: USER_ALREADY_PARTICIPANT")),
            "declineChatJoinRequest" => Err((400, "Bad Request: HIDE_REQUESTER_MISSING")),
            "answerChatJoinRequestQuery" => Err((400, "Bad Request: query is too old")),
            _ => new_server(method, body),
        }
    };
    let town = town(settled, true).await;
    let permissions = Permissions([("can_send_messages".to_owned(), true)].into());
    let calls = [
        Call::Approve { chat: GROUP, user: EVE },
        Call::Decline { chat: GROUP, user: UserId(8) },
        Call::AnswerJoin { query: "j".into(), verdict: JoinVerdict::Approve },
        Call::Permit { chat: GROUP, permissions },
        Call::EditInvite { chat: GROUP, link: "l".into(), name: "door".into(), by_request: true },
        Call::DeleteMany { chat: GROUP, messages: vec![MessageId(1), MessageId(2)] },
    ];
    let methods = calls.each_ref().map(Call::method);
    for call in calls {
        town.owe(call).await;
        town.paid().await;
    }
    assert_eq!(town.telegram.methods(), methods, "each is made once");
}

#[tokio::test]
async fn an_answer_to_a_join_query_that_comes_too_late_is_not_given() {
    let town = town(new_server, true).await;
    let mut late = Owed::new(Call::AnswerJoin { query: "j".into(), verdict: JoinVerdict::Queue });
    late = late.until(crate::domain::types::Moment(clock::now().0 - 1));
    let (seq, state, since) = (town.world.sequence.take(1), DebtState::Owed, clock::now());
    let debt = Debt { owed: late, feature: "membership".into(), state, since, why: None };
    let mut batch = Batch::default();
    batch.put(keys::owed(NO, seq), rows::write(&debt));
    town.world.store.commit(batch).await.unwrap();
    town.world.outbox.owe(vec![Job { chat: NO, seq, debt, reserved: false }]);
    town.paid().await;
    town.owe(Call::Leave { chat: GROUP }).await;
    town.telegram.calls(1).await;
    town.paid().await;
    assert_eq!(town.telegram.methods(), ["leaveChat"]);
}

#[tokio::test]
async fn the_newest_word_on_permissions_is_the_one_that_stays() {
    let town = Town::new(Telegram::new(new_server).await, |_| {}).await;
    let permit =
        |may| Call::Permit { chat: GROUP, permissions: Permissions([("can_send_messages".to_owned(), may)].into()) };
    for may in [true, false, true, false] {
        town.owe(permit(may)).await;
    }
    start(&town).await;
    town.paid().await;
    until("the last call", || !town.telegram.seen().is_empty()).await;
    let last = town.telegram.seen().last().unwrap().1["permissions"]["can_send_messages"].clone();
    assert_eq!(last, json!(false));
}

#[tokio::test]
async fn words_that_telegram_put_off_until_the_press_was_too_old_are_said_in_the_chat() {
    let asked = Arc::new(AtomicU32::new(0));
    let server = move |method: &str, body: &Value| match method {
        "answerCallbackQuery" if asked.fetch_add(1, Ordering::Relaxed) == 0 => {
            let flood = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 1",
                "parameters": {"retry_after": 1}});
            Ok(Value::String(flood.to_string()))
        }
        "answerCallbackQuery" => Err((400, "Bad Request: query is too old and response timeout expired")),
        _ => new_server(method, body),
    };
    let town = Town::new(Telegram::new(server).await, |_| ()).await;
    town.world.intake.numbers().load(GROUP, NO, GROUP);
    start(&town).await;
    let text = Some(Text::new(Language::En, "core-press-stale"));
    town.owe(Call::Answer { query: "q".into(), text, alert: false }).await;
    town.telegram.calls(3).await;
    assert_eq!(town.telegram.methods(), ["answerCallbackQuery", "answerCallbackQuery", "sendMessage"]);
}

/// Debts that were owed by another process, on the disk only: so many of each chat.
async fn owed_before(town: &Town, chats: u64, each: u64, state: DebtState, call: fn(u64) -> Call) {
    let mut batch = Batch::default();
    for n in 0..chats * each {
        let (owed, since) = (Owed::new(call(n)), clock::now());
        let debt = Debt { owed, feature: "membership".into(), state, since, why: None };
        // The oldest ones are those of the chats that come last on the disk.
        batch.put(keys::owed(ChatNo(chats - n / each), n + 1), rows::write(&debt));
    }
    town.world.store.commit(batch).await.unwrap();
}

#[tokio::test]
async fn a_mountain_of_debts_is_paid_oldest_first_although_there_is_room_for_a_few() {
    let town = Town::new(Telegram::new(new_server).await, |it| it.limits.telegram.queue = 4).await;
    let delete = |n| Call::Delete { chat: GROUP, message: MessageRef::Id(MessageId(i64::try_from(n).unwrap())) };
    owed_before(&town, 5, 5, DebtState::Owed, delete).await;
    start(&town).await;
    town.paid().await;
    let seen = town.telegram.seen().into_iter().filter(|it| it.0 == "deleteMessage");
    let ids: Vec<_> = seen.map(|(_, body)| body["message_id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 25, "each once: {ids:?}");
    let first = ids[..4].iter().copied().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(first, (0..4).collect(), "{ids:?}");
}

#[tokio::test]
async fn what_was_on_its_way_is_not_said_again_either_when_there_was_no_room_for_it() {
    let town = Town::new(Telegram::new(new_server).await, |it| it.limits.telegram.queue = 4).await;
    owed_before(&town, 5, 2, DebtState::Sending, say).await;
    start(&town).await;
    let unknown = async || {
        let rows = town.world.store.scan(keys::Kind::Owed.all(), None, 100).await.unwrap();
        let read = |it: &(Vec<u8>, crate::store::Record)| rows::read::<Debt>(&it.1.value).unwrap().state;
        rows.iter().map(read).filter(|it| *it == DebtState::Unknown).count()
    };
    assert_eq!(unknown().await, 10, "whoever looks at the disk next sees it");
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await; // time to look at the disk again, twice
    assert_eq!(unknown().await, 10);
    assert!(!town.telegram.methods().iter().any(|it| it == "sendMessage"), "{:?}", town.telegram.methods());
}
