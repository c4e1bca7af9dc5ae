//! `/protect` and `/unprotect`, and the questions they lead to.

use super::super::super::effect::{Call, Effect, MessageRef};
use super::super::super::event::{ChatKind, Event, Outcome, ReplyTo, Rights, Said, Standing, Status};
use super::super::super::fact::{ChatRef, Unknown};
use super::super::super::play::{CLUB, GROUP, ME, NEWS, Play, admin, all_rights, calls, plain, pressable};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ANONYMOUS_ADMIN, ChatId, MessageId, UserId};
use super::super::{Channel, Membership};
use super::{ANN, BOB, EVE, guarded, stage, told};

/// The keys of the lines that say what is missing.
fn missing(effects: &[Effect]) -> Vec<String> {
    let lines = |text: &Text| {
        text.args.iter().find_map(|(_, arg)| match arg {
            Arg::Lines(lines) => {
                let keys = lines.iter().map(|it| it.key.to_string());
                Some(keys.filter(|it| it.starts_with("membership-need")).collect())
            }
            _ => None,
        })
    };
    let mut texts = calls(effects).into_iter().filter_map(|it| match it {
        Call::Say { text, .. } | Call::Edit { text, .. } => Some(text),
        _ => None,
    });
    texts.find_map(lines).unwrap_or_default()
}

#[test]
fn an_admin_of_both_protects_at_once() {
    let mut play = stage();
    let effects = play.say(ANN, "/protect @news");
    assert_eq!(told(&effects), ["say membership-protected"]);
    assert!(play.claimed);
    let news = Channel {
        id: NEWS,
        title: "News".into(),
        username: Some("news".into()),
        link: None,
        since: Some(play.world.now),
    };
    assert_eq!(play.state.channels, std::slice::from_ref(&news));
    play.wait_s(60);
    assert_eq!(told(&play.say(ANN, "/protect t.me/news")), ["say membership-protected"], "again is no harm");
    assert_eq!(play.state.channels, [news]);
}

#[test]
fn a_channel_is_named_in_many_ways() {
    let reply = |mut play: Play<Membership>| {
        let channel = Some(NEWS);
        let said = Said {
            reply_to: Some(ReplyTo { message: MessageId(1), from: None, about: None, channel, document: None }),
            ..play.words(ANN, "/protect")
        };
        play.happen(Event::Said(said));
        play
    };
    assert_eq!(reply(stage()).state.channels.len(), 1);
    for (text, expect) in [
        ("/protect https://t.me/news", vec![NEWS]),
        ("/protect -1000000000100", vec![NEWS]),
        ("/protect@house_bot @news", vec![NEWS]),
        ("/protect @news, @news", vec![NEWS]),
        ("/protect @news -1000000000100", vec![NEWS]),
        ("/protect @news -1000000000200", vec![NEWS, CLUB]),
        ("/protect@other_bot @news", vec![]),
        ("/protect", vec![]),
        ("/protect news", vec![]),
        ("/protect t.me/+secret", vec![]),
    ] {
        let mut play = stage();
        play.say(ANN, text);
        let ids: Vec<_> = play.state.channels.iter().map(|it| it.id).collect();
        assert_eq!(ids, expect, "{text}");
    }
}

#[test]
fn what_is_missing_is_listed_with_how_to_grant_it() {
    type Change = fn(&mut Play<Membership>);
    let cases: [(&str, Change, &[&str]); 9] = [
        (
            "no rights in the group",
            |play| play.world.set(GROUP, ME, plain()),
            &["membership-need-delete", "membership-need-restrict"],
        ),
        (
            "may not delete",
            |play| {
                let rights = Rights { can_restrict_members: true, ..Rights::default() };
                play.world.set(GROUP, ME, admin(rights));
            },
            &["membership-need-delete"],
        ),
        (
            "may not restrict",
            |play| {
                let rights = Rights { can_delete_messages: true, ..Rights::default() };
                play.world.set(GROUP, ME, admin(rights));
            },
            &["membership-need-restrict"],
        ),
        ("not in the channel", |play| play.world.set(NEWS, ME, Standing::default()), &["membership-need-admin"]),
        (
            "the channel is closed to us",
            |play| play.world.doubt(NEWS, ME, Unknown::NoRights),
            &["membership-need-admin"],
        ),
        (
            "no such channel",
            |play| play.world.lose(ChatRef::Name("news".into()), Unknown::NotFound),
            &["membership-need-found"],
        ),
        (
            "a group, not a channel",
            |play| play.world.know(NEWS, ChatKind::Supergroup, "News", Some("news")),
            &["membership-need-channel"],
        ),
        (
            "private, and we may not invite",
            |play| {
                play.world.know(NEWS, ChatKind::Channel, "News", None);
                let closed = play.world.chats[&ChatRef::Id(NEWS)].clone();
                play.world.chats.insert(ChatRef::Name("news".into()), closed);
                play.world.set(NEWS, ME, admin(Rights::default()));
            },
            &["membership-need-invite"],
        ),
        (
            "several things at once",
            |play| {
                play.world.set(GROUP, ME, plain());
                play.world.set(NEWS, ME, plain());
            },
            &["membership-need-delete", "membership-need-restrict", "membership-need-admin"],
        ),
    ];
    for (what, change, expect) in cases {
        let mut play = stage();
        change(&mut play);
        let effects = play.say(ANN, "/protect @news");
        let mistaken = expect.iter().any(|it| ["membership-need-found", "membership-need-channel"].contains(it));
        let key = if mistaken { "say membership-mistaken" } else { "say membership-missing" };
        assert_eq!(told(&effects).first().map(String::as_str), Some(key), "{what}");
        assert_eq!(play.state.setting_up, !mistaken, "only what can come true is remembered: {what}");
        assert_eq!(missing(&effects), expect, "{what}");
        assert!(play.state.channels.is_empty(), "{what}");
    }
}

#[test]
fn rights_decide_who_may_protect() {
    let change_info = Rights { can_change_info: true, ..Rights::default() };
    let invite = Rights { can_invite_users: true, ..Rights::default() };
    let creator = Standing { status: Status::Creator, ..Standing::default() };
    for (group, channel, expect) in [
        (creator.clone(), creator.clone(), "say membership-protected"),
        (admin(change_info), admin(invite), "say membership-protected"),
        (admin(change_info), admin(change_info), "say membership-may"),
        (admin(change_info), plain(), "say membership-may"),
        (creator.clone(), Standing::default(), "say membership-may"),
        (admin(invite), creator.clone(), "say membership-not-allowed"),
        (plain(), creator.clone(), "say membership-not-allowed"),
        (Standing::default(), creator, "say membership-not-allowed"),
    ] {
        let mut play = stage();
        play.world.set(GROUP, UserId(BOB), group.clone());
        play.world.set(NEWS, UserId(BOB), channel.clone());
        let effects = play.say(BOB, "/protect @news");
        assert_eq!(told(&effects), [expect], "{group:?} {channel:?}");
        assert_eq!(play.state.channels.is_empty(), expect != "say membership-protected");
    }
}

#[test]
fn in_doubt_the_answer_is_no() {
    for (chat, who) in [(GROUP, ANN), (GROUP, ME.0), (NEWS, ANN), (NEWS, ME.0)] {
        let mut play = stage();
        play.world.doubt(chat, UserId(who), Unknown::Unavailable);
        assert_eq!(told(&play.say(ANN, "/protect @news")), ["say membership-cannot-check"], "{chat:?} {who}");
        assert!(play.state.channels.is_empty());
    }
    let mut play = stage();
    play.world.lose(ChatRef::Name("news".into()), Unknown::Unavailable);
    assert_eq!(told(&play.say(ANN, "/protect @news")), ["say membership-cannot-check"]);
}

#[test]
fn the_command_has_its_places() {
    for (kind, expect) in [
        (ChatKind::Private, vec!["say membership-in-private"]),
        (ChatKind::Group, vec!["say membership-missing", "wake", "put setup"]),
        (ChatKind::Channel, vec![]),
        (ChatKind::House, vec![]),
    ] {
        let mut play = stage();
        play.place.kind = kind;
        assert_eq!(told(&play.say(ANN, "/protect @news")), expect, "{kind:?}");
    }
}

#[test]
fn a_private_channel_gets_a_link_of_its_own() {
    let mut play = stage();
    let effects = play.say(ANN, "/protect -1000000000200");
    assert_eq!(told(&effects), ["invite -1000000000200", "say membership-protected-by-link"]);
    let Some(Effect::Telegram(invite)) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(invite.report.as_deref(), Some("link/-1000000000200"));
    let link = Some("https://t.me/+abc".to_owned());
    let done = play.performed("link/-1000000000200", Outcome::Done { message: None, link: link.clone() });
    assert_eq!(told(&done), [""; 0]);
    assert_eq!(play.state.channels[0].link, link);
    let again = play.say(ANN, "/protect -1000000000200");
    assert_eq!(told(&again), ["say membership-protected-by-link"], "the link is kept");
    assert_eq!(play.state.channels[0].link, link);
}

#[test]
fn a_link_that_cannot_be_made_is_a_trouble() {
    let mut play = stage();
    play.say(ANN, "/protect -1000000000200");
    let refused = Outcome::Refused { reason: "not enough rights".into() };
    assert_eq!(told(&play.performed("link/-1000000000200", refused.clone())), ["trouble membership-trouble-link"]);
    assert_eq!(told(&play.performed("link/-1000000000200", refused)), [""; 0], "told once");
    let link = Some("https://t.me/+abc".to_owned());
    assert_eq!(told(&play.performed("link/-1000000000200", Outcome::Done { message: None, link })), ["healed"]);
}

#[test]
fn a_group_can_ask_for_five_channels_at_most() {
    let mut play = stage();
    for number in 0..6 {
        let id = ChatId(-1_000_000_001_000 - number);
        play.world.know(id, ChatKind::Channel, "C", Some(&format!("chan{number}")));
        play.world.set(id, ME, all_rights());
        play.world.set(id, UserId(ANN), all_rights());
    }
    let six = play.say(ANN, "/protect @chan0 @chan1 @chan2 @chan3 @chan4 @chan5");
    assert_eq!(missing(&six), ["membership-need-fewer"]);
    play.say(ANN, "/protect @chan0 @chan1 @chan2 @chan3 @chan4");
    assert_eq!(play.state.channels.len(), 5);
    assert_eq!(missing(&play.say(ANN, "/protect @chan5")), ["membership-need-fewer"]);
    assert_eq!(told(&play.say(ANN, "/protect @chan4")), ["say membership-protected"], "which is there already");
}

#[test]
fn the_channels_admin_agrees_by_button() {
    let mut play = stage();
    play.world.set(NEWS, UserId(ANN), plain());
    let asked = play.say(ANN, "/protect @news");
    assert_eq!(told(&asked), ["say membership-may"]);
    let (action, args) = pressable(&asked);
    assert_eq!(told(&play.press(EVE, &action, &args)), ["toast membership-toast-may-not"], "a passer-by");
    play.world.set(NEWS, UserId(8), admin(Rights { can_change_info: true, ..Rights::default() }));
    assert_eq!(told(&play.press(8, &action, &args)), ["toast membership-toast-may-not"], "an admin without that right");
    play.world.set(NEWS, UserId(9), admin(Rights { can_invite_users: true, ..Rights::default() }));
    let agreed = play.press(9, &action, &args);
    assert_eq!(told(&agreed), ["toast membership-toast-thanks", "edit membership-protected"]);
    assert_eq!(play.state.channels.len(), 1);
    assert_eq!(told(&play.press(9, &action, &args)), ["toast membership-toast-over"], "it works once");
}

#[test]
fn consent_is_looked_at_when_it_is_given() {
    type Change = fn(&mut Play<Membership>);
    let cases: [(&str, Change, &[&str]); 6] = [
        (
            "nobody can say what we may here",
            |play| play.world.doubt(GROUP, ME, Unknown::Unavailable),
            &["toast membership-toast-cannot-check"],
        ),
        ("an hour later", |play| play.wait_s(3_601), &["toast membership-toast-over"]),
        ("the asker was demoted", |play| play.world.set(GROUP, UserId(ANN), plain()), &["toast membership-toast-over"]),
        (
            "we were demoted in the channel",
            |play| play.world.set(NEWS, ME, plain()),
            &["toast membership-toast-missing", "say membership-missing-agree"],
        ),
        (
            "we were demoted in the group",
            |play| play.world.set(GROUP, ME, plain()),
            &["toast membership-toast-missing", "say membership-missing-agree"],
        ),
        (
            "Telegram is silent",
            |play| play.world.doubt(NEWS, UserId(9), Unknown::Unavailable),
            &["toast membership-toast-cannot-check"],
        ),
    ];
    for (what, change, expect) in cases {
        let mut play = stage();
        play.world.set(NEWS, UserId(ANN), plain());
        play.world.set(NEWS, UserId(9), all_rights());
        let (action, args) = pressable(&play.say(ANN, "/protect @news"));
        change(&mut play);
        assert_eq!(told(&play.press(9, &action, &args)), expect, "{what}");
        assert!(play.state.channels.is_empty(), "{what}");
    }
}

#[test]
fn channels_that_are_clear_do_not_wait_for_those_that_are_not() {
    let mut play = stage();
    play.world.set(CLUB, UserId(ANN), plain());
    let effects = play.say(ANN, "/protect @news -1000000000200");
    assert_eq!(told(&effects), ["say membership-protected", "say membership-may"]);
    assert_eq!(play.state.channels.len(), 1);
}

fn anonymous(play: &mut Play<Membership>, text: &str) -> Vec<Effect> {
    let mut said = Said { sender_chat: Some(GROUP), ..play.words(ANONYMOUS_ADMIN.0, text) };
    said.from.is_bot = true;
    play.happen(Event::Said(said))
}

#[test]
fn an_anonymous_admin_shows_who_they_are_by_a_button() {
    let mut play = stage();
    let asked = anonymous(&mut play, "/protect @news");
    assert_eq!(told(&asked), ["say membership-who"]);
    assert_eq!(play.asked, [], "nothing is looked up for nobody");
    let (action, args) = pressable(&asked);
    assert_eq!(told(&play.press(EVE, &action, &args)), ["toast membership-not-allowed"], "anybody else is refused");
    let shown = play.press(ANN, &action, &args);
    assert_eq!(told(&shown), ["toast membership-toast-thanks", "edit membership-protected"]);
    let edited = calls(&shown).into_iter().any(
        |it| matches!(it, Call::Edit { message: MessageRef::Id(MessageId(5_000)), keyboard, .. } if keyboard.is_empty()),
    );
    assert!(edited, "the question gives way to the answer");
    assert_eq!(play.state.channels.len(), 1);
    assert_eq!(told(&play.press(ANN, &action, &args)), ["toast membership-toast-over"]);
}

#[test]
fn an_anonymous_admin_who_is_nobody_in_the_channel_needs_its_admin_too() {
    let mut play = stage();
    play.world.set(NEWS, UserId(ANN), plain());
    let (action, args) = pressable(&anonymous(&mut play, "/protect @news"));
    let shown = play.press(ANN, &action, &args);
    assert_eq!(told(&shown), ["toast membership-toast-thanks", "edit membership-may"]);
    play.world.set(NEWS, UserId(9), all_rights());
    let (action, args) = pressable(&shown);
    play.press(9, &action, &args);
    assert_eq!(play.state.channels.len(), 1);
}

#[test]
fn an_admin_outside_of_the_channel_is_answered_all_the_same() {
    let mut play = guarded();
    play.world.set(NEWS, UserId(ANN), Standing::default());
    assert_eq!(told(&play.say(ANN, "/protect @news")), ["say membership-may"]);
    assert_eq!(told(&play.say(ANN, "/unprotect")), ["say membership-released"]);
}

#[test]
fn an_anonymous_admin_unprotects_by_button_too() {
    let mut play = guarded();
    let (action, args) = pressable(&anonymous(&mut play, "/unprotect"));
    assert_eq!(play.state.channels.len(), 1, "not before it is known who asks");
    assert_eq!(told(&play.press(ANN, &action, &args)), ["toast membership-toast-thanks", "edit membership-released"]);
    assert!(play.state.channels.is_empty());
}

#[test]
fn a_channel_is_no_admin() {
    let mut play = stage();
    let said = Said { sender_chat: Some(ChatId(-1_007)), ..play.words(ANN, "/protect @news") };
    assert_eq!(told(&play.happen(Event::Said(said))), ["say membership-not-allowed"]);
}

#[test]
fn made_up_arguments_of_buttons_are_settled_questions() {
    for args in ["", "x", "-1", "0", "99999999999999999999"] {
        let mut play = stage();
        assert_eq!(told(&play.press(ANN, "m.yes", args)), ["toast membership-toast-over"], "{args:?}");
        assert_eq!(told(&play.press(ANN, "m.me", args)), ["toast membership-toast-over"], "{args:?}");
    }
}

#[test]
fn channels_and_those_who_set_a_group_up_hear_of_it() {
    let mut play = stage();
    let whole = |effects: &[Effect]| super::super::super::play::told(effects);
    assert_eq!(
        whole(&play.say(ANN, "/protect @news")),
        ["say membership-protected", "tell linked", "tell group", "wake", "wake"]
    );
    assert_eq!((play.state.owners.clone(), play.state.since), (vec![UserId(ANN)], Some(play.world.now)));
    assert_eq!(whole(&play.say(BOB, "hello")), [""; 0], "nothing changed");
    assert_eq!(
        whole(&play.say(ANN, "/unprotect")),
        ["say membership-released", "tell unlinked", "tell gone", "no wake", "wake", "no wake"]
    );
}
