//! Stories of the house.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::super::effect::{Call, Does, Effect, InDoubt, MenuScope, Target};
use super::super::event::{ChatKind, Event, Note, Outcome, Place, Remedy, Said, Verdict};
use super::super::fact::Claim;
use super::super::feature::{Command, Scope};
use super::super::play::{Play, buttons, calls, person, told};
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Slot, UserId};
use super::state::{ALARMS_MAX, TRIES_MAX};
use super::{House, State, restored, restored_key};
use sha2::{Digest, Sha256};

const CODE: &str = "a-code-of-the-terminal";

const OTHERS: [Command; 2] = [
    Command { name: "protect", scope: Scope::GroupAdmin, help: "membership-help-protect" },
    Command { name: "drill", scope: Scope::Owner, help: "drill-help-drill" },
];

fn stage(id: i64, kind: ChatKind) -> Play<House> {
    Play::new(House::new(OTHERS.to_vec())).within(id, kind)
}

fn private() -> Play<House> {
    stage(7, ChatKind::Private)
}

fn house() -> Play<House> {
    stage(0, ChatKind::House)
}

/// With an open owner link for 15 minutes.
fn open(mut play: Play<House>) -> Play<House> {
    let code_sha256 = Sha256::digest(CODE).into();
    play.world.house.claim = Some(Claim { code_sha256, expires: play.world.now.plus_ms(900_000), tries: 5 });
    play
}

fn claim(play: &mut Play<House>, who: i64, code: &str) -> Vec<Effect> {
    play.happen(Event::Told(Note::Claim { code: code.into(), who: person(who) }))
}

fn trouble(play: &mut Play<House>, key: &str) -> Vec<Effect> {
    let place = Place { id: ChatId(-5), kind: ChatKind::Supergroup, title: "Group".into(), username: None };
    let text = Text::new(Language::En, "membership-trouble-rights");
    play.happen(Event::Told(Note::Trouble { key: key.into(), place, text, remedy: Some(Remedy::Group) }))
}

fn healed(play: &mut Play<House>, key: &str) -> Vec<Effect> {
    play.happen(Event::Told(Note::Healed { key: key.into() }))
}

#[test]
fn after_a_restore_each_owner_is_told_once_and_once_more_when_all_is_settled() {
    let mut play = house();
    play.world.house.owners = vec![UserId(7), UserId(8)].into();
    let (to, at) = (play.world.now, play.world.now.plus_ms(60_000));
    let Event::Told(Note::Trouble { key, text, .. }) = restored(to, at, 3).event else { panic!("a trouble") };
    assert_eq!(text.key, "house-restored");
    assert_eq!(key, restored_key(at));
    let tell = |play: &mut Play<House>| play.happen(restored(to, at, 3).event).len();
    assert_eq!((tell(&mut play), tell(&mut play)), (2, 0));
    assert_eq!(healed(&mut play, &key).len(), 2);
}

#[test]
fn in_private_it_greets_and_helps() {
    for (text, expect) in [
        ("/start", "say house-about"),
        ("/help", "say house-about"),
        ("/START@house_bot", "say house-about"),
        ("/start setup", "say house-about"),
        ("/start some-old-code", "say house-claim-over"),
        ("/protection", "say house-hint-command"),
        ("hello", "say house-hint"),
        ("/help@other_bot", "say house-hint"),
    ] {
        let mut play = private();
        assert_eq!(told(&play.say(7, text)), [expect], "{text}");
        assert!(play.claimed);
    }
}

#[test]
fn the_greeting_has_a_button_that_adds_us_with_our_rights() {
    let does: Vec<_> = buttons(&private().say(7, "/start")).into_iter().map(|it| it.does).collect();
    let url = "https://t.me/house_bot?startgroup=setup&admin=delete_messages+restrict_members+invite_users";
    let channel = "https://t.me/house_bot?startchannel&admin=invite_users";
    assert_eq!(does, [Does::Open(url.into()), Does::Open(channel.into())]);
    let mut unnamed = private();
    unnamed.world.house.username.clear();
    assert_eq!(buttons(&unnamed.say(7, "/start")), [], "while we do not know our name");
}

#[test]
fn an_owner_is_greeted_as_one() {
    let mut play = private();
    play.world.house.owners = [UserId(7)].into();
    assert_eq!(told(&play.say(7, "/start")), ["say house-about-owner-commands"]);
    let mut plain = Play::new(House::new(Vec::new())).within(7, ChatKind::Private);
    plain.world.house.owners = [UserId(7)].into();
    assert_eq!(told(&plain.say(7, "/start")), ["say house-about-owner"]);
}

#[test]
fn help_lists_each_command_of_its_scope() {
    let effects = stage(-5, ChatKind::Supergroup).say(7, "/help");
    let keys: Vec<String> = calls(&effects)
        .into_iter()
        .filter_map(|it| match it {
            Call::Say { text, .. } => Some(&text.args),
            _ => None,
        })
        .flatten()
        .filter_map(|(_, arg)| match arg {
            Arg::Lines(lines) => Some(lines),
            _ => None,
        })
        .flatten()
        .map(|it| it.key.to_string())
        .collect();
    assert_eq!(keys, ["membership-help-protect-line", "house-help-help-line"]);
}

#[test]
fn in_groups_it_answers_commands_only_as_a_reply_in_the_topic() {
    for kind in [ChatKind::Group, ChatKind::Supergroup] {
        let mut play = stage(-5, kind);
        let said = Said { thread: super::super::play::topic(3), ..play.words(7, "/start@house_bot setup") };
        let effects = play.happen(Event::Said(said.clone()));
        let Some(Call::Say { thread, reply_to, text, .. }) = calls(&effects).first().copied() else { panic!() };
        assert_eq!((*thread, *reply_to, text.key.as_ref()), (said.thread, Some(said.message), "house-about-group"));
        assert_eq!(play.say(7, "hello"), []);
        assert_eq!(play.say(7, "/unheard"), []);
        assert!(!play.claimed);
    }
}

#[test]
fn a_command_of_an_office_in_which_it_is_in_quarantine_is_owned_up_to() {
    for (owners, text, expect) in [
        (vec![UserId(7)], "/drill panic", "say house-hint-broken"),
        (vec![UserId(8)], "/drill panic", "say house-hint-command"),
        (vec![], "/protect @news", "say house-hint-broken"),
    ] {
        let mut play = private();
        play.world.house.owners = owners.into();
        assert_eq!(told(&play.say(7, text)), [expect], "{text}");
    }
}

#[test]
fn a_hint_comes_once_a_minute() {
    let mut play = private();
    assert_eq!(told(&play.say(7, "hello")), ["say house-hint"]);
    assert_eq!(play.say(7, "hello"), []);
    assert!(!play.changed);
    play.wait_s(5);
    assert_eq!(told(&play.say(7, "/unheard")), ["say house-hint-command"]);
    play.wait_s(59);
    assert_eq!(play.say(7, "hello"), []);
    play.wait_s(1);
    assert_eq!(told(&play.say(7, "hello")), ["say house-hint"]);
}

#[test]
fn nobody_is_hinted_at_for_edits_and_service_messages() {
    for said in [
        Said { edited: true, ..private().words(7, "hello") },
        Said { service: true, text: None, ..private().words(7, "") },
    ] {
        assert_eq!(private().happen(Event::Said(said)), []);
    }
}

#[test]
fn an_open_link_is_handed_to_the_house() {
    let mut play = open(private());
    let effects = play.say(7, &format!("/start {CODE}"));
    let note = Note::Claim { code: CODE.into(), who: person(7) };
    assert_eq!(effects, [Effect::Tell { to: Target::House, note }]);
    assert_eq!(told(&open(private()).say(7, "/start")), ["say house-about"]);
}

#[test]
fn the_right_code_makes_an_owner_once() {
    let mut play = open(house());
    let effects = claim(&mut play, 7, CODE);
    assert_eq!(told(&effects), ["own 7", "deliver house-claim-welcome", "menu", "menu"]);
    let scopes = calls(&effects).into_iter().map(|it| match it {
        Call::SetCommands { scope, .. } => *scope,
        other => panic!("{other:?}"),
    });
    assert!(scopes.into_iter().all(|it| it == MenuScope::Chat(ChatId(7))));
    assert_eq!(told(&claim(&mut play, 8, CODE)), ["deliver house-claim-over"], "the link is used");
}

/// What a wrong code of person 7 comes to.
const WRONG: [&str; 2] = ["deliver house-claim-wrong", "suspect 7 a wrong owner link"];

#[test]
fn a_code_is_worth_what_it_is() {
    let mut play = house();
    assert_eq!(told(&claim(&mut play, 7, CODE)), ["deliver house-claim-over"], "no link is open");
    let mut play = open(house());
    play.wait_s(899);
    assert_eq!(told(&claim(&mut play, 7, "wrong")), WRONG);
    play.wait_s(1);
    assert_eq!(told(&claim(&mut play, 7, CODE)), ["deliver house-claim-over"], "too late");
    let mut play = open(house());
    play.world.house.owners = [UserId(7)].into();
    assert_eq!(told(&claim(&mut play, 7, CODE)), ["deliver house-claim-yours-already"]);
}

#[test]
fn each_account_has_five_tries() {
    let mut play = open(house());
    for number in 1..=5 {
        assert_eq!(told(&claim(&mut play, 7, "guess")), WRONG, "{number}");
    }
    assert_eq!(
        told(&claim(&mut play, 7, CODE)),
        ["deliver house-claim-exhausted", "suspect 7 too many wrong owner links"],
        "even the right one"
    );
    assert_eq!(told(&claim(&mut play, 8, CODE))[0], "own 8", "others are not locked out");
}

#[test]
fn a_new_link_brings_new_tries() {
    let mut play = open(house());
    for _ in 0..5 {
        claim(&mut play, 7, "guess");
    }
    let code_sha256 = Sha256::digest("new").into();
    play.world.house.claim = Some(Claim { code_sha256, expires: play.world.now.plus_ms(900_000), tries: 5 });
    assert_eq!(told(&claim(&mut play, 7, "wrong")), WRONG);
    assert_eq!(told(&claim(&mut play, 7, "new"))[0], "own 7");
}

#[test]
fn a_crowd_of_guessers_does_not_fill_the_cell() {
    let mut play = open(house());
    for who in 0..200 {
        claim(&mut play, 9_999_999_000 + who, "guess");
    }
    assert_eq!(play.state.tries.len(), TRIES_MAX);
}

#[test]
fn every_owner_hears_of_a_trouble_once_and_of_its_end() {
    let mut play = house();
    play.world.house.owners = [UserId(7), UserId(8)].into();
    let told_both = ["deliver membership-trouble-rights", "deliver membership-trouble-rights"];
    assert_eq!(told(&trouble(&mut play, "a")), told_both);
    assert_eq!(trouble(&mut play, "a"), []);
    assert_eq!(told(&trouble(&mut play, "b")), told_both, "another trouble");
    assert_eq!(told(&healed(&mut play, "a")), ["deliver house-healed-of", "deliver house-healed-of"]);
    assert_eq!(healed(&mut play, "a"), []);
    assert_eq!(told(&trouble(&mut play, "a")), told_both, "and it can come again");
}

#[test]
fn a_trouble_comes_with_the_button_that_ends_it() {
    for (remedy, expect) in [
        (Some(Remedy::Group), Some("startgroup=setup&admin=delete_messages+restrict_members+invite_users")),
        (Some(Remedy::Channel), Some("startchannel&admin=invite_users")),
        (None, None),
    ] {
        let text = Text::new(Language::En, "membership-trouble-rights");
        let note = Note::Deliver { text, language: Language::En, slot: Slot(0), remedy, back: None };
        let mut play = private();
        play.say(7, "/start");
        let does = buttons(&play.happen(Event::Told(note))).into_iter().map(|it| it.does).collect::<Vec<_>>();
        let url = expect.map(|it| Does::Open(format!("https://t.me/house_bot?{it}")));
        assert_eq!(does, url.into_iter().collect::<Vec<_>>(), "{remedy:?}");
    }
}

#[test]
fn a_trouble_waits_for_the_first_owner() {
    let mut play = open(house());
    assert_eq!(trouble(&mut play, "a"), []);
    assert_eq!(trouble(&mut play, "b"), []);
    assert_eq!(healed(&mut play, "b"), [], "nobody heard of it");
    let welcome = claim(&mut play, 7, CODE);
    assert_eq!(told(&welcome)[..3], ["own 7", "deliver house-claim-welcome", "deliver membership-trouble-rights"]);
    play.world.house.owners = [UserId(7)].into();
    assert_eq!(told(&healed(&mut play, "a")), ["deliver house-healed-of"]);
}

#[test]
fn troubles_are_capped_and_long_ones_keep_only_their_key() {
    let mut play = house();
    play.world.house.owners = [UserId(7)].into();
    let place = Place { id: ChatId(-5), kind: ChatKind::Supergroup, title: "Group".into(), username: None };
    for number in 0..40 {
        let text = Text::new(Language::En, "membership-trouble-rights").with("group", Arg::Word("x".repeat(470)));
        let key = format!("membership/-1000000000500/{number}");
        play.happen(Event::Told(Note::Trouble { key, place: place.clone(), text, remedy: None }));
    }
    assert_eq!(play.state.alarms.len(), ALARMS_MAX);
    assert_eq!(told(&healed(&mut play, "membership/-1000000000500/39")), ["deliver house-healed"]);
}

#[test]
fn what_is_delivered_is_said_in_the_persons_language() {
    let deliver = |play: &mut Play<House>| {
        let inner = Text::new(Language::En, "membership-trouble-rights");
        let text = Text::new(Language::En, "house-healed-of").with("trouble", Arg::Lines(vec![inner]));
        play.happen(Event::Told(Note::Deliver {
            text,
            language: Language::En,
            slot: Slot(0),
            remedy: None,
            back: None,
        }))
    };
    let mut play = private();
    assert_eq!(deliver(&mut play), [], "whoever never wrote to us cannot be written to");
    play.world.house.owners = [UserId(7)].into();
    let Some(Effect::Telegram(owed)) = deliver(&mut play).pop() else { panic!() };
    assert_eq!(owed.in_doubt, InDoubt::Repeat);
    let Call::Say { chat, slot, text, .. } = owed.call else { panic!() };
    assert_eq!((chat, text.language), (ChatId(7), Language::En));
    assert_ne!(slot, Slot(0), "a slot of this chat");
    let mut said = play.words(7, "/start");
    said.from.language = Language::Ru;
    play.happen(Event::Said(said));
    let Some(Effect::Telegram(owed)) = deliver(&mut play).pop() else { panic!() };
    let Call::Say { text, .. } = owed.call else { panic!() };
    let Arg::Lines(lines) = &text.args[0].1 else { panic!() };
    assert_eq!((text.language, lines[0].language), (Language::Ru, Language::Ru));
}

#[test]
fn whoever_sent_words_hears_when_they_did_not_arrive() {
    let words = |back| {
        let text = Text::new(Language::En, "membership-trouble-rights");
        Event::Told(Note::Deliver { text, language: Language::En, slot: Slot(0), remedy: None, back })
    };
    let back = ChatId(-1_000_000_000_500);
    let mut play = private();
    assert_eq!(told(&play.happen(words(Some(back)))), ["undelivered 7"], "who never wrote to us cannot be written to");
    assert_eq!(play.happen(words(None)), []);
    play.say(7, "/start");
    let Some(Effect::Telegram(owed)) = play.happen(words(Some(back))).pop() else { panic!() };
    let token = owed.report.unwrap();
    let reason = "Forbidden: bot was blocked by the user".to_owned();
    let effects = play.performed(&token, Outcome::Refused { reason });
    assert_eq!(effects, [Effect::Tell { to: Target::Chat(back), note: Note::Undelivered { to: UserId(7) } }]);
    assert_eq!(play.performed(&token, Outcome::Done { message: None, link: None }), []);
    let Some(Effect::Telegram(owed)) = play.happen(words(None)).pop() else { panic!() };
    assert_eq!(owed.report, None, "nobody wants to know");
}

#[test]
fn every_press_that_nobody_claimed_is_answered() {
    let valid = Verdict::Valid { action: "old.thing".into(), args: String::new() };
    for (verdict, expect) in [
        (valid, "toast"),
        (Verdict::Forged, "toast"),
        (Verdict::NotYours, "toast house-press-not-yours"),
        (Verdict::Stale, "toast house-press-stale"),
    ] {
        for kind in [ChatKind::Private, ChatKind::Group, ChatKind::Supergroup, ChatKind::Channel] {
            let mut play = stage(-5, kind);
            assert_eq!(told(&play.verdict(7, verdict.clone())), [expect], "{verdict:?} {kind:?}");
            assert!(play.claimed);
        }
    }
}

#[test]
fn notes_to_the_house_do_nothing_elsewhere() {
    let mut play = open(private());
    assert_eq!(claim(&mut play, 7, CODE), []);
    assert_eq!(trouble(&mut play, "a"), []);
    assert_eq!(play.state, State::default());
}

#[test]
fn who_asks_too_much_is_told_once_and_then_nothing() {
    use crate::domain::feature::Pace;
    let mut play = Play::new(House::new(Vec::new())).within(7, ChatKind::Private);
    play.pace = Pace::SlowDown;
    let said = play.words(7, "/help");
    assert_eq!(told(&play.happen(Event::Said(said.clone()))), ["say house-slow-down"]);
    play.pace = Pace::Silent;
    assert_eq!(play.happen(Event::Said(said)), []);
}
