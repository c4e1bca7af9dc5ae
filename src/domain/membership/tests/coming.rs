//! Who comes in: held back, greeted, let off, or not noticed at all.

use super::super::super::effect::{Call, Effect};
use super::super::super::event::{Event, Moved, Said, Standing, Status};
use super::super::super::fact::{ChatRef, Freshness, Need, Unknown};
use super::super::super::play::{self, GROUP, ME, NEWS, Play, all_rights, calls, moved, muted, person, plain};
use super::super::super::text::Arg;
use super::super::super::types::{ANONYMOUS_ADMIN, Language, Moment, Person, UserId};
use super::super::own::Words;
use super::super::{Answer, Deed, Entry, Exempt, Known, Membership, Mercy, Policy, Settings, What};
use super::{ANN, BOB, EVE, guarded, guarded_with, looked_up, told};

const HELD: [&str; 4] = ["mute 7", "say membership-notice", "wake", "put mute/7"];
const NOTHING: [&str; 0] = [];

/// Somebody comes in by themselves.
fn joins(play: &mut Play<Membership>, who: i64) -> Vec<Effect> {
    play.moves(who, who, Standing::default(), plain())
}

fn deeds(play: &Play<Membership>) -> Vec<Deed> {
    let rows = play.world.rows.iter().filter(|(key, _)| key.starts_with("deed/"));
    rows.map(|(_, row)| serde_json::from_slice(row).unwrap()).collect()
}

/// What is to be known of somebody who comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comer {
    Subscriber,
    Stranger,
    Unavailable,
    NoRights,
    Admin,
    MutedByAdmin,
    MutedByUs,
    SubscriberMutedByUs,
    SubscriberMutedByAdmin,
    Exempt,
    Bot,
}

/// Lets such a person come into a group with that policy.
fn comes(comer: Comer, policy: Policy) -> (Play<Membership>, Vec<String>) {
    use Comer::{
        Admin, Bot, Exempt as LetOff, MutedByAdmin, MutedByUs, NoRights, Stranger, Subscriber, SubscriberMutedByAdmin,
        SubscriberMutedByUs, Unavailable,
    };
    let mut play = guarded();
    play.state.policy = policy;
    let entry = Entry { mine: true, since: play.world.now, ..Entry::default() };
    match comer {
        Subscriber | SubscriberMutedByAdmin => play.world.set(NEWS, UserId(EVE), plain()),
        SubscriberMutedByUs => {
            play.world.set(NEWS, UserId(EVE), plain());
            play.world.rows.insert("mute/7".into(), serde_json::to_vec(&entry).unwrap());
        }
        Unavailable => play.world.doubt(NEWS, UserId(EVE), Unknown::Unavailable),
        NoRights => {
            play.world.doubt(NEWS, UserId(EVE), Unknown::NoRights);
            play.world.doubt(NEWS, ME, Unknown::NoRights);
        }
        MutedByUs => drop(play.world.rows.insert("mute/7".into(), serde_json::to_vec(&entry).unwrap())),
        LetOff => {
            let exempt = Some(Exempt { since: Moment(1), by: UserId(ANN), how: Mercy::Appeal, until: None });
            let known = Known { exempt, ..Known::default() };
            play.world.rows.insert("person/7".into(), serde_json::to_vec(&known).unwrap());
        }
        Stranger | Admin | MutedByAdmin | Bot => {}
    }
    let outside = Standing { status: Status::RestrictedOutside, muted: true, ..Standing::default() };
    let (old, new) = match comer {
        MutedByAdmin | MutedByUs | SubscriberMutedByUs | SubscriberMutedByAdmin => (outside, muted()),
        Admin => (Standing::default(), all_rights()),
        _ => (Standing::default(), plain()),
    };
    let who = Person { is_bot: comer == Bot, ..person(EVE) };
    let effects = play.happen(Event::Moved(moved(who.clone(), who, old, new)));
    (play, told(&effects))
}

#[test]
fn every_standing_under_every_policy() {
    use Comer::*;
    let default = Policy::default;
    let policies = [
        ("as the house has it", default()),
        ("greeting", Policy { greet: true, ..default() }),
        ("late", Policy { late: true, ..default() }),
        ("late, greeting", Policy { late: true, greet: true, ..default() }),
        ("dry", Policy { dry: true, ..default() }),
        ("deleting only", Policy { strangers: Answer::Delete, ..default() }),
        ("warning first", Policy { strangers: Answer::Warn(3), ..default() }),
        ("off", Policy { off: true, greet: true, ..default() }),
    ];
    let greeted = ["say membership-door-greeting", "wake"].as_slice();
    let freed = ["unmute 7", "drop mute/7"].as_slice();
    let all = [
        Subscriber,
        Stranger,
        Unavailable,
        NoRights,
        Admin,
        MutedByAdmin,
        MutedByUs,
        SubscriberMutedByUs,
        SubscriberMutedByAdmin,
        Exempt,
        Bot,
    ];
    for (name, policy) in policies {
        for comer in all {
            let expect: &[&str] = match (name, comer) {
                ("off", _) => &[],
                ("as the house has it" | "greeting", Stranger) => &HELD,
                ("as the house has it" | "greeting", MutedByUs) => &HELD[1..],
                ("greeting" | "late, greeting", Subscriber) => greeted,
                (_, SubscriberMutedByUs) => freed,
                (_, NoRights) if name != "late" && !["deleting only", "warning first"].contains(&name) => {
                    &["trouble membership-trouble-lost"]
                }
                _ => &[],
            };
            let (play, told) = comes(comer, policy.clone());
            let told: Vec<_> = told.into_iter().filter(|it| it != "no wake").collect();
            assert_eq!(told, expect, "{comer:?} where it is {name}");
            assert!(expect.is_empty() || comer != Subscriber || name.contains("greeting"));
            let dry = deeds(&play).into_iter().any(|it| it.what == What::Muted && it.dry);
            assert_eq!(dry, name == "dry" && [Stranger, MutedByUs].contains(&comer), "{comer:?}, {name}");
        }
    }
}

#[test]
fn a_subscriber_who_comes_in_costs_one_cached_answer_and_nothing_is_written() {
    let mut play = guarded();
    assert_eq!(joins(&mut play, BOB), []);
    let news = Need::Member { chat: ChatRef::Id(NEWS), user: UserId(BOB), fresh: Freshness::Cached };
    assert_eq!(looked_up(&play), [news], "and nothing is asked of the group");
    assert!(!play.changed);
}

#[test]
fn a_stranger_is_muted_on_the_evidence_that_is_written_down() {
    let mut play = guarded();
    assert_eq!(told(&joins(&mut play, EVE)), HELD);
    let [deed] = &deeds(&play)[..] else { panic!("one deed") };
    assert_eq!((deed.what, deed.who, deed.message), (What::Muted, UserId(EVE), None));
    assert!(serde_json::to_string(&deed.why).unwrap().contains(&NEWS.0.to_string()), "{deed:?}");
}

#[test]
fn the_service_message_of_a_join_adds_nothing() {
    let mut play = guarded();
    let service = |play: &mut Play<Membership>| {
        let said = Said { service: true, text: None, ..play.words(EVE, "") };
        play.happen(Event::Said(said))
    };
    assert_eq!(service(&mut play), [], "before");
    assert_eq!(told(&joins(&mut play, EVE)), HELD);
    assert_eq!(service(&mut play), [], "or after");
}

#[test]
fn out_and_in_again_changes_nothing_while_the_notice_stands() {
    let mut play = guarded();
    joins(&mut play, EVE);
    let outside = Standing { status: Status::RestrictedOutside, ..muted() };
    assert_eq!(play.moves(EVE, EVE, muted(), outside.clone()), []);
    assert_eq!(play.moves(EVE, EVE, outside.clone(), muted()), []);
    assert!(play.state.muted.contains(&UserId(EVE)), "the mute is still ours");
    play.wait_s(400);
    let again = play.moves(EVE, EVE, outside, muted());
    assert_eq!(told(&again), ["say membership-notice", "wake", "put mute/7"], "muted already, and told again");
}

#[test]
fn while_we_may_not_mute_nobody_is_held() {
    let mut play = guarded();
    play.places(all_rights(), plain());
    assert_eq!(joins(&mut play, EVE), []);
}

fn came(by: i64, link: Option<i64>) -> Moved {
    Moved { by_link: link.map(UserId), ..moved(person(EVE), person(by), Standing::default(), plain()) }
}

#[test]
fn whom_an_admin_brings_in_is_let_off_where_the_group_wants_that() {
    let exempt = |by: i64| Some((UserId(by), Mercy::Invited));
    let cases = [
        ("by an admin's hand", came(ANN, None), exempt(ANN)),
        ("by an anonymous admin's hand", came(ANONYMOUS_ADMIN.0, None), exempt(ANONYMOUS_ADMIN.0)),
        ("by an admin's link", came(EVE, Some(ANN)), exempt(ANN)),
        ("by a member's hand", came(BOB, None), None),
        ("by a member's link", came(EVE, Some(BOB)), None),
        ("by our hand, by an admin's link", came(ME.0, Some(ANN)), None),
        ("by our link", came(EVE, Some(ME.0)), None),
        ("alone", came(EVE, None), None),
    ];
    for (how, moved, expect) in cases {
        for wanted in [true, false] {
            let mut play = guarded();
            play.state.policy.exempt_invited = wanted;
            let told = told(&play.happen(Event::Moved(moved.clone())));
            let known = play.world.rows.get("person/7").map(|it| serde_json::from_slice::<Known>(it).unwrap());
            let found = known.and_then(|it| it.exempt).map(|it| (it.by, it.how));
            let expect = expect.filter(|_| wanted);
            assert_eq!(found, expect, "{how}, wanted: {wanted}");
            assert_eq!(told.contains(&"mute 7".to_owned()), expect.is_none(), "{how}: {told:?}");
            if expect.is_some() {
                let mut told = told;
                told.sort();
                assert_eq!(told, ["put exempt/7", "put person/7"], "{how}: for sure, and silently");
                assert_eq!(deeds(&play)[0].what, What::Exempted);
                assert_eq!(play.say(EVE, "hello"), [], "{how}");
            }
        }
    }
}

#[test]
fn while_nobody_can_say_who_invites_nobody_is_held() {
    let mut play = guarded();
    play.state.policy.exempt_invited = true;
    play.world.doubt(GROUP, UserId(ANN), Unknown::Unavailable);
    assert_eq!(play.happen(Event::Moved(came(ANN, None))), []);
}

/// Who is named in a greeting, and how many more are counted.
fn greeted(effects: &[Effect]) -> (Vec<String>, i64) {
    let text = calls(effects).into_iter().find_map(|it| match it {
        Call::Say { text, silent: true, .. } | Call::Edit { text, .. } => Some(text.clone()),
        _ => None,
    });
    let text = text.expect("a greeting");
    let (mut names, mut more) = (Vec::new(), 0);
    for (_, arg) in &text.args {
        match arg {
            Arg::Person { name, .. } => names.push(name.clone()),
            Arg::Number(number) => more = *number,
            Arg::Lines(lines) => names.extend(lines.iter().map(|it| match &it.args[0].1 {
                Arg::Person { name, .. } => name.clone(),
                other => panic!("{other:?}"),
            })),
            other => panic!("{other:?}"),
        }
    }
    (names, more)
}

#[test]
fn newcomers_of_a_minute_share_a_greeting_that_goes_by_itself() {
    let mut play = guarded();
    play.state.policy.greet = true;
    for who in 100..120 {
        play.world.set(NEWS, UserId(who), plain());
    }
    let first = joins(&mut play, 100);
    assert_eq!(greeted(&first), (vec!["P100".into()], 0));
    let at = first.iter().find_map(|it| match it {
        Effect::WakeAt { key, at } => Some((key.clone(), *at)),
        _ => None,
    });
    let (key, at) = at.expect("it has its time");
    assert_eq!(at, play.world.now.plus_ms(300_000), "the notices' life time");
    let second = joins(&mut play, 101);
    assert_eq!(
        (play::told(&second), greeted(&second)),
        (vec!["edit membership-door-greetings".to_owned()], (vec!["P100".into(), "P101".into()], 0))
    );
    assert!(play.kept.contains(&"keep greeting".to_owned()), "and nothing forces a write");
    assert_eq!(joins(&mut play, 101), [], "out and in again");
    let last = (102..120).map(|who| joins(&mut play, who)).last().unwrap();
    let (names, more) = greeted(&last);
    assert_eq!((names.len(), more), (10, 10), "ten are named, the others counted");
    play.wait_s(61);
    assert_eq!(greeted(&joins(&mut play, 100)), (vec!["P100".into()], 0), "the next minute");
    play.wait_s(240);
    assert_eq!(told(&play.wakes(&key)), ["delete"]);
}

#[test]
fn the_groups_own_words_greet_one_and_many() {
    let mut play = guarded();
    play.state.policy.greet = true;
    let own = Words { text: "Hi {name}".into(), by: UserId(ANN), at: Moment(1) };
    play.world.rows.insert("text/greeting".into(), serde_json::to_vec(&own).unwrap());
    play.world.set(NEWS, UserId(EVE), plain());
    let name = |effects: &[Effect]| {
        let text = calls(effects).into_iter().find_map(|it| match it {
            Call::Say { text, .. } | Call::Edit { text, .. } => Some(text.clone()),
            _ => None,
        });
        match text.map(|it| it.args[0].1.clone()) {
            Some(Arg::Written { words, args }) => (words, args[0].1.clone()),
            other => panic!("{other:?}"),
        }
    };
    let bob = Arg::Person { id: UserId(BOB), name: "P2".into() };
    assert_eq!(name(&joins(&mut play, BOB)), ("Hi {name}".into(), bob));
    assert_eq!(name(&joins(&mut play, EVE)), ("Hi {name}".into(), Arg::Word("P2, P7".into())));
}

#[test]
fn the_greeting_speaks_the_groups_language_or_the_first_ones() {
    for (group, expect) in [(None, Language::Ru), (Some(Language::En), Language::En)] {
        let mut play = guarded();
        (play.state.policy.greet, play.state.policy.language) = (true, group);
        let who = Person { language: Language::Ru, ..person(BOB) };
        let effects = play.happen(Event::Moved(moved(who.clone(), who, Standing::default(), plain())));
        let language = calls(&effects).into_iter().find_map(|it| match it {
            Call::Say { text, .. } => Some(text.language),
            _ => None,
        });
        assert_eq!(language, Some(expect));
    }
}

#[test]
fn a_flood_of_strangers_shares_a_notice() {
    let mut play = guarded_with(Settings { notices_per_min: 3, ..Settings::default() });
    let all: Vec<String> = (100..200).flat_map(|who| told(&joins(&mut play, who))).collect();
    let count = |what: &str| all.iter().filter(|it| it.starts_with(what)).count();
    assert_eq!(
        (count("mute"), count("say membership-notice"), count("say membership-crowd")),
        (100, 2, 1),
        "the last of three counts"
    );
    assert_eq!(count("say membership-"), 4, "and the admins hear of a raid");
}

#[test]
fn people_who_go_or_change_inside_are_not_looked_at() {
    for (old, new) in [(plain(), Standing::default()), (plain(), muted()), (muted(), plain()), (all_rights(), plain())]
    {
        let mut play = guarded();
        let told = told(&play.moves(EVE, EVE, old.clone(), new.clone()));
        assert_eq!(told, NOTHING, "{old:?} -> {new:?}");
        assert_eq!(looked_up(&play), []);
    }
}

#[test]
fn a_newcomer_whom_a_channel_does_not_know_is_let_in_and_the_channel_is_in_no_trouble() {
    let mut play = guarded();
    play.world.doubt(NEWS, UserId(EVE), Unknown::NotFound);
    let effects = play.happen(Event::Moved(moved(person(EVE), person(EVE), Standing::default(), plain())));
    assert_eq!(told(&effects), [""; 0]);
}
