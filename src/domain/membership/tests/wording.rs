//! Words of a group's own, and where it reports: chosen in the panel.

use super::super::super::effect::{Call, Effect, MessageRef};
use super::super::super::event::{Event, ReplyTo, Said};
use super::super::super::fact::Unknown;
use super::super::super::play::{GROUP, ME, NEWS, Play, all_rights, buttons, calls, plain};
use super::super::super::text::Arg;
use super::super::super::types::{ANONYMOUS_ADMIN, ChatId, MessageId, ThreadId, UserId};
use super::super::{LogPlace, Membership, Word};
use super::paneling::{CARL, PANEL, key, opened, said, sends, walk};
use super::{ANN, EVE, told};

/// Somebody answers a message.
fn answers(play: &mut Play<Membership>, from: i64, text: Option<&str>, to: MessageId) -> Vec<Effect> {
    let reply_to = Some(ReplyTo { message: to, from: Some(ME), about: None, channel: None, document: None });
    let said = Said { reply_to, text: text.map(str::to_owned), ..play.words(from, "") };
    play.happen(Event::Said(said))
}

/// The panel waits for the words of a notice.
fn prompted() -> Play<Membership> {
    let (mut play, effects) = opened();
    let shown = walk(&mut play, effects, &["notices", "words", "write"]);
    assert_eq!(said(&shown).key, "membership-panel-asked");
    play
}

#[test]
fn words_are_written_looked_at_and_kept() {
    let mut play = prompted();
    let preview = answers(&mut play, ANN, Some("Dear {name},\n**join** {channels} {x}"), PANEL);
    assert_eq!(told(&preview), ["delete", "edit membership-panel-own", "put panel", "wake"]);
    let does: Vec<_> = buttons(&preview).iter().map(key).collect();
    assert_eq!(does, ["News", "keep", "discard"], "as it will look, with its channel");
    let Some((_, Arg::Written { words, args })) = said(&preview).args.first().cloned() else { panic!("{preview:?}") };
    assert_eq!(words, "Dear {name},\n**join** {channels} {x}");
    let names: Vec<_> = args.iter().map(|(name, _)| name.as_ref()).collect();
    assert_eq!(names, ["name", "channels"]);
    assert!(!play.world.rows.contains_key("text/notice"), "not before it is kept");
    let kept = walk(&mut play, preview, &["keep"]);
    assert_eq!(said(&kept).key, "membership-panel-kept");
    let notice = play.say(EVE, "hello");
    assert!(told(&notice).contains(&"say membership-panel-own".to_owned()), "{:?}", told(&notice));
    assert_eq!(buttons(&notice).len(), 4, "the buttons are there as ever");
    let reopened = play.say(ANN, "/protection");
    let usual = walk(&mut play, reopened, &["notices", "words", "usual"]);
    assert_eq!(said(&usual).key, "membership-panel-unset");
    assert!(told(&play.say(100, "hello")).contains(&"say membership-notice".to_owned()));
}

#[test]
fn words_are_kept_only_when_they_are_fit_and_from_the_right_hands() {
    type Change = fn(&mut Play<Membership>);
    type Case<'t> = (&'t str, i64, Option<&'t str>, MessageId, Change, Option<&'t str>);
    let long = "x".repeat(501);
    let most = "я".repeat(500);
    let nothing: Change = |_| ();
    let cases: [Case<'_>; 10] = [
        ("the most", ANN, Some(&most), PANEL, nothing, Some("membership-panel-own")),
        ("too long", ANN, Some(&long), PANEL, nothing, Some("membership-panel-asked-shorter")),
        ("blank", ANN, Some(" \n "), PANEL, nothing, Some("membership-panel-asked-words")),
        ("unseen", ANN, Some("\u{200B}\u{2060} \u{202E}"), PANEL, nothing, Some("membership-panel-asked-words")),
        ("a picture", ANN, None, PANEL, nothing, Some("membership-panel-asked-words")),
        ("another admin", CARL, Some("words"), PANEL, nothing, None),
        ("an answer to something else", ANN, Some("words"), MessageId(1), nothing, None),
        ("too late", ANN, Some("words"), PANEL, |play| play.wait_s(601), None),
        ("no admin any more", ANN, Some("words"), PANEL, |play| play.world.set(GROUP, UserId(ANN), plain()), None),
        ("closed", ANN, Some("words"), PANEL, |play| drop(play.world.rows.remove("panel")), None),
    ];
    for (what, who, text, to, change, expect) in cases {
        let mut play = prompted();
        play.world.set(NEWS, UserId(CARL), plain());
        change(&mut play);
        let effects = answers(&mut play, who, text, to);
        let key = calls(&effects).into_iter().find_map(|it| match it {
            Call::Edit { text, message: MessageRef::Id(PANEL), .. } => Some(text.key.to_string()),
            _ => None,
        });
        assert_eq!(key.as_deref(), expect, "{what}");
    }
}

#[test]
fn discarded_words_are_gone() {
    let mut play = prompted();
    let preview = answers(&mut play, ANN, Some("words"), PANEL);
    let (action, keep) = sends(&preview, "keep");
    let shown = walk(&mut play, preview, &["discard"]);
    assert_eq!(said(&shown).key, "membership-panel-notice-usual");
    let late = play.press(ANN, &action, &keep);
    assert_eq!(said(&late).key, "membership-panel-home", "there is nothing to keep");
    assert!(!play.world.rows.contains_key("text/notice"));
}

#[test]
fn an_anonymous_admin_may_write_the_words() {
    let mut play = prompted();
    let reply_to = Some(ReplyTo { message: PANEL, from: Some(ME), about: None, channel: None, document: None });
    let said = Said { reply_to, sender_chat: Some(GROUP), ..play.words(ANONYMOUS_ADMIN.0, "our words") };
    let effects = play.happen(Event::Said(said));
    assert!(told(&effects).contains(&"edit membership-panel-own".to_owned()));
}

const LOG: ChatId = ChatId(-1_000_000_000_900);

/// `/log` in another chat of ours.
fn log(who: i64, text: &str, change: impl FnOnce(&mut Play<Membership>)) -> Vec<Effect> {
    let mut play = super::stage();
    play.place.id = LOG;
    play.world.set(LOG, UserId(ANN), all_rights());
    play.world.otherwise.insert(LOG, Ok(plain()));
    change(&mut play);
    let said = Said { thread: Some(ThreadId(5)), ..play.words(who, text) };
    play.happen(Event::Said(said))
}

#[test]
fn reports_go_where_an_admin_of_both_chats_wants_them() {
    let text = format!("/log {}", GROUP.0);
    let effects = log(ANN, &text, |_| ());
    assert_eq!(told(&effects), ["tell log", "say membership-panel-log-chosen"]);
    for (what, text, who, expect) in [
        ("no admin there", text.as_str(), EVE, "say membership-not-allowed"),
        ("no group named", "/log", ANN, "say membership-panel-log-usage"),
        ("no group", "/log 55", ANN, "say membership-panel-log-usage"),
        ("an unknown group", "/log -100123456", ANN, "say membership-panel-log-not-yours"),
    ] {
        assert_eq!(told(&log(who, text, |_| ())), [expect], "{what}");
    }
    let not_here = log(ANN, &text, |play| play.world.set(GROUP, UserId(ANN), plain()));
    assert_eq!(told(&not_here), ["say membership-panel-log-not-yours"]);
    let silent = log(ANN, &text, |play| play.world.doubt(GROUP, UserId(ANN), Unknown::Unavailable));
    assert_eq!(told(&silent), ["say membership-cannot-check"]);
}

#[test]
fn the_group_looks_itself_who_wants_its_reports() {
    type Change = fn(&mut Play<Membership>);
    let cases: [(&str, Change, bool); 4] = [
        ("an admin of both", |_| (), true),
        ("no admin here any more", |play| play.world.set(GROUP, UserId(ANN), plain()), false),
        ("no admin there", |play| play.world.set(LOG, UserId(ANN), plain()), false),
        ("in doubt", |play| play.world.doubt(LOG, UserId(ANN), Unknown::Unavailable), false),
    ];
    let place = LogPlace { chat: LOG, thread: Some(ThreadId(5)) };
    for (what, change, expect) in cases {
        let (mut play, _) = opened();
        play.world.set(LOG, UserId(ANN), all_rights());
        change(&mut play);
        let word = Word::Log { place, by: UserId(ANN) };
        play.happen(Event::Told(super::super::super::event::Note::Membership(Box::new(word))));
        assert_eq!(play.state.policy.log, expect.then_some(place), "{what}");
        if expect {
            let reopened = play.say(ANN, "/protection");
            let shown = walk(&mut play, reopened, &["log"]);
            assert_eq!(said(&shown).key, "membership-panel-log-on");
            walk(&mut play, shown, &["log-off"]);
            assert_eq!(play.state.policy.log, None);
        }
    }
}
