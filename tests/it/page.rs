//! The demo's page over HTTP: who may ask, what comes of it, and that nothing is lost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use crate::harness::LIMIT;
use majordomo::domain::types::Language;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::timeout;

/// Names and values.
type Headers<'a> = &'a [(&'a str, &'a str)];

/// A running demo, its page, and what its stream has said.
struct Demo {
    child: Child,
    /// Where the demo keeps its folder, so that nothing is left when it is killed.
    room: TempDir,
    /// Without the slash at the end.
    url: String,
    token: String,
    http: Client,
}

impl Demo {
    async fn start() -> Self {
        let room = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_majordomo"));
        command.env("TMPDIR", room.path());
        let mut child = command.args(["demo", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let found = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(out).lines().map_while(Result::ok);
            let url = lines.find_map(|it| Some(it.trim().strip_prefix("http://")?.trim_end_matches('/').to_owned()));
            std::thread::spawn(move || lines.for_each(drop)); // so that its last words find a reader
            url
        });
        let url = format!("http://{}", timeout(LIMIT, found).await.unwrap().unwrap().expect("it prints its address"));
        let http = Client::new();
        let page = http.get(format!("{url}/?lang=en")).send().await.unwrap().text().await.unwrap();
        let token = between(&page, "<meta name=\"token\" content=\"", "\"").to_owned();
        assert_eq!(token.len(), 32, "the page knows its token");
        Self { child, room, url, token, http }
    }

    fn post(&self, deed: &Value) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}/act", self.url)).header("content-type", "application/json");
        request.body(deed.to_string())
    }

    /// A deed of the page: status and answer.
    async fn act(&self, deed: Value) -> (StatusCode, Value) {
        let answer = self.post(&deed).header("x-demo-token", &self.token).send().await.unwrap();
        let status = answer.status();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null))
    }

    async fn must(&self, deed: Value) -> Value {
        let (status, body) = self.act(deed.clone()).await;
        assert_eq!(status, StatusCode::OK, "{deed}: {body}");
        body
    }

    async fn look(&self) -> Look {
        let stream = self.http.get(format!("{}/live", self.url)).send().await.unwrap();
        let mut look = Look { stream, rest: String::new(), parts: BTreeMap::new(), log: Vec::new() };
        look.until("everything is there", |it| it.parts.contains_key("counts")).await;
        look
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended by itself
        let _ = self.child.wait();
    }
}

/// What a reader of the stream knows.
struct Look {
    stream: Response,
    rest: String,
    parts: BTreeMap<String, Value>,
    log: Vec<Value>,
}

impl Look {
    async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !holds(self) {
                let chunk = self.stream.chunk().await.unwrap().expect("the stream goes on");
                self.rest.push_str(&String::from_utf8_lossy(&chunk));
                while let Some((event, rest)) = self.rest.split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned()))
                {
                    self.rest = rest;
                    self.take(&event);
                }
            }
        };
        let waited = timeout(LIMIT, waiting).await;
        assert!(waited.is_ok(), "in time: {what}; counts: {}; log: {:#?}", self.parts["counts"], self.log);
    }

    fn take(&mut self, event: &str) {
        let kind = event.lines().find_map(|it| it.strip_prefix("event: ")).unwrap_or_default();
        let data = event.lines().find_map(|it| it.strip_prefix("data: ")).unwrap_or("null");
        let data: Value = serde_json::from_str(data).unwrap();
        match kind {
            "log" => self.log.push(data),
            "chat" => drop(self.parts.insert(format!("chat {}", data["id"]), data)),
            other => drop(self.parts.insert(other.to_owned(), data)),
        }
    }

    fn person(&self, at: usize) -> i64 {
        self.parts["people"]["people"][at]["id"].as_i64().unwrap()
    }

    fn place(&self, name: &str) -> i64 {
        self.parts["people"][name].as_i64().unwrap()
    }

    fn messages(&self, chat: i64) -> Vec<Value> {
        self.parts[&format!("chat {chat}")]["messages"].as_array().cloned().unwrap_or_default()
    }

    fn count(&self, name: &str) -> u64 {
        self.parts["counts"][name].as_u64().unwrap()
    }

    fn logged(&self, id: &str) -> bool {
        self.log.iter().any(|it| it["id"] == id)
    }

    /// Everything that was accepted is done, nothing waits, nothing is lost.
    async fn whole(&mut self) {
        let calm = |it: &Self| it.count("at_telegram") + it.count("in_hand") == 0 && it.count("accepted") > 0;
        self.until("everything is done", calm).await;
        assert_eq!((self.count("accepted"), self.count("lost")), (self.count("done"), 0));
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|it| it.1.split_once(after)).expect(before).0
}

#[tokio::test]
async fn only_the_page_itself_may_change_anything() {
    let demo = Demo::start().await;
    let deed = json!({ "do": "newcomer" });
    let host = demo.url.trim_start_matches("http://").to_owned();
    let token = demo.token.clone();
    let cases: [(&str, Headers<'_>, u16); 8] = [
        ("the page", &[("x-demo-token", &token)], 200),
        (
            "the page, as a browser says it",
            &[("x-demo-token", &token), ("origin", &demo.url), ("sec-fetch-site", "same-origin")],
            200,
        ),
        ("without the token", &[], 403),
        ("with another token", &[("x-demo-token", "00000000000000000000000000000000")], 403),
        ("from another origin", &[("x-demo-token", &token), ("origin", "http://evil.example")], 403),
        ("from another site", &[("x-demo-token", &token), ("sec-fetch-site", "cross-site")], 403),
        ("under another name", &[("x-demo-token", &token), ("host", "evil.example")], 421),
        ("under another port", &[("x-demo-token", &token), ("host", "127.0.0.1:1")], 421),
    ];
    for (who, headers, expected) in cases {
        let request = headers.iter().fold(demo.post(&deed), |it, (name, value)| it.header(*name, *value));
        assert_eq!(request.send().await.unwrap().status().as_u16(), expected, "{who}");
    }
    let rebound = demo.http.get(format!("{}/live", demo.url)).header("host", "evil.example").send().await.unwrap();
    assert_eq!(rebound.status().as_u16(), 421, "reading under another name: {host}");
    let page = demo.http.get(format!("{}/", demo.url)).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    for wrong in [json!({ "do": "abort" }), json!({ "do": "say", "who": "me" }), json!([])] {
        assert!(demo.act(wrong.clone()).await.0.is_client_error(), "{wrong}");
    }
    for path in ["/Cargo.toml", "/../Cargo.toml", "/file/none", "/assets/main.js"] {
        let status = demo.http.get(format!("{}{path}", demo.url)).send().await.unwrap().status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn people_do_on_the_page_what_they_do_in_telegram_and_no_more() {
    let demo = Demo::start().await;
    let mut look = demo.look().await;
    let (ann, sam, eve) = (look.person(0), look.person(1), look.person(2));
    let (group, channel) = (look.place("group"), look.place("channel"));
    demo.must(json!({ "do": "say", "who": eve, "chat": group, "text": "hello" })).await;
    let is_notice = move |it: &Value| it["only"] == eve && it["deleted"] == false && it["buttons"][0][0].is_object();
    look.until("Eve gets a notice of her own", |it| it.messages(group).iter().any(is_notice)).await;
    let notice = look.messages(group).into_iter().find(is_notice).unwrap();
    look.until("her words are gone", |it| {
        it.messages(group).iter().any(|it| it["text"] == "hello" && it["deleted"] == true)
    })
    .await;
    let rows = notice["buttons"].as_array().unwrap().clone();
    let keys = rows
        .iter()
        .enumerate()
        .flat_map(|(r, row)| row.as_array().unwrap().iter().enumerate().map(move |(c, it)| (r, c, it)));
    let (row, column, _) = keys.clone().find(|it| it.2["url"].is_null()).unwrap();
    let press = |who: i64| json!({ "do": "press", "who": who, "chat": group, "message": notice["id"], "ephemeral": true, "row": row, "column": column });
    let toast = demo.must(press(eve)).await;
    assert!(toast["toast"].as_str().unwrap().contains("News"), "{toast}");
    let link = rows.iter().flat_map(|it| it.as_array().unwrap()).find_map(|it| it["url"].as_str()).unwrap();
    assert_eq!(demo.must(json!({ "do": "open", "who": eve, "link": link })).await["go"], channel);
    let refused = [
        ("a muted person", json!({ "do": "say", "who": eve, "chat": group, "text": "hey" })),
        ("a press of what others see", press(sam)),
        ("a post by a reader", json!({ "do": "say", "who": sam, "chat": channel, "text": "news!" })),
        ("another's private chat", json!({ "do": "say", "who": eve, "chat": ann, "text": "hey" })),
        ("somebody unknown", json!({ "do": "say", "who": 1, "chat": group, "text": "hey" })),
        ("no words", json!({ "do": "say", "who": sam, "chat": group, "text": " " })),
        ("the end of the process", json!({ "do": "say", "who": ann, "chat": ann, "text": "/drill abort" })),
        ("a link to elsewhere", json!({ "do": "open", "who": sam, "link": "https://example.com/" })),
        ("another's message", json!({ "do": "edit", "who": sam, "chat": group, "message": 1, "text": "hey" })),
    ];
    for (what, deed) in refused {
        let (status, body) = demo.act(deed).await;
        assert_eq!(status, StatusCode::CONFLICT, "{what}: {body}");
        assert!(body["error"].as_str().is_some_and(|it| !it.is_empty()), "{what} is refused in words");
    }
    demo.must(json!({ "do": "join", "who": eve, "chat": channel })).await;
    let free = move |it: &Look| {
        let members = it.parts[&format!("chat {group}")]["members"].as_array().cloned().unwrap_or_default();
        members.iter().any(|it| it["id"] == eve && it["muted"] == false)
    };
    look.until("Eve may write", free).await;
    demo.must(json!({ "do": "say", "who": eve, "chat": group, "text": "thank you" })).await;
    look.whole().await;
}

#[tokio::test]
async fn what_breaks_comes_back_and_nothing_is_lost() {
    let demo = Demo::start().await;
    let mut look = demo.look().await;
    let (sam, group) = (look.person(1), look.place("group"));
    let say = |text: &str| json!({ "do": "say", "who": sam, "chat": group, "text": text });
    demo.must(json!({ "do": "break", "chat": group, "how": "crash" })).await;
    look.until("a crash", |it| it.logged("sup.child.crashed")).await;
    demo.must(say("meanwhile")).await;
    look.until("a restart", |it| it.logged("sup.child.restarted")).await;
    look.whole().await;
    demo.must(json!({ "do": "break", "chat": group, "how": "poison" })).await;
    look.until("it is set aside", |it| it.count("set_aside") == 1).await;
    look.whole().await;
    let update = look.parts["inbox"]["aside"][0]["update"].clone();
    demo.must(json!({ "do": "inbox", "update": update, "again": false })).await;
    look.until("the quarantine is empty", |it| it.count("set_aside") == 0).await;
    demo.must(json!({ "do": "cut", "off": true })).await;
    demo.must(say("can anybody hear me?")).await;
    look.until("it waits at Telegram", |it| it.count("at_telegram") > 0).await;
    demo.must(json!({ "do": "restart" })).await;
    demo.must(json!({ "do": "cut", "off": false })).await;
    look.whole().await;
    let before = look.count("accepted");
    demo.must(json!({ "do": "start_over" })).await;
    look.until("all is as in the beginning", |it| it.count("accepted") < before && it.parts["counts"]["open"] == true)
        .await;
    look.whole().await;
}

#[tokio::test]
async fn people_speak_the_language_of_the_page() {
    let demo = Demo::start().await;
    for language in Language::ALL {
        let page = demo
            .http
            .get(format!("{}/", demo.url))
            .header("accept-language", format!("fr, {}-XX;q=0.8", language.code()));
        let page = page.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(&format!("<html lang=\"{}\"", language.code())));
        assert!(!page.contains("[[") && !page.contains("demo-title"), "every text is filled in");
    }
    demo.must(json!({ "do": "speak", "language": "ru" })).await;
    let mut look = demo.look().await;
    let group = look.place("group");
    assert_eq!(look.parts["people"]["people"][0]["name"], "Анна");
    let said = |it: &Look| {
        it.messages(group).iter().any(|it| it["bot"] == true && it["text"].as_str().unwrap().contains("Новости"))
    };
    look.until("the bot speaks it, too", said).await;
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_told_to_begin_anew_and_holds_nobody_up() {
    let demo = Demo::start().await;
    let mut look = demo.look().await;
    let (sam, group) = (look.person(1), look.place("group"));
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(1 << 16).unwrap();
    let host = demo.url.trim_start_matches("http://");
    let mut slow = socket.connect(host.parse().unwrap()).await.unwrap();
    slow.write_all(format!("GET /live HTTP/1.1\r\nhost: {host}\r\n\r\n").as_bytes()).await.unwrap();
    let long = "word ".repeat(800);
    // Changes that come together are told together, so each waits for its own look.
    for n in 0..150 {
        demo.must(json!({ "do": "say", "who": sam, "chat": group, "text": format!("{n} {long}") })).await;
        look.until("another reader sees it", |it| {
            it.messages(group).last().is_some_and(|it| it["text"].as_str().unwrap().starts_with(&format!("{n} ")))
        })
        .await;
    }
    look.whole().await;
    let (mut all, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    let reading = async {
        loop {
            let count = slow.read(&mut buffer).await.unwrap();
            all.extend_from_slice(&buffer[..count]);
            let tail = &all[all.len().saturating_sub(200)..];
            if count == 0 || String::from_utf8_lossy(tail).contains("event: reload") {
                return;
            }
        }
    };
    assert!(timeout(LIMIT, reading).await.is_ok(), "it hears that it must begin anew");
    assert!(String::from_utf8_lossy(&all).contains("event: reload"), "{} bytes", all.len());
}

#[tokio::test]
async fn it_ends_when_told_to_with_the_numbers() {
    let mut demo = Demo::start().await;
    let _reader = demo.look().await;
    let pid = demo.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let ended = async {
        loop {
            match demo.child.try_wait().unwrap() {
                Some(status) => return status,
                None => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
    };
    assert_eq!(timeout(LIMIT, ended).await.unwrap().code(), Some(0));
    assert_eq!(demo.room.path().read_dir().unwrap().count(), 0, "its folder is gone");
}
