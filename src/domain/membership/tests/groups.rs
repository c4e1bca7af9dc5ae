//! What people see of the groups that they set up, and what is deleted when we leave.

use super::super::super::effect::{Call, Effect};
use super::super::super::event::{ChatKind, Event, Note, Standing};
use super::super::super::play::{Play, all_rights, calls, plain};
use super::super::super::text::Arg;
use super::super::super::types::UserId;
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
        Call::Say { text, .. } => Some(text.clone()),
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
