//! Set-up by choosing: a channel and a group from Telegram's lists, and nothing typed.

use super::super::super::effect::{Call, Effect, Target, Wanted};
use super::super::super::event::{ChatKind, Chosen, Event, Note, Rights, Standing};
use super::super::super::fact::{ChatRef, Unknown};
use super::super::super::play::{CLUB, GROUP, ME, NEWS, Play, admin, all_rights, buttons, calls, person, pressable};
use super::super::super::types::{ChatId, MessageId, UserId};
use super::super::{Membership, Paired, Word};
use super::{ANN, BOB, stage, told};

/// Ann's private chat.
fn private() -> Play<Membership> {
    stage().within(ANN, ChatKind::Private)
}

/// Somebody chooses a chat from the list.
fn choose(play: &mut Play<Membership>, wanted: Wanted, chat: ChatId) -> Vec<Effect> {
    let (message, from, request) = (MessageId(8), person(ANN), i64::from(wanted.number()));
    play.happen(Event::Chosen(Chosen { message, from, request, chat }))
}

/// The word that goes to that chat.
fn word(effects: &[Effect], chat: ChatId) -> Option<Word> {
    effects.iter().find_map(|it| match it {
        Effect::Tell { to: Target::Chat(to), note: Note::Membership(word) } if *to == chat => match **word {
            Word::Pair { .. } | Word::Paired { .. } => Some((**word).clone()),
            _ => None,
        },
        _ => None,
    })
}

fn hears(play: &mut Play<Membership>, word: Word) -> Vec<Effect> {
    play.happen(Event::Told(Note::Membership(Box::new(word))))
}

fn offered(effects: &[Effect]) -> Vec<Wanted> {
    let choices = calls(effects).into_iter().find_map(|it| match it {
        Call::Offer { choices, .. } => Some(choices.iter().map(|it| it.wanted).collect()),
        _ => None,
    });
    choices.expect("a keyboard, or that it goes")
}

#[test]
fn channel_and_group_are_chosen_in_any_order() {
    for order in [[(Wanted::Channel, NEWS), (Wanted::Group, GROUP)], [(Wanted::Group, GROUP), (Wanted::Channel, NEWS)]]
    {
        let mut play = private();
        let begun = play.say(ANN, "/setup");
        assert_eq!(told(&begun), ["put pair", "offer 2 membership-pair-hello"]);
        assert_eq!(offered(&begun), [Wanted::Channel, Wanted::Group]);
        let [(first, one), (second, other)] = order;
        assert_eq!(offered(&choose(&mut play, first, one)), [second], "what is left");
        let both = choose(&mut play, second, other);
        assert_eq!(offered(&both), [], "the keyboard goes");
        let wish = word(&both, GROUP).expect("the group hears of it");
        assert_eq!(wish, Word::Pair { channel: NEWS, by: person(ANN) });
        let mut group = stage();
        let done = hears(&mut group, wish);
        assert_eq!(told(&done), ["say membership-protected", "tell paired"]);
        assert_eq!((group.state.channels[0].id, group.state.owners.clone()), (NEWS, vec![UserId(ANN)]));
        let report = word(&done, ChatId(ANN)).expect("ann hears what came of it");
        assert_eq!(told(&hears(&mut play, report)), ["drop pair", "say membership-pair-done"]);
    }
}

#[test]
fn a_change_of_mind_counts() {
    let mut play = private();
    play.say(ANN, "/setup");
    choose(&mut play, Wanted::Channel, NEWS);
    choose(&mut play, Wanted::Channel, CLUB);
    let both = choose(&mut play, Wanted::Group, GROUP);
    assert_eq!(word(&both, GROUP), Some(Word::Pair { channel: CLUB, by: person(ANN) }));
}

#[test]
fn what_is_missing_is_said_where_it_was_chosen_and_tried_again_by_a_button() {
    let mut group = stage();
    group.world.set(GROUP, ME, admin(Rights { can_delete_messages: true, ..Rights::default() }));
    let wish = Word::Pair { channel: NEWS, by: person(ANN) };
    let refused = hears(&mut group, wish.clone());
    let Some(Word::Paired { outcome: Paired::Missing(lines, remedies), .. }) = word(&refused, ChatId(ANN)) else {
        panic!("{refused:?}")
    };
    assert_eq!((lines[0].key.as_ref(), remedies.len()), ("membership-need-restrict", 1));
    assert!(group.state.channels.is_empty());
    let mut play = private();
    play.say(ANN, "/setup");
    choose(&mut play, Wanted::Channel, NEWS);
    choose(&mut play, Wanted::Group, GROUP);
    let said = hears(&mut play, word(&refused, ChatId(ANN)).unwrap());
    assert_eq!(told(&said), ["say membership-pair-missing"]);
    assert_eq!(buttons(&said).len(), 2, "where it is granted, and to look again");
    let (action, args) = pressable(&said);
    let again = play.press(ANN, &action, &args);
    assert_eq!(told(&again), ["toast membership-pair-toast-again", "tell pair"]);
    group.world.set(GROUP, ME, all_rights());
    assert!(told(&hears(&mut group, wish)).contains(&"say membership-protected".to_owned()));
}

#[test]
fn whoever_may_not_gets_nothing_by_choosing() {
    type Change = fn(&mut Play<Membership>);
    let cases: [(&str, Change, &str); 5] = [
        (
            "no admin of the group",
            |play| play.world.set(GROUP, UserId(ANN), Standing::default()),
            "membership-not-allowed",
        ),
        (
            "no admin of the channel",
            |play| play.world.set(NEWS, UserId(ANN), Standing::default()),
            "membership-pair-not-yours",
        ),
        ("we are not in the channel", |play| play.world.set(NEWS, ME, Standing::default()), "membership-need-admin"),
        ("no channel", |play| play.world.know(NEWS, ChatKind::Supergroup, "News", None), "membership-need-channel"),
        ("a basic group", |play| play.place.kind = ChatKind::Group, "membership-setup-supergroup"),
    ];
    for (what, change, expect) in cases {
        let mut play = stage();
        change(&mut play);
        let effects = hears(&mut play, Word::Pair { channel: NEWS, by: person(ANN) });
        let Some(Word::Paired { outcome: Paired::Missing(lines, _), .. }) = word(&effects, ChatId(ANN)) else {
            panic!("{what}: {effects:?}")
        };
        assert_eq!(lines[0].key, expect, "{what}");
        assert!(play.state.channels.is_empty(), "{what}");
    }
    let mut play = stage();
    play.world.doubt(GROUP, UserId(ANN), Unknown::Unavailable);
    let effects = hears(&mut play, Word::Pair { channel: NEWS, by: person(ANN) });
    assert!(matches!(word(&effects, ChatId(ANN)), Some(Word::Paired { outcome: Paired::Unsure, .. })), "{effects:?}");
}

#[test]
fn the_button_of_the_greeting_begins_and_old_buttons_begin_again() {
    let mut play = private();
    assert_eq!(told(&play.press(ANN, "m.g", "")), ["toast", "put pair", "offer 2 membership-pair-hello"]);
    assert_eq!(told(&play.press(ANN, "m.g", "a")), ["toast", "put pair", "offer 2 membership-pair-hello"]);
    choose(&mut play, Wanted::Channel, NEWS);
    play.wait_s(86_400);
    assert_eq!(offered(&choose(&mut play, Wanted::Group, GROUP)), [Wanted::Channel], "yesterday's choice is forgotten");
    assert_eq!(told(&stage().press(BOB, "m.g", "")), ["toast"], "in a group it does nothing");
}

#[test]
fn a_chat_that_cannot_be_looked_into_yet_is_taken_all_the_same() {
    let mut play = private();
    play.say(ANN, "/setup");
    play.world.lose(ChatRef::Id(NEWS), Unknown::NotFound);
    assert_eq!(offered(&choose(&mut play, Wanted::Channel, NEWS)), [Wanted::Group]);
    let strange = Event::Chosen(Chosen { message: MessageId(8), from: person(ANN), request: 99, chat: NEWS });
    assert_eq!(play.happen(strange), [], "a request that we never made");
}
