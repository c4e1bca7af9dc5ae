//! Whatever breaks in the world: nobody is stopped for it, those who can mend it hear of it once, and what is
//! mended is seen by itself.

use super::super::super::effect::{Effect, Target};
use super::super::super::event::{Event, Note, Outcome, Rights, Standing, Status};
use super::super::super::fact::{ChatRef, Unknown};
use super::super::super::play::{CLUB, GROUP, ME, NEWS, Play, admin, all_rights, plain};
use super::super::super::types::{ChatId, UserId};
use super::super::state::About;
use super::super::{Membership, State};
use super::{ANN, BOB, EVE, guarded, told};

const LOOK: &str = "look";

/// In how many ms the group is looked at next, if this decision says so.
fn next_look(play: &Play<Membership>, effects: &[Effect]) -> Option<u64> {
    effects.iter().find_map(|it| match it {
        Effect::WakeAt { key, at } if key == LOOK => Some(at.since_ms(play.world.now)),
        _ => None,
    })
}

/// The clock rings when it is due.
fn look(play: &mut Play<Membership>) -> Vec<Effect> {
    let due = play.state.looking.expect("a clock is set").at;
    play.world.now = play.world.now.max(due);
    play.wakes(LOOK)
}

/// Whom words about troubles go to.
fn hearers(effects: &[Effect]) -> Vec<ChatId> {
    let to = |it: &Effect| match it {
        Effect::Tell { to: Target::Chat(chat), note: Note::Deliver { .. } } => Some(*chat),
        _ => None,
    };
    effects.iter().filter_map(to).collect()
}

fn keys(effects: &[Effect]) -> Vec<String> {
    let wanted = |it: &String| it.starts_with("trouble") || it == "healed" || it.starts_with("invite");
    told(effects).into_iter().filter(wanted).collect()
}

/// One way the world breaks: what happens, what is told, and how it is mended.
type Break = (&'static str, fn(&mut Play<Membership>), &'static [&'static str], fn(&mut Play<Membership>));

fn everybody_in_news(play: &mut Play<Membership>, found: Result<Standing, Unknown>) {
    for who in [ME, UserId(ANN), UserId(BOB), UserId(EVE)] {
        play.world.members.insert((NEWS, who), found.clone());
    }
}

fn news_as_before(play: &mut Play<Membership>) {
    for (who, standing) in [(ME, all_rights()), (UserId(ANN), all_rights()), (UserId(BOB), plain())] {
        play.world.set(NEWS, who, standing);
    }
    play.world.set(NEWS, UserId(EVE), Standing::default());
}

const BREAKS: &[Break] = &[
    (
        "the channel is gone",
        |it| {
            everybody_in_news(it, Err(Unknown::NotFound));
            it.world.lose(ChatRef::Id(NEWS), Unknown::NotFound);
        },
        &["trouble membership-trouble-lost"],
        |it| {
            news_as_before(it);
            it.world.know(NEWS, super::super::super::event::ChatKind::Channel, "News", Some("news"));
        },
    ),
    (
        "we are put out of the channel",
        |it| everybody_in_news(it, Err(Unknown::NoRights)),
        &["trouble membership-trouble-lost"],
        news_as_before,
    ),
    (
        "we are no admin of the channel any more",
        |it| {
            everybody_in_news(it, Err(Unknown::NoRights));
            it.world.set(NEWS, ME, plain());
        },
        &["trouble membership-trouble-lost"],
        news_as_before,
    ),
    (
        "we may delete nothing any more",
        |it| it.world.set(GROUP, ME, admin(Rights { can_restrict_members: true, ..Rights::default() })),
        &["trouble membership-trouble-rights"],
        |it| it.world.set(GROUP, ME, all_rights()),
    ),
    (
        "we may mute nobody any more",
        |it| it.world.set(GROUP, ME, admin(Rights { can_delete_messages: true, ..Rights::default() })),
        &["trouble membership-trouble-rights"],
        |it| it.world.set(GROUP, ME, all_rights()),
    ),
    (
        "we are no admin of the group any more",
        |it| it.world.set(GROUP, ME, plain()),
        &["trouble membership-trouble-rights"],
        |it| it.world.set(GROUP, ME, all_rights()),
    ),
    (
        "the group is out of sight",
        |it| {
            it.world.doubt(GROUP, ME, Unknown::NotFound);
            it.world.doubt(GROUP, UserId(EVE), Unknown::NotFound);
        },
        &["trouble membership-trouble-lost"],
        |it| {
            it.world.set(GROUP, ME, all_rights());
            it.world.set(GROUP, UserId(EVE), plain());
        },
    ),
];

#[test]
fn whatever_breaks_is_seen_told_once_and_heals_without_anybodys_message() {
    for (what, breaks, expect, mends) in BREAKS {
        let mut play = guarded();
        breaks(&mut play);
        let effects = look(&mut play);
        assert_eq!(keys(&effects), *expect, "{what}");
        assert_eq!(hearers(&effects), [ChatId(ANN)], "{what}: whoever set it up hears of it");
        assert_eq!(play.state.troubles.len(), 1, "{what}");
        let muted = told(&play.say(EVE, "hello")).into_iter().any(|it| it.starts_with("mute"));
        assert!(!muted, "{what}: nobody is stopped for it");
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let before = play.world.now;
            let effects = look(&mut play);
            pauses.push(play.world.now.since_ms(before) / 1_000);
            assert_eq!(keys(&effects), Vec::<String>::new(), "{what}: told once");
        }
        assert_eq!(pauses, [61, 122, 244, 488, 976, 1_952, 3_600, 3_600], "{what}");
        mends(&mut play);
        let effects = look(&mut play);
        assert_eq!(keys(&effects), ["healed"], "{what}");
        assert_eq!(hearers(&effects), [ChatId(ANN)], "{what}: and that it is over");
        assert_eq!(play.state.troubles, [], "{what}");
        let next = next_look(&play, &effects).unwrap();
        assert!((3 * 3_600_000..=6 * 3_600_000).contains(&next), "{what}: now and then");
        assert!(told(&play.say(EVE, "hello")).contains(&"mute 7".to_owned()), "{what}: guarded again");
    }
}

#[test]
fn an_owner_of_the_house_hears_it_from_the_house_alone() {
    let mut play = guarded();
    play.world.house.owners = [UserId(ANN)].into();
    play.world.set(GROUP, ME, plain());
    let effects = look(&mut play);
    assert_eq!((keys(&effects).len(), hearers(&effects)), (1, Vec::new()));
}

#[test]
fn silence_of_telegram_is_told_when_it_lasts_and_forgotten_when_it_does_not() {
    let mut play = guarded();
    everybody_in_news(&mut play, Err(Unknown::Unavailable));
    let effects = play.say(EVE, "hello");
    assert_eq!((told(&effects), next_look(&play, &effects)), (Vec::new(), Some(61_000)));
    assert_eq!(keys(&look(&mut play)), ["trouble membership-trouble-unavailable"], "though nobody wrote");
    news_as_before(&mut play);
    assert_eq!(keys(&look(&mut play)), ["healed"]);
    everybody_in_news(&mut play, Err(Unknown::Unavailable));
    play.say(EVE, "hello");
    news_as_before(&mut play);
    assert_eq!(keys(&look(&mut play)), Vec::<String>::new(), "a hiccup is told to nobody");
    assert_eq!(play.state.troubles, []);
}

#[test]
fn a_person_who_cannot_be_found_is_no_trouble_of_the_channel() {
    let mut play = guarded();
    for why in [Unknown::NotFound, Unknown::NoRights] {
        play.world.doubt(NEWS, UserId(EVE), why);
        assert_eq!(told(&play.say(EVE, "hello")), Vec::<String>::new(), "fail open, for them alone");
        assert!(!play.claimed && play.state.troubles.is_empty());
    }
    assert!(told(&play.say(40, "hello")).contains(&"mute 40".to_owned()), "others are stopped as ever");
}

#[test]
fn a_channel_that_becomes_private_gets_a_link_and_one_with_a_new_name_its_button() {
    let kind = super::super::super::event::ChatKind::Channel;
    let mut play = guarded();
    play.world.know(NEWS, kind, "Fresh news", Some("fresh"));
    look(&mut play);
    assert_eq!(play.state.channels[0].url().unwrap(), "https://t.me/fresh");
    play.world.know(NEWS, kind, "Fresh news", None);
    assert_eq!(keys(&look(&mut play)), [format!("invite {}", NEWS.0)]);
    let refused = Outcome::Refused { reason: "not enough rights".into() };
    let effects = play.performed(&format!("link/{}", NEWS.0), refused);
    assert_eq!(keys(&effects), ["trouble membership-trouble-link"]);
    assert_eq!(next_look(&play, &effects), Some(61_000));
    assert_eq!(keys(&look(&mut play)), [format!("invite {}", NEWS.0)], "tried again");
    let done = Outcome::Done { message: None, link: Some("https://t.me/+new".into()) };
    assert_eq!(keys(&play.performed(&format!("link/{}", NEWS.0), done)), ["healed"]);
    assert_eq!(play.state.channels[0].url().unwrap(), "https://t.me/+new");
}

#[test]
fn without_the_right_to_invite_no_link_is_asked_for_and_that_is_told() {
    let mut play = guarded();
    play.world.know(NEWS, super::super::super::event::ChatKind::Channel, "News", None);
    play.world.set(NEWS, ME, admin(Rights::default()));
    assert_eq!(keys(&look(&mut play)), ["trouble membership-trouble-link"]);
    play.world.set(NEWS, ME, all_rights());
    assert_eq!(keys(&look(&mut play)), [format!("invite {}", NEWS.0)]);
}

#[test]
fn a_group_that_put_us_out_unheard_is_forgotten() {
    let mut play = guarded();
    play.world.set(GROUP, ME, Standing { status: Status::Kicked, ..Standing::default() });
    look(&mut play);
    assert_eq!(play.state, State::default());
    assert_eq!(play.wakes(LOOK), [], "nothing is left to look at");
}

#[test]
fn a_group_with_another_id_tells_its_channels_and_owners() {
    let mut play = guarded();
    play.say(ANN, &format!("/protect {}", CLUB.0));
    let to = ChatId(-1_000_000_000_999);
    let effects = super::super::super::play::told(&play.happen(Event::Migrated { to }));
    let expect = ["tell unlinked", "tell linked", "tell unlinked", "tell linked", "tell gone", "tell group"];
    assert_eq!(effects, expect);
    assert_eq!(super::stage().happen(Event::Migrated { to }), [], "one that is not guarded has nothing to tell");
}

#[test]
fn two_troubles_are_two_and_each_heals_alone() {
    let mut play = guarded();
    play.say(ANN, &format!("/protect {}", CLUB.0));
    play.world.set(NEWS, ME, plain());
    play.world.doubt(CLUB, ME, Unknown::NotFound);
    assert_eq!(keys(&look(&mut play)).len(), 2);
    play.world.set(NEWS, ME, all_rights());
    assert_eq!(keys(&look(&mut play)), ["healed"]);
    assert_eq!(play.state.troubles.iter().map(|it| it.about).collect::<Vec<_>>(), [About::Lookup(CLUB)]);
}

#[test]
fn the_clock_is_set_once_and_not_by_every_message() {
    let mut play = guarded();
    let effects = play.say(BOB, "hello");
    assert_eq!((effects.len(), play.changed), (0, false), "a subscriber's message writes nothing");
    play.say(ANN, "/unprotect");
    assert_eq!(play.state.looking, None);
}

#[test]
fn a_refusal_in_spite_of_our_rights_is_not_told_and_taken_back_by_the_minute() {
    let mut play = guarded();
    play.say(EVE, "hello");
    let refused = Outcome::Refused { reason: "not enough rights".into() };
    assert_eq!(keys(&play.performed("mute", refused)), ["trouble membership-trouble-rights"]);
    let begun = play.world.now;
    loop {
        let healed = keys(&look(&mut play));
        let over = play.world.now.since_ms(begun) >= 3_600_000;
        assert_eq!(!healed.is_empty(), over, "after {} s", play.world.now.since_ms(begun) / 1_000);
        if over {
            return;
        }
    }
}
