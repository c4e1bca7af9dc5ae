//! What is written down, and who may read it.

use super::super::super::effect::{Call, Effect};
use super::super::super::event::{ChatKind, Event, Note, ReplyTo, Said, Standing};
use super::super::super::fact::Unknown;
use super::super::super::play::{GROUP, NEWS, Play, all_rights, calls, muted, person, plain};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ChatId, MessageId, Moment, UserId};
use super::super::{Deed, Known, Membership, Settings, What, Why, Word};
use super::{ANN, BOB, EVE, guarded, guarded_with, stage, told};

/// A group in which notices never collapse.
pub(super) fn patient() -> Play<Membership> {
    guarded_with(Settings { notices_per_min: 1_000, ..Settings::default() })
}

/// Somebody writes, and is muted.
pub(super) fn stop(play: &mut Play<Membership>, who: i64) {
    let effects = play.say(who, "hello");
    assert!(told(&effects).contains(&format!("mute {who}")), "{effects:?}");
    play.world.set(GROUP, UserId(who), muted());
}

/// The text that is said or edited in that chat.
pub(super) fn text(effects: &[Effect], chat: ChatId) -> Text {
    let found = calls(effects).into_iter().find_map(|it| match it {
        Call::Say { chat: at, text, .. } | Call::Edit { chat: at, text, .. } if *at == chat => Some(text.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing is said in {}: {effects:?}", chat.0))
}

pub(super) fn number(text: &Text, name: &str) -> Option<i64> {
    text.args.iter().find_map(|(it, arg)| match arg {
        Arg::Number(number) if it == name => Some(*number),
        _ => None,
    })
}

/// Every key in a text, its own and those within.
pub(super) fn keys(text: &Text) -> Vec<String> {
    let within = text.args.iter().flat_map(|(_, arg)| match arg {
        Arg::Lines(lines) => lines.iter().flat_map(keys).collect(),
        _ => Vec::new(),
    });
    [text.key.to_string()].into_iter().chain(within).collect()
}

pub(super) fn deeds(play: &Play<Membership>) -> Vec<Deed> {
    let rows = play.world.rows.iter().filter(|(key, _)| key.starts_with("deed/"));
    rows.map(|(_, row)| serde_json::from_slice(row).unwrap()).collect()
}

pub(super) fn known(play: &Play<Membership>, who: i64) -> Known {
    serde_json::from_slice(&play.world.rows[&format!("person/{who}")]).unwrap()
}

pub(super) fn unmuted(effects: &[Effect]) -> Vec<i64> {
    let user = |it: &&Call| match it {
        Call::Unmute { user, .. } => Some(user.0),
        _ => None,
    };
    calls(effects).iter().filter_map(user).collect()
}

/// An admin answers somebody's message with `/undo`.
pub(super) fn undo(play: &mut Play<Membership>, by: i64, who: i64) -> Vec<Effect> {
    let reply_to =
        Some(ReplyTo { message: MessageId(1), from: Some(UserId(who)), about: None, channel: None, document: None });
    let said = Said { reply_to, ..play.words(by, "/undo") };
    play.happen(Event::Said(said))
}

#[test]
fn a_deed_says_who_why_on_what_evidence_when_and_until_when() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let [deed] = deeds(&play).try_into().unwrap();
    let why = Why::Lacks { channels: vec![NEWS], fresh: false };
    assert_eq!((deed.who, deed.what, deed.why, deed.at), (UserId(EVE), What::Stopped, why, play.world.now));
    assert_eq!((deed.until, deed.name.as_str()), (Some(play.world.now.plus_ms(300_000)), "P7"));
    assert!(deed.message.is_some() && !deed.dry && deed.undone.is_none());
    assert_eq!(known(&play, EVE).deeds, [0]);
}

#[test]
fn the_ledger_is_a_ring_and_a_person_points_to_the_last_eight() {
    let mut play = guarded_with(Settings { ledger_per_group: 10, notices_per_min: 1_000, ..Settings::default() });
    for _ in 0..30 {
        play.say(EVE, "hello");
        play.wait_s(400);
        play.world.rows.remove("mute/7");
    }
    assert_eq!(deeds(&play).len(), 10);
    assert_eq!(known(&play, EVE).deeds, (22..30).collect::<Vec<u64>>());
}

#[test]
fn unprotecting_is_written_down_for_each_whom_it_frees() {
    let mut play = patient();
    (100..103).for_each(|it| stop(&mut play, it));
    play.say(ANN, "/unprotect");
    let lifted: Vec<_> = deeds(&play).into_iter().filter(|it| it.what == What::Lifted).collect();
    assert_eq!(lifted.iter().map(|it| it.who.0).collect::<Vec<_>>(), [100, 101, 102]);
    assert!(lifted.iter().all(|it| it.why == Why::Released && !it.name.is_empty()));
}

#[test]
fn who_may_ask_about_whom() {
    for (who, asks, answer) in [
        (ANN, "/why 7", "membership-ledger-theirs"),
        (ANN, "/why 50", "membership-ledger-nothing-theirs"),
        (ANN, "/why", "membership-ledger-in-private"),
        (BOB, "/why", "membership-ledger-in-private"),
        (BOB, "/why 2", "membership-ledger-in-private"),
        (BOB, "/why 7", "membership-ledger-not-allowed"),
        (BOB, "/undo 7", "membership-ledger-not-allowed"),
        (BOB, "/undo 30m", "membership-ledger-not-allowed"),
        (ANN, "/undo", "membership-ledger-undo-usage"),
    ] {
        let mut play = guarded();
        stop(&mut play, EVE);
        assert_eq!(text(&play.say(who, asks), GROUP).key, answer, "{who} {asks}");
        assert!(unmuted(&play.say(BOB, "/undo 7")).is_empty());
    }
}

#[test]
fn an_admin_reads_everything_by_answering_a_message() {
    let mut play = guarded();
    stop(&mut play, EVE);
    play.wait_s(120);
    let reply_to =
        Some(ReplyTo { message: MessageId(1), from: Some(UserId(EVE)), about: None, channel: None, document: None });
    let asked = Said { reply_to, ..play.words(ANN, "/why") };
    let effects = play.happen(Event::Said(asked));
    assert_eq!(told(&effects), ["say membership-ledger-theirs", "wake"], "it goes away by itself");
    let expect = [
        "membership-ledger-theirs",
        "membership-ledger-line",
        "membership-ledger-ago-minutes",
        "membership-ledger-what-stopped",
        "membership-ledger-why-lacks",
        "membership-ledger-until",
        "membership-ledger-now-held-appeal",
    ];
    assert_eq!(keys(&text(&effects, GROUP)), expect);
}

#[test]
fn every_deed_has_its_words() {
    let all = [
        (What::Warned, Why::Late, "what-warned", "why-late"),
        (What::Stopped, Why::Lacks { channels: vec![NEWS], fresh: true }, "what-stopped", "why-lacks-fresh"),
        (What::Muted, Why::Left(NEWS), "what-muted", "why-left"),
        (What::Lifted, Why::Joined, "what-lifted", "why-joined"),
        (What::Approved, Why::Reconciled, "what-approved", "why-reconciled"),
        (What::Declined, Why::Released, "what-declined", "why-released"),
        (What::Exempted, Why::Admin(UserId(ANN)), "what-exempted", "why-admin"),
    ];
    for (what, why, says, because) in all {
        let mut play = guarded();
        stop(&mut play, EVE);
        let deed = Deed { what, why, dry: true, raid: Some(Moment(5)), ..deeds(&play)[0].clone() };
        play.world.rows.insert("deed/000000000000".into(), serde_json::to_vec(&deed).unwrap());
        let keys = keys(&text(&play.say(ANN, "/why 7"), GROUP));
        for key in [says, because, "dry", "raid"] {
            assert!(keys.contains(&format!("membership-ledger-{key}")), "{what:?}: {key} in {keys:?}");
        }
    }
}

#[test]
fn how_somebody_stands_decides_what_they_are_told_to_do() {
    type Change = fn(&mut Play<Membership>);
    let cases: [(&str, Change); 7] = [
        ("held-appeal", |_| {}),
        ("held", |play| play.state.policy.no_appeals = true),
        ("restricted", |play| drop(play.moves(ANN, EVE, muted(), muted()))),
        ("free", |play| {
            play.wait_s(400);
            play.world.set(GROUP, UserId(EVE), plain());
        }),
        ("admin", |play| play.world.set(GROUP, UserId(EVE), all_rights())),
        ("let-off", |play| {
            undo(play, ANN, EVE);
            play.world.set(GROUP, UserId(EVE), plain());
        }),
        ("open", |play| {
            play.say(ANN, "/unprotect");
            play.world.set(GROUP, UserId(EVE), plain());
        }),
    ];
    for (now, change) in cases {
        let mut play = guarded();
        stop(&mut play, EVE);
        change(&mut play);
        let keys = keys(&text(&play.say(ANN, "/why 7"), GROUP));
        assert_eq!(keys.last().unwrap(), &format!("membership-ledger-now-{now}"), "{keys:?}");
    }
}

#[test]
fn somebody_asks_from_the_private_chat_and_is_answered_there() {
    let link = format!("/start why_{}", GROUP.0);
    let mut private = stage().within(EVE, ChatKind::Private);
    let effects = private.say(EVE, &link);
    assert_eq!(told(&effects), ["tell why"]);
    let Some(Effect::Tell { note: Note::Membership(word), .. }) = effects.first() else { panic!("{effects:?}") };
    let mut play = guarded();
    stop(&mut play, EVE);
    let answer = play.happen(Event::Told(Note::Membership(word.clone())));
    assert_eq!(text(&answer, ChatId(EVE)).key, "membership-ledger-yours");
    assert_eq!(calls(&answer).len(), 1, "nobody else hears of it: {answer:?}");
    for (inside, key) in [(true, "membership-ledger-nothing-yours"), (false, "membership-ledger-no-group")] {
        play.world.set(GROUP, UserId(50), if inside { plain() } else { Standing::default() });
        let nobody = Word::Why { who: person(50) };
        let text = text(&play.happen(Event::Told(Note::Membership(Box::new(nobody)))), ChatId(50));
        assert_eq!(text.key, key);
        assert_eq!(text.args.is_empty(), !inside, "who is not inside learns of no name, group or channel: {text:?}");
    }
}

#[test]
fn a_group_that_we_are_not_in_is_not_asked() {
    let link = "/start why_-1000000000777";
    for (why, key) in [
        (Unknown::NotFound, "membership-ledger-no-group"),
        (Unknown::NoRights, "membership-ledger-no-group"),
        (Unknown::Unavailable, "membership-cannot-check"),
    ] {
        let mut private = stage().within(EVE, ChatKind::Private);
        private.world.doubt(ChatId(-1_000_000_000_777), UserId(EVE), why);
        assert_eq!(told(&private.say(EVE, link)), [format!("say {key}")]);
    }
    let mut private = stage().within(EVE, ChatKind::Private);
    assert_eq!(told(&private.say(EVE, "/why")), ["say membership-ledger-where"]);
    for other in ["/start", "/start why_", "/start why_7", "/start setup"] {
        assert_eq!(private.say(EVE, other), [], "{other} is not ours");
    }
}
