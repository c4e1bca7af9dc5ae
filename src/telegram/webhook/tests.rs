//! The listener against raw TCP clients, friendly and not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod room;

use super::*;
use crate::protocol::intake::{BoxFuture, Taken, Unreadable};
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, oneshot};

const SECRET: &str = "s3cret-S3CRET_0123456789";
const PATH: &str = "/tg/hook";

/// Writes down what it is offered; answers as the body asks.
#[derive(Default)]
struct Notebook {
    offered: Mutex<Vec<String>>,
    kept: Mutex<Vec<(usize, Unreadable)>>,
    reception: Mutex<Vec<Reception>>,
    go: Arc<Notify>,
}

impl Intake for Notebook {
    fn offer(&self, raw: Bytes) -> BoxFuture<'static, Taken> {
        let text = String::from_utf8_lossy(&raw).into_owned();
        self.offered.lock().unwrap().push(text.clone());
        let go = self.go.clone();
        Box::pin(async move {
            match text.as_str() {
                "\"wait\"" => go.notified().await,
                "\"never\"" => std::future::pending().await,
                _ => {}
            }
            match text.as_str() {
                "\"full\"" => Taken::Refused { retry_after_s: 17 },
                "\"again\"" => Taken::Duplicate,
                "not json" => Taken::Kept,
                _ => Taken::Done,
            }
        })
    }

    fn keep(&self, raw: Bytes, reason: Unreadable) -> BoxFuture<'static, Taken> {
        self.kept.lock().unwrap().push((raw.len(), reason));
        Box::pin(async { Taken::Kept })
    }

    fn enabled_updates(&self) -> Vec<&'static str> {
        vec!["message"]
    }

    fn reception(&self, now: Reception) {
        self.reception.lock().unwrap().push(now);
    }
}

struct House {
    address: SocketAddr,
    intake: Arc<Notebook>,
    stop: Option<oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<()>,
}

impl House {
    async fn open(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::new("https://bot.example:8443/tg/hook", SECRET.into(), 1000, 10);
        change(&mut options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let intake = Arc::new(Notebook::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move { drop(stopped.await) };
        let serving = tokio::spawn(serve(listener, options, intake.clone(), stopped));
        Self { address, intake, stop: Some(stop), serving }
    }

    async fn call(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends these bytes on a new connection and reads until it is closed.
    async fn say(&self, bytes: &[u8]) -> String {
        let mut stream = self.call().await;
        let _ = stream.write_all(bytes).await;
        until_closed(&mut stream).await
    }

    fn offered(&self) -> Vec<String> {
        self.intake.offered.lock().unwrap().clone()
    }
}

fn post(body: &str) -> String {
    request("POST", PATH, &format!("X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"), body)
}

fn last_post(body: &str) -> String {
    let headers = format!("X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nConnection: close\r\n");
    request("POST", PATH, &headers, body)
}

fn request(method: &str, path: &str, headers: &str, body: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: bot.example\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

async fn until_closed(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let mut part = [0; 4096];
    while let Ok(n) = stream.read(&mut part).await {
        if n == 0 {
            break;
        }
        said.extend_from_slice(&part[..n]);
    }
    String::from_utf8_lossy(&said).to_lowercase()
}

async fn one_answer(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    while !said.ends_with(b"\r\n\r\n") {
        said.push(stream.read_u8().await.expect("an answer"));
    }
    String::from_utf8_lossy(&said).to_lowercase()
}

fn status_of(answer: &str) -> &str {
    answer.strip_prefix("http/1.1 ").and_then(|it| it.get(..3)).unwrap_or("none")
}

#[tokio::test]
async fn what_is_finished_kept_or_known_is_answered_200_and_only_a_full_store_is_not() {
    let house = House::open(|_| {}).await;
    let table =
        [(r#"{"update_id":1}"#, "200"), ("\"again\"", "200"), ("not json", "200"), ("", "200"), ("\"full\"", "503")];
    for (body, status) in table {
        let answer = house.say(last_post(body).as_bytes()).await;
        assert_eq!(status_of(&answer), status, "{body}");
        assert!(answer.ends_with("\r\n\r\n"), "no body: {answer}");
        assert_eq!(answer.contains("retry-after: 17"), status == "503", "{answer}");
    }
    assert_eq!(house.offered().len(), table.len());
}

#[tokio::test]
async fn nothing_gets_in_without_the_right_secret() {
    let house = House::open(|_| {}).await;
    let header = |value: &str| format!("X-Telegram-Bot-Api-Secret-Token: {value}\r\n");
    let table = [
        String::new(),
        header(""),
        header(&SECRET[1..]),
        header(&SECRET.to_lowercase()),
        header(&format!("{SECRET}x")),
        header(&SECRET.replace('0', "1")),
        header(&"x".repeat(5000)),
        format!("X-Telegram-Bot-Api-Secret: {SECRET}\r\n"),
        format!("{}{}", header(SECRET), header("other")),
        format!("{}{}", header("other"), header(SECRET)),
        format!("Authorization: Bearer {SECRET}\r\n"),
        "X-Telegram-Bot-Api-Secret-Token: \u{442}\r\n".to_owned(),
    ];
    for headers in &table {
        let answer =
            house.say(request("POST", PATH, &format!("{headers}Connection: close\r\n"), "{}").as_bytes()).await;
        assert_eq!(status_of(&answer), "401", "{headers}");
        assert!(answer.ends_with("\r\n\r\n"), "no body: {answer}");
    }
    assert_eq!(house.offered(), Vec::<String>::new());
    let good =
        request("POST", PATH, &format!("x-TELEGRAM-bot-api-secret-token: {SECRET}\r\nConnection: close\r\n"), "1");
    assert_eq!(status_of(&house.say(good.as_bytes()).await), "200", "the name of a header has no case");
}

#[tokio::test]
async fn other_paths_and_methods_do_not_exist() {
    let house = House::open(|_| {}).await;
    let secret = format!("X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nConnection: close\r\n");
    let table = [
        ("GET", PATH, "405"),
        ("PUT", PATH, "405"),
        ("OPTIONS", PATH, "405"),
        ("POST", "/", "404"),
        ("POST", "/tg/hook/", "404"),
        ("POST", "/tg//hook", "404"),
        ("GET", "/metrics", "404"),
        ("POST", "/tg/hook?a=b", "200"),
    ];
    for (method, path, status) in table {
        let answer = house.say(request(method, path, &secret, "{}").as_bytes()).await;
        assert_eq!(status_of(&answer), status, "{method} {path}");
    }
    assert_eq!(house.offered(), ["{}"]);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_announced_or_not() {
    let house = House::open(|_| {}).await;
    let fits = "x".repeat(1000);
    assert_eq!(status_of(&house.say(last_post(&fits).as_bytes()).await), "200");
    let announced = format!(
        "POST {PATH} HTTP/1.1\r\nHost: b\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: 1001\r\n\r\n"
    );
    assert_eq!(status_of(&house.say(announced.as_bytes()).await), "413", "before a byte of it is read");
    let chunk = format!("190\r\n{}\r\n", "x".repeat(0x190));
    let chunked = format!(
        "POST {PATH} HTTP/1.1\r\nHost: b\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    let small = format!("{chunked}{chunk}{chunk}0\r\n\r\n");
    assert_eq!(status_of(&house.say(small.as_bytes()).await), "200");
    let large = format!("{chunked}{chunk}{chunk}{chunk}0\r\n\r\n");
    assert_eq!(status_of(&house.say(large.as_bytes()).await), "413");
    assert_eq!(house.offered(), [fits, "x".repeat(800)]);
}

#[tokio::test]
async fn who_sends_a_large_body_to_its_end_before_listening_hears_the_refusal() {
    let house = House::open(|_| ()).await;
    let large = "x".repeat(8 << 20);
    assert_eq!(status_of(&house.say(last_post(&large).as_bytes()).await), "413");
    let headers =
        format!("X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nTransfer-Encoding: chunked\r\nConnection: close");
    let chunked =
        format!("POST {PATH} HTTP/1.1\r\nHost: bot.example\r\n{headers}\r\n\r\n800000\r\n{large}\r\n0\r\n\r\n");
    assert_eq!(status_of(&house.say(chunked.as_bytes()).await), "413", "announced or not");
    assert_eq!(house.offered(), [""; 0]);
}

#[tokio::test]
async fn what_nests_too_deeply_is_kept_and_not_decoded() {
    let house = House::open(|_| {}).await;
    let deep = "[".repeat(400) + &"]".repeat(400);
    assert_eq!(status_of(&house.say(last_post(&deep).as_bytes()).await), "200");
    assert_eq!(*house.intake.kept.lock().unwrap(), [(800, Unreadable::TooDeep)]);
    assert_eq!(house.offered(), Vec::<String>::new());
}

#[tokio::test]
async fn pipelined_requests_on_one_connection_are_offered_in_order() {
    let house = House::open(|_| {}).await;
    let bodies: Vec<String> = (0..50).map(|it| format!("{{\"update_id\":{it}}}")).collect();
    let mut all: String = bodies[..49].iter().map(|it| post(it)).collect();
    all.push_str(&last_post(&bodies[49]));
    let answers = house.say(all.as_bytes()).await;
    assert_eq!(answers.matches("http/1.1 200").count(), 50);
    assert_eq!(house.offered(), bodies);
}

#[tokio::test]
async fn a_connection_is_kept_after_an_answer_of_any_kind() {
    let house = House::open(|_| {}).await;
    let mut stream = house.call().await;
    for (body, status) in [("1", "200"), ("\"full\"", "503"), ("2", "200")] {
        stream.write_all(post(body).as_bytes()).await.unwrap();
        assert_eq!(status_of(&one_answer(&mut stream).await), status);
    }
}

#[tokio::test]
async fn an_update_in_two_pieces_arrives_whole() {
    let house = House::open(|_| {}).await;
    let whole = post(r#"{"update_id":5,"message":{}}"#);
    for cut in [3, whole.len() - 25, whole.len() - 1] {
        let mut stream = house.call().await;
        stream.write_all(&whole.as_bytes()[..cut]).await.unwrap();
        tokio::task::yield_now().await;
        stream.write_all(&whole.as_bytes()[cut..]).await.unwrap();
        assert_eq!(status_of(&one_answer(&mut stream).await), "200", "cut at {cut}");
    }
    assert_eq!(house.offered(), vec![r#"{"update_id":5,"message":{}}"#; 3]);
}

/// Each row leaves the listener waiting for something; only its own time-out is short.
#[tokio::test]
async fn dawdlers_are_hung_up_on() {
    type Change = fn(&mut Options, Duration);
    let short = Duration::from_millis(40);
    let head = "POST /tg/hook HTTP/1.1\r\nHost: b\r\n".to_owned();
    let body = post("{\"update_id\":1}");
    let table: [(&str, String, Change); 5] = [
        ("idle from the start", String::new(), |it, short| it.idle_timeout = short),
        ("idle after a request", post("1"), |it, short| it.idle_timeout = short),
        ("headers do not end", head, |it, short| it.header_timeout = short),
        ("body does not end", body[..body.len() - 3].to_owned(), |it, short| it.body_timeout = short),
        ("intake does not answer", post("\"never\""), |it, short| it.answer_timeout = short),
    ];
    for (name, bytes, change) in table {
        let house = House::open(|it| change(it, short)).await;
        let answer = house.say(bytes.as_bytes()).await; // returns because the listener closes
        let expected = if name == "idle after a request" { "200" } else { "none" };
        assert_eq!(status_of(&answer), expected, "{name}");
    }
}

#[tokio::test]
async fn a_trickle_of_bytes_does_not_keep_a_connection_open() {
    let house = House::open(|it| it.header_timeout = Duration::from_millis(40)).await;
    let (mut reader, mut writer) = house.call().await.into_split();
    let trickle = tokio::spawn(async move {
        writer.write_all(b"POST /tg/hook HTTP/1.1\r\nX: ").await.unwrap();
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut rest = Vec::new();
    let _ = reader.read_to_end(&mut rest).await;
    assert_eq!(rest, b"");
    trickle.await.unwrap();
}

#[tokio::test]
async fn a_slow_update_is_waited_for_and_others_pass_meanwhile() {
    let house = House::open(|_| {}).await;
    let mut slow = house.call().await;
    slow.write_all(post("\"wait\"").as_bytes()).await.unwrap();
    assert_eq!(status_of(&house.say(last_post("1").as_bytes()).await), "200");
    house.intake.go.notify_one();
    assert_eq!(status_of(&one_answer(&mut slow).await), "200");
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight_and_takes_no_more() {
    let mut house = House::open(|_| {}).await;
    let mut idle = house.call().await;
    idle.write_all(post("1").as_bytes()).await.unwrap();
    one_answer(&mut idle).await;
    let mut slow = house.call().await;
    slow.write_all(post("\"wait\"").as_bytes()).await.unwrap();
    while house.offered().len() < 2 {
        tokio::task::yield_now().await;
    }
    drop(house.stop.take());
    assert_eq!(until_closed(&mut idle).await, "", "an idle connection is closed");
    while TcpStream::connect(house.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    house.intake.go.notify_one();
    let answer = until_closed(&mut slow).await;
    assert_eq!(status_of(&answer), "200");
    house.serving.await.unwrap();
    assert_eq!(*house.intake.reception.lock().unwrap(), [Reception::Open, Reception::Paused]);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let mut house = House::open(|it| it.drain = Duration::from_millis(50)).await;
    let mut stuck = house.call().await;
    stuck.write_all(post("\"never\"").as_bytes()).await.unwrap();
    while house.offered().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(house.stop.take());
    house.serving.await.unwrap();
    assert_eq!(until_closed(&mut stuck).await, "");
}

#[test]
fn the_path_is_that_of_the_public_address() {
    let table = [
        ("https://bot.example/tg/abc", "/tg/abc"),
        ("https://bot.example:8443/x?y=z", "/x"),
        ("https://bot.example", "/"),
        ("", "/"),
    ];
    for (url, path) in table {
        assert_eq!(path_of(url), path, "{url}");
    }
}
