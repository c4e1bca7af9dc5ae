//! A channel and the groups that ask for it: who is told what.

use super::super::super::effect::{Effect, Target};
use super::super::super::event::{ChatKind, Event, Note, Rights, Standing, Status};
use super::super::super::play::{CLUB, GROUP, NEWS, Play, admin, all_rights, moved, muted, person, plain};
use super::super::super::types::ChatId;
use super::super::channel::LINKS_MAX;
use super::super::{Channel, Membership, Word};
use super::fanning::hears;
use super::{ANN, BOB, EVE, guarded, told};

/// A channel's own chat, for which so many groups ask.
fn channel(groups: i64) -> Play<Membership> {
    let mut play = Play::new(Membership::default()).within(NEWS.0, ChatKind::Channel);
    let groups: Vec<i64> = (1..=groups).map(|it| -1_000_000_010_000 - it).collect();
    let row = serde_json::json!({ "groups": groups, "title": "Here" });
    play.world.rows.insert("links".into(), row.to_string().into_bytes());
    play
}

/// Whom the effects tell something.
fn reached(effects: &[Effect]) -> Vec<ChatId> {
    let to = |it: &Effect| match it {
        Effect::Tell { to: Target::Chat(chat), .. } => Some(*chat),
        _ => None,
    };
    effects.iter().filter_map(to).collect()
}

fn left() -> Standing {
    Standing::default()
}

#[test]
fn a_channel_keeps_the_groups_that_ask_for_it() {
    let mut play = Play::new(Membership::default()).within(NEWS.0, ChatKind::Channel);
    assert_eq!(play.moves(EVE, EVE, left(), plain()), [], "nobody asks");
    assert!(!play.claimed);
    let words = |effects: Vec<Effect>| super::super::super::play::told(&effects);
    assert_eq!(words(hears(&mut play, Word::Linked { group: GROUP })), ["put links", "tell heard"]);
    assert_eq!(words(hears(&mut play, Word::Linked { group: GROUP })), [""; 0], "known already");
    hears(&mut play, Word::Linked { group: ChatId(-5) });
    play.moves(ANN, BOB, plain(), plain()); // it learns its own title
    assert_eq!(reached(&play.moves(EVE, EVE, left(), plain())), [GROUP, ChatId(-5)]);
    assert_eq!(words(hears(&mut play, Word::Unlinked { group: ChatId(-5) })), ["put links"]);
    assert_eq!(reached(&play.moves(EVE, EVE, plain(), left())), [GROUP]);
    assert_eq!(words(hears(&mut play, Word::Unlinked { group: GROUP })), ["drop links"]);
    assert_eq!(play.moves(EVE, EVE, left(), plain()), []);
}

#[test]
fn only_who_comes_or_goes_is_told() {
    let kicked = Standing { status: Status::Kicked, ..Standing::default() };
    let outside = Standing { status: Status::RestrictedOutside, ..Standing::default() };
    for (old, new, expect) in [
        (left(), plain(), vec!["tell subscribed"]),
        (plain(), left(), vec!["tell unsubscribed"]),
        (plain(), kicked.clone(), vec!["tell unsubscribed"]),
        (kicked.clone(), left(), vec![]),
        (outside, left(), vec![]),
        (plain(), all_rights(), vec![]),
        (muted(), left(), vec!["tell unsubscribed"]),
    ] {
        let mut play = channel(1);
        assert_eq!(told(&play.moves(EVE, EVE, old.clone(), new.clone())), expect, "{old:?} {new:?}");
    }
    let mut robot = person(55);
    robot.is_bot = true;
    let mut play = channel(1);
    assert_eq!(play.happen(Event::Moved(moved(robot.clone(), robot, left(), plain()))), []);
}

#[test]
fn many_groups_are_told_in_steps_and_each_once() {
    let mut play = channel(2_500);
    let mut effects = play.moves(EVE, EVE, plain(), left());
    let mut all = reached(&effects);
    assert_eq!(all.len(), 1_000);
    let mut steps = 0;
    while let Some(key) = effects.iter().find_map(|it| match it {
        Effect::WakeAt { key, .. } => Some(key.clone()),
        _ => None,
    }) {
        play.place.kind = ChatKind::Supergroup; // as the timer has it
        effects = play.wakes(&key);
        assert!(reached(&effects).len() <= 1_000);
        all.extend(reached(&effects));
        play.wait_s(1);
        steps += 1;
    }
    all.sort();
    let length = all.len();
    all.dedup();
    assert_eq!((steps, length, all.len()), (2, 2_500, 2_500));
    assert_eq!(play.world.rows.len(), 1, "nothing is left of the steps");
}

#[test]
fn a_channel_with_too_many_groups_says_so() {
    let mut play = channel(i64::try_from(LINKS_MAX).unwrap());
    let effects = hears(&mut play, Word::Linked { group: GROUP });
    let heard = Word::Heard { channel: NEWS, yes: false };
    let note = Note::Membership(Box::new(heard.clone()));
    assert_eq!(effects, [Effect::Tell { to: Target::Chat(GROUP), note }]);
    let mut group = guarded();
    assert_eq!(told(&hears(&mut group, heard.clone())), ["trouble membership-fan-trouble-full"]);
    assert_eq!(told(&hears(&mut group, heard)), [""; 0], "told once");
    assert_eq!(told(&hears(&mut group, Word::Heard { channel: NEWS, yes: true })), ["healed"]);
}

#[test]
fn a_channel_tells_its_new_name_and_that_we_are_out_of_it() {
    let mut play = channel(2);
    play.place.title = "Fresh News".into();
    let effects = play.moves(EVE, EVE, left(), plain());
    assert_eq!(told(&effects), ["tell subscribed", "tell subscribed", "put links", "tell changed", "tell changed"]);
    let no_right = admin(Rights::default());
    assert_eq!(told(&play.places(all_rights(), no_right.clone())), [""; 0], "an admin hears and sees all it needs");
    assert_eq!(told(&play.places(no_right, plain())), ["tell changed", "tell changed"]);
    assert_eq!(told(&play.places(left(), all_rights())), ["tell changed", "tell changed"]);
}

#[test]
fn a_group_follows_its_channel() {
    let mut play = guarded();
    play.place.title = String::new(); // as words of other chats come
    let word = |title: &str, username: Option<&str>, ours| {
        let username = username.map(str::to_owned);
        Word::Changed { channel: Channel { id: NEWS, title: title.into(), username, link: None, since: None }, ours }
    };
    assert_eq!(told(&hears(&mut play, word("News", Some("news"), true))), [""; 0]);
    assert!(!play.changed, "nothing new");
    hears(&mut play, word("Fresh", Some("fresh"), true));
    let channel = play.state.channels[0].clone();
    assert_eq!((channel.title.as_str(), channel.username.as_deref()), ("Fresh", Some("fresh")));
    assert_eq!(told(&hears(&mut play, word("Fresh", None, true))), ["invite -1000000000100"], "no button leads there");
    let effects = hears(&mut play, word("Fresh", None, false));
    assert_eq!(told(&effects), ["trouble membership-trouble-lost"]);
    let named = effects
        .iter()
        .any(|it| matches!(it, Effect::Tell { note: Note::Trouble { place, .. }, .. } if place.title == "Group"));
    assert!(named, "the owner is told which group: {effects:?}");
    let healed = told(&hears(&mut play, word("Fresh", None, true)));
    assert_eq!(healed, ["healed", "invite -1000000000100"]);
    assert_eq!(told(&hears(&mut play, Word::Changed { channel, ours: true })), [""; 0]);
}

#[test]
fn a_channel_that_is_not_asked_for_is_told_so() {
    let mut play = guarded();
    for inside in [true, false] {
        let word = Word::Subscription { channel: CLUB, who: person(EVE), inside };
        let effects = hears(&mut play, word);
        assert_eq!(reached(&effects), [CLUB]);
        assert_eq!(super::super::super::play::told(&effects), ["tell unlinked"]);
    }
    play.state.setting_up = true;
    let heard = Word::Heard { channel: CLUB, yes: true };
    assert_eq!(reached(&hears(&mut play, heard)), [], "whoever sets the group up may wait for that channel");
}
