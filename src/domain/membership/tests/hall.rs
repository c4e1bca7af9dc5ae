//! `/stats`, `/export`, `/import`, and what the command line brings in.

use super::super::super::effect::{Call, Effect, MessageRef};
use super::super::super::event::{Document, Event, Note, Outcome, ReplyTo, Said};
use super::super::super::fact::Unknown;
use super::super::super::play::{CLUB, GROUP, ME, NEWS, Play, admin, calls, plain, pressable};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ANONYMOUS_ADMIN, Language, MessageId, UserId};
use super::super::policy::{Answer, LogPlace, Policy};
use super::super::transfer::{File, Texts};
use super::super::{Channel, Membership, State, Word};
use super::{ANN, BOB, EVE, guarded, stage, told};
use proptest::prelude::*;
use std::sync::Arc;

const DAY_S: u64 = 86_400;

fn picture(effects: &[Effect]) -> (&crate::domain::chart::Chart, &Text) {
    let found = calls(effects).into_iter().find_map(|it| match it {
        Call::Picture { chart, caption, .. } => Some((chart, caption)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("a picture among {effects:?}"))
}

fn arg(text: &Text, name: &str) -> String {
    match &text.args.iter().find(|(it, _)| it == name).unwrap_or_else(|| panic!("{name} in {text:?}")).1 {
        Arg::Word(it) | Arg::Bold(it) | Arg::Code(it) => it.clone(),
        Arg::Number(it) => it.to_string(),
        other => panic!("{other:?}"),
    }
}

fn lines(text: &Text) -> Vec<String> {
    let lines = |it: &Arg| if let Arg::Lines(lines) = it { Some(lines.clone()) } else { None };
    let lines = text.args.iter().find_map(|(_, it)| lines(it)).unwrap_or_default();
    lines.into_iter().map(|it| it.key.into_owned()).collect()
}

fn says(effects: &[Effect]) -> &Text {
    let found = calls(effects).into_iter().find_map(|it| match it {
        Call::Say { text, .. } | Call::Edit { text, .. } => Some(text),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("words among {effects:?}"))
}

#[test]
fn numbers_are_told_in_words_and_as_a_picture() {
    let mut play = guarded();
    play.say(EVE, "hello");
    for _ in 0..3 {
        play.wait_s(DAY_S);
        play.say(BOB, "hello");
    }
    play.world.set(NEWS, UserId(EVE), plain());
    play.press(EVE, "m.ok", "");
    let effects = play.say(ANN, "/stats");
    let (chart, words) = picture(&effects);
    assert_eq!((arg(words, "checks"), arg(words, "hits")), ("1 · 4 · 4".into(), "0 · 1 · 1".into()));
    assert_eq!((arg(words, "muted"), arg(words, "lifted")), ("0 · 1 · 1".into(), "1 · 1 · 1".into()));
    assert_eq!(lines(words), ["membership-stats-won"]);
    assert_eq!(chart.days.len(), 30);
    let (stopped, joined, checks) = (&chart.panels[0][0], &chart.panels[0][1], &chart.panels[1][0]);
    assert_eq!(stopped.values[26..], [1, 0, 0, 0]);
    assert_eq!(joined.values[26..], [0, 0, 0, 1]);
    assert_eq!(checks.values[26..], [1, 1, 1, 1]);
    assert_eq!(arg(&chart.days[29], "day"), "17", "the stage's 14 November, and three days");
}

#[test]
fn where_no_picture_can_be_sent_the_words_are() {
    let mut play = guarded();
    let effects = play.say(ANN, "/stats");
    let token = effects.iter().find_map(|it| match it {
        Effect::Telegram(owed) => owed.report.clone(),
        _ => None,
    });
    let token = token.expect("the picture's outcome is wanted");
    assert_eq!(play.performed(&token, Outcome::Done { message: Some(MessageId(9)), link: None }), []);
    for outcome in [Outcome::Refused { reason: "not enough rights to send photos".into() }, Outcome::Unknown] {
        assert_eq!(told(&play.performed(&token, outcome)), ["say membership-stats"]);
    }
    for odd in ["stats/", "stats/en/x/0", "stats/en/1"] {
        assert_eq!(play.performed(odd, Outcome::Unknown), [], "{odd}");
    }
}

#[test]
fn only_admins_who_may_change_the_groups_info_see_numbers_or_settings() {
    let mut play = guarded();
    let weak = admin(super::super::super::event::Rights { can_restrict_members: true, ..Default::default() });
    play.world.set(GROUP, UserId(3), weak);
    play.world.set(NEWS, UserId(3), plain());
    for command in ["/stats", "/export", "/import"] {
        assert_eq!(told(&play.say(3, command)), ["say membership-not-allowed"], "{command}");
        assert_eq!(told(&play.say(BOB, command)), ["say membership-not-allowed"], "{command}");
    }
}

#[test]
fn an_anonymous_admin_gets_the_picture_in_place_of_the_question() {
    let mut play = guarded();
    let asked = Said { sender_chat: Some(GROUP), ..play.words(ANONYMOUS_ADMIN.0, "/stats") };
    let effects = play.happen(Event::Said(asked));
    let (action, args) = pressable(&effects);
    let effects = play.press(ANN, &action, &args);
    assert_eq!(told(&effects), ["toast membership-toast-thanks", "picture membership-stats", "delete"]);
}

#[test]
fn days_that_are_too_old_go_also_where_nothing_happens() {
    let mut play = guarded();
    play.say(BOB, "hello");
    let days = |play: &Play<Membership>| play.world.rows.keys().filter(|it| it.starts_with("stats/")).count();
    let today = play.world.now.0 / (DAY_S * 1_000);
    for day in today - 40..today {
        play.world.rows.insert(format!("stats/{day:06}"), b"{}".to_vec());
    }
    assert_eq!(days(&play), 41);
    play.wakes("look");
    assert_eq!(days(&play), 30, "29 days and today: the clock of the group looks after them");
    let reads = |play: &Play<Membership>| play.asked.iter().filter(|it| matches!(it, super::Need::Rows { .. })).count();
    play.wakes("look");
    assert_eq!(reads(&play), 0, "once a day");
    play.wait_s(60 * DAY_S);
    play.wakes("look");
    assert_eq!(days(&play), 0);
}

#[test]
fn the_numbers_of_a_group_that_is_guarded_no_more_go_after_a_month() {
    let mut play = guarded();
    play.say(EVE, "hello");
    let days = |play: &Play<Membership>| play.world.rows.keys().filter(|it| it.starts_with("stats/")).count();
    let effects = play.say(ANN, "/unprotect");
    let at = effects.iter().find_map(|it| match it {
        Effect::WakeAt { key, at } if key == "stats" => Some(*at),
        _ => None,
    });
    assert_eq!(days(&play), 1);
    play.world.now = at.expect("a clock is set");
    play.wakes("stats");
    assert_eq!(days(&play), 0);
}

pub(super) fn exported(play: &mut Play<Membership>) -> String {
    let effects = play.say(ANN, "/export");
    let found = calls(&effects).into_iter().find_map(|it| match it {
        Call::Document { content, .. } => Some(content.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("a file among {effects:?}"))
}

/// Ann sends a file with these words under it.
pub(super) fn hands_in(play: &mut Play<Membership>, content: &str) -> Vec<Effect> {
    play.world.files.insert("F".into(), Ok(Arc::from(content.as_bytes())));
    let document = Some(Document { file: "F".into(), name: "a.json".into(), bytes: 1 });
    let said = Said { document, ..play.words(ANN, "/import") };
    play.happen(Event::Said(said))
}

#[test]
fn settings_go_from_one_group_to_another() {
    let mut from = guarded();
    from.state.policy.greet = true;
    from.state.policy.strangers = Answer::Warn(2);
    from.state.policy.log = Some(LogPlace { chat: CLUB, thread: None });
    from.state.channels[0].link = Some("https://t.me/+secret".into());
    from.state.muted.push(UserId(77));
    let content = exported(&mut from);
    for secret in ["secret", "77", "log", "owner"] {
        assert!(!content.contains(secret), "{secret} in {content}");
    }
    let mut to = stage();
    let effects = hands_in(&mut to, &content);
    let expect = ["membership-transfer-more", "membership-transfer-change", "membership-transfer-change"];
    assert_eq!(lines(says(&effects)), expect);
    assert!(to.state.channels.is_empty() && to.state.policy == Policy::default(), "nothing has changed yet");
    let (action, args) = pressable(&effects);
    for stranger in [BOB, EVE] {
        assert_eq!(told(&to.press(stranger, &action, &args)), ["toast membership-toast-over"]);
    }
    let effects = told(&to.press(ANN, &action, &args));
    assert!(effects.contains(&"edit membership-transfer-applied".to_owned()), "{effects:?}");
    assert!(effects.contains(&"say membership-protected".to_owned()), "{effects:?}");
    assert_eq!(to.state.channels.iter().map(|it| it.id).collect::<Vec<_>>(), [NEWS]);
    assert_eq!((to.state.policy.greet, to.state.policy.strangers), (true, Answer::Warn(2)));
    assert_eq!(told(&to.press(ANN, &action, &args)), ["toast membership-toast-over"], "once");
    assert_eq!(told(&hands_in(&mut to, &content)), ["say membership-transfer-same"]);
}

#[test]
fn a_file_can_be_answered_and_one_must_be_named() {
    let mut play = guarded();
    let content = exported(&mut play);
    play.world.files.insert("F".into(), Ok(Arc::from(content.as_bytes())));
    let document = Some(Document { file: "F".into(), name: String::new(), bytes: 1 });
    let reply_to = Some(ReplyTo { message: MessageId(1), from: None, about: None, channel: None, document });
    let said = Said { reply_to, ..play.words(ANN, "/import") };
    assert_eq!(told(&play.happen(Event::Said(said))), ["say membership-transfer-same"]);
    assert_eq!(told(&play.say(ANN, "/import")), ["say membership-transfer-usage"]);
}

#[test]
fn nothing_is_applied_when_anything_is_missing() {
    for case in 0..4 {
        let mut play = guarded();
        let mut content = exported(&mut play);
        content =
            content.replace(&NEWS.0.to_string(), &CLUB.0.to_string()).replace("\"greet\": false", "\"greet\": true");
        let (action, args) = pressable(&hands_in(&mut play, &content));
        let before = play.state.clone();
        let expect = match case {
            0 => {
                play.world.set(CLUB, ME, plain());
                vec!["toast membership-toast-missing", "say membership-transfer-grant"]
            }
            1 => {
                play.world.set(GROUP, UserId(ANN), plain());
                vec!["toast membership-not-allowed"]
            }
            2 => {
                play.world.doubt(CLUB, ME, Unknown::Unavailable);
                vec!["toast membership-toast-cannot-check"]
            }
            _ => {
                play.wait_s(3_601);
                vec!["toast membership-toast-over"]
            }
        };
        assert_eq!(told(&play.press(ANN, &action, &args)), expect, "{case}");
        assert_eq!(play.state, before, "{case}");
    }
}

#[test]
fn a_file_is_read_strictly_and_what_is_wrong_is_named() {
    let good = exported(&mut guarded());
    let change = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} in {good}");
        good.replace(from, to)
    };
    for (content, key, place) in [
        (String::new(), "membership-transfer-syntax", Some((1, 0))),
        ("[]".into(), "membership-transfer-value", Some((1, 2))),
        ("{}".into(), "membership-transfer-foreign", None),
        (change("\"membership\"", "\"library\""), "membership-transfer-foreign", None),
        (change("\"version\": 1", "\"version\": 2"), "membership-transfer-version", None),
        (change("\"greet\"", "\"grete\""), "membership-transfer-unknown", None),
        (change("\"greet\": false", "\"greet\": 7"), "membership-transfer-value", None),
        (change("\"greet\": false,", "\"greet\": false"), "membership-transfer-syntax", None),
        (change("\"notice_ttl_s\": null", "\"notice_ttl_s\": 0"), "membership-transfer-bounds", None),
        (change("\"notice_ttl_s\": null", "\"notice_ttl_s\": 172801"), "membership-transfer-bounds", None),
        (change("\"strangers\": \"mute\"", "\"strangers\": {\"warn\": 200}"), "membership-transfer-bounds", None),
        (change("\"notice\": null", "\"notice\": \" \""), "membership-transfer-bounds", None),
        (change(&NEWS.0.to_string(), "-5"), "membership-transfer-channel", None),
    ] {
        let mut play = guarded();
        let effects = hands_in(&mut play, &content);
        let text = says(&effects);
        assert_eq!(text.key, key, "{content}");
        if let Some((line, column)) = place {
            let at = (arg(text, "line"), arg(text, "column"));
            assert_eq!(at, (line.to_string(), column.to_string()), "{content}");
        }
        assert_eq!(play.world.rows.get("import"), None);
    }
    let unknown = change("\"greet\"", "\"grete\"");
    let effects = hands_in(&mut guarded(), &unknown);
    let line = 1 + unknown.lines().position(|it| it.contains("grete")).unwrap();
    assert_eq!((arg(says(&effects), "name"), arg(says(&effects), "line")), ("grete".into(), line.to_string()));
}

#[test]
fn a_file_that_cannot_be_had_is_told_from_one_that_is_too_large() {
    for (file, key) in [
        (Ok(Arc::from(vec![b' '; 50_000].as_slice())), "membership-transfer-too-large"),
        (Err(Unknown::Unavailable), "membership-cannot-check"),
        (Err(Unknown::NotFound), "membership-cannot-check"),
    ] {
        let mut play = guarded();
        play.world.files.insert("F".into(), file);
        let document = Some(Document { file: "F".into(), name: String::new(), bytes: 1 });
        let said = Said { document, ..play.words(ANN, "/import") };
        assert_eq!(told(&play.happen(Event::Said(said))), [format!("say {key}")]);
    }
}

pub(super) fn import(channel: Channel) -> Event {
    Event::Told(Note::Membership(Box::new(Word::Import { channel, owner: UserId(ANN) })))
}

#[test]
fn the_command_line_protects_a_group_without_asking_anybody() {
    let mut play = stage();
    let club = Channel {
        id: CLUB,
        title: "Club".into(),
        username: None,
        link: Some("https://t.me/+door".into()),
        since: None,
    };
    assert_eq!(told(&play.happen(import(club.clone()))), Vec::<String>::new(), "no invite link is made");
    let club = Channel { since: Some(play.world.now), ..club };
    assert_eq!(play.state.channels, std::slice::from_ref(&club), "and it is known since when");
    assert_eq!(play.state.owners, [UserId(ANN)]);
    play.wait_s(60);
    play.happen(import(Channel { since: None, ..club.clone() }));
    assert_eq!(play.state.channels, [club], "again is the same");
    let without = Channel { id: CLUB, title: "Club".into(), username: None, link: None, since: None };
    let mut play = stage();
    assert_eq!(told(&play.happen(import(without))), [format!("invite {}", CLUB.0)]);
    for number in 0..6 {
        let id = super::super::super::types::ChatId(-1_009_000_000_000 - number);
        play.happen(import(Channel {
            id,
            title: "X".into(),
            username: Some(format!("x{number}")),
            link: None,
            since: None,
        }));
    }
    assert_eq!(play.state.channels.len(), 5, "and no more than may be");
}

fn policy() -> impl Strategy<Value = Policy> {
    let strangers = prop_oneof![Just(Answer::Mute), (1..20_u8).prop_map(Answer::Warn), Just(Answer::Delete)];
    let language = proptest::option::of(prop_oneof![Just(Language::En), Just(Language::Ru)]);
    let times = (proptest::option::of(1..172_800_u64), proptest::option::of(0..2_000_000_u64));
    (any::<[bool; 8]>(), strangers, language, times).prop_map(|(on, strangers, language, (notice, decline))| Policy {
        off: on[0],
        dry: on[1],
        strangers,
        language,
        notice_ttl_s: notice,
        greet: on[2],
        exempt_invited: on[3],
        reactions: on[4],
        late: on[5],
        requests_off: on[6],
        decline_after_s: decline,
        no_appeals: on[7],
        ..Policy::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_exported_is_imported_as_it_was(
        policy in policy(),
        titles in proptest::collection::vec(".{0,30}", 0..5),
        notice in proptest::option::of("[a-z][a-zа-я {}\n\"]{1,200}[a-z]"),
        greeting in proptest::option::of("[a-z]{1,500}"),
    ) {
        let channel = |(at, title): (usize, &String)| Channel {
            id: super::super::super::types::ChatId(-1_009_000_000_000 - i64::try_from(at).unwrap()),
            title: super::super::state::cut(title),
            username: (at % 2 == 0).then(|| format!("name{at}")),
            link: None,
            since: None,
        };
        let channels = titles.iter().enumerate().map(channel).collect();
        let state = State { channels, policy: policy.clone(), ..State::default() };
        let file = File::of(&state, Texts { notice, greeting });
        let read = File::read(file.to_json().as_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&file));
        prop_assert_eq!(read.unwrap().settings.onto(&Policy::default()), policy);
    }

    #[test]
    fn no_file_harms(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0..400_usize) {
        let mut content = exported(&mut guarded()).into_bytes();
        let at = at % content.len();
        content.splice(at..at, bytes.iter().copied().take(3));
        let _read_or_refused = (File::read(&content), File::read(&bytes));
    }
}

#[test]
fn the_question_of_an_anonymous_admin_goes_when_the_file_comes() {
    let mut play = guarded();
    let asked = Said { sender_chat: Some(GROUP), ..play.words(ANONYMOUS_ADMIN.0, "/export") };
    let (action, args) = pressable(&play.happen(Event::Said(asked)));
    let effects = play.press(ANN, &action, &args);
    let gone = |it: &&Call| matches!(it, Call::Delete { message: MessageRef::Id(MessageId(5_000)), .. });
    assert!(calls(&effects).into_iter().any(|it| gone(&it)), "{effects:?}");
}
