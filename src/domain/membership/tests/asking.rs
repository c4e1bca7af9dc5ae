//! Who asks to be let in: at once, after a checklist, or not in time.

use super::super::super::effect::{Call, Effect, JOIN_QUERY_MS, JoinVerdict};
use super::super::super::event::{Event, Happened, JoinRequested, Note, Outcome, Standing, Status};
use super::super::super::fact::{ChatRef, Freshness, Need, Unknown};
use super::super::super::play::{CLUB, GROUP, ME, NEWS, Play, person, plain};
use super::super::super::types::{ChatId, Moment, UserId};
use super::super::{Deed, Exempt, Knock, Known, Membership, Mercy, Policy, Settings, What, Why, Word};
use super::{ANN, BOB, EVE, guarded, guarded_with, looked_up, told};

const NOTHING: [&str; 0] = [];
const APPROVED: [&str; 3] = ["approve 2", "put ask/2", "wake"];
const KNOCKED: [&str; 3] = ["tell knock", "put ask/7", "wake"];

fn request(who: i64) -> JoinRequested {
    JoinRequested { who: person(who), private: ChatId(who), query: None, by_link: None }
}

fn asks(play: &mut Play<Membership>, who: i64) -> Vec<Effect> {
    play.happen(Event::JoinRequested(request(who)))
}

/// The same where we are the guard.
fn queries(play: &mut Play<Membership>, who: i64) -> Vec<Effect> {
    play.happen(Event::JoinRequested(JoinRequested { query: Some("j".into()), ..request(who) }))
}

/// We let somebody in, and Telegram tells us so.
fn arrives(play: &mut Play<Membership>, who: i64, by: i64) -> Vec<Effect> {
    play.moves(by, who, Standing::default(), plain())
}

/// A channel's word.
fn subscribes(play: &mut Play<Membership>, who: i64, inside: bool) -> Vec<Effect> {
    let standing = if inside { plain() } else { Standing::default() };
    play.world.set(NEWS, UserId(who), standing);
    hears(play, Word::Subscription { channel: NEWS, who: person(who), inside })
}

fn hears(play: &mut Play<Membership>, word: Word) -> Vec<Effect> {
    play.happen(Event::Told(Note::Membership(Box::new(word))))
}

fn word(effects: &[Effect]) -> Option<Word> {
    effects.iter().find_map(|it| match it {
        Effect::Tell { note: Note::Membership(word), .. } => Some((**word).clone()),
        _ => None,
    })
}

fn knock(effects: &[Effect]) -> Knock {
    match word(effects) {
        Some(Word::Knock(knock)) => knock,
        other => panic!("a knock: {other:?}"),
    }
}

fn deeds(play: &Play<Membership>) -> Vec<(What, Why)> {
    let rows = play.world.rows.iter().filter(|(key, _)| key.starts_with("deed/"));
    rows.map(|(_, row)| serde_json::from_slice::<Deed>(row).unwrap()).map(|it| (it.what, it.why)).collect()
}

fn rows(play: &Play<Membership>) -> usize {
    play.world.rows.keys().filter(|it| it.starts_with("ask/")).count()
}

#[test]
fn a_subscriber_is_let_in_at_once_without_a_word() {
    let mut play = guarded();
    let effects = asks(&mut play, BOB);
    assert_eq!(told(&effects), APPROVED);
    let news = Need::Member { chat: ChatRef::Id(NEWS), user: UserId(BOB), fresh: Freshness::Cached };
    assert_eq!(looked_up(&play), [news]);
    assert_eq!(deeds(&play), [], "it is done when they come");
    assert_eq!(told(&arrives(&mut play, BOB, ME.0)), ["drop ask/2", "no wake"]);
    assert_eq!(deeds(&play), [(What::Approved, Why::Joined)]);
    assert_eq!((play.state.asking, rows(&play)), (0, 0), "nothing is left");
}

#[test]
fn a_stranger_gets_a_checklist_and_is_let_in_when_it_is_complete() {
    let mut play = guarded();
    play.say(ANN, "/protect -1000000000200");
    let effects = asks(&mut play, EVE);
    assert_eq!(told(&effects), KNOCKED);
    let shown = |knock: &Knock| knock.channels.iter().map(|(it, inside)| (it.id, *inside)).collect::<Vec<_>>();
    let first = knock(&effects);
    assert_eq!(shown(&first), [(NEWS, false), (CLUB, false)]);
    assert_eq!((first.group, first.title.as_str(), first.who), (GROUP, "Group", UserId(EVE)));
    assert_eq!(first.until, Some(play.world.now.plus_ms(86_400_000)));
    let ticked = subscribes(&mut play, EVE, true);
    assert_eq!(told(&ticked), KNOCKED);
    assert_eq!(shown(&knock(&ticked)), [(NEWS, true), (CLUB, false)]);
    assert_eq!(shown(&knock(&subscribes(&mut play, EVE, false))), [(NEWS, false), (CLUB, false)], "and out again");
    play.world.set(CLUB, UserId(EVE), plain());
    assert_eq!(told(&subscribes(&mut play, EVE, true)), ["approve 7", "put ask/7", "wake"]);
    assert_eq!(told(&subscribes(&mut play, EVE, true)), NOTHING, "once");
    let done = arrives(&mut play, EVE, ME.0);
    assert_eq!(told(&done), ["drop ask/7", "no wake", "tell decided"]);
    assert_eq!(word(&done), Some(Word::Decided { group: GROUP, approved: true }));
    assert_eq!(deeds(&play), [(What::Approved, Why::Joined)]);
    assert_eq!((play.state.asking, rows(&play)), (0, 0));
}

#[test]
fn a_word_about_somebody_who_asked_nothing_is_nothing_to_the_door() {
    let mut play = guarded();
    assert_eq!(told(&subscribes(&mut play, EVE, true)), NOTHING);
    assert!(!play.asked.contains(&Need::Row("ask/7".into())), "not even looked up");
    asks(&mut play, 8);
    assert_eq!(told(&subscribes(&mut play, EVE, true)), NOTHING);
}

#[test]
fn every_standing_under_every_policy() {
    let default = Policy::default;
    let never = Policy { decline_after_s: Some(0), ..default() };
    let policies = [
        ("plain", default()),
        ("never", never),
        ("left to admins", Policy { requests_off: true, ..default() }),
        ("off", Policy { off: true, ..default() }),
        ("dry", Policy { dry: true, ..default() }),
    ];
    for (name, policy) in policies {
        for (who, standing) in [("in", Ok(plain())), ("out", Ok(Standing::default())), ("?", Err(Unknown::Unavailable))]
        {
            for query in [false, true] {
                let mut play = guarded();
                play.state.policy = policy.clone();
                play.world.members.insert((NEWS, UserId(EVE)), standing.clone());
                let told = told(&if query { queries(&mut play, EVE) } else { asks(&mut play, EVE) });
                let expect: &[&str] = match (name, who, query) {
                    ("plain" | "never", "in", false) => &["approve 7", "put ask/7", "wake"],
                    ("plain" | "never", "in", true) => &["answer approve", "put ask/7", "wake"],
                    ("plain" | "never", "out", false) => &KNOCKED,
                    ("plain" | "never", "out", true) => &["answer queue", "tell knock", "put ask/7", "wake"],
                    ("plain" | "never", _, false) => &["put ask/7", "wake"],
                    ("plain" | "never", _, true) => &["answer queue", "put ask/7", "wake"],
                    (_, _, true) => &["answer queue"],
                    (_, _, false) => &[],
                };
                assert_eq!(told, expect, "{who} where it is {name}, as guard: {query}");
                assert!(play.claimed);
                let approved = deeds(&play).iter().any(|(what, _)| *what == What::Approved);
                assert_eq!(approved, (name, who) == ("dry", "in"), "a dry run writes down what it would have done");
            }
        }
    }
}

#[test]
fn whoever_need_not_join_is_let_in() {
    let mut play = guarded();
    let exempt = Some(Exempt { since: Moment(1), by: UserId(ANN), how: Mercy::Appeal, until: None });
    let known = Known { exempt, ..Known::default() };
    play.world.rows.insert("person/7".into(), serde_json::to_vec(&known).unwrap());
    assert_eq!(told(&asks(&mut play, EVE)), ["approve 7", "put ask/7", "wake"]);
}

/// Lets time go by until the alarm clock of Eve's request rings.
fn rings(play: &mut Play<Membership>, after_s: u64) -> Vec<Effect> {
    play.wait_s(after_s);
    play.wakes("ask/7")
}

#[test]
fn who_does_not_join_in_time_is_declined_and_told() {
    let mut play = guarded_with(Settings { decline_after_s: 100, ..Settings::default() });
    asks(&mut play, EVE);
    assert_eq!(told(&rings(&mut play, 60)), ["put ask/7", "wake"], "nothing new, and nothing said");
    let over = rings(&mut play, 40);
    assert_eq!(told(&over), ["decline 7", "tell decided", "drop ask/7", "no wake"]);
    assert_eq!(word(&over), Some(Word::Decided { group: GROUP, approved: false }));
    assert_eq!(deeds(&play), [(What::Declined, Why::Late)]);
    assert_eq!((play.state.asking, rows(&play)), (0, 0));
    assert_eq!(told(&rings(&mut play, 1)), NOTHING);
}

#[test]
fn a_subscriber_whose_word_was_lost_is_found_by_the_alarm_even_at_the_end() {
    for after_s in [60, 86_400] {
        let mut play = guarded();
        asks(&mut play, EVE);
        play.world.set(NEWS, UserId(EVE), plain());
        assert_eq!(told(&rings(&mut play, after_s)), ["approve 7", "put ask/7", "wake"]);
    }
}

#[test]
fn where_nothing_is_ever_declined_the_request_stays() {
    let mut play = guarded();
    play.state.policy.decline_after_s = Some(0);
    assert_eq!(knock(&asks(&mut play, EVE)).until, None);
    assert_eq!(told(&rings(&mut play, 86_400 * 30)), ["put ask/7", "wake"]);
}

#[test]
fn while_nobody_can_say_the_request_is_left_open_and_the_owner_told_once() {
    let mut play = guarded_with(Settings { decline_after_s: 300, ..Settings::default() });
    play.world.doubt(NEWS, UserId(EVE), Unknown::Unavailable);
    assert_eq!(told(&asks(&mut play, EVE)), ["put ask/7", "wake"]);
    let at = play.world.now;
    let first = rings(&mut play, 61);
    assert_eq!(told(&first), ["trouble membership-trouble-unavailable", "put ask/7", "wake"]);
    assert_eq!(told(&rings(&mut play, 300)), ["put ask/7", "wake"], "neither declined nor told again");
    play.world.set(NEWS, UserId(EVE), plain());
    assert_eq!(told(&rings(&mut play, 300)), ["healed", "approve 7", "put ask/7", "wake"]);
    assert!(at < play.world.now);
}

#[test]
fn somebody_whom_a_channel_does_not_know_is_asked_to_join_it() {
    let mut play = guarded();
    play.world.doubt(NEWS, UserId(EVE), Unknown::NotFound);
    assert_eq!(told(&asks(&mut play, EVE)), KNOCKED, "and nobody is told that the channel is out of sight");
    assert_eq!(told(&subscribes(&mut play, EVE, true)), ["approve 7", "put ask/7", "wake"]);
}

#[test]
fn it_is_looked_at_ever_more_seldom_but_not_later_than_its_end() {
    let mut play = guarded();
    let next = |play: &Play<Membership>, effects: &[Effect]| {
        let at = effects.iter().find_map(|it| match it {
            Effect::WakeAt { key, at } if key == "ask/7" => Some(*at),
            _ => None,
        });
        at.unwrap().since_ms(play.world.now) / 1_000
    };
    let effects = asks(&mut play, EVE);
    let (mut age_s, mut looks) = (0, 0);
    let mut wait_s = next(&play, &effects);
    loop {
        looks += 1;
        age_s += wait_s;
        let effects = rings(&mut play, wait_s);
        if told(&effects).contains(&"decline 7".to_owned()) {
            break;
        }
        wait_s = next(&play, &effects);
    }
    assert_eq!(age_s, 86_400);
    assert!((8..=14).contains(&looks), "{looks}");
}

#[test]
fn an_admins_hand_closes_the_request_quietly() {
    let mut play = guarded();
    asks(&mut play, EVE);
    play.world.set(NEWS, UserId(EVE), plain()); // or she would be held back
    let effects = arrives(&mut play, EVE, ANN);
    assert_eq!(told(&effects), ["drop ask/7", "no wake", "tell decided"]);
    assert_eq!(deeds(&play), [], "it was not our deed");
    assert_eq!(told(&rings(&mut play, 60)), NOTHING);
}

#[test]
fn who_is_banned_asks_no_more() {
    let mut play = guarded();
    asks(&mut play, EVE);
    let banned = Standing { status: Status::Kicked, ..Standing::default() };
    assert_eq!(told(&play.moves(ANN, EVE, Standing::default(), banned)), ["drop ask/7", "no wake"]);
    assert_eq!(play.state.asking, 0);
}

#[test]
fn who_took_the_request_back_is_forgotten_after_a_while() {
    let mut play = guarded();
    asks(&mut play, BOB);
    play.wait_s(600);
    assert_eq!(told(&play.wakes("ask/2")), ["drop ask/2", "no wake"]);
    assert_eq!((play.state.asking, deeds(&play).len()), (0, 0));
}

#[test]
fn asking_again_begins_anew() {
    let mut play = guarded();
    let first = knock(&asks(&mut play, EVE));
    play.wait_s(10);
    let second = knock(&asks(&mut play, EVE));
    assert!(first.at < second.at && first.until < second.until);
    assert_eq!((play.state.asking, rows(&play)), (1, 1));
}

#[test]
fn an_answer_to_a_query_that_would_be_late_is_not_given_but_the_call_is() {
    for (age_ms, expect) in
        [(0, "answer approve"), (8_000, "answer approve"), (9_500, "approve 2"), (60_000, "approve 2")]
    {
        let mut play = guarded();
        let event = Event::JoinRequested(JoinRequested { query: Some("j".into()), ..request(BOB) });
        let at = Moment(play.world.now.0 - age_ms);
        let happened = Happened { update: None, at, place: play.place.clone(), event };
        let effects = play.happened(&happened);
        assert_eq!(told(&effects)[0], expect, "{age_ms} ms old");
        for effect in &effects {
            let Effect::Telegram(owed) = effect else { continue };
            if let Call::AnswerJoin { verdict, .. } = &owed.call {
                assert_eq!(*verdict, JoinVerdict::Approve);
                assert!(owed.until.is_some_and(|it| it <= at.plus_ms(JOIN_QUERY_MS)), "worth nothing later");
            }
        }
    }
}

#[test]
fn a_query_whose_answer_was_lost_or_refused_is_followed_by_the_call() {
    let call = ["approve 2", "put ask/2", "wake"];
    let mut play = guarded();
    assert_eq!(told(&queries(&mut play, BOB)), ["answer approve", "put ask/2", "wake"]);
    play.wait_s(15);
    assert_eq!(told(&play.wakes("ask/2")), call, "nobody has come");
    let mut play = guarded();
    queries(&mut play, BOB);
    let late = Outcome::Refused { reason: "400 Bad Request: query is too old".into() };
    assert_eq!(told(&play.performed("ask/2", late)), call);
    assert_eq!(told(&arrives(&mut play, BOB, ME.0)), ["drop ask/2", "no wake"]);
}

#[test]
fn without_the_right_the_owner_is_told_once_and_it_is_tried_again() {
    let refused =
        || Outcome::Refused { reason: "400 Bad Request: Not enough rights to manage chat join requests".into() };
    let mut play = guarded();
    asks(&mut play, BOB);
    assert_eq!(
        told(&play.performed("ask/2", refused())),
        ["trouble membership-door-trouble-rights", "deliver membership-door-trouble-rights", "put ask/2", "wake"]
    );
    play.wait_s(60);
    assert_eq!(told(&play.wakes("ask/2")), APPROVED);
    assert_eq!(told(&play.performed("ask/2", refused())), ["put ask/2", "wake"], "told once");
    play.wait_s(120);
    play.wakes("ask/2");
    assert_eq!(told(&arrives(&mut play, BOB, ME.0)), ["drop ask/2", "no wake", "healed"]);
}

#[test]
fn more_requests_than_are_followed_are_left_to_the_admins() {
    let mut play = guarded_with(Settings { requests_per_group: 2, ..Settings::default() });
    asks(&mut play, 101);
    asks(&mut play, 102);
    assert_eq!(
        told(&asks(&mut play, 103)),
        ["trouble membership-door-trouble-crowded", "deliver membership-door-trouble-crowded"]
    );
    assert_eq!(told(&queries(&mut play, 104)), ["answer queue"], "the owner is told once");
    assert_eq!(told(&asks(&mut play, BOB)), ["approve 2"], "subscribers are let in all the same");
    assert_eq!(deeds(&play), [(What::Approved, Why::Joined)]);
    assert_eq!((play.state.asking, rows(&play)), (2, 2));
    assert_eq!(knock(&asks(&mut play, 101)).who, UserId(101), "who is followed already may ask again");
    play.world.set(NEWS, UserId(101), plain());
    assert!(told(&arrives(&mut play, 101, ANN)).contains(&"healed".to_owned()), "there is room again");
    assert_eq!(told(&asks(&mut play, 103)), ["tell knock", "put ask/103", "wake"]);
}

#[test]
fn who_says_to_have_joined_is_looked_at_and_who_asks_no_more_is_told_so() {
    let mut play = guarded();
    let recheck = |play: &mut Play<Membership>| hears(play, Word::Recheck { user: UserId(EVE) });
    let none = recheck(&mut play);
    assert_eq!(word(&none), Some(Word::Decided { group: GROUP, approved: false }));
    asks(&mut play, EVE);
    assert_eq!(told(&recheck(&mut play)), ["put ask/7", "wake"], "not there yet");
    play.world.set(NEWS, UserId(EVE), plain());
    assert_eq!(told(&recheck(&mut play)), ["approve 7", "put ask/7", "wake"]);
}

#[test]
fn an_open_request_is_forgotten_when_nothing_is_asked_for_any_more() {
    let mut play = guarded();
    asks(&mut play, EVE);
    play.say(ANN, "/unprotect");
    assert_eq!(told(&rings(&mut play, 60)), ["drop ask/7", "no wake"], "the admins have it");
    assert_eq!(play.state.asking, 0);
}
