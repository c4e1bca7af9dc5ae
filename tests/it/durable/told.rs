//! What the log tells of bad days: each event comes when its cause comes, with what an operator needs.

use super::UNLIMITED;
use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::playground::telegram::{Fault, FaultKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn begin() -> Story {
    Story::begin(UNLIMITED.iter().fold(Setting::by(By::Polling), |it, (name, value)| it.with(name, value))).await
}

#[tokio::test]
async fn an_answer_that_is_lost_is_told_and_listed() {
    let story = begin().await;
    story.telegram.fault(Fault::of("sendMessage", FaultKind::Reset).after().times(1));
    story.telegram.whisper(story.ann, "/start").unwrap();
    let unknown = story.log.wait_for("effect.unknown").await;
    assert_eq!((&unknown["method"], &unknown["feature"]), (&"sendMessage".into(), &"house".into()), "{unknown}");
    let pending = story.pending().await;
    assert_eq!(pending.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), [unknown["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn a_call_that_is_refused_is_told_and_nothing_else_stops() {
    let story = begin().await;
    let refused = FaultKind::Error(400, "Bad Request: message can't be deleted");
    story.telegram.fault(Fault::of("deleteMessage", refused).times(1));
    story.telegram.say(story.eve, story.group, "hello").unwrap();
    let told = story.log.wait_for("upstream.refused").await;
    assert_eq!((&told["method"], &told["chat"]), (&"deleteMessage".into(), &story.group.0.into()), "{told}");
    story.until("she is muted all the same", || story.telegram.muted(story.group).contains(&story.eve)).await;
}

#[tokio::test]
async fn a_telegram_that_is_away_opens_the_breaker_and_closes_it_when_it_is_back() {
    let story = begin().await;
    story.telegram.fault(Fault::of("deleteMessage", FaultKind::Reset));
    story.telegram.say(story.eve, story.group, "hello").unwrap();
    story.log.wait_for("breaker.open").await;
    story.telegram.no_faults();
    story.log.wait_for("breaker.half_open").await;
    let another = story.stranger("Another", story.group);
    story.stopped(another, "hello").await;
    story.log.wait_for("breaker.closed").await;
}

#[tokio::test]
async fn a_press_that_we_did_not_sign_is_told_and_does_nothing() {
    let story = begin().await;
    story.stopped(story.eve, "hello").await;
    let update = format!(
        r#"{{"update_id":$UPDATE_ID,"callback_query":{{"id":"17","from":{{"id":{eve},"is_bot":false,"first_name":"Eve"}},"message":{{"message_id":5,"date":1700000000,"chat":{{"id":{group},"type":"supergroup","title":"R"}}}},"chat_instance":"1","data":"v1|m.ok||AAAAAAAAAAA"}}}}"#,
        eve = story.eve.0,
        group = story.group.0
    );
    story.telegram.raw(&update);
    assert_eq!(story.log.wait_for("sec.press_forged").await["user_id"], story.eve.0);
    story.calm().await;
    assert!(story.telegram.muted(story.group).contains(&story.eve));
}

#[tokio::test]
async fn a_page_under_a_foreign_name_is_refused_and_told_with_repeats_folded() {
    let story = begin().await;
    let listen = story.log.wait_for("web.started").await["listen"].as_str().unwrap().to_owned();
    let ask = async |headers: &str| {
        let mut stream = TcpStream::connect(&listen).await.unwrap();
        stream
            .write_all(format!("GET /health/live HTTP/1.1\r\n{headers}Connection: close\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).and_then(|it| it.parse::<u16>().ok())
    };
    for _ in 0..50 {
        assert_eq!(ask("Host: evil.example\r\n").await, Some(421));
    }
    assert_eq!(ask(&format!("Host: {listen}\r\nOrigin: https://evil.example\r\n")).await, Some(403));
    assert_eq!(ask(&format!("Host: {listen}\r\n")).await, Some(200));
    let origin = |it: &serde_json::Value| {
        it["event"] == "sec.auth_fail" && it["reason"].as_str().is_some_and(|it| it.contains("another origin"))
    };
    assert!(story.log.wait_from(0, origin, LIMIT).await.is_some(), "{}", story.log.text());
    let told = story.log.events("sec.auth_fail");
    assert!(told.len() < 10, "repeats fold: {told:?}");
    assert!(told.iter().all(|it| it["level"] == "WARN" && it["actor"] == "web/pages"), "{told:?}");
}

#[tokio::test]
async fn what_keeps_polling_from_its_updates_is_told_and_so_is_its_end() {
    let mut story = Story::prepare(Setting::by(By::Polling).with("MAJORDOMO_TELEGRAM__POLLING__WAIT_S", "0")).await;
    story.set("MAJORDOMO_TELEGRAM__POLLING__STALL_S", "1");
    story.start().await;
    let taken = FaultKind::Error(409, "Conflict: terminated by other getUpdates request");
    for (kind, event) in [
        (FaultKind::Hang(60_000), "intake.stalled"),
        (taken, "intake.conflict"),
        (FaultKind::Status(502), "intake.paused"),
    ] {
        story.telegram.fault(Fault::of("getUpdates", kind));
        story.log.wait_for(event).await;
        story.telegram.no_faults();
        let mark = story.log.mark();
        let resumed = story.log.wait_from(mark, |it| it["event"] == "intake.resumed", LIMIT).await;
        assert!(event == "intake.stalled" || resumed.is_some(), "{event}: {}", story.log.text());
    }
    story.protect().await;
}

#[tokio::test]
async fn somebody_elses_webhook_is_told_by_its_host_alone_and_removed() {
    let mut story = Story::prepare(Setting::by(By::Polling)).await;
    let api = story.telegram.api_url();
    let host = api.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(host).await.unwrap();
    let body = r#"{"url":"http://evil.example/a-secret-path"}"#;
    let head = format!(
        "POST /bot{}/setWebhook HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        story.telegram.token(),
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("true") && story.telegram.has_webhook(), "{answer}");
    story.start().await;
    let told = story.log.wait_for("sec.webhook_foreign").await;
    assert!(told["reason"].as_str().unwrap().contains("evil.example"), "{told}");
    assert!(!story.telegram.has_webhook());
    story.protect().await;
    assert!(!story.log.text().contains("a-secret-path"));
}
