//! The checklist in the private chat of somebody who asked.

use super::super::super::effect::{Call, Does, Effect, InDoubt, Label, MessageRef, Target};
use super::super::super::event::{ChatKind, Event, Note};
use super::super::super::fact::{ChatRef, Freshness, Need, Unknown};
use super::super::super::play::{CLUB, GROUP, NEWS, Play, buttons, calls, plain, told};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ChatId, Language, Moment, Slot, UserId};
use super::super::{Channel, Knock, Membership, Settings, Word};
use super::EVE;

fn private() -> Play<Membership> {
    Play::new(Membership::new(Settings::default())).within(EVE, ChatKind::Private)
}

fn channel(id: ChatId, title: &str, username: Option<&str>) -> Channel {
    Channel { id, title: title.into(), username: username.map(str::to_owned), link: None, since: None }
}

/// A group asks for @news and the club.
fn knock(news: bool, club: bool) -> Knock {
    Knock {
        group: GROUP,
        title: "Readers".into(),
        username: None,
        who: UserId(EVE),
        at: Moment(5),
        channels: vec![(channel(NEWS, "News", Some("news")), news), (channel(CLUB, "Club", None), club)],
        until: Some(Moment(5 + 86_400_000)),
        language: Language::Ru,
    }
}

fn hears(play: &mut Play<Membership>, word: Word) -> Vec<Effect> {
    play.happen(Event::Told(Note::Membership(Box::new(word))))
}

fn text(effects: &[Effect]) -> Text {
    let text = calls(effects).into_iter().find_map(|it| match it {
        Call::Say { text, .. } | Call::Edit { text, .. } => Some(text.clone()),
        _ => None,
    });
    text.expect("words")
}

/// The lines of a checklist, and the one that tells the time.
fn lines(effects: &[Effect], name: &str) -> Vec<String> {
    let text = text(effects);
    match text.args.iter().find(|(it, _)| it == name) {
        Some((_, Arg::Lines(lines))) => lines.iter().map(|it| it.key.clone().into_owned()).collect(),
        other => panic!("{other:?}"),
    }
}

fn slot(effects: &[Effect]) -> Slot {
    calls(effects).into_iter().find_map(Call::makes).expect("a message")
}

#[test]
fn a_checklist_is_said_once_and_ticked_by_edits() {
    let mut play = private();
    let said = hears(&mut play, Word::Knock(knock(false, false)));
    assert_eq!(told(&said), ["say membership-door-knock", &format!("put knock/{}", GROUP.0)]);
    assert!(said.iter().any(|it| matches!(it, Effect::Telegram(owed) if owed.in_doubt == InDoubt::Repeat)));
    assert_eq!(lines(&said, "lines"), ["membership-door-open", "membership-door-open"]);
    assert_eq!(lines(&said, "time"), ["membership-door-hours"]);
    let does: Vec<_> = buttons(&said).into_iter().map(|it| it.does).collect();
    let check = Does::Press { action: "m.k".into(), args: GROUP.0.to_string(), only: Some(UserId(EVE)), until: None };
    assert_eq!(does, [Does::Open("https://t.me/news".into()), check.clone()]);

    let ticked = hears(&mut play, Word::Knock(knock(true, false)));
    let edit = calls(&ticked).into_iter().find_map(|it| match it {
        Call::Edit { message, .. } => Some(*message),
        _ => None,
    });
    assert_eq!(edit, Some(MessageRef::Slot(slot(&said))));
    assert_eq!(lines(&ticked, "lines"), ["membership-door-ticked", "membership-door-open"]);
    assert_eq!(buttons(&ticked).into_iter().map(|it| it.does).collect::<Vec<_>>(), [check]);
    assert_eq!(text(&ticked).language, Language::Ru);
}

#[test]
fn the_end_is_said_in_its_place() {
    for (approved, key) in [(true, "membership-door-in"), (false, "membership-door-closed")] {
        for username in [None, Some("readers".to_owned())] {
            let mut play = private();
            hears(&mut play, Word::Knock(Knock { username: username.clone(), ..knock(false, false) }));
            let effects = hears(&mut play, Word::Decided { group: GROUP, approved });
            assert_eq!(told(&effects), [format!("edit {key}"), format!("drop knock/{}", GROUP.0)]);
            assert_eq!(buttons(&effects), [], "there is nothing left to press");
            let (_, group) = text(&effects).args.remove(0);
            let link = Arg::Link { label: "Readers".into(), url: "https://t.me/readers".into() };
            assert_eq!(group, if username.is_some() { link } else { Arg::Bold("Readers".into()) });
            assert_eq!(hears(&mut play, Word::Decided { group: GROUP, approved }), [], "once");
        }
    }
}

#[test]
fn who_asks_again_gets_a_new_checklist_in_place_of_the_old_one() {
    let mut play = private();
    let first = slot(&hears(&mut play, Word::Knock(knock(false, false))));
    let again = hears(&mut play, Word::Knock(Knock { at: Moment(6), ..knock(false, false) }));
    assert!(calls(&again).contains(&&Call::Delete { chat: ChatId(EVE), message: MessageRef::Slot(first) }));
    assert_ne!(slot(&again), first);
}

#[test]
fn several_groups_have_a_checklist_each_and_no_more_than_are_remembered() {
    let mut play = private();
    for number in 0..30_u64 {
        let group = ChatId(-1_000_000_000_900 - i64::try_from(number).unwrap());
        let effects = hears(&mut play, Word::Knock(Knock { group, at: Moment(100 + number), ..knock(false, false) }));
        assert!(told(&effects).contains(&"say membership-door-knock".to_owned()));
    }
    assert_eq!(play.world.rows.len(), 20);
    assert!(!play.world.rows.contains_key("knock/-1000000000900"), "the oldest went");
    assert!(play.world.rows.contains_key("knock/-1000000000929"));
}

fn toast(effects: &[Effect]) -> Vec<String> {
    told(effects).into_iter().filter(|it| it.starts_with("toast")).collect()
}

#[test]
fn the_button_looks_anew_and_tells_the_group() {
    let mut play = private();
    hears(&mut play, Word::Knock(knock(false, false)));
    let press = |play: &mut Play<Membership>| play.press(EVE, "m.k", &GROUP.0.to_string());
    let lacks = press(&mut play);
    assert_eq!(toast(&lacks), ["toast membership-door-toast-lacks"]);
    for chat in [NEWS, CLUB] {
        assert!(play.asked.contains(&Need::Member {
            chat: ChatRef::Id(chat),
            user: UserId(EVE),
            fresh: Freshness::Now
        }));
    }
    let tells = |effects: &[Effect]| {
        let word = Note::Membership(Box::new(Word::Recheck { user: UserId(EVE) }));
        effects.contains(&Effect::Tell { to: Target::Chat(GROUP), note: word })
    };
    assert!(tells(&lacks), "the group looks for itself");
    assert_eq!(told(&press(&mut play)), ["toast membership-door-toast-wait"], "nothing is looked up twice in a row");
    play.wait_s(5);
    play.world.set(NEWS, UserId(EVE), plain());
    play.world.set(CLUB, UserId(EVE), plain());
    let all = press(&mut play);
    assert_eq!(toast(&all), ["toast membership-door-toast-in"]);
    assert!(tells(&all));
    play.wait_s(5);
    play.world.doubt(CLUB, UserId(EVE), Unknown::Unavailable);
    let unsure = press(&mut play);
    assert_eq!((toast(&unsure), tells(&unsure)), (vec!["toast membership-toast-cannot-check".into()], false));
}

#[test]
fn a_button_of_a_settled_request_says_so() {
    let mut play = private();
    for args in [GROUP.0.to_string(), "x".into(), String::new()] {
        assert_eq!(told(&play.press(EVE, "m.k", &args)), ["toast membership-door-toast-over"], "{args}");
        assert!(play.claimed);
    }
}

#[test]
fn the_button_fits_into_its_data() {
    let mut play = private();
    let far = ChatId(-1_009_999_999_999_999);
    let said = hears(&mut play, Word::Knock(Knock { group: far, ..knock(false, false) }));
    for button in buttons(&said) {
        if let Does::Press { action, args, .. } = button.does {
            assert!(action.len() + args.len() <= 24, "{action}{args}");
            assert!(matches!(button.label, Label::Text(_)));
        }
    }
}

#[test]
fn the_time_is_told_in_its_largest_unit() {
    let cases = [(60, "minutes", 1), (61, "minutes", 2), (7_199, "minutes", 120), (7_200, "hours", 2)];
    let cases = cases.into_iter().chain([(86_400, "hours", 24), (172_800, "days", 2), (259_000, "days", 3)]);
    for (seconds, unit, count) in cases {
        let mut play = private();
        let until = Some(Moment(5 + seconds * 1_000));
        let said = hears(&mut play, Word::Knock(Knock { until, ..knock(false, false) }));
        let text = text(&said);
        let Some((_, Arg::Lines(time))) = text.args.iter().find(|(it, _)| it == "time") else { panic!("{text:?}") };
        assert_eq!(time[0].key, format!("membership-door-{unit}"), "{seconds}");
        assert_eq!(time[0].args[0].1, Arg::Number(count), "{seconds}");
    }
    let mut play = private();
    let said = hears(&mut play, Word::Knock(Knock { until: None, ..knock(false, false) }));
    assert_eq!(lines(&said, "time"), Vec::<String>::new());
}
