//! Every way in which a call can fail, in each dialect: what it is told as, and that it tells no key and no words.

use super::answers::stream;
use super::server::{Do, Server, document, head, send, stream_head};
use super::*;
use crate::ai::Failure;
use crate::domain::ai::Usage;
use crate::domain::limits::TripReason;

/// A failure, and everything that can be read from it.
async fn fail(kind: &str, url: &str, limits: AiLimits) -> (Failure, Ear) {
    let (ear, question) = (Ear::default(), question(WORDS));
    let sink = ear.sink();
    let one = provider(kind, url, limits);
    let failure = one.chat(Chat { sink: Some(&*sink), ..asked(&question, &[]) }).await.unwrap_err();
    for told in [failure.to_string(), format!("{failure:?}"), format!("{failure:#?}")] {
        assert!(!told.contains("canary") && !told.contains("4f1d9b"), "{kind}: {told}");
        assert!(told.len() < 1_000 && !told.contains("127.0.0.1"), "{kind}: {told}");
    }
    assert!(failure.to_string().starts_with("chat with one/m-1"), "{failure}");
    (failure, ear)
}

async fn fail_by(kind: &str, script: Vec<Do>, limits: AiLimits) -> (Failure, Ear) {
    let server = Server::start(script).await;
    fail(kind, &server.url, limits).await
}

/// A body that a hostile or careless server could send: it repeats the key and the question.
fn echo() -> String {
    let error = format!("{{\"code\":\"{KEY}\",\"type\":\"{WORDS}\",\"message\":\"{KEY} said {WORDS}\"}}");
    format!("{{\"error\":{error}}}")
}

#[tokio::test]
async fn every_status_is_told_apart_in_every_dialect_and_repeats_nothing() {
    let cases = [
        ("401 Unauthorized", "key"),
        ("402 Payment Required", "spent"),
        ("403 Forbidden", "key"),
        ("404 Not Found", "model"),
        ("413 Payload Too Large", "too_long"),
        ("400 Bad Request", "refused"),
        ("429 Too Many Requests", "flood"),
        ("529 Overloaded", "flood"),
        ("500 Internal Server Error", "down"),
        ("502 Bad Gateway", "down"),
        ("503 Service Unavailable", "down"),
        ("504 Gateway Timeout", "down"),
        ("307 Temporary Redirect", "malformed"),
    ];
    for kind in DISTANT {
        for (status, name) in cases {
            let (failure, ear) = fail_by(kind, document(status, &echo()), limits()).await;
            assert_eq!(failure.name(), name, "{kind} {status}: {failure}");
            assert!(ear.heard().is_empty() && !failure.tried().begun);
            assert_eq!(failure.tried().usage, Usage::default(), "a refusal costs nothing: {kind} {status}");
        }
    }
}

#[tokio::test]
async fn a_flood_says_how_long_from_its_headers() {
    for kind in DISTANT {
        for (header, value, expected) in [
            ("retry-after", "7", Some(7_000)),
            ("retry-after-ms", "250", Some(250)),
            ("x-ratelimit-reset-tokens", "1m30s", Some(90_000)),
            ("x-other", "1", None),
        ] {
            let script = vec![head("429 Too Many Requests", &[(header, value)]), send(echo())];
            let (failure, _) = fail_by(kind, script, limits()).await;
            let Failure::Flood { retry_after_ms, .. } = failure else { panic!("{kind}: {failure}") };
            assert_eq!(retry_after_ms, expected, "{kind} {header}");
        }
        let script = vec![head("503 Service Unavailable", &[("retry-after", "3")]), send("<html>")];
        let (failure, _) = fail_by(kind, script, limits()).await;
        let is_told = matches!(&failure, Failure::Down { retry_after_ms: Some(3_000), reason, .. } if *reason == TripReason::ServerError);
        assert!(is_told, "{kind}: {failure:?}");
    }
}

/// The first words of an answer, and not its end.
fn beginning(kind: &str) -> String {
    let whole = stream(kind, "stop");
    let at = whole.find("мир").unwrap();
    let end = whole[..at].rfind('\n').unwrap() + 1;
    whole[..end].to_owned()
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_never_taken_for_a_whole_one() {
    for kind in DISTANT {
        // Closed politely, closed rudely, closed in the middle of a chunk.
        let chunked = head("200 OK", &[("content-type", "text/event-stream"), ("transfer-encoding", "chunked")]);
        let said = beginning(kind);
        let chunk = send(format!("{:x}\r\n{said}\r\n", said.len()));
        let endings = [
            vec![stream_head(kind), send(beginning(kind))],
            vec![stream_head(kind), send(beginning(kind)), Do::Wait(50), Do::Reset],
            vec![chunked, chunk, send("ff\r\nhalf")],
        ];
        for script in endings {
            let (failure, ear) = fail_by(kind, script, limits()).await;
            let Failure::Down { reason: TripReason::Unreachable, tried, .. } = &failure else {
                panic!("{kind}: {failure:?}")
            };
            assert_eq!(ear.heard(), ["Привет, "], "{kind}");
            assert!(tried.begun && tried.usage.output > 0 && tried.usage.input > 0, "{kind}: {tried:?}");
            assert!(failure.to_string().contains("in the middle of its answer"), "{failure}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_was_whole_stays_whole_when_the_connection_breaks_after_it() {
    for kind in DISTANT {
        let mut whole = stream(kind, "stop");
        if let Some(at) = whole.find("data: [DONE]") {
            whole.truncate(at);
        }
        let server = Server::start(vec![stream_head(kind), send(whole), Do::Wait(50), Do::Reset]).await;
        let question = question(WORDS);
        let answer = provider(kind, &server.url, limits()).chat(asked(&question, &[])).await.unwrap();
        assert_eq!(answer.text, "Привет, мир", "{kind}");
    }
}

#[tokio::test]
async fn nothing_is_waited_for_longer_than_its_limit() {
    let short = AiLimits { first_byte_ms: 150, idle_ms: 150, total_ms: 400, ..limits() };
    for kind in DISTANT {
        let drip = vec![send(": \n"), Do::Wait(60)];
        let dripping = if kind == "ollama" { vec![send("\n"), Do::Wait(60)] } else { drip };
        let slow: Vec<_> = [stream_head(kind)].into_iter().chain(dripping.into_iter().cycle().take(200)).collect();
        let cases = [
            (vec![Do::Hang], "no answer within 150 ms", false),
            (vec![stream_head(kind), Do::Hang], "silent for 150 ms", false),
            (vec![stream_head(kind), send(beginning(kind)), Do::Hang], "silent for 150 ms", true),
            (slow, "not ready within 400 ms", false),
        ];
        for (script, why, begun) in cases {
            let (failure, _) = fail_by(kind, script, short.clone()).await;
            let Failure::Down { reason: TripReason::TimedOut, why: told, tried, .. } = failure else {
                panic!("{kind}: {failure:?}")
            };
            assert_eq!(told, why, "{kind}");
            assert_eq!(tried.begun, begun, "{kind}");
            assert!(tried.usage.input > 0, "it was sent, so it may be paid for: {kind}");
        }
        let script = vec![head("500 Internal Server Error", &[]), send("half a rea"), Do::Hang];
        let (failure, _) = fail_by(kind, script, short.clone()).await;
        assert_eq!(failure.name(), "down", "the status is known although the reason never came: {kind}");
    }
}

#[tokio::test]
async fn nothing_larger_than_its_limit_is_read() {
    let small = AiLimits { answer_bytes: 64 << 10, ..limits() };
    let block = vec![b'a'; 16 << 10];
    for kind in DISTANT {
        let line = vec![stream_head(kind), send("data: "), Do::Repeat(block.clone(), 10_000)];
        let document = vec![head("200 OK", &[("content-type", "application/json")]), Do::Repeat(block.clone(), 10_000)];
        for script in [line, document] {
            let (failure, _) = fail_by(kind, script, small.clone()).await;
            let Failure::Malformed { why, .. } = &failure else { panic!("{kind}: {failure:?}") };
            assert_eq!(why, "an answer of more than 65536 bytes", "{kind}");
        }
        let script = vec![head("500 Internal Server Error", &[]), Do::Repeat(block.clone(), 10_000)];
        let (failure, _) = fail_by(kind, script, small.clone()).await;
        assert_eq!(failure.name(), "down", "{kind}");
    }
}

#[tokio::test]
async fn what_is_not_the_protocol_is_malformed_and_repeats_nothing() {
    for kind in DISTANT {
        let garbage = format!("data: {{\"choices\": {KEY} {WORDS}\n\n");
        let cases = [
            vec![stream_head(kind), send(garbage)],
            document("200 OK", &format!("{{malformed json: <<<{WORDS}>>>")),
            document("200 OK", "{}"),
            document("200 OK", ""),
            vec![head("200 OK", &[("content-type", "text/html")]), send("<html>log in</html>")],
            vec![stream_head(kind), Do::Send(b"data: {\"a\": \"\xff\xfe\"}\n\n".to_vec())],
            vec![stream_head(kind)],
        ];
        for script in cases {
            let (failure, _) = fail_by(kind, script.clone(), limits()).await;
            assert_eq!(failure.name(), "malformed", "{kind} {script:?}: {failure:?}");
        }
        let (failure, _) = fail_by(kind, vec![send("SSH-2.0-x\r\n\r\n")], limits()).await;
        assert_eq!(failure.name(), "down", "{kind}: {failure:?}");
    }
}

#[tokio::test]
async fn an_error_in_mid_stream_is_told_as_what_it_is() {
    let cases = [
        ("openai", "data: {\"error\":{\"code\":\"rate_limit_exceeded\"}}\n\n", "flood"),
        ("openai_compatible", "data: {\"error\":{\"code\":502,\"message\":\"upstream\"}}\n\n", "down"),
        (
            "anthropic",
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n",
            "flood",
        ),
        ("gemini", "data: {\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}\n\n", "down"),
        ("ollama", "{\"error\":\"the model runner has stopped\"}\n", "down"),
    ];
    for (kind, error, name) in cases {
        let (failure, _) = fail_by(kind, vec![stream_head(kind), send(beginning(kind)), send(error)], limits()).await;
        assert_eq!(failure.name(), name, "{kind}: {failure}");
        assert!(failure.tried().begun && failure.tried().usage.output > 0, "{kind}");
    }
}

#[tokio::test]
async fn who_cannot_be_reached_is_down_and_costs_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    // Somebody who speaks no TLS: whoever says hello in it hears something else.
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tls = format!("https://{}", plain.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    for url in [format!("http://127.0.0.1:{port}"), "http://no-such-host.invalid".into(), tls] {
        for kind in DISTANT {
            let (failure, _) = fail(kind, &url, limits()).await;
            let Failure::Down { reason: TripReason::Unreachable, tried, .. } = &failure else {
                panic!("{kind} {url}: {failure:?}")
            };
            assert_eq!(tried.usage, Usage::default(), "{kind} {url}");
        }
    }
}

#[tokio::test]
async fn a_provider_that_hangs_is_full_soon_and_costs_its_neighbour_nothing() {
    let few = AiLimits { in_flight: 2, ..limits() };
    let server = Server::start(vec![Do::Hang]).await;
    let (stuck, question) = (provider("openai", &server.url, few.clone()), question(WORDS));
    let (mut one, mut two) = (stuck.chat(asked(&question, &[])), stuck.chat(asked(&question, &[])));
    let begun = futures_util::future::join(
        futures_util::future::poll_immediate(&mut one),
        futures_util::future::poll_immediate(&mut two),
    );
    assert!(matches!(begun.await, (None, None)));
    let failure = stuck.chat(asked(&question, &[])).await.unwrap_err();
    assert!(matches!(failure, Failure::Full { limit: 2, .. }), "{failure:?}");
    let well = Server::start(vec![stream_head("openai"), send(stream("openai", "stop"))]).await;
    assert!(provider("openai", &well.url, few).chat(asked(&question, &[])).await.is_ok());
    drop(one);
    let failure = futures_util::future::poll_immediate(stuck.chat(asked(&question, &[]))).await;
    assert!(failure.is_none(), "a place is free again: {failure:?}");
}

#[tokio::test]
async fn whoever_drops_an_answer_closes_its_connection() {
    for kind in DISTANT {
        let server = Server::start(vec![stream_head(kind), send(beginning(kind)), Do::Hang]).await;
        let (ear, question) = (Ear::default(), question(WORDS));
        let sink = ear.sink();
        let one = provider(kind, &server.url, limits());
        let mut answer = one.chat(Chat { sink: Some(&*sink), ..asked(&question, &[]) });
        while ear.heard().is_empty() {
            let _ = tokio::time::timeout(std::time::Duration::from_millis(10), &mut answer).await;
        }
        drop(answer);
        while server.gone() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}
