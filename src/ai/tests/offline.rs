//! The offline provider: the same answer every time, from what is in the conversation.

use super::*;
use crate::ai::Recording;
use crate::domain::ai::Answer;

fn here(word_ms: u64) -> Arc<dyn Provider> {
    let limits = AiLimits { offline_word_ms: word_ms, ..limits() };
    Arc::clone(Providers::new(&Ai { limits, ..Ai::default() }).unwrap().get("offline").unwrap())
}

async fn ask(question: &Question) -> (Answer, Vec<String>) {
    let ear = Ear::default();
    let sink = ear.sink();
    let answer = here(0).chat(Chat { sink: Some(&*sink), ..asked(question, &[]) }).await.unwrap();
    (answer, ear.heard())
}

fn talk(lines: &[(Speaker, &str)]) -> Question {
    Question { lines: lines.iter().map(|(by, text)| line(*by, text)).collect(), ..question("") }
}

#[tokio::test]
async fn an_answer_says_what_it_is_repeats_the_question_and_is_the_same_every_time() {
    let question = question("How many *stars* are there?");
    let (answer, heard) = ask(&question).await;
    for part in ["## You asked", "> How many *stars* are there?", "| words | 5 |", "- with a key", "_Offline:"] {
        assert!(answer.text.contains(part), "{part} is not in {}", answer.text);
    }
    assert!(heard.len() > 20, "word by word");
    assert_eq!(heard.concat(), answer.text);
    assert_eq!(ask(&question).await.0, answer);
    assert!(answer.usage.input > 0 && answer.usage.output > 0 && !answer.cut);
}

#[tokio::test]
async fn it_answers_from_what_is_in_the_conversation_in_both_languages() {
    use Speaker::{Model, Person};
    let cases: [(&[(Speaker, &str)], &str); 6] = [
        (
            &[(Person, "my cat is Tom"), (Model, "nice"), (Person, "and I like tea"), (Person, "What did I say?")],
            "Before this, you said:\n\n1. my cat is Tom\n2. and I like tea\n\n",
        ),
        (&[(Person, "What did I say?")], "This is the first thing you have said here.\n\n"),
        (&[(Person, "кот Том"), (Person, "Что я говорил?")], "До этого вы сказали:\n\n1. кот Том\n\n"),
        (&[(Person, "Кто ты?")], "Я — **автономный** голос"),
        (&[(Person, "Who are you?")], "I am the **offline** voice"),
        (&[(Person, "Сколько звёзд?")], "## Вы спросили\n\n> Сколько звёзд?\n\n"),
    ];
    for (lines, beginning) in cases {
        let (answer, _) = ask(&talk(lines)).await;
        assert!(answer.text.starts_with(beginning), "{lines:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn it_keeps_to_tokens_json_and_summaries() {
    let (answer, _) = ask(&Question { max_tokens: 5, ..question("Tell me everything") }).await;
    assert!(answer.cut && answer.usage.output <= 10, "{answer:?}");
    let (answer, _) = ask(&Question { json: true, ..question("a \"b\"") }).await;
    let value: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(value["question"], "a \"b\"");
    let lines = [(Speaker::Person, "I have a cat. It is Tom."), (Speaker::Model, "Lovely")];
    let (answer, _) = ask(&Question { task: Task::Cheap, ..talk(&lines) }).await;
    assert_eq!(answer.text, "- I have a cat\n- Lovely");
}

#[tokio::test]
async fn its_vectors_judgements_and_transcripts_depend_on_what_it_is_given() {
    let it = here(0);
    let texts = [
        "a cat on a mat".to_owned(),
        "the cat, a mat".to_owned(),
        "quarterly interest rates".to_owned(),
        String::new(),
    ];
    let vectors = it.embed("offline", &texts).await.unwrap().vectors;
    let near = |a: usize, b: usize| vectors[a].iter().zip(&vectors[b]).map(|(a, b)| a * b).sum::<f32>();
    assert!(near(0, 1) > near(0, 2) + 0.3, "{} {}", near(0, 1), near(0, 2));
    assert!((0..4).all(|at| (near(at, at) - 1.0).abs() < 1e-5));
    assert!(it.moderate("offline", "a [FORBIDDEN] word").await.unwrap().flagged);
    assert!(!it.moderate("offline", "a word").await.unwrap().flagged);
    let recording = Recording {
        bytes: bytes::Bytes::from_static(b"12345"),
        file_name: "a.ogg".into(),
        mime: "audio/ogg".into(),
        language: None,
    };
    assert!(it.transcribe("offline", &recording).await.unwrap().text.contains("5 bytes"));
    assert_eq!(it.check().await.unwrap().models, ["offline"]);
}

#[tokio::test(start_paused = true)]
async fn it_takes_its_time_for_each_word_when_it_is_told_to() {
    let (it, question) = (here(20), question("a"));
    let mut answer = it.chat(asked(&question, &[]));
    assert!(futures_util::future::poll_immediate(&mut answer).await.is_none());
    assert!(answer.await.is_ok());
}
