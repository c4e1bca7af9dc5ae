//! Embeddings, transcription, moderation, the look, and how providers are made from settings.

use super::server::{Server, document};
use super::*;
use crate::ai::{KINDS, Recording, Unusable};
use crate::config::AiRoutes;
use crate::domain::ai::Usage;
use serde_json::json;

fn recording() -> Recording {
    Recording {
        bytes: bytes::Bytes::from_static(b"OggS-canary-sound"),
        file_name: "voice.ogg".into(),
        mime: "audio/ogg".into(),
        language: Some("ru".into()),
    }
}

#[tokio::test]
async fn a_recording_is_sent_as_a_form_and_its_words_come_back() {
    let server =
        Server::start(document("200 OK", r#"{"text":"Привет","usage":{"type":"duration","seconds":3}}"#)).await;
    let one = provider("openai", &server.url, limits());
    let heard = one.transcribe("whisper-1", &recording()).await.unwrap();
    assert_eq!((heard.text.as_str(), heard.seconds, heard.usage), ("Привет", Some(3.0), Usage::default()));
    let seen = server.only();
    assert!(seen.head.starts_with("post /audio/transcriptions "), "{}", seen.head);
    assert!(seen.head.contains("content-type: multipart/form-data; boundary="), "{}", seen.head);
    let body = seen.text();
    for part in [
        "name=\"model\"\r\n\r\nwhisper-1",
        "name=\"language\"\r\n\r\nru",
        "name=\"response_format\"\r\n\r\njson",
        "filename=\"voice.ogg\"\r\nContent-Type: audio/ogg\r\n\r\nOggS-canary-sound",
    ] {
        assert!(body.contains(part), "{part} is not in {body}");
    }
}

#[tokio::test]
async fn texts_become_vectors_in_their_order_in_each_dialect_that_has_them() {
    let texts = ["one".to_owned(), "two".to_owned()];
    let openai = json!({"data":[{"index":1,"embedding":[0.5,0.0]},{"index":0,"embedding":[1.0,0.0]}],"usage":{"prompt_tokens":2}});
    let gemini = json!({"embeddings":[{"values":[1.0,0.0]},{"values":[0.5,0.0]}]});
    let ollama = json!({"embeddings":[[1.0,0.0],[0.5,0.0]],"prompt_eval_count":2});
    let cases = [
        ("openai", openai, "post /embeddings "),
        ("gemini", gemini, "post /models/e-1:batchembedcontents "),
        ("ollama", ollama, "post /api/embed "),
    ];
    for (kind, body, path) in cases {
        let server = Server::start(document("200 OK", &body.to_string())).await;
        let embedded = provider(kind, &server.url, limits()).embed("e-1", &texts).await.unwrap();
        assert_eq!(embedded.vectors, [vec![1.0, 0.0], vec![0.5, 0.0]], "{kind}");
        assert_eq!(embedded.usage, Usage { input: 2, output: 0 }, "{kind}");
        assert!(server.only().head.starts_with(path), "{kind}: {}", server.only().head);
        let few = Server::start(document("200 OK", r#"{"data":[],"embeddings":[]}"#)).await;
        let failure = provider(kind, &few.url, limits()).embed("e-1", &texts).await.unwrap_err();
        assert_eq!(failure.name(), "malformed", "{kind}: {failure}");
    }
}

#[tokio::test]
async fn a_text_is_judged_with_the_rules_it_breaks() {
    let body = r#"{"results":[{"flagged":true,"categories":{"violence":true,"hate":false,"self-harm":true}}]}"#;
    let server = Server::start(document("200 OK", body)).await;
    let judged = provider("openai", &server.url, limits()).moderate("omni", WORDS).await.unwrap();
    assert!(judged.flagged);
    assert_eq!(judged.categories, ["self-harm", "violence"]);
    assert_eq!(server.only().json(), json!({"model": "omni", "input": WORDS}));
    let empty = Server::start(document("200 OK", r#"{"results":[]}"#)).await;
    let failure = provider("openai", &empty.url, limits()).moderate("omni", WORDS).await.unwrap_err();
    assert_eq!(failure.name(), "malformed");
}

#[tokio::test]
async fn a_look_names_the_models_and_a_refused_key() {
    let list = r#"{"data":[{"id":"m-1"},{"id":"m-2"}],"models":[{"name":"models/m-1"},{"name":"m-2"}]}"#;
    for kind in DISTANT {
        let server = Server::start(document("200 OK", list)).await;
        let mut models = provider(kind, &server.url, limits()).check().await.unwrap().models;
        models.iter_mut().for_each(|it| *it = it.trim_start_matches("models/").to_owned());
        assert_eq!(models, ["m-1", "m-2"], "{kind}");
        assert!(server.only().head.starts_with("get /"), "{kind}");
        let server = Server::start(document("401 Unauthorized", &format!("{{\"error\":\"{KEY}\"}}"))).await;
        let failure = provider(kind, &server.url, limits()).check().await.unwrap_err();
        let told = failure.to_string();
        assert!(told.contains("check with one: the key is refused (HTTP 401); correct ai.providers.one.key"), "{told}");
    }
}

#[tokio::test]
async fn what_a_kind_cannot_do_is_known_before_and_costs_no_call() {
    let mut refused = 0;
    for kind in KINDS {
        // Nobody listens there: a call would be told as down.
        let one = provider(kind.name, "http://127.0.0.1:9", limits());
        assert!(one.can(Task::Chat) && one.can(Task::Cheap), "{}", kind.name);
        let outcomes = [
            (Task::Embedding, one.embed("m", &["a".into()]).await.err()),
            (Task::Transcription, one.transcribe("m", &recording()).await.err()),
            (Task::Moderation, one.moderate("m", "a").await.err()),
        ];
        for (task, failure) in outcomes {
            let is_refused = failure.is_some_and(|it| it.name() == "cannot");
            assert_eq!(one.can(task), !is_refused, "{} {task}", kind.name);
            refused += usize::from(is_refused);
        }
    }
    assert_eq!(refused, 7, "three of anthropic, two of gemini, two of ollama");
}

fn settings(providers: &[(&str, &str, &str)], routes: AiRoutes) -> Ai {
    let one = |(name, kind, model): &(&str, &str, &str)| {
        let base_url = "http://127.0.0.1:9".into();
        ((*name).to_owned(), AiProvider { kind: (*kind).into(), base_url, key: KEY.into(), model: (*model).into() })
    };
    Ai { providers: providers.iter().map(one).collect(), routes, limits: limits() }
}

fn order(settings: &Ai, task: Task) -> Vec<String> {
    Providers::new(settings).unwrap().routes().of(task).iter().map(ToString::to_string).collect()
}

#[test]
fn without_any_provider_the_offline_one_does_everything() {
    let none = settings(&[], AiRoutes::default());
    for task in Task::ALL {
        assert_eq!(order(&none, task), ["offline/offline"], "{task}");
    }
    assert_eq!(Providers::new(&none).unwrap().iter().count(), 1);
}

#[test]
fn without_routes_each_provider_is_asked_for_what_it_has_a_model_for() {
    let some = settings(
        &[("away", "anthropic", ""), ("home", "ollama", "llama3.2"), ("x", "openai", "gpt-x")],
        AiRoutes::default(),
    );
    assert_eq!(order(&some, Task::Chat), ["away/claude-sonnet-4-5", "home/llama3.2", "x/gpt-x"]);
    assert_eq!(order(&some, Task::Cheap), ["away/claude-haiku-4-5", "home/llama3.2", "x/gpt-x"]);
    assert_eq!(order(&some, Task::Embedding), ["x/text-embedding-3-small"]);
    assert_eq!(order(&some, Task::Transcription), ["x/gpt-4o-mini-transcribe"]);
    let home = settings(&[("home", "ollama", "llama3.2")], AiRoutes::default());
    assert_eq!(order(&home, Task::Transcription), [""; 0], "nobody is asked who cannot");
}

#[test]
fn routes_that_are_said_are_taken_as_they_are() {
    let routes = AiRoutes { chat: vec!["b/m/1".into(), "offline/offline".into()], ..AiRoutes::default() };
    let some = settings(&[("a", "openai", ""), ("b", "openai_compatible", "")], routes);
    assert_eq!(order(&some, Task::Chat), ["b/m/1", "offline/offline"]);
    assert_eq!(order(&some, Task::Cheap), ["a/gpt-5-nano"]);
}

#[test]
fn several_of_one_kind_live_side_by_side() {
    let two = settings(&[("first", "openai", ""), ("second", "openai", "")], AiRoutes::default());
    let providers = Providers::new(&two).unwrap();
    let names: Vec<_> = providers.iter().map(|it| (it.name().to_owned(), it.kind())).collect();
    assert_eq!(names, [("first".into(), "openai"), ("offline".into(), "offline"), ("second".into(), "openai")]);
    assert!(providers.get("third").is_none());
}

#[test]
fn what_cannot_work_is_refused_in_words_without_the_key() {
    let mut cases = Vec::new();
    let mut wrong = |change: fn(&mut AiProvider), words: &'static str| {
        let mut it = settings(&[("one", "openai", "")], AiRoutes::default());
        change(it.providers.0.get_mut("one").unwrap());
        cases.push((it, words));
    };
    wrong(|it| it.kind = "opnai".into(), "kind: expected one of openai, openai_compatible, ");
    wrong(|it| it.base_url = "ftp://x".into(), "base_url is no address");
    wrong(|it| it.key = format!("{KEY}\n{KEY}").into(), "key has characters");
    wrong(|it| (it.kind, it.base_url) = ("openai_compatible".into(), String::new()), "base_url is no address");
    for (settings, words) in cases {
        let error: Unusable = Providers::new(&settings).err().unwrap();
        let told = format!("{error} {error:?}");
        assert!(told.contains(words) && told.contains("ai.providers.one."), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
}
