//! Strange updates: what nobody understands is kept, and its neighbours are handled.

use super::UNLIMITED;
use crate::harness::{By, Setting, Story};

const SECRET: &str = "a-secret-of-this-story";

fn setting(by: By) -> Setting {
    let all = UNLIMITED.iter().chain(&[("MAJORDOMO_TELEGRAM__WEBHOOK__SECRET", SECRET)]);
    all.fold(Setting::by(by), |it, (name, value)| it.with(name, value))
}

/// What cannot be decoded; `$UPDATE_ID` stands for the id.
fn undecodable() -> Vec<(&'static str, String)> {
    let deep = format!("{}1{}", "[".repeat(3_000), "]".repeat(3_000));
    vec![
        ("a message that is no object", r#"{"update_id":$UPDATE_ID,"message":"x"}"#.into()),
        ("a message without a chat", r#"{"update_id":$UPDATE_ID,"message":{"message_id":1,"date":1}}"#.into()),
        ("a number where words belong", message(r#""text":17"#)),
        ("too deep", format!(r#"{{"update_id":$UPDATE_ID,"message":{deep}}}"#)),
        ("too deep and large", format!(r#"{{"update_id":$UPDATE_ID,"x":"{}","y":{deep}}}"#, "\\u0001".repeat(60_000))),
        (
            "too deep and full of letters of four bytes",
            format!(r#"{{"update_id":$UPDATE_ID,"x":"{}","y":{deep}}}"#, "\u{1F600}".repeat(60_000)),
        ),
    ]
}

/// What is decoded, and must not stop anything either.
fn unknown() -> Vec<(&'static str, String)> {
    vec![
        ("a kind from the future", r#"{"update_id":$UPDATE_ID,"telepathy":{"x":[1,2,3]}}"#.into()),
        ("a kind we know with parts from the future", message(r#""text":"hello","aura":{"colour":"blue"}"#)),
        ("much text in escapes", message(&format!(r#""text":"{}""#, "\\u0001".repeat(4_096)))),
    ]
}

/// A message of a person in private, with this in it.
fn message(more: &str) -> String {
    format!(
        r#"{{"update_id":$UPDATE_ID,"message":{{"message_id":9,"date":1700000000,"chat":{{"id":77,"type":"private","first_name":"Ida"}},"from":{{"id":77,"is_bot":false,"first_name":"Ida"}},{more}}}}}"#
    )
}

#[tokio::test]
async fn what_nobody_understands_is_kept_and_its_neighbours_are_handled() {
    for by in [By::Polling, By::Webhook] {
        let mut story = Story::begin(setting(by)).await;
        let mut kept = Vec::new();
        for (name, update) in undecodable() {
            let eve = story.stranger(name, story.group);
            let before = story.telegram.say(eve, story.group, "before").unwrap();
            kept.push((name, story.telegram.raw(&update)));
            let after = story.telegram.say(eve, story.group, "after").unwrap();
            let both = |it: std::collections::HashSet<i64>| it.contains(&before.0) && it.contains(&after.0);
            story.until(&format!("the neighbours of {name} are handled"), || both(story.deleted(story.group))).await;
        }
        for (_, update) in unknown() {
            story.telegram.raw(&update);
        }
        story.calm().await;
        for round in ["now", "after a kill"] {
            let inbox = story.inbox().await;
            let mut listed: Vec<u64> = inbox.iter().map(|it| it.update).collect();
            listed.sort_unstable();
            assert_eq!(listed, kept.iter().map(|it| it.1).collect::<Vec<_>>(), "{round}: {inbox:?}");
            assert!(inbox.iter().all(|it| it.feature == "decode" && !it.cause.is_empty()), "{inbox:?}");
            assert!(!story.log.events("update.undecodable").is_empty(), "{}", story.log.text());
            story.restart().await;
        }
        let (code, shown, _) = story.run(&["inbox", "show", &kept[0].1.to_string(), "--json"]).await;
        assert_eq!(code, Some(0));
        assert!(shown.contains(r#"\"message\":\"x\""#), "{shown}");
        let (code, ..) = story.run(&["inbox", "release", &kept[0].1.to_string()]).await;
        assert_eq!(code, Some(0), "it is tried again, by a version that may understand it");
        assert_eq!(story.inbox().await.len(), kept.len(), "this one does not");
    }
}

#[tokio::test]
async fn a_large_update_that_takes_long_is_kept_and_handled_too() {
    use majordomo::playground::telegram::{Fault, FaultKind};
    for by in [By::Polling, By::Webhook] {
        let mut story = Story::begin(setting(by)).await;
        // Unknown people are looked up slowly, so that the update must be written down before it is decided.
        story.telegram.fault(Fault::of("getChatMember", FaultKind::Latency(1_500)));
        let words = "\\u0434".repeat(4_096);
        let reply = format!(
            r#""reply_to_message":{{"message_id":1,"date":1,"chat":{{"id":{0},"type":"supergroup","title":"R"}},"text":"{words}"}}"#,
            story.group.0
        );
        let eve = story.stranger("Large", story.group);
        let entities = r#"{"type":"text_link","offset":0,"length":1,"url":"https://example.org/a/long/address"}"#;
        let large = format!(
            r#"{{"update_id":$UPDATE_ID,"message":{{"message_id":5000,"date":1700000000,"chat":{{"id":{},"type":"supergroup","title":"R"}},"from":{{"id":{},"is_bot":false,"first_name":"Large"}},"text":"{words}","entities":[{}],{reply}}}}}"#,
            story.group.0,
            eve.0,
            [entities; 200].join(",")
        );
        assert!(large.len() > 65_536, "larger than a row may be");
        story.telegram.raw(&large);
        let tried = |it: &majordomo::playground::telegram::Call| it.number("message_id") == Some(5_000);
        story.called("deleteMessage", tried).await;
        story.until("it is acknowledged", || story.telegram.undelivered() == 0).await;
        story.until("muted", || story.telegram.muted(story.group).contains(&eve)).await;
        story.stopped(story.eve, "others go on").await;
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
    }
}

#[tokio::test]
async fn the_door_of_the_webhook_holds() {
    let story = Story::begin(setting(By::Webhook).with("MAJORDOMO_TELEGRAM__WEBHOOK__MAX_BODY_BYTES", "100000")).await;
    let huge = format!(r#"{{"update_id":1,"x":"{}"}}"#, "a".repeat(200_000));
    let deep = format!(r#"{{"update_id":2,"x":{}}}"#, "[".repeat(90_000));
    let cases = [
        (huge.as_str(), SECRET, 413),
        (deep.as_str(), SECRET, 200),
        ("", SECRET, 200),
        ("nonsense", SECRET, 200),
        (r#"{"update_id":3}"#, "wrong", 401),
    ];
    for (body, secret, status) in cases {
        let start: String = body.chars().take(20).collect();
        assert_eq!(story.post(body, secret).await, status, "{start}");
    }
    let forged = story.log.wait_for("sec.webhook_forged").await;
    assert_eq!(forged["actor"], "intake/receiver", "{forged}");
    story.stopped(story.eve, "hello").await;
}
