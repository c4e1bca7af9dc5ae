//! The AI providers against aimock, which others wrote: four dialects, streams, and what goes wrong.
//!
//! `npm --prefix tests/aimock ci` brings it; without it these stories say so and pass. With `AIMOCK=required` they fail.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use majordomo::ai::{Chat, Failure, Picture, Provider, Providers, Recording};
use majordomo::config::{Ai, AiLimits, AiProvider};
use majordomo::domain::ai::{Line, Question, Speaker, Task, Usage};
use majordomo::domain::limits::TripReason;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// Each kind with what follows the server's address.
const KINDS: [(&str, &str); 5] =
    [("openai", "/v1"), ("openai_compatible", "/v1"), ("anthropic", "/v1"), ("gemini", "/v1beta"), ("ollama", "")];
const KEY: &str = "sk-canary-4f1d9b";

struct Mock {
    child: Child,
    url: String,
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Mock {
    /// Starts it with these flags; `None` when it is not installed.
    fn start(flags: &[&str]) -> Option<Self> {
        Self::for_keys(flags, "")
    }

    /// The same for a server that lets in these keys alone.
    fn for_keys(flags: &[&str], keys: &str) -> Option<Self> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aimock");
        let script = home.join("node_modules/@copilotkit/aimock/dist/cli.js");
        if !script.exists() || Command::new("node").arg("--version").output().is_err() {
            let is_required = std::env::var_os("AIMOCK").is_some_and(|it| it == "required");
            assert!(!is_required, "AIMOCK=required, and it is not installed: npm --prefix tests/aimock ci");
            eprintln!("skipped: aimock is not installed (npm --prefix tests/aimock ci)");
            return None;
        }
        let mut node = Command::new("node");
        node.arg(script).args(["-p", "0", "--validate-on-load", "-f"]).arg(home.join("fixtures.json")).args(flags);
        if !keys.is_empty() {
            node.env("AIMOCK_API_KEYS", keys);
        }
        let mut child = node.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let url = lines.find_map(|it| Some(it.split_once("listening on ")?.1.trim().to_owned()));
        // Whoever logs to a pipe that nobody reads stops one day.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { url: url.expect("it says where it listens"), child })
    }

    fn provider(&self, kind: &str) -> Arc<dyn Provider> {
        let after = KINDS.iter().find(|it| it.0 == kind).unwrap().1;
        let base_url = format!("{}{after}", self.url);
        let one = AiProvider { kind: kind.into(), base_url, key: KEY.into(), model: String::new() };
        let limits = AiLimits { first_byte_ms: 1_500, idle_ms: 1_500, total_ms: 4_000, ..AiLimits::default() };
        let settings = Ai { providers: [("one".to_owned(), one)].into_iter().collect(), limits, ..Ai::default() };
        Arc::clone(Providers::new(&settings).unwrap().get("one").unwrap())
    }

    /// What becomes of a question, and the words that were heard on the way.
    async fn ask(&self, kind: &str, text: &str) -> (Result<majordomo::domain::ai::Answer, Failure>, Vec<String>) {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ear = Arc::clone(&heard);
        let sink = move |words: &str| ear.lock().unwrap().push(words.to_owned());
        let question = question(text);
        let asked = Chat { model: "gpt-4o", question: &question, pictures: &[], sink: Some(&sink) };
        let outcome = self.provider(kind).chat(asked).await;
        if let Err(failure) = &outcome {
            let told = format!("{failure} {failure:?}");
            assert!(!told.contains("canary"), "{kind}: {told}");
        }
        let heard = heard.lock().unwrap().clone();
        (outcome, heard)
    }
}

fn question(text: &str) -> Question {
    let line = Line { by: Speaker::Person, text: text.into(), pictures: Vec::new() };
    let system = "Be brief.".into();
    Question { task: Task::Chat, system, lines: vec![line], max_tokens: 500, json: false, prefer: None }
}

#[tokio::test]
async fn an_answer_streams_in_russian_and_is_counted_in_every_dialect() {
    let Some(mock) = Mock::start(&[]) else { return };
    for (kind, _) in KINDS {
        let (answer, heard) = mock.ask(kind, "привет").await;
        let answer = answer.unwrap();
        assert_eq!(answer.text, "Здравствуйте! Чем могу помочь?\n\n- раз\n- два", "{kind}");
        // Its Ollama counts nothing, so that is estimated.
        let said = Usage { input: 11, output: 5 };
        let is_counted = answer.usage == said || kind == "ollama" && answer.usage.output > 5;
        assert!(is_counted, "{kind}: {:?}", answer.usage);
        assert!(heard.len() > 5 && heard.concat() == answer.text && !answer.cut, "{kind}: {heard:?}");
        let (answer, _) = mock.ask(kind, "cut short").await;
        // Its Ollama never says why it stopped.
        assert_eq!(answer.unwrap().cut, kind != "ollama", "{kind}");
    }
}

#[tokio::test]
async fn pictures_and_the_wish_for_json_are_taken_in_every_dialect() {
    let Some(mock) = Mock::start(&[]) else { return };
    for (kind, _) in KINDS {
        let mut question = Question { json: true, ..question("as json") };
        question.lines[0].pictures = vec!["file".into()];
        let picture = Picture { id: "file".into(), mime: "image/png".into(), bytes: b"\x89PNG".to_vec() };
        let asked = Chat { model: "gpt-4o", question: &question, pictures: &[picture], sink: None };
        let answer = mock.provider(kind).chat(asked).await.unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&answer.text).unwrap()["answer"], 42, "{kind}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart_in_every_dialect() {
    let Some(mock) = Mock::start(&[]) else { return };
    for (kind, _) in KINDS {
        let (flood, _) = mock.ask(kind, "wait a second").await;
        let is_told = matches!(&flood, Err(Failure::Flood { retry_after_ms: Some(1_000..=360_000), .. }));
        assert!(is_told, "{kind}: {flood:?}");
        let (long, _) = mock.ask(kind, "too long").await;
        assert!(matches!(&long, Err(Failure::TooLong { .. })), "{kind}: {long:?}");
        let (broken, _) = mock.ask(kind, "broken").await;
        assert!(matches!(&broken, Err(Failure::Down { reason: TripReason::ServerError, .. })), "{kind}: {broken:?}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let Some(mock) = Mock::start(&[]) else { return };
    for (kind, _) in KINDS {
        let (outcome, heard) = mock.ask(kind, "break off").await;
        let Err(failure @ Failure::Down { .. }) = &outcome else { panic!("{kind}: {outcome:?}") };
        assert_eq!(failure.tried().begun, !heard.is_empty(), "{kind}");
        assert!(!heard.is_empty(), "some words had come: {kind}");
    }
}

#[tokio::test]
async fn chaos_of_every_sort_is_a_failure_with_a_name() {
    let cases: [(&[&str], &str); 6] = [
        (&["--chaos-ratelimit", "1"], "flood"),
        (&["--chaos-malformed", "1"], "malformed"),
        (&["--chaos-disconnect", "1"], "down"),
        (&["--chaos-drop", "1"], "down"),
        (&["--chaos-latency", "20000"], "down"),
        (&["--latency", "900", "--chunk-size", "1"], "down"),
    ];
    for (flags, name) in cases {
        let Some(mock) = Mock::start(flags) else { return };
        let mock = &mock;
        let all = KINDS.map(|(kind, _)| async move {
            // One whose fixture says nothing of its own pace.
            let outcome = mock.ask(kind, "as json").await.0;
            (kind, outcome)
        });
        for (kind, outcome) in futures_util::future::join_all(all).await {
            let failure = outcome.unwrap_err();
            assert_eq!(failure.name(), name, "{kind} {flags:?}: {failure}");
        }
    }
}

#[tokio::test]
async fn a_refused_key_is_told_as_that() {
    let Some(mock) = Mock::for_keys(&[], "another-key") else { return };
    for kind in ["openai", "anthropic", "gemini"] {
        let (outcome, _) = mock.ask(kind, "привет").await;
        assert!(matches!(&outcome, Err(Failure::Key { .. })), "{kind}: {outcome:?}");
    }
}

#[tokio::test]
async fn the_other_tasks_are_done() {
    let Some(mock) = Mock::start(&[]) else { return };
    let openai = mock.provider("openai");
    let recording = Recording {
        bytes: bytes::Bytes::from_static(b"OggS"),
        file_name: "voice.ogg".into(),
        mime: "audio/ogg".into(),
        language: Some("ru".into()),
    };
    assert_eq!(openai.transcribe("whisper-1", &recording).await.unwrap().text, "Говорит Москва");
    assert!(!openai.moderate("omni-moderation-latest", "hello").await.unwrap().flagged);
    let texts = ["a cat".to_owned(), "the same cat".to_owned()];
    // Of Gemini it knows only the way for a single text, and of Ollama the older answer.
    let embedded = openai.embed("text-embedding-3-small", &texts).await.unwrap();
    assert_eq!(embedded.vectors, [[0.6, 0.8, 0.0], [0.6, 0.8, 0.0]]);
    for kind in ["openai", "anthropic", "ollama"] {
        assert!(!mock.provider(kind).check().await.unwrap().models.is_empty(), "{kind}");
    }
}
