//! What a group's own choice does to strangers, whatever they post, and how quietly they are told.

use super::super::super::effect::{Call, Effect, MessageRef};
use super::super::super::event::{Content, Event, Origin, Pressed, Reacted, Said, Standing, Verdict};
use super::super::super::play::{GROUP, NEWS, Play, all_rights, buttons, calls, muted, person, plain, topic};
use super::super::super::text::Arg;
use super::super::super::types::{ChatId, Language, MessageId, UserId};
use super::super::{Answer, Deed, Entry, Known, Membership, Policy, What};
use super::{BOB, EVE, guarded, told};

const DAY_S: u64 = 86_400;

const KINDS: [Content; 16] = [
    Content::Text,
    Content::Photo,
    Content::Video,
    Content::Animation,
    Content::Audio,
    Content::Voice,
    Content::VideoNote,
    Content::Document,
    Content::Sticker,
    Content::Contact,
    Content::Location,
    Content::Poll,
    Content::Story,
    Content::Dice,
    Content::Game,
    Content::Other,
];

fn with_policy(policy: Policy) -> Play<Membership> {
    let mut play = guarded();
    play.state.policy = policy;
    play
}

fn answering(strangers: Answer) -> Play<Membership> {
    with_policy(Policy { strangers, ..Policy::default() })
}

fn deeds(play: &Play<Membership>) -> Vec<Deed> {
    let rows = play.world.rows.iter().filter(|(key, _)| key.starts_with("deed/"));
    rows.map(|(_, row)| serde_json::from_slice(row).unwrap()).collect()
}

fn known(play: &Play<Membership>, user: i64) -> Known {
    serde_json::from_slice(&play.world.rows[&format!("person/{user}")]).unwrap()
}

/// The number that a notice names.
fn left(effects: &[Effect]) -> Option<Arg> {
    calls(effects).into_iter().find_map(|it| match it {
        Call::Say { text, .. } => text.args.iter().find(|(name, _)| name == "left").map(|(_, arg)| arg.clone()),
        _ => None,
    })
}

#[test]
fn every_kind_of_message_has_the_same_answer_under_each_policy() {
    type Shape = (&'static str, fn(Said) -> Said);
    let shapes: [Shape; 6] = [
        ("plain", |it| it),
        ("forwarded", |it| Said { forwarded: Some(Origin { channel: Some(ChatId(-1_009)) }), ..it }),
        ("through an inline bot", |it| Said { via_bot: true, ..it }),
        ("in a topic", |it| Said { thread: topic(3), ..it }),
        ("edited", |it| Said { edited: true, ..it }),
        ("to another bot", |it| Said { text: Some("/start@other_bot".into()), ..it }),
    ];
    let mute = ["delete", "mute 7", "say membership-notice", "wake", "put mute/7"];
    let tell = ["delete", "say membership-notice", "wake", "put mute/7"];
    let warn = ["delete", "say membership-stop-warned", "wake", "put mute/7", "put person/7"];
    let policies: [(Answer, &[&str]); 3] = [(Answer::Mute, &mute), (Answer::Delete, &tell), (Answer::Warn(2), &warn)];
    for content in KINDS {
        for (shape, change) in shapes {
            for (answer, expect) in policies {
                let mut play = answering(answer);
                let said = change(Said { content, ..play.words(EVE, "x") });
                let thread = said.thread;
                let effects = play.happen(Event::Said(said));
                assert_eq!(told(&effects), expect, "{content:?} {shape} {answer:?}");
                let there =
                    calls(&effects).into_iter().any(|it| matches!(it, Call::Say { thread: t, .. } if *t == thread));
                assert!(there && play.claimed, "the notice stands in the same topic");
            }
            let mut play = guarded();
            let said = change(Said { content, service: true, ..play.words(EVE, "x") });
            assert_eq!(play.happen(Event::Said(said)), [], "{content:?} {shape}: a service message");
        }
    }
}

#[test]
fn an_album_is_one_deed_one_notice_and_ten_deletions() {
    for answer in [Answer::Mute, Answer::Delete, Answer::Warn(3)] {
        let mut play = answering(answer);
        let mut all = Vec::new();
        for _ in 0..10 {
            let album = Some("77".to_owned());
            let said = Said { album, content: Content::Photo, text: None, ..play.words(EVE, "") };
            all.extend(play.happen(Event::Said(said)));
        }
        let count = |start: &str| told(&all).iter().filter(|it| it.starts_with(start)).count();
        assert_eq!((count("delete"), count("say")), (10, 1), "{answer:?}");
        assert_eq!(count("mute 7"), usize::from(answer == Answer::Mute), "{answer:?}");
        assert_eq!(deeds(&play).len(), 1, "{answer:?}");
    }
}

#[test]
fn whoever_is_only_told_is_never_muted() {
    let mut play = answering(Answer::Delete);
    play.say(EVE, "a");
    for minute in 1..30 {
        play.wait_s(60);
        let effects = play.say(EVE, "a");
        let again = minute % 5 == 0;
        let expect: &[&str] =
            if again { &["delete", "say membership-notice", "wake", "put mute/7"] } else { &["delete"] };
        assert_eq!(told(&effects), expect, "minute {minute}");
    }
    assert!(deeds(&play).iter().all(|it| it.what == What::Warned));
    assert!(play.state.muted.is_empty());
}

#[test]
fn warnings_run_out_and_are_forgotten_by_joining() {
    let mut play = answering(Answer::Warn(2));
    for expect in [1, 0] {
        assert_eq!(left(&play.say(EVE, "a")), Some(Arg::Number(expect)), "{:?}", known(&play, EVE));
        assert_eq!(told(&play.say(EVE, "b")), ["delete"], "written before the warning could be read");
        play.wait_s(35);
    }
    let effects = play.say(EVE, "c");
    let muted_now = ["delete", "mute 7", "delete", "no wake", "say membership-notice", "wake", "put mute/7"];
    assert_eq!(told(&effects), muted_now, "the warning's notice makes room for the mute's");
    assert_eq!(known(&play, EVE).warned, 2);
    let whats: Vec<_> = deeds(&play).into_iter().map(|it| it.what).collect();
    assert_eq!(whats, [What::Warned, What::Warned, What::Stopped]);
    play.world.set(NEWS, UserId(EVE), plain());
    play.say(EVE, "joined");
    assert_eq!(known(&play, EVE).warned, 0);
    play.world.set(NEWS, UserId(EVE), Standing::default());
    play.wait_s(400);
    assert_eq!(left(&play.say(EVE, "left again")), Some(Arg::Number(1)));
}

#[test]
fn a_dry_run_writes_down_and_does_nothing() {
    for (strangers, what) in
        [(Answer::Mute, What::Stopped), (Answer::Delete, What::Warned), (Answer::Warn(3), What::Warned)]
    {
        let mut play = with_policy(Policy { dry: true, strangers, ..Policy::default() });
        for _ in 0..30 {
            assert_eq!(told(&play.say(EVE, "a")), Vec::<String>::new());
            assert!(!play.claimed, "the others are asked as if there were no guard");
        }
        let seen: Vec<_> = deeds(&play).into_iter().map(|it| (it.what, it.dry, it.who)).collect();
        assert_eq!(seen, [(what, true, UserId(EVE))], "one deed while a notice would stand");
        assert!(play.state.raid.is_none());
        play.state.policy = Policy::default();
        assert_eq!(told(&play.say(EVE, "a"))[1..3], ["mute 7", "say membership-notice"], "and then it counts");
    }
}

#[test]
fn a_dry_run_forgets_no_mute_of_ours() {
    let mut play = guarded();
    play.say(EVE, "a");
    play.state.policy.dry = true;
    play.wait_s(600);
    play.say(EVE, "a");
    let entry: Entry = serde_json::from_slice(&play.world.rows["mute/7"]).unwrap();
    assert!(entry.mine && !entry.dry);
}

#[test]
fn a_change_that_nobody_made_is_no_edit() {
    for (age_s, judged) in [(0, true), (DAY_S - 60, true), (DAY_S + 60, false), (400 * DAY_S, false)] {
        let mut play = guarded();
        let said = Said { edited: true, ..play.words(EVE, "from when I was a reader") };
        let at = super::super::super::types::Moment(play.world.now.0 - age_s * 1_000);
        let happened = super::super::super::event::Happened {
            update: None,
            at,
            place: play.place.clone(),
            event: Event::Said(said),
        };
        assert_eq!(!play.happened(&happened).is_empty(), judged, "{age_s}");
    }
}

fn reaction(who: i64) -> Reacted {
    Reacted { message: MessageId(40), who: Some(person(who)), sender_chat: None, added: true }
}

#[test]
fn a_reaction_counts_as_writing_where_the_group_wants_it() {
    let reactions = || with_policy(Policy { reactions: true, ..Policy::default() });
    let held = ["unreact 7", "mute 7", "say membership-stop-reacted", "wake", "put mute/7"];
    let cases: [(&str, Reacted, &[&str]); 6] = [
        ("a stranger's", reaction(EVE), &held),
        ("a subscriber's", reaction(BOB), &[]),
        ("one taken away", Reacted { added: false, ..reaction(EVE) }, &[]),
        ("a channel's", Reacted { sender_chat: Some(NEWS), ..reaction(EVE) }, &[]),
        ("an anonymous one", Reacted { who: None, sender_chat: Some(GROUP), ..reaction(EVE) }, &[]),
        ("nobody's", Reacted { who: None, ..reaction(EVE) }, &[]),
    ];
    for (what, reacted, expect) in cases {
        let mut play = reactions();
        assert_eq!(told(&play.happen(Event::Reacted(reacted))), expect, "{what}");
    }
    let mut play = guarded();
    assert_eq!(play.happen(Event::Reacted(reaction(EVE))), [], "where nobody has chosen it");
    let mut play = reactions();
    play.world.set(GROUP, UserId(EVE), all_rights());
    assert_eq!(play.happen(Event::Reacted(reaction(EVE))), [], "an admin");
    let mut play = reactions();
    play.happen(Event::Reacted(reaction(EVE)));
    assert_eq!(
        told(&play.happen(Event::Reacted(reaction(EVE)))),
        ["unreact 7"],
        "a second one is no news, and goes too"
    );
    play.state.policy.dry = true;
    assert_eq!(told(&play.happen(Event::Reacted(reaction(BOB)))), [""; 0]);
    assert_eq!(told(&play.happen(Event::Reacted(reaction(8)))), ["keep mute/8"; 0], "a rehearsal touches nothing");
    assert_eq!(deeds(&play)[0].message, Some(MessageId(40)));
}

#[test]
fn only_whom_it_concerns_sees_a_notice_and_only_inside() {
    for (standing, expect) in [(plain(), Some(UserId(EVE))), (Standing::default(), None)] {
        let mut play = guarded();
        play.world.set(GROUP, UserId(EVE), standing);
        let effects = play.say(EVE, "a");
        let only = calls(&effects).into_iter().find_map(|it| match it {
            Call::Say { only, .. } => Some(*only),
            _ => None,
        });
        assert_eq!(only, Some(expect), "who comments without joining cannot be told alone");
    }
}

#[test]
fn a_notice_that_only_one_sees_goes_by_our_name_of_it() {
    let mut play = guarded();
    let said = play.say(EVE, "a");
    let slot = calls(&said).into_iter().find_map(|it| match it {
        Call::Say { slot, .. } => Some(*slot),
        _ => None,
    });
    play.world.set(GROUP, UserId(EVE), muted());
    play.world.set(NEWS, UserId(EVE), plain());
    let verdict = Verdict::Valid { action: "m.ok".into(), args: String::new() };
    let (message, ephemeral) = (MessageId(0), true);
    let pressed = Pressed { query: "q".into(), from: person(EVE), message, ephemeral, thread: None, verdict };
    let effects = play.happen(Event::Pressed(pressed.clone()));
    let deleted = Call::Delete { chat: GROUP, message: MessageRef::Slot(slot.unwrap()) };
    assert_eq!(
        calls(&effects).into_iter().filter(|it| matches!(it, Call::Delete { .. })).collect::<Vec<_>>(),
        [&deleted]
    );
    let again = play.happen(Event::Pressed(pressed));
    assert!(calls(&again).into_iter().all(|it| matches!(it, Call::Answer { .. })), "there is no message 0: {again:?}");
}

#[test]
fn one_notice_for_its_life_time_however_often_somebody_comes_back() {
    let mut play = guarded();
    play.say(EVE, "a");
    let outside = Standing { status: super::super::super::event::Status::RestrictedOutside, ..muted() };
    for _ in 0..5 {
        play.wait_s(30);
        play.moves(EVE, EVE, muted(), outside.clone());
        play.moves(EVE, EVE, outside.clone(), muted());
        play.world.set(GROUP, UserId(EVE), muted());
        assert_eq!(told(&play.say(EVE, "again")), ["delete"]);
    }
}

#[test]
fn the_group_chooses_the_language_of_its_notices() {
    let mut play = with_policy(Policy { language: Some(Language::Ru), ..Policy::default() });
    let effects = play.say(EVE, "a");
    assert!(!buttons(&effects).is_empty());
    let spoken = calls(&effects).into_iter().find_map(|it| match it {
        Call::Say { text, .. } => Some(text.language),
        _ => None,
    });
    assert_eq!(spoken, Some(Language::Ru));
}
