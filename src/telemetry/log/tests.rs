//! The log as a whole: shapes, folding, a closed pipe, secrets, listeners.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::super::events::*;
use super::*;
use std::io::Write;

/// A writer whose text and calls can be looked at.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<Vec<u8>>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        lock(&self.0).push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn writes(&self) -> Vec<String> {
        lock(&self.0).iter().map(|it| String::from_utf8(it.clone()).unwrap()).collect()
    }
}

fn options(format: LogFormat, level: LogLevel, sink: Sink) -> Options {
    Options { format, level, secrets: Vec::new(), sink, zone: Some("UTC".into()) }
}

fn on_paper(format: LogFormat, level: LogLevel) -> (Log, Paper) {
    let (log, paper) = (Log::new(), Paper::default());
    log.begin(options(format, level, Sink::Writer(Box::new(paper.clone())))).unwrap();
    (log, paper)
}

fn told(log: &Log, line: Line) {
    log.take(line.finished().unwrap());
}

#[test]
fn each_line_is_one_write_that_ends_with_one_newline() {
    for format in [LogFormat::Pretty, LogFormat::Json] {
        let (log, paper) = on_paper(format, LogLevel::Info);
        for reason in ["one", "two\nlines", "three\r\n"] {
            told(&log, Line::always(&APP_READY).reason(reason));
        }
        log.flush_within(FLUSH);
        let writes = paper.writes();
        assert_eq!(writes.len(), 3);
        assert!(writes.iter().all(|it| it.ends_with('\n') && it.matches('\n').count() == 1), "{writes:?}");
    }
}

#[test]
fn what_is_no_terminal_gets_json_by_itself() {
    let (log, paper) = on_paper(LogFormat::Auto, LogLevel::Info);
    told(&log, Line::always(&APP_READY));
    log.flush_within(FLUSH);
    let value: serde_json::Value = serde_json::from_str(&paper.writes()[0]).unwrap();
    assert_eq!(value["event"], "app.ready");
    assert_eq!(value["boot"], boot_id());
}

#[test]
fn only_the_wanted_levels_are_written() {
    let kinds: [&'static super::super::Kind; 4] = [&UPDATE_DUPLICATE, &APP_READY, &UPSTREAM_FAILED, &STORE_FULL];
    let cases = [(LogLevel::Debug, 4), (LogLevel::Info, 3), (LogLevel::Warn, 2), (LogLevel::Error, 1)];
    for (level, expected) in cases {
        let (log, paper) = on_paper(LogFormat::Pretty, level);
        kinds.iter().for_each(|it| told(&log, Line::always(it)));
        log.flush_within(FLUSH);
        assert_eq!(paper.writes().len(), expected, "{level:?}");
        let shown = kinds.iter().filter(|it| log.is_shown(it.level)).count();
        assert_eq!(shown, expected, "{level:?}");
    }
}

#[test]
fn nothing_is_formatted_for_a_level_that_is_off() {
    struct Untouchable;
    impl std::fmt::Display for Untouchable {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("it was formatted")
        }
    }
    let off = Line::off();
    off.actor(Untouchable).reason(Untouchable).field("f", Untouchable).count(Untouchable).next(Untouchable).emit();
}

#[test]
fn repeats_are_folded_and_told_at_the_end() {
    let (log, paper) = on_paper(LogFormat::Pretty, LogLevel::Info);
    for u in 0..44 {
        told(&log, Line::always(&SUP_CHILD_CRASHED).actor("chats/02/-1#7").reason("boom").field("u", u));
    }
    told(&log, Line::always(&SUP_CHILD_CRASHED).reason("something else"));
    log.flush_within(FLUSH);
    let writes = paper.writes();
    assert_eq!(writes.len(), 5, "{writes:#?}");
    assert!(writes[3].contains("something else"));
    assert!(writes[4].contains("boom (x41 in ") && writes[4].contains("u=43"), "{}", writes[4]);
}

#[test]
fn chats_fold_as_one_family_and_the_parts_of_the_house_do_not() {
    let (log, paper) = on_paper(LogFormat::Pretty, LogLevel::Info);
    for part in ["store", "services", "services/cache", "services/timer", "upstreams/telegram", "intake", "web"] {
        told(&log, Line::always(&SUP_CHILD_STARTED).actor(format_args!("{part}#1")).reason("in 3ms"));
    }
    for chat in 0..50 {
        let actor = format!("chats/0{}/-100{chat}#{}", chat % 4, chat + 1);
        told(&log, Line::always(&SUP_CHILD_STARTED).actor(actor).reason(format_args!("in {chat}ms")));
    }
    log.flush_within(FLUSH);
    assert_eq!(paper.writes().len(), 7 + 3 + 1, "{:#?}", paper.writes());
    for shard in 0..8 {
        told(&log, Line::always(&SUP_CHILD_STARTED).actor(format!("chats/0{shard}#1")));
    }
    log.flush_within(FLUSH);
    assert_eq!(paper.writes().len(), 7 + 3 + 1 + 8, "each shard is a part of the house");
}

#[test]
fn numbers_do_not_make_a_new_cause_but_lines_of_source_do() {
    let cases = [
        ("chats/02/-1001234567890#7", "chats/#/-##"),
        ("retry after 35 s, then 7", "retry after # s, then #"),
        ("panic \"len 3\" at rules.rs:212", "panic \"len #\" at rules.rs:212"),
        ("no numbers", "no numbers"),
        ("", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(without_numbers(text), expected, "{text}");
    }
}

#[test]
fn a_stated_cause_folds_reasons_that_vary() {
    let (log, paper) = on_paper(LogFormat::Pretty, LogLevel::Info);
    for ms in 0..10 {
        told(&log, Line::always(&SUP_CHILD_RESTARTED).reason("x".repeat(ms)).cause("restart"));
    }
    log.flush_within(FLUSH);
    assert_eq!(paper.writes().len(), 4);
}

#[test]
fn details_are_never_folded() {
    let (log, paper) = on_paper(LogFormat::Pretty, LogLevel::Debug);
    (0..10).for_each(|_| told(&log, Line::always(&UPDATE_DUPLICATE).reason("same")));
    log.flush_within(FLUSH);
    assert_eq!(paper.writes().len(), 10);
}

#[test]
fn a_closed_pipe_ends_nothing() {
    let log = Log::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    log.begin(options(LogFormat::Json, LogLevel::Info, Sink::Writer(Box::new(writer)))).unwrap();
    for round in 0..100 {
        told(&log, Line::always(&APP_READY).reason("x".repeat(round)));
    }
    log.flush_within(FLUSH);
    assert_eq!(lock(&log.0.ring).len(), 100);
    assert!(log.0.out.get().unwrap().queue.drain(Duration::ZERO), "the writer stopped taking lines");
}

#[test]
fn a_reader_that_does_not_read_holds_nobody_up_and_the_gap_is_told() {
    struct Gate(std::sync::mpsc::Receiver<()>, Paper);
    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let _ = self.0.recv(); // an open gate gives an error at once
            self.1.write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (gate, closed) = std::sync::mpsc::channel();
    let (log, paper) = (Log::new(), Paper::default());
    let sink = Sink::Writer(Box::new(Gate(closed, paper.clone())));
    log.begin(options(LogFormat::Json, LogLevel::Debug, sink)).unwrap();
    let count = 6000;
    (0..count).for_each(|_| told(&log, Line::always(&UPDATE_DUPLICATE)));
    drop(gate);
    log.flush_within(FLUSH);
    let writes = paper.writes();
    let gap = writes.iter().find(|it| it.contains("log.dropped")).unwrap();
    let gap: serde_json::Value = serde_json::from_str(gap).unwrap();
    let dropped = usize::try_from(gap["lines"].as_u64().unwrap()).unwrap();
    assert!(dropped > 0);
    assert_eq!(writes.iter().filter(|it| it.contains("update.duplicate")).count(), count - dropped);
}

#[test]
fn a_secret_given_at_the_start_is_masked_in_every_part() {
    let (log, paper) = (Log::new(), Paper::default());
    let secret = "S3cret-given-at-the-start";
    let mut options = options(LogFormat::Json, LogLevel::Debug, Sink::Writer(Box::new(paper.clone())));
    options.secrets.push(secret.into());
    log.begin(options).unwrap();
    told(
        &log,
        Line::always(&UPSTREAM_FAILED)
            .actor(secret)
            .reason(format_args!("GET http://127.0.0.1/bot{secret}/getMe"))
            .cause(secret)
            .field("x", secret)
            .corr(secret)
            .count(secret)
            .next(secret)
            .act(secret),
    );
    log.flush_within(FLUSH);
    let writes = paper.writes().concat();
    assert!(writes.contains("bot***/getMe"), "{writes}");
    assert!(!writes.contains("S3cret"), "{writes}");
    assert!(!format!("{:?}", lock(&log.0.ring)).contains("S3cret"));
}

#[test]
fn the_last_thousand_lines_stay_in_memory() {
    let log = Log::new();
    log.begin(options(LogFormat::Pretty, LogLevel::Debug, Sink::Nowhere)).unwrap();
    (0..1500).for_each(|it| told(&log, Line::always(&UPDATE_DUPLICATE).field("u", it)));
    let ring = lock(&log.0.ring);
    assert_eq!(ring.len(), RING_LINES);
    assert_eq!(ring.front().unwrap().field("u"), Some("500"));
    assert_eq!(ring.back().unwrap().field("u"), Some("1499"));
}

#[test]
fn listeners_get_what_is_shown_and_captures_get_everything() {
    let log = Log::new();
    let mut listener = log.0.listeners.subscribe();
    let capture = log.capture();
    assert!(log.is_shown(LogLevel::Debug));
    told(&log, Line::always(&UPDATE_DUPLICATE).field("u", 5));
    (0..5).for_each(|_| told(&log, Line::always(&APP_READY).reason("same")));
    assert_eq!(capture.of("app.ready").len(), 5);
    assert_eq!(capture.of("update.duplicate")[0].field("u"), Some("5"));
    assert_eq!(capture.lines().len(), 6);
    let heard = std::iter::from_fn(|| listener.try_recv().ok()).map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(heard, ["app.ready"; 3]);
    drop(capture);
    assert!(!log.is_shown(LogLevel::Debug));
}

#[test]
fn a_log_is_begun_once() {
    let (log, _) = on_paper(LogFormat::Json, LogLevel::Info);
    let again = log.begin(options(LogFormat::Json, LogLevel::Debug, Sink::Nowhere));
    assert_eq!(again, Err(AlreadyBegun));
    assert!(!log.is_shown(LogLevel::Debug), "the second one changed the level");
}

#[test]
fn an_unknown_zone_is_utc() {
    for name in ["Not/AZone", "../../etc/passwd", "/etc/passwd"] {
        assert_eq!(local_zone(Some(name)), TimeZone::UTC, "{name}");
    }
}
