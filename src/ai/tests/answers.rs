//! What is asked and what is heard, in each dialect.

use super::server::{Do, Server, document, send, stream_head};
use super::*;
use crate::domain::ai::Usage;
use serde_json::{Value, json};

/// The kind's own way of saying «Привет, мир» in two parts, with usage 7 and 3, and of stopping for a reason.
pub(super) fn stream(kind: &str, stop: &str) -> String {
    let (stop, length) = (stop == "stop", stop == "length");
    match kind {
        "openai" | "openai_compatible" => {
            let reason = if stop {
                "stop"
            } else if length {
                "length"
            } else {
                "content_filter"
            };
            format!(
                ": a comment\r\n\r\ndata: {{\"choices\":[{{\"index\":0,\"delta\":{{\"role\":\"assistant\",\"content\":\"\"}}}}]}}\n\n\
                 data: {{\"choices\":[{{\"delta\":{{\"content\":\"Привет, \"}}}}]}}\n\n\
                 data:{{\"choices\":[{{\"delta\":{{\"content\":\"мир\"}},\"finish_reason\":null}}]}}\n\n\
                 data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"{reason}\"}}]}}\n\n\
                 data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":7,\"completion_tokens\":3}}}}\n\ndata: [DONE]\n\n"
            )
        }
        "anthropic" => {
            let reason = if stop {
                "end_turn"
            } else if length {
                "max_tokens"
            } else {
                "refusal"
            };
            format!(
                "event: message_start\ndata: {{\"type\":\"message_start\",\"message\":{{\"usage\":{{\"input_tokens\":5,\"cache_read_input_tokens\":2,\"output_tokens\":1}}}}}}\n\n\
                 event: content_block_start\ndata: {{\"type\":\"content_block_start\",\"content_block\":{{\"type\":\"text\",\"text\":\"\"}}}}\n\n\
                 event: ping\ndata: {{\"type\":\"ping\"}}\n\n\
                 data: {{\"type\":\"content_block_delta\",\"delta\":{{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}}}}\n\n\
                 data: {{\"type\":\"content_block_delta\",\"delta\":{{\"type\":\"text_delta\",\"text\":\"Привет, \"}}}}\n\n\
                 data: {{\"type\":\"content_block_delta\",\"delta\":{{\"type\":\"text_delta\",\"text\":\"мир\"}}}}\n\n\
                 data: {{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"{reason}\"}},\"usage\":{{\"output_tokens\":3}}}}\n\n\
                 data: {{\"type\":\"message_stop\"}}\n\n"
            )
        }
        "gemini" => {
            let reason = if stop {
                "STOP"
            } else if length {
                "MAX_TOKENS"
            } else {
                "SAFETY"
            };
            format!(
                "data: {{\"candidates\":[{{\"content\":{{\"parts\":[{{\"text\":\"hm\",\"thought\":true}},{{\"text\":\"Привет, \"}}]}}}}]}}\r\n\r\n\
                 data: {{\"candidates\":[{{\"content\":{{\"parts\":[{{\"text\":\"мир\"}}]}},\"finishReason\":\"{reason}\"}}],\
                 \"usageMetadata\":{{\"promptTokenCount\":7,\"candidatesTokenCount\":2,\"thoughtsTokenCount\":1}}}}\r\n\r\n"
            )
        }
        "ollama" => {
            let reason = if length { "length" } else { "stop" };
            format!(
                "{{\"message\":{{\"content\":\"Привет, \"}},\"done\":false}}\n{{\"message\":{{\"content\":\"мир\"}},\"done\":false}}\n\
                 {{\"message\":{{\"content\":\"\"}},\"done\":true,\"done_reason\":\"{reason}\",\"prompt_eval_count\":7,\"eval_count\":3}}\n"
            )
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_answer_is_heard_word_by_word_and_counted_in_every_dialect() {
    for kind in DISTANT {
        let server = Server::start(vec![stream_head(kind), send(stream(kind, "stop"))]).await;
        let (ear, question) = (Ear::default(), question(WORDS));
        let sink = ear.sink();
        let one = provider(kind, &server.url, limits());
        let answer = one.chat(Chat { sink: Some(&*sink), ..asked(&question, &[]) }).await.unwrap();
        assert_eq!(answer.text, "Привет, мир", "{kind}");
        assert_eq!(answer.usage, Usage { input: 7, output: 3 }, "{kind}");
        assert_eq!((answer.provider.as_str(), answer.model.as_str(), answer.cut), ("one", "m-1", false));
        assert_eq!(ear.heard(), ["Привет, ", "мир"], "{kind}");
        assert_eq!(one.kind(), kind);
    }
}

#[tokio::test]
async fn an_answer_in_crumbs_is_the_same_answer() {
    for kind in DISTANT {
        let crumbs = stream(kind, "stop").into_bytes();
        let mut script = vec![stream_head(kind)];
        for crumb in crumbs.chunks(7) {
            script.extend([Do::Send(crumb.to_vec()), Do::Wait(0)]);
        }
        let server = Server::start(script).await;
        let question = question(WORDS);
        let answer = provider(kind, &server.url, limits()).chat(asked(&question, &[])).await.unwrap();
        assert_eq!(answer.text, "Привет, мир", "{kind}");
    }
}

#[tokio::test]
async fn an_answer_that_ran_out_of_tokens_says_so_and_one_that_was_stopped_is_a_refusal() {
    for kind in DISTANT {
        let server = Server::start(vec![stream_head(kind), send(stream(kind, "length"))]).await;
        let question = question(WORDS);
        let answer = provider(kind, &server.url, limits()).chat(asked(&question, &[])).await.unwrap();
        assert!(answer.cut, "{kind}");
        if kind == "ollama" {
            continue; // It has no such reason.
        }
        let server = Server::start(vec![stream_head(kind), send(stream(kind, "refused"))]).await;
        let failure = provider(kind, &server.url, limits()).chat(asked(&question, &[])).await.unwrap_err();
        assert_eq!(failure.name(), "refused", "{kind}: {failure}");
        assert!(failure.tried().begun, "{kind}");
        assert_eq!(failure.tried().usage, Usage { input: 7, output: 3 }, "{kind}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood_too() {
    let cases = [
        (
            "openai_compatible",
            json!({"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":1}}),
        ),
        (
            "anthropic",
            json!({"type":"message","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":{"input_tokens":4,"output_tokens":1}}),
        ),
        (
            "gemini",
            json!([{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":1}}]),
        ),
        ("ollama", json!({"message":{"content":"Hi"},"done":true,"prompt_eval_count":4,"eval_count":1})),
    ];
    for (kind, body) in cases {
        let server = Server::start(document("200 OK", &body.to_string())).await;
        let question = question(WORDS);
        let answer = provider(kind, &server.url, limits()).chat(asked(&question, &[])).await.unwrap();
        assert_eq!((answer.text.as_str(), answer.usage), ("Hi", Usage { input: 4, output: 1 }), "{kind}");
    }
}

/// A conversation with everything: two sides, adjacent lines, a picture, an empty line, a wish for JSON.
fn rich() -> (Question, Vec<Picture>) {
    let mut shown = line(Speaker::Person, "and this?");
    shown.pictures = vec!["file-1".into(), "file-that-is-not-there".into()];
    let lines = vec![
        line(Speaker::Model, "welcome"),
        line(Speaker::Person, "first"),
        line(Speaker::Person, ""),
        line(Speaker::Person, "second"),
        line(Speaker::Model, "yes"),
        shown,
    ];
    let picture = Picture { id: "file-1".into(), mime: "image/png".into(), bytes: b"abc".to_vec() };
    (Question { lines, json: true, ..question("") }, vec![picture])
}

async fn request(kind: &str) -> (String, Value) {
    let server = Server::start(vec![stream_head(kind), send(stream(kind, "stop"))]).await;
    let (question, pictures) = rich();
    provider(kind, &server.url, limits()).chat(asked(&question, &pictures)).await.unwrap();
    (server.only().head, server.only().json())
}

#[tokio::test]
async fn the_whole_conversation_arrives_in_the_words_of_each_dialect() {
    let said = "Be brief.\n\nAnswer with one JSON object and nothing else.";
    let (head, body) = request("openai").await;
    assert!(head.starts_with("post /chat/completions http/1.1"), "{head}");
    assert_eq!(
        body,
        json!({
            "model": "m-1", "stream": true, "stream_options": {"include_usage": true}, "max_completion_tokens": 500,
            "response_format": {"type": "json_object"},
            "messages": [
                {"role": "system", "content": said},
                {"role": "user", "content": "…"},
                {"role": "assistant", "content": "welcome"},
                {"role": "user", "content": "first\n\nsecond"},
                {"role": "assistant", "content": "yes"},
                {"role": "user", "content": [
                    {"type": "text", "text": "and this?"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,YWJj"}},
                ]},
            ],
        })
    );
    let (_, compatible) = request("openai_compatible").await;
    assert_eq!((&compatible["max_tokens"], &compatible["max_completion_tokens"]), (&json!(500), &Value::Null));
    assert_eq!(compatible["messages"], body["messages"]);

    let (head, body) = request("anthropic").await;
    assert!(head.starts_with("post /messages http/1.1") && head.contains("anthropic-version: 2023-06-01"), "{head}");
    assert_eq!((&body["system"], &body["max_tokens"], &body["stream"]), (&json!(said), &json!(500), &json!(true)));
    assert_eq!(body["messages"][0], json!({"role": "user", "content": [{"type": "text", "text": "…"}]}));
    assert_eq!(
        body["messages"][4]["content"],
        json!([
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "YWJj"}},
            {"type": "text", "text": "and this?"},
        ])
    );

    let (head, body) = request("gemini").await;
    assert!(head.starts_with("post /models/m-1:streamgeneratecontent?alt=sse http/1.1"), "{head}");
    assert_eq!(body["systemInstruction"], json!({"parts": [{"text": said}]}));
    assert_eq!(body["generationConfig"], json!({"maxOutputTokens": 500, "responseMimeType": "application/json"}));
    assert_eq!(body["contents"][1], json!({"role": "model", "parts": [{"text": "welcome"}]}));
    let shown = json!([{"inlineData": {"mimeType": "image/png", "data": "YWJj"}}, {"text": "and this?"}]);
    assert_eq!(body["contents"][4]["parts"], shown);

    let (head, body) = request("ollama").await;
    assert!(head.starts_with("post /api/chat http/1.1"), "{head}");
    assert_eq!((&body["format"], &body["options"]), (&json!("json"), &json!({"num_predict": 500})));
    assert_eq!(body["messages"][5], json!({"role": "user", "content": "and this?", "images": ["YWJj"]}));
}

#[tokio::test]
async fn the_key_is_in_a_header_of_every_request_and_in_no_address_or_body() {
    for kind in DISTANT {
        let server = Server::start(vec![stream_head(kind), send(stream(kind, "stop"))]).await;
        let question = question(WORDS);
        provider(kind, &server.url, limits()).chat(asked(&question, &[])).await.unwrap();
        let seen = server.only();
        let header = match kind {
            "anthropic" => format!("x-api-key: {KEY}"),
            "gemini" => format!("x-goog-api-key: {KEY}"),
            _ => format!("authorization: bearer {KEY}"),
        };
        assert!(seen.head.contains(&header), "{kind}");
        assert!(!seen.head.lines().next().unwrap().contains(KEY) && !seen.text().contains(KEY), "{kind}");
    }
}

#[tokio::test]
async fn json_in_a_code_block_is_taken_out_of_it() {
    let body = json!({"choices":[{"message":{"content":"```json\n{\"a\": 1}\n```"},"finish_reason":"stop"}]});
    let server = Server::start(document("200 OK", &body.to_string())).await;
    let question = Question { json: true, ..question(WORDS) };
    let answer = provider("openai", &server.url, limits()).chat(asked(&question, &[])).await.unwrap();
    assert_eq!(answer.text, "{\"a\": 1}");
}

#[tokio::test]
async fn a_provider_that_counts_nothing_is_estimated() {
    let choices = json!([{"message":{"content":"12345678"},"finish_reason":"stop"}]);
    let none = json!({"prompt_tokens": 0, "completion_tokens": 0});
    for body in [json!({"choices": choices}), json!({"choices": choices, "usage": none})] {
        let server = Server::start(document("200 OK", &body.to_string())).await;
        let question = Question { system: String::new(), ..question("1234567890") };
        let answer = provider("openai", &server.url, limits()).chat(asked(&question, &[])).await.unwrap();
        assert_eq!(answer.usage, Usage { input: 3, output: 2 });
    }
}
