//! Who is stopped, who is not, and what a stranger sees.

use super::super::super::effect::{Call, Does, Effect, InDoubt, Label, MessageRef};
use super::super::super::event::{ChatKind, Event, Origin, Said, Standing, Status};
use super::super::super::fact::{ChatInfo, ChatRef, Freshness, Need, Unknown};
use super::super::super::play::{CLUB, GROUP, ME, NEWS, Play, buttons, calls, muted, topic};
use super::super::super::text::Arg;
use super::super::super::types::{ANONYMOUS_ADMIN, CHANNEL_BOT, ChatId, TELEGRAM, UserId};
use super::super::{Entry, Membership, Settings};
use super::{ANN, BOB, EVE, guarded, guarded_with, looked_up, stage, told};
use std::sync::Arc;

const STOPPED: [&str; 5] = ["delete", "mute 7", "say membership-notice", "wake", "put mute/7"];

#[test]
fn a_subscriber_is_left_alone_and_costs_one_cached_answer() {
    let mut play = guarded();
    assert_eq!(play.say(BOB, "hello"), []);
    let news = Need::Member { chat: ChatRef::Id(NEWS), user: UserId(BOB), fresh: Freshness::Cached };
    assert_eq!(looked_up(&play), [news]);
    assert!(!play.claimed && !play.changed, "nothing is written for it");
}

#[test]
fn a_stranger_is_stopped_in_one_decision() {
    let mut play = guarded();
    let effects = play.say(EVE, "hello");
    assert_eq!(told(&effects), STOPPED);
    assert!(play.claimed);
    let reports = effects.iter().filter(|it| matches!(it, Effect::Telegram(owed) if owed.report.is_some()));
    assert_eq!(reports.count(), 1, "a refused mute is told");
    let said: Vec<_> = effects
        .iter()
        .filter_map(|it| match it {
            Effect::Telegram(owed) if matches!(owed.call, Call::Say { .. }) => Some(owed),
            _ => None,
        })
        .collect();
    let [notice] = said.as_slice() else { panic!("one notice: {said:?}") };
    assert_eq!(notice.in_doubt, InDoubt::Repeat, "twice is better than never");
    let Call::Say { silent, text, .. } = &notice.call else { unreachable!() };
    assert!(silent);
    let mention = Arg::Person { id: UserId(EVE), name: "P7".into() };
    assert!(text.args.iter().any(|(name, arg)| name == "person" && *arg == mention), "{text:?}");
    let does: Vec<_> = buttons(&effects).into_iter().map(|it| it.does).collect();
    let joined = Does::Press { action: "m.ok".into(), args: String::new(), only: Some(UserId(EVE)), until: None };
    let wrong = Does::Press { action: "m.a".into(), args: String::new(), only: Some(UserId(EVE)), until: None };
    let why = Does::Open(format!("https://t.me/house_bot?start=why_{}", GROUP.0));
    assert_eq!(does, [Does::Open("https://t.me/news".into()), joined, why, wrong]);
}

#[test]
fn every_shape_of_sender_has_its_treatment() {
    let plain = |from: i64| guarded().words(from, "hello");
    let bot = |from: UserId| {
        let said = plain(from.0);
        Said { from: super::super::super::types::Person { is_bot: true, ..said.from.clone() }, ..said }
    };
    let forwarded = Some(Origin { channel: Some(ChatId(-1_009)) });
    let cases = [
        ("a stranger", plain(EVE), true),
        ("a stranger's edit", Said { edited: true, ..plain(EVE) }, true),
        ("a stranger's forward", Said { forwarded, ..plain(EVE) }, true),
        ("a stranger through a bot", Said { via_bot: true, ..plain(EVE) }, true),
        ("a stranger's media without words", Said { text: None, ..plain(EVE) }, true),
        ("a stranger's command", Said { text: Some("/help".into()), ..plain(EVE) }, true),
        ("a stranger's /protect", Said { text: Some("/protect @club".into()), ..plain(EVE) }, true),
        ("an anonymous admin", Said { sender_chat: Some(GROUP), ..bot(ANONYMOUS_ADMIN) }, false),
        ("the linked channel", Said { sender_chat: Some(NEWS), ..bot(CHANNEL_BOT) }, false),
        ("another channel", Said { sender_chat: Some(ChatId(-1_007)), ..bot(CHANNEL_BOT) }, true),
        ("another channel's edit", Said { sender_chat: Some(ChatId(-1_007)), edited: true, ..bot(CHANNEL_BOT) }, true),
        (
            "another channel's post, forwarded",
            Said { sender_chat: Some(ChatId(-1_007)), automatic: true, ..plain(TELEGRAM.0) },
            false,
        ),
        ("an automatic forward", Said { automatic: true, sender_chat: Some(NEWS), ..plain(TELEGRAM.0) }, false),
        ("Telegram itself", plain(TELEGRAM.0), false),
        ("the channels' account", plain(CHANNEL_BOT.0), false),
        ("the anonymous account", plain(ANONYMOUS_ADMIN.0), false),
        ("a bot", bot(UserId(55)), false),
        ("ourselves", plain(ME.0), false),
        ("a stranger who joins", Said { service: true, text: None, ..plain(EVE) }, false),
        ("a subscriber", plain(BOB), false),
        ("a subscriber's edit", Said { edited: true, ..plain(BOB) }, false),
    ];
    for (who, said, stopped) in cases {
        let mut play = guarded();
        let effects = play.happen(Event::Said(said));
        assert_eq!(told(&effects).contains(&"delete".to_owned()), stopped, "{who}: {effects:?}");
        if !stopped {
            assert_eq!(effects, [], "{who}");
        }
    }
}

#[test]
fn nobody_writes_through_a_channel_that_nobody_knows() {
    let masked = |play: &mut Play<Membership>, chat: i64| {
        let said = Said { sender_chat: Some(ChatId(chat)), ..play.words(CHANNEL_BOT.0, "/protect @club") };
        told(&play.happen(Event::Said(said)))
    };
    let mut play = guarded();
    assert_eq!(masked(&mut play, -1_007), ["delete", "say membership-stop-masked", "wake"], "and no command of theirs");
    assert_eq!(masked(&mut play, -1_008)[0], "delete");
    assert_eq!(masked(&mut play, -1_008), ["delete"], "said now and then, deleted always");
    assert_eq!(play.world.rows.keys().filter(|it| it.starts_with("deed/")).count(), 3, "and written down");
    assert!(
        !play.world.rows.keys().any(|it| it.starts_with("person/136") || it.starts_with("mute/")),
        "nobody is held"
    );
    let mut play = guarded();
    let linked = ChatInfo {
        linked_chat: Some(ChatId(-1_007)),
        ..(*play.world.chats[&ChatRef::Id(GROUP)].clone().unwrap()).clone()
    };
    play.world.chats.insert(ChatRef::Id(GROUP), Ok(Arc::new(linked)));
    assert_eq!(masked(&mut play, -1_007), ["say membership-not-allowed"], "the group's own channel may write");
    play.world.lose(ChatRef::Id(GROUP), Unknown::Unavailable);
    assert!(!masked(&mut play, -1_008).contains(&"delete".to_owned()), "in doubt it stays");
    let mut play = guarded();
    play.state.policy.channels_welcome = true;
    assert!(!masked(&mut play, -1_007).contains(&"delete".to_owned()), "where the group wants that");
    let mut play = guarded();
    play.state.policy.dry = true;
    assert!(!masked(&mut play, -1_007).contains(&"delete".to_owned()));
    assert_eq!(play.world.rows.keys().filter(|it| it.starts_with("deed/")).count(), 1, "a rehearsal writes it down");
}

#[test]
fn an_admin_who_does_not_subscribe_is_never_touched() {
    for status in [Status::Creator, Status::Administrator] {
        let mut play = guarded();
        play.world.set(GROUP, UserId(EVE), Standing { status, ..Standing::default() });
        assert_eq!(play.say(EVE, "hello"), [], "{status:?}");
        assert!(!play.claimed);
    }
}

#[test]
fn nobody_is_judged_where_nothing_is_protected() {
    let mut play = stage();
    assert_eq!(play.say(EVE, "hello"), []);
    assert_eq!(looked_up(&play), []);
    for kind in [ChatKind::Private, ChatKind::Group, ChatKind::Channel, ChatKind::House] {
        let mut play = guarded();
        play.place.kind = kind;
        assert_eq!(play.say(EVE, "hello"), [], "{kind:?}");
        assert_eq!(looked_up(&play), []);
    }
}

#[test]
fn a_second_message_while_the_notice_stands_is_only_deleted() {
    let mut play = guarded();
    play.say(EVE, "hello");
    assert_eq!(told(&play.say(EVE, "hello?")), ["delete"], "the mute is on its way");
    play.world.set(GROUP, UserId(EVE), muted());
    play.wait_s(60);
    let edit = Said { edited: true, ..play.words(EVE, "edited") };
    assert_eq!(told(&play.happen(Event::Said(edit))), ["delete"]);
}

#[test]
fn a_mute_of_ours_that_did_not_hold_is_renewed_without_another_notice() {
    let mut play = guarded();
    play.say(EVE, "hello");
    play.wait_s(60);
    assert_eq!(told(&play.say(EVE, "still here")), ["delete", "mute 7", "put mute/7"]);
}

#[test]
fn when_the_notice_is_gone_there_is_a_new_one() {
    let mut play = guarded();
    let first = play.say(EVE, "hello");
    let Some(Effect::WakeAt { key, .. }) = first.iter().find(|it| matches!(it, Effect::WakeAt { .. })) else {
        panic!("{first:?}")
    };
    play.wait_s(301);
    let gone = play.wakes(key);
    let slots: Vec<_> = calls(&first)
        .into_iter()
        .filter_map(|it| match it {
            Call::Say { slot, .. } => Some(Call::Delete { chat: GROUP, message: MessageRef::Slot(*slot) }),
            _ => None,
        })
        .collect();
    assert_eq!(calls(&gone), slots.iter().collect::<Vec<_>>());
    assert_eq!(told(&play.say(EVE, "hello")), STOPPED);
}

#[test]
fn a_mute_by_another_hand_is_never_touched() {
    let mut play = guarded();
    play.world.set(GROUP, UserId(EVE), muted());
    let edit = Said { edited: true, ..play.words(EVE, "edited") };
    let effects = play.happen(Event::Said(edit.clone()));
    assert_eq!(told(&effects), ["delete", "say membership-notice", "wake", "put mute/7"]);
    let entry: Entry = serde_json::from_slice(&play.world.rows["mute/7"]).unwrap();
    assert!(!entry.mine);
    assert!(play.state.muted.is_empty());
    assert_eq!(told(&play.happen(Event::Said(edit))), ["delete"], "and there is no second notice");
}

#[test]
fn somebody_who_is_banned_is_not_let_in_by_a_restriction() {
    let mut play = guarded();
    play.world.set(GROUP, UserId(EVE), Standing { status: Status::Kicked, ..Standing::default() });
    assert_eq!(told(&play.say(EVE, "hello")), ["delete"]);
}

#[test]
fn the_notice_stands_in_the_topic_and_speaks_the_persons_language() {
    let mut play = guarded();
    let mut said = Said { thread: topic(12), ..play.words(EVE, "привет") };
    said.from.language = super::super::super::types::Language::Ru;
    let effects = play.happen(Event::Said(said));
    let notice = calls(&effects).into_iter().find_map(|it| match it {
        Call::Say { thread, text, .. } => Some((*thread, text.language)),
        _ => None,
    });
    assert_eq!(notice, Some((topic(12), super::super::super::types::Language::Ru)));
}

#[test]
fn only_the_missing_channels_have_a_button() {
    let mut play = guarded();
    play.say(ANN, "/protect -1000000000200");
    play.performed(
        "link/-1000000000200",
        super::super::super::event::Outcome::Done { message: None, link: Some("https://t.me/+abc".into()) },
    );
    let open = |effects: &[Effect]| -> Vec<String> {
        buttons(effects)
            .into_iter()
            .filter_map(|it| match it.does {
                Does::Open(url) => Some(url).filter(|it| !it.contains("why_")),
                Does::Press { .. } => None,
            })
            .collect()
    };
    assert_eq!(open(&play.say(BOB, "hello")), ["https://t.me/+abc"]);
    assert_eq!(open(&play.say(EVE, "hello")), ["https://t.me/news", "https://t.me/+abc"]);
    play.world.set(CLUB, UserId(BOB), super::super::super::play::plain());
    assert_eq!(play.say(BOB, "hello"), []);
}

#[test]
fn many_strangers_share_a_notice_that_counts() {
    let mut play = guarded_with(Settings { notices_per_min: 3, ..Settings::default() });
    assert_eq!(told(&play.say(101, "a"))[2], "say membership-notice");
    assert_eq!(told(&play.say(102, "a"))[2], "say membership-notice");
    let crowd = play.say(103, "a");
    assert_eq!(told(&crowd), ["delete", "mute 103", "say membership-crowd", "wake", "put mute/103"]);
    let only = buttons(&crowd).into_iter().find_map(|it| match (it.label, it.does) {
        (Label::Text(_), Does::Press { only, args, .. }) => Some((only, args)),
        _ => None,
    });
    assert_eq!(only, Some((None, "c".into())), "anybody may press it");
    assert_eq!(told(&play.say(104, "a")), ["delete", "mute 104", "wake", "put mute/104"], "it is edited soon");
    let other = Said { thread: topic(9), ..play.words(105, "a") };
    let effects = play.happen(Event::Said(other));
    assert_eq!(told(&effects), ["delete", "mute 105", "put mute/105"], "with the third notice the minute is full");
    play.wait_s(6);
    let effects = play.wakes(&format!("crowd/{}", play.state.crowds[0].slot.0));
    assert_eq!(told(&effects), ["edit membership-crowd"]);
    let edit = calls(&effects).into_iter().find_map(|it| match it {
        Call::Edit { text, .. } => text.args.iter().find(|(name, _)| name == "people").map(|(_, arg)| arg.clone()),
        _ => None,
    });
    assert_eq!(edit, Some(Arg::Number(3)));
    let again = play.wakes(&format!("crowd/{}", play.state.crowds[0].slot.0));
    assert_eq!(again, [], "nobody came since");
    assert_eq!(told(&play.say(103, "again")), ["delete"]);
    play.wait_s(61);
    assert_eq!(told(&play.say(106, "a"))[2], "say membership-notice", "the rush is over");
}

#[test]
fn a_collective_notice_goes_when_its_time_has_come() {
    let mut play = guarded_with(Settings { notices_per_min: 0, ..Settings::default() });
    play.say(101, "a");
    let slot = play.state.crowds[0].slot;
    play.wait_s(300);
    assert_eq!(told(&play.wakes(&format!("notice/{}", slot.0))), ["delete"]);
    assert!(play.state.crowds.is_empty());
    assert_eq!(told(&play.say(102, "a"))[2], "say membership-crowd");
}

#[test]
fn a_collective_notice_stands_as_long_as_the_last_one_counted_is_muted() {
    let mut play = guarded_with(Settings { notices_per_min: 0, ..Settings::default() });
    play.say(101, "a");
    let wake = format!("notice/{}", play.state.crowds[0].slot.0);
    play.wait_s(200);
    play.say(102, "a");
    play.wait_s(100);
    assert_eq!(told(&play.wakes(&wake)), ["wake"], "it is put off");
    play.wait_s(200);
    assert_eq!(told(&play.wakes(&wake)), ["delete"]);
}

#[test]
fn a_collective_notice_that_is_over_is_not_counted_on() {
    let mut play = guarded_with(Settings { notices_per_min: 0, ..Settings::default() });
    play.say(101, "a");
    play.wait_s(300); // and the wake is late
    assert_eq!(told(&play.say(102, "a"))[2], "say membership-crowd");
    assert_eq!(play.state.crowds.len(), 1);
}

#[test]
fn wakes_and_outcomes_of_others_are_not_ours() {
    let mut play = guarded();
    let woke = Event::Woke { feature: "other".into(), key: "notice/1".into(), late_ms: 0 };
    assert_eq!(play.happen(woke), []);
    assert_eq!(play.wakes("something"), []);
}
