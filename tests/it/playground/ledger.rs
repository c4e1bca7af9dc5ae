//! What is seen and counted; and how fast it is.

use super::{SOON, no_permissions, small};
use majordomo::playground::telegram::Options;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

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
