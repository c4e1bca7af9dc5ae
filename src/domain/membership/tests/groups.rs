//! What people see of the groups that they set up, and what is deleted when we leave.

use super::super::super::effect::{Call, Does, Effect, Label};
use super::super::super::event::{ChatKind, Event, Note, Standing};
use super::super::super::play::{Play, all_rights, buttons, calls, plain, pressable};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ChatId, UserId};
use super::super::{Membership, Mode, Report, Settings, Word};
use super::{ANN, BOB, EVE, guarded, told};

fn reports(effects: &[Effect]) -> Vec<Report> {
    let word = |it: &Effect| match it {
        Effect::Tell { note: Note::Membership(word), .. } => Some((**word).clone()),
        _ => None,
    };
    effects.iter().filter_map(word).filter_map(|it| if let Word::Group(it) = it { Some(it) } else { None }).collect()
}

fn private() -> Play<Membership> {
    Play::new(Membership::new(Settings::default())).within(ANN, ChatKind::Private)
}

fn lines(effects: &[Effect]) -> Vec<String> {
    let text = calls(effects).into_iter().find_map(|it| match it {
        Call::Say { text, .. } | Call::Edit { text, .. } => Some(text.clone()),
        _ => None,
    });
    let lines = |it: &(_, Arg)| if let Arg::Lines(lines) = &it.1 { Some(lines.clone()) } else { None };
    let found = text.unwrap().args.iter().find_map(lines).unwrap_or_default();
    found.into_iter().map(|it| it.key.into_owned()).collect()
}

#[test]
fn a_group_is_listed_for_whoever_set_it_up_until_it_is_let_go() {
    let mut group = super::stage();
    let report = reports(&group.say(ANN, "/protect @news")).remove(0);
    assert_eq!((report.mode, report.troubles, report.channels.len()), (Mode::On, 0, 1));
    let mut private = private();
    assert_eq!(told(&private.say(ANN, "/groups")), ["say membership-groups-none"]);
    private.happen(Event::Told(Note::Membership(Box::new(Word::Group(report.clone())))));
    assert_eq!(lines(&private.say(ANN, "/groups")), ["membership-groups-on"]);
    for (mode, troubles, key) in [
        (Mode::Off, 0, "membership-groups-off"),
        (Mode::Dry, 0, "membership-groups-dry"),
        (Mode::On, 2, "membership-groups-trouble"),
    ] {
        let report = Report { mode, troubles, ..report.clone() };
        private.happen(Event::Told(Note::Membership(Box::new(Word::Group(report)))));
        assert_eq!(lines(&private.say(ANN, "/groups")), [key]);
    }
    private.happen(Event::Told(Note::Membership(Box::new(Word::Gone { group: report.group }))));
    assert_eq!(told(&private.say(ANN, "/groups")), ["say membership-groups-none"]);
}

#[test]
fn however_many_groups_somebody_has_all_can_be_turned_to_and_troubles_come_first() {
    let mut private = private();
    let report = reports(&super::stage().say(ANN, "/protect @news")).remove(0);
    for n in 0..205 {
        let (group, troubles) = (ChatId(-1_000_000_100_000 - n), u32::from(n == 203));
        let report = Report { group, title: format!("G{n:03}"), troubles, ..report.clone() };
        private.happen(Event::Told(Note::Membership(Box::new(Word::Group(report)))));
    }
    let mut page = private.say(ANN, "/groups");
    assert_eq!(lines(&page)[0], "membership-groups-trouble", "wherever it stands in the list");
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        seen.extend(titles(&page));
        pages += 1;
        let next = buttons(&page).into_iter().rev().find_map(|it| match (it.label, it.does) {
            (Label::Text(text), Does::Press { action, args, .. }) if text.key.ends_with("next") => Some((action, args)),
            _ => None,
        });
        let Some((action, args)) = next else { break };
        assert!(action.len() + args.len() <= 24, "{action} {args}");
        page = private.press(ANN, &action, &args);
        assert_eq!(told(&page), ["toast", "edit membership-groups-page"]);
    }
    let all: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((all.len(), pages), (205, 11));
    let (action, args) = pressable(&page);
    assert_eq!(lines(&private.press(ANN, &action, &args))[0], "membership-groups-trouble", "and back to the beginning");
    private.happen(Event::Told(Note::Membership(Box::new(Word::Group(Report {
        group: ChatId(-1_000_000_100_203),
        ..report
    })))));
    assert_eq!(lines(&private.say(ANN, "/groups"))[0], "membership-groups-on", "all is well again");
}

/// The groups that a message names.
fn titles(effects: &[Effect]) -> Vec<String> {
    let text = calls(effects).into_iter().find_map(|it| match it {
        Call::Say { text, .. } | Call::Edit { text, .. } => Some(text.clone()),
        _ => None,
    });
    let lines = |it: &(_, Arg)| if let Arg::Lines(lines) = &it.1 { Some(lines.clone()) } else { None };
    let lines = text.unwrap().args.iter().find_map(lines).unwrap_or_default();
    let title = |it: Text| it.args.into_iter().find_map(|(_, it)| if let Arg::Bold(it) = it { Some(it) } else { None });
    lines.into_iter().filter_map(title).filter(|it| it.starts_with('G')).collect()
}

#[test]
fn a_trouble_shows_in_the_list_and_goes_again() {
    let mut play = guarded();
    let lost = super::super::super::play::admin(super::super::super::event::Rights::default());
    assert_eq!(reports(&play.places(all_rights(), lost.clone()))[0].troubles, 1);
    assert_eq!(reports(&play.places(lost, all_rights()))[0].troubles, 0);
}

#[test]
fn everybody_may_ask_what_is_kept() {
    assert_eq!(told(&private().say(EVE, "/privacy")), ["say membership-groups-privacy"]);
    assert_eq!(told(&guarded().say(BOB, "/privacy@house_bot")), ["say membership-groups-privacy"]);
    assert!(told(&guarded().say(EVE, "/privacy")).contains(&"mute 7".to_owned()), "a stranger asks in private");
}

#[test]
fn when_we_leave_a_group_everything_about_its_people_is_deleted() {
    let mut play = guarded();
    for who in 0..150 {
        play.say(1_000 + who, "hello");
    }
    assert!(play.world.rows.len() > 300, "mutes, people, deeds: {}", play.world.rows.len());
    assert!(told(&play.places(all_rights(), Standing::default())).contains(&"wake".to_owned()));
    for _ in 0..10 {
        play.wakes("erase");
    }
    assert_eq!(play.world.rows.len(), 0);
    assert_eq!(play.wakes("erase"), [], "and then it rests");
}

#[test]
fn a_group_that_is_guarded_again_keeps_what_it_knows() {
    let mut play = guarded();
    play.world.set(super::super::super::play::GROUP, UserId(EVE), plain());
    play.say(EVE, "hello");
    let before = play.world.rows.len();
    play.wakes("erase");
    assert_eq!(play.world.rows.len(), before);
}
