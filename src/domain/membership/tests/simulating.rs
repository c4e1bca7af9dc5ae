//! `/simulate`: what other settings would have done, and that nothing is done.

use super::super::super::effect::{Button, Call, Does, Effect, Label};
use super::super::super::event::{Event, JoinRequested, Reacted, Standing};
use super::super::super::fact::{ChatRef, Unknown};
use super::super::super::play::{CLUB, GROUP, NEWS, Play, all_rights, buttons, calls, person, plain};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ChatId, Language, MessageId, Person, UserId};
use super::super::simulate::{Case, Imagined};
use super::super::{Answer, Exempt, Known, LogPlace, Membership, Mercy, Policy, Settings};
use super::walking::{keys, last_edit, number, walk_on};
use super::{ANN, BOB, muted_rows, stage, stage_with, told};

/// Sets one thing of a group's choices.
type Choose = fn(&mut Policy);

#[test]
fn a_simulation_shows_who_would_have_been_stopped_and_touches_nobody() {
    let mut play = stage_with(Settings { walk_per_s: 25, ..Settings::default() });
    for who in 100..130 {
        play.say(who, "hello");
        if who < 120 {
            play.world.set(NEWS, UserId(who), plain());
        }
    }
    play.world.set(GROUP, UserId(129), all_rights());
    play.world.set(GROUP, UserId(ANN), all_rights());
    let begun = play.say(ANN, "/simulate @news");
    assert_eq!(told(&begun), ["say membership-simulate-progress", "put walk", "wake"]);
    let all = walk_on(&mut play).concat();
    assert!(calls(&all).iter().all(|it| matches!(it, Call::Edit { .. })), "{all:?}");
    let shown = last_edit(&all);
    assert_eq!(
        (shown.key.as_ref(), number(&shown, "people"), number(&shown, "count")),
        ("membership-simulate-done", 9, 31)
    );
    assert!(play.state.channels.is_empty(), "nothing is done");
    let (action, args) = press_of(&all, "membership-simulate-button-protect");
    assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-not-allowed"]);
    let effects = told(&play.press(ANN, &action, &args));
    assert_eq!(effects[..2], ["toast membership-toast-thanks", "edit membership-protected"], "{effects:?}");
    assert_eq!(play.state.channels.len(), 1);
    play.wait_s(100_000);
    play.say(ANN, "/simulate");
    let all = walk_on(&mut play).concat();
    assert_eq!(number(&last_edit(&all), "count"), 1, "only ann wrote today");
    assert!(!labels(&all).contains(&"membership-simulate-button-protect".to_owned()), "it is protected already");
}

/// The keys of the buttons' words.
fn labels(effects: &[Effect]) -> Vec<String> {
    let key = |it: &Button| match &it.label {
        Label::Text(text) => text.key.to_string(),
        Label::Name(name) => name.clone(),
    };
    buttons(effects).iter().map(key).collect()
}

/// What the first button with these words sends.
fn press_of(effects: &[Effect], label: &str) -> (String, String) {
    let place = labels(effects).iter().position(|it| it == label).unwrap_or_else(|| panic!("{label}: {effects:?}"));
    match buttons(effects).remove(place).does {
        Does::Press { action, args, .. } => (action, args),
        Does::Open(url) => panic!("{url}"),
    }
}

/// A group without a guard in which strangers 100 to 104 wrote one to five messages, and bob, a reader, ten.
/// 100 and 101 are in the club.
fn simulated() -> (Play<Membership>, Vec<Effect>) {
    let mut play = stage_with(Settings { walk_per_s: 25, ..Settings::default() });
    for who in 100..105 {
        (100..=who).for_each(|_| drop(play.say(who, "hello")));
    }
    (0..10).for_each(|_| drop(play.say(BOB, "hello")));
    for who in [100, 101, BOB] {
        play.world.set(CLUB, UserId(who), plain());
    }
    play.say(ANN, &format!("/simulate @news {}", CLUB.0));
    let all = walk_on(&mut play).concat();
    (play, all)
}

/// People stopped, their messages, messages deleted, people muted.
fn toll(text: &Text) -> (i64, i64, i64, i64) {
    let Some((_, Arg::Lines(lines))) = text.args.iter().find(|(it, _)| it == "lines") else { panic!("{text:?}") };
    (
        number(text, "people"),
        number(text, "wrote-count"),
        number(&lines[0], "deleted-count"),
        number(&lines[0], "muted-count"),
    )
}

#[test]
fn a_simulation_counts_people_and_messages_and_its_buttons_try_other_settings() {
    let (mut play, all) = simulated();
    let shown = last_edit(&all);
    assert_eq!(
        (number(&shown, "count"), number(&shown, "message-count")),
        (7, 1 + 2 + 3 + 4 + 5 + 10 + 1),
        "ann wrote too"
    );
    assert_eq!(toll(&shown), (5, 15, 5, 5), "muted with the first message");
    let cases = [
        ("membership-simulate-button-delete", (5, 15, 15, 0)),
        ("membership-panel-button-warn", (5, 15, 2 * 4 + 1, 4)), // once, then muted
    ];
    for (label, expect) in cases {
        let (action, args) = press_of(&all, label);
        assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-not-allowed"]);
        let turned = play.press(ANN, &action, &args);
        assert_eq!(told(&turned)[..2], ["toast", "edit membership-simulate-done"], "{label}");
        assert_eq!(toll(&last_edit(&turned)), expect, "{label}");
    }
    let (action, args) = press_of(&all, "membership-simulate-button-channel"); // without @news: the club alone
    let turned = play.press(ANN, &action, &args);
    let shown = last_edit(&turned);
    assert_eq!(toll(&shown), (3, 12, 3 * 2, 3), "the answer tried before still holds");
    assert_eq!(keys(&shown).iter().filter(|it| it.ends_with("line-channel")).count(), 2);
    let last = args.replace("c0", "c1");
    assert_eq!(told(&play.press(ANN, &action, &last)), ["toast membership-simulate-toast-one"]);
    assert!(play.state.channels.is_empty() && muted_rows(&play) == 0, "nothing is done");
    play.wait_s(3_600);
    assert_eq!(told(&play.wakes("simulated")), ["drop simulated"], "and nothing is kept of it");
    assert_eq!(told(&play.press(ANN, &action, &args)), ["toast membership-simulate-toast-over"]);
}

#[test]
fn those_who_would_have_been_stopped_are_named_up_to_a_number() {
    let mut play = stage_with(Settings { walk_per_s: 25, ..Settings::default() });
    (100..120).for_each(|who| drop(play.say(who, "hello")));
    play.say(ANN, "/simulate @news");
    let shown = last_edit(&walk_on(&mut play).concat());
    let Some((_, Arg::Lines(lines))) = shown.args.iter().find(|(it, _)| it == "lines") else { panic!("{shown:?}") };
    let named = lines.iter().find(|it| it.key == "membership-simulate-names-muted").unwrap();
    assert_eq!(number(named, "more-count"), 5);
    let Some((_, Arg::Word(names))) = named.args.iter().find(|(it, _)| it == "names") else { panic!("{named:?}") };
    assert_eq!(names.split(", ").count(), 15);
}

#[test]
fn a_simulation_needs_channels_that_we_may_look_into() {
    let mut play = stage();
    assert_eq!(told(&play.say(ANN, "/simulate")), ["say membership-simulate-usage"]);
    assert_eq!(told(&play.say(ANN, "/simulate @nowhere")), ["say membership-missing"]);
    play.world.set(CLUB, super::super::super::play::ME, plain());
    assert_eq!(told(&play.say(ANN, &format!("/simulate @news {}", CLUB.0))), ["say membership-missing"]);
    let six = "/simulate @aaaa @bbbb @cccc @dddd @eeee @ffff";
    assert_eq!(told(&play.say(ANN, six)), ["say membership-missing"]);
    play.world.lose(ChatRef::Name("news".into()), Unknown::Unavailable);
    assert_eq!(told(&play.say(ANN, "/simulate @news")), ["say membership-cannot-check"]);
    assert!(!play.world.rows.contains_key("walk"));
}

/// A group guarded for @news whose people of the day differ in all that settings may look at: 101 wrote twice, 102 was
/// brought in by ann and wrote, 103 was let off and wrote, 104 reacted twice, 105 came today and is silent, 106 asks to
/// be let in, and bob, a reader, asks too.
fn village() -> Play<Membership> {
    let mut play = stage_with(Settings { walk_per_s: 25, ..Settings::default() });
    play.say(ANN, "/protect @news");
    play.state.policy.off = true; // who lives here is not to be stopped yet
    for who in [101, 101, 102, 103] {
        play.say(who, "hello");
    }
    play.wait_s(25 * 3_600);
    play.moves(ANN, 102, Standing::default(), plain());
    play.wait_s(25 * 3_600); // that was long ago
    for who in [101, 101, 102, 103] {
        play.say(who, "hello");
    }
    let mut known: Known = serde_json::from_slice(&play.world.rows["person/103"]).unwrap();
    known.exempt = Some(Exempt { since: play.world.now, by: UserId(ANN), how: Mercy::Undone, until: None });
    play.world.rows.insert("person/103".into(), serde_json::to_vec(&known).unwrap());
    for _ in 0..2 {
        let reaction = Reacted { message: MessageId(5), who: Some(person(104)), sender_chat: None, added: true };
        play.happen(Event::Reacted(reaction));
    }
    play.moves(105, 105, Standing::default(), plain());
    for who in [106, BOB] {
        play.happen(Event::JoinRequested(JoinRequested { who: person(who), ..request() }));
    }
    for who in [102, 103, 104, 105] {
        play.world.set(GROUP, UserId(who), plain());
    }
    play
}

fn request() -> JoinRequested {
    JoinRequested { who: person(0), private: ChatId(0), query: None, by_link: None }
}

/// What a simulation under these settings says.
fn simulate(play: &mut Play<Membership>, words: &str) -> (Text, Vec<Effect>) {
    play.say(ANN, words);
    let all = walk_on(play).concat();
    (last_edit(&all), all)
}

/// The lines that count something, with their numbers.
fn counted(text: &Text) -> Vec<(String, Vec<i64>)> {
    let Some((_, Arg::Lines(lines))) = text.args.iter().find(|(it, _)| it == "lines") else { panic!("{text:?}") };
    let numbers = |it: &Text| {
        it.args.iter().filter_map(|(_, it)| if let Arg::Number(it) = it { Some(*it) } else { None }).collect()
    };
    let short = |it: &Text| it.key.trim_start_matches("membership-simulate-").to_owned();
    lines.iter().map(|it| (short(it), numbers(it))).collect()
}

/// Whom the lines name.
fn named(text: &Text) -> Vec<String> {
    let Some((_, Arg::Lines(lines))) = text.args.iter().find(|(it, _)| it == "lines") else { panic!("{text:?}") };
    let names =
        |it: &Text| it.args.iter().find_map(|(_, it)| if let Arg::Word(it) = it { Some(it.clone()) } else { None });
    lines.iter().filter(|it| it.key.contains("-names-")).filter_map(names).collect()
}

#[test]
fn every_setting_that_changes_whom_it_befalls_can_be_tried_out() {
    let mut play = village();
    let (text, all) = simulate(&mut play, "/simulate");
    assert_eq!(number(&text, "count"), 4, "101, 102, 103 and ann wrote");
    // deleted, muted, told | newcomers | let off | requests let in, waiting
    let line = |key: &str, numbers: &[i64]| (key.to_owned(), numbers.to_vec());
    let as_it_is = [
        line("line-effect", &[2, 3, 0]),
        line("line-newcomers", &[1]),
        line("line-excused", &[1]),
        line("line-requests", &[1, 1]),
        line("names-muted", &[0]),
    ];
    assert_eq!(counted(&text), as_it_is);
    assert_eq!(named(&text), ["P101 (2), P102 (1), P105"]);
    for (label, expect, names) in [
        (
            "invited",
            vec![line("line-effect", &[1, 2, 0]), line("line-newcomers", &[1]), line("line-excused", &[2])],
            vec!["P101 (2), P105"],
        ),
        (
            "excused",
            vec![line("line-effect", &[3, 4, 0]), line("line-newcomers", &[1])],
            vec!["P101 (2), P102 (1), P103 (1), P105"],
        ),
        (
            "reactions",
            vec![line("line-effect", &[2, 4, 0]), line("line-newcomers", &[1]), line("line-excused", &[1])],
            vec!["P101 (2), P102 (1), P104, P105"],
        ),
        ("late", vec![line("line-effect", &[2, 2, 0]), line("line-excused", &[1])], vec!["P101 (2), P102 (1)"]),
        ("requests", as_it_is[..3].to_vec(), vec!["P101 (2), P102 (1), P105"]),
        ("delete", vec![line("line-effect", &[3, 0, 2]), line("line-excused", &[1])], vec!["P101 (2), P102 (1)"]),
    ] {
        let (action, args) = press_of(&all, &format!("membership-simulate-button-{label}"));
        let turned = last_edit(&play.press(ANN, &action, &args));
        let lines: Vec<_> = counted(&turned)
            .into_iter()
            .filter(|(it, _)| !it.starts_with("names") && (it != "line-requests"))
            .collect();
        assert_eq!(lines, expect.into_iter().filter(|(it, _)| it != "line-requests").collect::<Vec<_>>(), "{label}");
        assert_eq!(counted(&turned).iter().any(|(it, _)| it == "line-requests"), label != "requests", "{label}");
        assert_eq!(named(&turned), names, "{label}");
        let back = if label == "delete" { press_of(&all, "membership-simulate-button-mute") } else { (action, args) };
        let again = last_edit(&play.press(ANN, &back.0, &back.1));
        assert_eq!(counted(&again), as_it_is, "{label}: and back");
    }
    assert!(muted_rows(&play) == 0 && play.state.policy.off, "nothing is done");
}

#[test]
fn a_simulation_begins_with_the_groups_own_settings_and_adds_channels_to_those_it_asks_for() {
    // Each field of the policy: whether another value of it changes what a simulation begins with.
    let Policy {
        off: _,
        dry: _,
        strangers: _,
        language: _,
        notice_ttl_s: _,
        greet: _,
        exempt_invited: _,
        reactions: _,
        late: _,
        requests_off: _,
        decline_after_s: _,
        no_appeals: _,
        lockdown: _,
        channels_welcome: _,
        log: _,
    } = Policy::default(); // a new field belongs into the table
    let table: [(&str, Choose, bool); 14] = [
        ("dry", |it| it.dry = true, false),
        ("strangers", |it| it.strangers = Answer::Warn(2), true),
        ("language", |it| it.language = Some(Language::Ru), false),
        ("notice_ttl_s", |it| it.notice_ttl_s = Some(60), false),
        ("greet", |it| it.greet = true, false),
        ("exempt_invited", |it| it.exempt_invited = true, true),
        ("reactions", |it| it.reactions = true, true),
        ("late", |it| it.late = true, true),
        ("requests_off", |it| it.requests_off = true, true),
        ("decline_after_s", |it| it.decline_after_s = Some(60), false),
        ("no_appeals", |it| it.no_appeals = true, false),
        ("lockdown", |it| it.lockdown = true, false),
        ("channels_welcome", |it| it.channels_welcome = true, false),
        ("log", |it| it.log = Some(LogPlace { chat: CLUB, thread: None }), false),
    ];
    let before = counted(&simulate(&mut village(), "/simulate").0);
    for (name, choose, changes) in table {
        let mut play = village();
        choose(&mut play.state.policy);
        assert_eq!(counted(&simulate(&mut play, "/simulate").0) != before, changes, "{name}");
    }
    let mut play = village();
    play.state.policy.strangers = Answer::Warn(2);
    let (_, all) = simulate(&mut play, &format!("/simulate {}", CLUB.0));
    let count = |key: &str| labels(&all).iter().filter(|it| *it == key).count();
    assert_eq!(count("membership-simulate-button-channel"), 2, "the one that is required, and the new one");
    assert_eq!(count("membership-panel-button-warn"), 3, "the group's own choice among them");
}

#[test]
fn a_simulation_of_a_crowd_of_all_kinds_stays_small() {
    let mut imagined = Imagined::default();
    for n in 0..40_000_u32 {
        let case = Case { lacks: (n % 32) as u8, how: (n / 32 % 16) as u8, wrote: n % 37, reacted: n % 29 };
        imagined.add(&Person { name: "Ж".repeat(40), ..person(i64::from(n)) }, case);
    }
    let bytes = serde_json::to_vec(&imagined).unwrap().len();
    assert!(bytes < 48 * 1_024, "{bytes} bytes");
}
