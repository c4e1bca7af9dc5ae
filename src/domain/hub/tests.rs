//! Conversations on the stage: questions in, answers out, one after the other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::super::ai::{Answer, Ask, Asked, Speaker, Task, Usage, Why};
use super::super::effect::{Call, Effect, MessageRef};
use super::super::event::{ChatKind, Content, Event, ReplyTo, Said};
use super::super::feature::Pace;
use super::super::play::{self, ME, Play, calls, plain, told};
use super::super::text::Arg;
use super::super::types::{MessageId, UserId};
use super::*;
use crate::domain::ai::Answered;

fn settings() -> Settings {
    Settings { waiting_max: 2, ..Settings::default() }
}

fn private() -> Play<Hub> {
    let mut play = Play::new(Hub::new(settings()));
    play.place.kind = ChatKind::Private;
    play
}

fn group() -> Play<Hub> {
    Play::new(Hub::new(settings()))
}

fn asks(effects: &[Effect]) -> Vec<&Ask> {
    effects.iter().filter_map(|it| if let Effect::Ask(ask) = it { Some(ask) } else { None }).collect()
}

fn answer(text: &str) -> Asked {
    let usage = Usage { input: 10, output: 5 };
    Asked::Answer(Answer { text: text.into(), provider: "p".into(), model: "m".into(), usage, cut: false })
}

fn comes(play: &mut Play<Hub>, token: &str, outcome: Asked) -> Vec<Effect> {
    play.happen(Event::Answered(Answered { feature: NAME.into(), token: token.into(), outcome }))
}

/// The words that a model's answer shows.
fn shown(effects: &[Effect]) -> Vec<String> {
    let words = |call: &Call| match call {
        Call::Say { text, .. } | Call::Edit { text, .. } => text.args.iter().find_map(|(_, arg)| match arg {
            Arg::Rendered(piece) => Some(piece.text.clone()),
            _ => None,
        }),
        _ => None,
    };
    calls(effects).into_iter().filter_map(words).collect()
}

fn keys(effects: &[Effect]) -> Vec<String> {
    let key = |call: &Call| match call {
        Call::Say { text, .. } | Call::Edit { text, .. } => Some(text.key.to_string()),
        _ => None,
    };
    calls(effects).into_iter().filter_map(key).collect()
}

#[test]
fn in_private_plain_words_are_a_question_and_its_answer_is_said() {
    let mut play = private();
    let effects = play.say(1, "what is a majordomo?");
    let [ask] = asks(&effects)[..] else { panic!("{:?}", told(&effects)) };
    assert_eq!((ask.question.task, ask.account), (Task::Chat, UserId(1)));
    assert_eq!(ask.question.lines[0].text, "what is a majordomo?");
    assert!(ask.question.system.contains("Majordomo"));
    assert_eq!(ask.show.as_ref().and_then(|it| it.slot), None, "a draft, not a placeholder");
    assert!(calls(&effects).is_empty());
    let effects = comes(&mut play, "0", answer("**The head** of a household."));
    assert_eq!(shown(&effects), ["The head of a household."]);
    assert!(play.state.running.is_empty());
}

#[test]
fn what_was_said_before_goes_along() {
    let mut play = private();
    play.say(1, "my name is Ann");
    comes(&mut play, "0", answer("Hello Ann"));
    let effects = play.say(1, "what is my name?");
    let lines: Vec<_> = asks(&effects)[0].question.lines.iter().map(|it| (it.by, it.text.as_str())).collect();
    let expected =
        [(Speaker::Person, "my name is Ann"), (Speaker::Model, "Hello Ann"), (Speaker::Person, "what is my name?")];
    assert_eq!(lines, expected);
}

#[test]
fn in_groups_only_who_speaks_to_us_is_answered() {
    let reply = |from: i64| {
        Some(ReplyTo { message: MessageId(7), from: Some(UserId(from)), about: None, channel: None, document: None })
    };
    for (what, text, reply_to, asked) in [
        ("plain words", "hello all", None, None),
        ("a mention", "@House_Bot what is this?", None, Some("P1: what is this?")),
        ("a mention in the middle", "so @house_bot tell us", None, Some("P1: so tell us")),
        ("another bot", "@house_bot_2 what is this?", None, None),
        ("an answer to us", "and why?", reply(ME.0), Some("P1: and why?")),
        ("an answer to somebody", "and why?", reply(5), None),
        ("a command", "/ai why?", None, Some("P1: why?")),
        ("another bot's command", "/ai@other_bot why?", None, None),
    ] {
        let mut play = group();
        play.world.house.username = "house_bot".into();
        let said = Said { reply_to, ..play.words(1, text) };
        let effects = play.happen(Event::Said(said));
        let found = asks(&effects).first().map(|it| it.question.lines[0].text.clone());
        assert_eq!(found.as_deref(), asked, "{what}");
    }
}

#[test]
fn in_groups_a_message_says_that_an_answer_is_coming_and_becomes_it() {
    let mut play = group();
    let effects = play.say(1, "/ai why?");
    assert_eq!(keys(&effects), ["hub-thinking"]);
    let slot = asks(&effects)[0].show.as_ref().unwrap().slot.unwrap();
    let effects = comes(&mut play, "0", answer("because"));
    let [Call::Edit { message: MessageRef::Slot(edited), .. }] = calls(&effects)[..] else {
        panic!("{:?}", told(&effects))
    };
    assert_eq!((*edited, shown(&effects)), (slot, vec!["because".to_owned()]));
}

#[test]
fn questions_wait_for_each_other_up_to_a_limit() {
    let mut play = private();
    assert_eq!(asks(&play.say(1, "one")).len(), 1);
    for words in ["two", "three"] {
        assert!(asks(&play.say(1, words)).is_empty(), "{words} waits");
    }
    assert_eq!(keys(&play.say(1, "four")), ["hub-one-by-one"]);
    for (token, asked) in [("0", Some("two")), ("1", Some("three")), ("2", None)] {
        let effects = comes(&mut play, token, answer("yes"));
        let next = asks(&effects).first().map(|it| it.question.lines.last().unwrap().text.clone());
        assert_eq!(next.as_deref(), asked);
    }
}

#[test]
fn a_new_question_replaces_the_running_one_where_that_is_set() {
    let mut play = Play::new(Hub::new(Settings { replace: true, ..settings() }));
    play.place.kind = ChatKind::Private;
    play.say(1, "one");
    let effects = play.say(1, "two");
    assert!(effects.contains(&Effect::Unask { token: "0".into() }));
    assert_eq!(asks(&effects)[0].token, "1");
    assert!(calls(&comes(&mut play, "0", answer("late"))).is_empty(), "the first one's answer is not wanted");
    assert_eq!(shown(&comes(&mut play, "1", answer("two!"))), ["two!"]);
}

#[test]
fn a_question_changed_within_a_minute_is_asked_again() {
    for (wait_s, again) in [(59, true), (61, false)] {
        let mut play = private();
        let said = play.words(1, "whta?");
        play.happen(Event::Said(said.clone()));
        play.wait_s(wait_s);
        let effects = play.happen(Event::Said(Said { edited: true, text: Some("what?".into()), ..said }));
        assert_eq!(effects.contains(&Effect::Unask { token: "0".into() }), again, "{wait_s} s");
        assert_eq!(asks(&effects).first().map(|it| it.question.lines.clone().len()), again.then_some(1));
    }
}

#[test]
fn while_nobody_answers_the_person_knows_and_the_words_become_the_answer() {
    for (private_chat, why, key) in [
        (true, Why::Down, "hub-waits-down"),
        (false, Why::Busy, "hub-waits-busy"),
        (true, Why::Budget, "hub-waits-budget"),
    ] {
        let mut play = if private_chat { private() } else { group() };
        play.say(1, "/ai why?");
        assert_eq!(keys(&comes(&mut play, "0", Asked::Waits(why))), [key]);
        let effects = comes(&mut play, "0", answer("because"));
        assert!(matches!(calls(&effects)[..], [Call::Edit { .. }]), "{:?}", told(&effects));
    }
}

#[test]
fn each_end_without_an_answer_has_its_words_and_leaves_the_conversation_as_it_was() {
    for (why, key) in [
        (Why::Down, "hub-over-down"),
        (Why::Busy, "hub-over-busy"),
        (Why::Budget, "hub-over-budget"),
        (Why::Nobody, "hub-over-nobody"),
        (Why::Refused, "hub-over-refused"),
        (Why::Late, "hub-over-late"),
        (Why::Unknown, "hub-over-unknown"),
    ] {
        let mut play = private();
        play.say(1, "why?");
        assert_eq!(keys(&comes(&mut play, "0", Asked::Over(why))), [key]);
        assert_eq!(asks(&play.say(1, "and now?"))[0].question.lines.len(), 1);
    }
}

#[test]
fn commands_of_a_conversation() {
    let mut play = private();
    for (words, key) in [
        ("/ai", "hub-usage"),
        ("/stop", "hub-nothing-runs"),
        ("/retry", "hub-nothing-asked"),
        ("/persona", "hub-persona-none"),
        ("/persona a pirate", "hub-persona-set"),
        ("/persona", "hub-persona-is"),
        ("/model", "hub-model-auto"),
        ("/model gpt", "hub-model-usage"),
        ("/model openai/gpt-5", "hub-model-set"),
        ("/model", "hub-model-chosen"),
        ("/forget", "hub-forgotten"),
    ] {
        assert_eq!(keys(&play.say(1, words)), [key], "{words}");
    }
    let effects = play.say(1, "ahoy?");
    let question = &asks(&effects)[0].question;
    assert_eq!((question.system.as_str(), question.prefer.as_deref()), ("a pirate", Some("openai/gpt-5")));
    assert_eq!(keys(&play.say(1, "/stop")), ["hub-stopped"]);
    assert_eq!(asks(&play.say(1, "/retry")).len(), 1);
    assert_eq!(keys(&play.say(1, "/new")), ["hub-new"]);
    assert!(play.world.rows.is_empty(), "nothing is kept");
    assert_eq!(keys(&play.say(1, "/persona off")), ["hub-persona-off"]);
    assert_eq!(keys(&play.say(1, "/model auto")), ["hub-model-any"]);
    assert_eq!((play.state.persona.clone(), play.state.prefer.clone()), (None, None));
}

#[test]
fn in_groups_only_who_may_change_its_info_sets_things() {
    for (standing, allowed) in [(plain(), false), (play::all_rights(), true)] {
        let mut play = group();
        let place = play.place.id;
        play.world.set(place, UserId(1), standing);
        for (words, key) in
            [("/persona a pirate", "hub-persona-set"), ("/model a/b", "hub-model-set"), ("/forget", "hub-forgotten")]
        {
            let expected = if allowed { key } else { "hub-not-allowed" };
            assert_eq!(keys(&play.say(1, words)), [expected], "{words}");
        }
    }
}

#[test]
fn what_has_grown_too_long_is_summed_up_when_there_is_time() {
    let mut play = Play::new(Hub::new(Settings { context_tokens: 100, ..settings() }));
    play.place.kind = ChatKind::Private;
    let mut token = 0;
    let summary = loop {
        play.say(1, "a question of some length, as they are");
        let effects = comes(&mut play, &token.to_string(), answer("an answer of some length, as they are"));
        token += 1;
        if let [ask] = asks(&effects)[..] {
            break ask.clone();
        }
        assert!(token < 20, "no summary");
    };
    assert_eq!((summary.question.task, summary.show), (Task::Cheap, None));
    comes(&mut play, &summary.token, answer("They ask and I answer."));
    let effects = play.say(1, "so?");
    let question = &asks(&effects)[0].question;
    assert!(question.system.ends_with("They ask and I answer."), "{}", question.system);
    assert!(question.lines.len() <= 7);
}

#[test]
fn a_long_answer_becomes_messages_up_to_a_limit() {
    let mut play = Play::new(Hub::new(Settings { messages_max: 2, sign: true, ..settings() }));
    play.place.kind = ChatKind::Private;
    play.say(1, "tell me all");
    let effects = comes(&mut play, "0", answer(&"many words and more. ".repeat(1_000)));
    assert_eq!(keys(&effects), ["hub-answer", "hub-answer", "hub-cut", "hub-signed"]);
}

#[test]
fn who_is_not_meant_is_left_alone() {
    let mut play = private();
    let fresh = play.words(1, "hello");
    for (what, said) in [
        ("a service message", Said { service: true, ..fresh.clone() }),
        ("through a bot", Said { via_bot: true, ..fresh.clone() }),
        ("an edit of something else", Said { edited: true, ..fresh.clone() }),
        ("a sticker", Said { text: None, content: Content::Sticker, ..fresh.clone() }),
    ] {
        assert!(play.happen(Event::Said(said)).is_empty(), "{what}");
    }
    let voice = Said { text: None, content: Content::Voice, ..fresh.clone() };
    assert_eq!(keys(&play.happen(Event::Said(voice))), ["hub-words-only"]);
    play.pace = Pace::SlowDown;
    assert!(play.happen(Event::Said(fresh)).is_empty());
}
