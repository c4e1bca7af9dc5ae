//! The pages as an asker sees them, through a real listener.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::protocol::health::{CheckState, HealthBoard};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct House {
    address: SocketAddr,
    health: HealthBoard,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<std::io::Result<()>>,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|it| it.split_once(": "));
        lines.find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1)
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn house_with(limits: Limits) -> House {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let health = HealthBoard::new(&["store"]);
    let state = WebState {
        health: health.clone(),
        metrics: Arc::new(|| "# HELP x X.\n# TYPE x counter\nx_total 1\n".to_owned()),
        hosts: ["bot.example".to_owned()].into(),
        limits,
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, state, async move { drop(stopped.await) }));
    House { address, health, stop: Some(stop), server }
}

async fn house() -> House {
    house_with(Limits::default()).await
}

impl House {
    async fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or(("", answer.as_str()));
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    async fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let host = if headers.to_ascii_lowercase().contains("host:") {
            String::new()
        } else {
            format!("Host: {}\r\n", self.address)
        };
        self.raw(format!("{method} {path} HTTP/1.1\r\n{host}{headers}\r\n").as_bytes()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "").await
    }
}

fn has_all_headers(answer: &Answer) {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{}", answer.head);
    assert!(!policy.contains("unsafe"));
    let expected = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.header(name), Some(value), "{name} in {}", answer.head);
    }
    assert!(answer.header("permissions-policy").is_some());
    assert!(answer.header("content-type").is_some_and(|it| it.contains("charset=utf-8")), "{}", answer.head);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(answer.header("server"), None);
}

#[tokio::test]
async fn every_alias_of_a_page_answers_alike() {
    let house = house().await;
    let pages = [
        (&["/health/live", "/live", "/healthz"][..], 200, "alive"),
        (&["/health/ready", "/ready"][..], 503, "ready"),
        (&["/health/status", "/health", "/status"][..], 200, "status"),
    ];
    for (paths, status, key) in pages {
        for path in paths {
            let answer = house.get(path).await;
            assert_eq!(answer.status, status, "{path}");
            assert!(answer.json().get(key).is_some(), "{path}: {}", answer.body);
            assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
            has_all_headers(&answer);
        }
    }
}

#[tokio::test]
async fn live_follows_the_process_and_nothing_else() {
    let house = house().await;
    house.health.set("store", CheckState::Down, "no space", None);
    house.health.set("telegram", CheckState::Down, "no route", None);
    house.health.draining();
    assert_eq!(house.get("/health/live").await.json(), serde_json::json!({ "alive": true }));
    house.health.exiting();
    let answer = house.get("/health/live").await;
    assert_eq!((answer.status, answer.json()), (503, serde_json::json!({ "alive": false })));
}

#[tokio::test]
async fn ready_says_why_not() {
    let house = house().await;
    assert_eq!(house.get("/ready").await.json(), serde_json::json!({ "ready": false, "why": ["store: not yet"] }));
    house.health.ready("store", true, "");
    house.health.set("telegram", CheckState::Down, "", None);
    let answer = house.get("/ready").await;
    assert_eq!((answer.status, answer.json()), (200, serde_json::json!({ "ready": true, "why": [] })));
    house.health.draining();
    assert_eq!(house.get("/ready").await.status, 503);
}

#[tokio::test]
async fn status_tells_each_check() {
    let house = house().await;
    house.health.set("store", CheckState::Ok, "12 MiB", Some(2));
    house.health.set("telegram", CheckState::Down, "breaker open", None);
    let answer = house.get("/health/status").await;
    let body = answer.json();
    assert_eq!((answer.status, body["status"].as_str()), (200, Some("degraded")));
    assert_eq!(body["checks"]["store"]["state"], "ok");
    assert_eq!(body["checks"]["store"]["latency_ms"], 2);
    assert_eq!(body["checks"]["telegram"]["detail"], "breaker open");
    assert!(body["checks"]["telegram"]["since"].as_str().unwrap().ends_with('Z'));
    assert!(body["uptime_s"].is_u64() && body["uptime"].is_string());
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    house.health.set("store", CheckState::Down, "", None);
    assert_eq!(house.get("/health/status").await.status, 503);
}

#[tokio::test]
async fn metrics_have_the_type_that_prometheus_expects() {
    let answer = house().await.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    assert!(answer.body.contains("x_total 1\n"));
    has_all_headers(&answer);
}

#[tokio::test]
async fn the_index_leads_to_every_page() {
    let house = house().await;
    let index = house.get("/").await;
    assert_eq!(index.status, 200);
    has_all_headers(&index);
    let links: Vec<_> = index.body.split("href=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
    assert_eq!(links, ["/health/status", "/health/ready", "/health/live", "/metrics"]);
    for link in links {
        assert_ne!(house.get(link).await.status, 404, "{link}");
    }
}

#[tokio::test]
async fn requests_are_judged_by_method_host_and_origin() {
    let house = house().await;
    let port = house.address.port();
    let own = format!("http://{}", house.address);
    let cases = [
        ("GET", "/live", String::new(), 200),
        ("HEAD", "/live", String::new(), 200),
        ("POST", "/live", "Content-Length: 0\r\n".into(), 405),
        ("PUT", "/live", "Content-Length: 0\r\n".into(), 405),
        ("DELETE", "/live", String::new(), 405),
        ("OPTIONS", "/live", String::new(), 405),
        ("TRACE", "/live", String::new(), 405),
        ("FOO", "/live", String::new(), 405),
        ("GET", "/nowhere", String::new(), 404),
        ("GET", "/../../etc/passwd", String::new(), 404),
        ("GET", "/live/", String::new(), 404),
        ("GET", "/live", "Host: localhost\r\n".into(), 200),
        ("GET", "/live", format!("Host: localhost:{port}\r\n"), 200),
        ("GET", "/live", "Host: [::1]:1\r\n".into(), 200),
        ("GET", "/live", "Host: bot.example\r\n".into(), 200),
        ("GET", "/live", "Host: evil.example\r\n".into(), 421),
        ("GET", "/live", "Host: 10.1.2.3\r\n".into(), 421),
        ("GET", "/live", "Host: user@localhost\r\n".into(), 400),
        ("GET", "/live", "Host: \r\n".into(), 400),
        ("GET", "/live", "Host: localhost\r\nHost: evil.example\r\n".into(), 400),
        ("GET", "http://evil.example/live", "Host: localhost\r\n".into(), 421),
        ("GET", "/live", format!("Origin: {own}\r\n"), 200),
        ("GET", "/live", "Origin: https://evil.example\r\n".into(), 403),
        ("GET", "/live", "Origin: null\r\n".into(), 403),
        ("GET", "/live", format!("Origin: {own}\r\nOrigin: https://evil.example\r\n"), 403),
        ("GET", "/metrics", "Origin: https://evil.example\r\n".into(), 403),
    ];
    for (method, path, headers, status) in cases {
        let answer = house.ask(method, path, &headers).await;
        assert_eq!(answer.status, status, "{method} {path} {headers}");
        has_all_headers(&answer);
        match status {
            405 => assert_eq!(answer.header("allow"), Some("GET, HEAD")),
            400..500 => assert!(answer.json()["error"].is_string()),
            _ => {}
        }
        if method == "HEAD" {
            assert_eq!(answer.body, "");
        }
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_all_headers() {
    let house = house().await;
    let long_path = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(9_000));
    let endless = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "a".repeat(40_000));
    let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(100));
    let cases = [
        ("a long path", long_path.as_bytes(), 404),
        ("an endless header", endless.as_bytes(), 431),
        ("many headers", many.as_bytes(), 431),
        ("noise", &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no http\r\n\r\n"[..], 400),
        ("no version", &b"GET /\r\n\r\n"[..], 400),
        ("no host", &b"GET /live HTTP/1.1\r\n\r\n"[..], 400),
    ];
    for (what, request, status) in cases {
        let answer = house.raw(request).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.head);
        has_all_headers(&answer);
    }
}

#[tokio::test]
async fn a_slow_asker_is_cut_and_others_get_in() {
    let limits = Limits { connections: 2, head: Duration::from_millis(300), ..Limits::default() };
    let house = house_with(limits).await;
    let mut slow = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        stream.write_all(b"GET /live HTTP/1.1\r\nHost:").await.unwrap();
        slow.push(stream);
    }
    assert_eq!(house.get("/live").await.status, 200);
    for mut stream in slow {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("x-frame-options: DENY"));
    }
}

#[tokio::test]
async fn it_stops_when_told_although_somebody_hangs_on() {
    let limits = Limits { drain: Duration::from_millis(10), ..Limits::default() };
    let mut house = house_with(limits).await;
    let _hanging = TcpStream::connect(house.address).await.unwrap();
    assert_eq!(house.get("/live").await.status, 200);
    drop(house.stop.take());
    house.server.await.unwrap().unwrap();
    assert!(TcpStream::connect(house.address).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_pulse_brings_the_process_to_life_each_second() {
    let health = HealthBoard::new(&[]);
    health.silence();
    assert!(!health.is_alive());
    let pulse = tokio::spawn(self_ping(health.clone()));
    tokio::time::sleep(Duration::from_millis(500)).await; // between two beats
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(health.is_alive());
        health.silence();
    }
    pulse.abort();
}
