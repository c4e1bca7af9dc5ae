//! The panel: every page and every button, in the hands of whoever may.

use super::super::super::effect::{Button, Call, Does, Effect, Label};
use super::super::super::event::{Event, Happened, Outcome, Rights, Said};
use super::super::super::fact::{Fact, Need, Unknown};
use super::super::super::feature::{Facts, Pace};
use super::super::super::play::{self, GROUP, ME, NEWS, Play, admin, all_rights, buttons, calls, person, plain};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ANONYMOUS_ADMIN, Language, MessageId, Moment, UserId};
use super::super::draft::Draft;
use super::super::{Answer, Membership, Policy};
use super::{ANN, BOB, EVE, guarded, told};

/// Another admin who may change the group.
pub(super) const CARL: i64 = 3;
/// The panel's message once somebody has pressed: where the stage puts presses.
pub(super) const PANEL: MessageId = MessageId(5_000);

pub(super) fn opened() -> (Play<Membership>, Vec<Effect>) {
    let mut play = guarded();
    play.world.set(GROUP, UserId(CARL), admin(Rights { can_change_info: true, ..Rights::default() }));
    let effects = play.say(ANN, "/protection");
    (play, effects)
}

pub(super) fn key(button: &Button) -> String {
    match &button.label {
        Label::Text(text) => text.key.replace("membership-panel-button-", ""),
        Label::Name(name) => name.clone(),
    }
}

/// What the button with this key sends.
pub(super) fn sends(effects: &[Effect], wanted: &str) -> (String, String) {
    let found = buttons(effects).into_iter().find(|it| key(it) == wanted);
    match found.map(|it| it.does) {
        Some(Does::Press { action, args, .. }) => (action, args),
        other => panic!("no button {wanted} but {:?}; {other:?}", buttons(effects).iter().map(key).collect::<Vec<_>>()),
    }
}

/// Presses button after button, each on what the one before shows.
pub(super) fn walk(play: &mut Play<Membership>, mut effects: Vec<Effect>, path: &[&str]) -> Vec<Effect> {
    for step in path {
        let (action, args) = sends(&effects, step);
        effects = play.press(ANN, &action, &args);
        let answers = calls(&effects).into_iter().filter(|it| matches!(it, Call::Answer { .. })).count();
        assert_eq!(answers, 1, "{step} is answered once");
    }
    effects
}

/// The keys of the lines of a page.
fn lines(effects: &[Effect]) -> Vec<String> {
    let text = said(effects);
    let lines = text.args.iter().find_map(|(_, arg)| match arg {
        Arg::Lines(lines) => Some(lines.iter().map(|it| it.key.replace("membership-panel-", "")).collect()),
        _ => None,
    });
    lines.unwrap_or_default()
}

pub(super) fn said(effects: &[Effect]) -> Text {
    let text = calls(effects).into_iter().find_map(|it| match it {
        Call::Say { text, .. } | Call::Edit { text, .. } => Some(text.clone()),
        _ => None,
    });
    text.unwrap_or_else(|| panic!("nothing is said: {effects:?}"))
}

/// Which buttons are ticked.
fn ticked(effects: &[Effect]) -> Vec<String> {
    let tick = |it: &Button| match &it.label {
        Label::Text(text) => text.args.iter().any(|(name, arg)| name == "tick" && *arg == Arg::Word("✅".into())),
        Label::Name(_) => false,
    };
    buttons(effects).iter().filter(|it| tick(it)).map(key).collect()
}

#[test]
fn the_panel_shows_how_the_group_stands() {
    let (_, effects) = opened();
    assert_eq!(told(&effects), ["say membership-panel-home", "put panel", "wake"]);
    assert_eq!(lines(&effects), ["mode-on", "required", "strangers-mute", "reconcile-first"]);
    assert_eq!(ticked(&effects), ["on"]);
    let rows = calls(&effects).into_iter().find_map(|it| match it {
        Call::Say { keyboard, .. } => Some(keyboard.clone()),
        _ => None,
    });
    assert!(rows.unwrap().iter().all(|it| it.len() <= 3), "rows are short");
}

#[test]
fn every_choice_can_be_reached_and_made() {
    type Check = fn(&Policy) -> bool;
    let cases: [(&[&str], Check); 22] = [
        (&["off"], |it| it.off && !it.dry),
        (&["dry"], |it| it.dry && !it.off),
        (&["off", "dry", "on"], |it| !it.off && !it.dry),
        (&["strangers", "delete"], |it| it.strangers == Answer::Delete),
        (&["strangers", "warn"], |it| it.strangers == Answer::Warn(1)),
        (&["strangers", "delete", "mute"], |it| it.strangers == Answer::Mute),
        (&["strangers", "reactions"], |it| it.reactions),
        (&["strangers", "reactions", "reactions"], |it| !it.reactions),
        (&["strangers", "lockdown"], |it| it.lockdown),
        (&["strangers", "channels-welcome"], |it| it.channels_welcome),
        (&["strangers", "appeals"], |it| it.no_appeals),
        (&["notices", "russian"], |it| it.language == Some(Language::Ru)),
        (&["notices", "english"], |it| it.language == Some(Language::En)),
        (&["notices", "russian", "own-language"], |it| it.language.is_none()),
        (&["notices", "minutes"], |it| it.notice_ttl_s == Some(60)),
        (&["notices", "hours"], |it| it.notice_ttl_s == Some(3_600)),
        (&["newcomers", "late"], |it| it.late),
        (&["newcomers", "greet"], |it| it.greet),
        (&["requests", "left"], |it| it.requests_off),
        (&["requests", "never"], |it| it.decline_after_s == Some(0)),
        (&["requests", "days"], |it| it.decline_after_s == Some(86_400)),
        (&["exempt", "invited"], |it| it.exempt_invited),
    ];
    for (path, check) in cases {
        let (mut play, effects) = opened();
        let shown = walk(&mut play, effects, path);
        assert!(check(&play.state.policy), "{path:?}: {:?}", play.state.policy);
        let last = path.last().copied().unwrap_or_default();
        let one_of_many = ["reactions", "lockdown", "channels-welcome", "appeals"].contains(&last);
        assert!(one_of_many || ticked(&shown).iter().any(|it| it == last), "{path:?}: {:?}", ticked(&shown));
    }
}

#[test]
fn every_page_leads_back() {
    for page in ["strangers", "notices", "newcomers", "requests", "channels", "exempt", "log"] {
        let (mut play, effects) = opened();
        let home = walk(&mut play, effects, &[page, "back"]);
        assert_eq!(said(&home).key, "membership-panel-home", "{page}");
    }
    for (path, page) in
        [(["notices", "words"], "membership-panel-notices"), (["newcomers", "greeting"], "membership-panel-newcomers")]
    {
        let (mut play, effects) = opened();
        let there = walk(&mut play, effects, &path);
        let back = walk(&mut play, there, &["write", "back", "back"]);
        assert_eq!(said(&back).key, page);
        assert_eq!(play.state.prompt, None, "nobody waits for words any more");
    }
}

#[test]
fn switched_off_nobody_is_judged() {
    let (mut play, effects) = opened();
    let shown = walk(&mut play, effects, &["off"]);
    assert_eq!(lines(&shown)[0], "mode-off");
    assert_eq!(told(&play.say(EVE, "hello")), [""; 0]);
    assert!(
        !play.asked.iter().any(|it| matches!(it, super::super::super::fact::Need::Member { .. })),
        "{:?}",
        play.asked
    );
    walk(&mut play, shown, &["on"]);
    assert!(told(&play.say(EVE, "hello")).contains(&"mute 7".to_owned()));
}

#[test]
fn rights_are_looked_up_at_each_press() {
    type Change = fn(&mut Play<Membership>);
    let cases: [(&str, i64, Change, &str); 6] = [
        ("another admin", CARL, |_| (), "toast"),
        ("a member", BOB, |_| (), "toast membership-not-allowed"),
        (
            "an admin who may not",
            4,
            |play| play.world.set(GROUP, UserId(4), admin(Rights::default())),
            "toast membership-not-allowed",
        ),
        ("lost in between", ANN, |play| play.world.set(GROUP, UserId(ANN), plain()), "toast membership-not-allowed"),
        ("gone", ANN, |play| play.world.doubt(GROUP, UserId(ANN), Unknown::NotFound), "toast membership-not-allowed"),
        (
            "in doubt",
            ANN,
            |play| play.world.doubt(GROUP, UserId(ANN), Unknown::Unavailable),
            "toast membership-toast-cannot-check",
        ),
    ];
    for (what, who, change, expect) in cases {
        let (mut play, effects) = opened();
        let (action, args) = sends(&effects, "off");
        change(&mut play);
        let effects = play.press(who, &action, &args);
        assert_eq!(told(&effects)[0], expect, "{what}");
        assert_eq!(play.state.policy.off, expect == "toast", "{what}");
    }
}

#[test]
fn a_panel_that_is_closed_says_so_and_goes() {
    type Close = fn(&mut Play<Membership>, &[Effect]);
    let cases: [(&str, Close); 3] = [
        ("closed", |play, shown| {
            let effects = walk(play, shown.to_vec(), &["close"]);
            assert_eq!(told(&effects), ["toast", "delete", "drop panel", "no wake"]);
        }),
        ("left alone", |play, _| {
            play.wait_s(599);
            assert_eq!(told(&play.wakes("panel")), ["wake"], "not yet");
            play.wait_s(1);
            assert_eq!(told(&play.wakes("panel")), ["delete", "drop panel", "no wake"]);
        }),
        ("opened elsewhere", |play, _| {
            let effects = play.say(CARL, "/protection");
            assert_eq!(told(&effects), ["delete", "say membership-panel-home", "put panel", "wake"]);
        }),
    ];
    for (what, close) in cases {
        let (mut play, effects) = opened();
        let (action, args) = sends(&effects, "off");
        close(&mut play, &effects);
        assert_eq!(told(&play.press(ANN, &action, &args)), ["toast membership-panel-toast-stale", "delete"], "{what}");
        assert!(!play.state.policy.off, "{what}");
    }
}

#[test]
fn made_up_arguments_are_a_closed_panel() {
    for args in ["", "x", "0", "7x", "1zz", "99999999999999999999x", "-1x", "1tm9", "ж"] {
        let (mut play, _) = opened();
        let effects = play.press(ANN, "m.p", args);
        assert_eq!(told(&effects), ["toast membership-panel-toast-stale", "delete"], "{args:?}");
    }
}

#[test]
fn an_anonymous_admin_opens_it_and_presses_with_their_own_id() {
    let mut play = guarded();
    let asked = Said { sender_chat: Some(GROUP), ..play.words(ANONYMOUS_ADMIN.0, "/protection") };
    let (action, args) = play::pressable(&play.happen(Event::Said(asked)));
    assert_eq!(told(&play.press(EVE, &action, &args)), ["toast membership-not-allowed"]);
    let shown = play.press(ANN, &action, &args);
    assert_eq!(told(&shown), ["toast membership-toast-thanks", "edit membership-panel-home", "put panel", "wake"]);
    walk(&mut play, shown, &["dry"]);
    assert!(play.state.policy.dry);
}

#[test]
fn a_channel_is_let_go_after_a_question() {
    let (mut play, effects) = opened();
    let channels = walk(&mut play, effects, &["channels"]);
    assert_eq!(lines(&channels), ["channel-well", "channel-since"]);
    let asked = walk(&mut play, channels, &["let-go"]);
    assert_eq!(said(&asked).key, "membership-panel-sure-last");
    assert_eq!(play.state.channels.len(), 1, "not yet");
    let (action, args) = sends(&asked, "sure");
    let gone = play.press(ANN, &action, &args);
    assert_eq!(
        told(&gone),
        ["say membership-released", "toast", "edit membership-panel-channels", "put panel", "wake"]
    );
    assert!(play.state.channels.is_empty());
    let again = play.press(ANN, &action, &args);
    assert_eq!(told(&again), ["toast", "edit membership-panel-channels", "put panel", "wake"], "twice is no harm");
}

#[test]
fn troubles_come_with_the_button_that_ends_them() {
    type Break = fn(&mut Play<Membership>);
    let cases: [(&str, Break, &str, &str); 3] = [
        (
            "we may not mute any more",
            |play| drop(play.places(all_rights(), plain())),
            "trouble-rights",
            "startgroup=setup",
        ),
        (
            "the channel is closed to us",
            |play| {
                play.world.otherwise.insert(NEWS, Err(Unknown::NoRights));
                play.world.doubt(NEWS, ME, Unknown::NoRights);
                play.say(EVE, "hello");
            },
            "trouble-lookup",
            "startchannel",
        ),
        (
            "no link",
            |play| drop(play.performed("link/-1000000000100", Outcome::Refused { reason: "no".into() })),
            "trouble-link",
            "startchannel",
        ),
    ];
    for (what, spoil, line, lead) in cases {
        let mut play = guarded();
        spoil(&mut play);
        let effects = play.say(ANN, "/protection");
        assert_eq!(lines(&effects).last().map(String::as_str), Some(line), "{what}");
        let opens = buttons(&effects).into_iter().any(|it| matches!(it.does, Does::Open(url) if url.contains(lead)));
        assert!(opens, "{what}");
    }
}

#[test]
fn whoever_need_not_join_is_shown_and_can_be_judged_again() {
    let (mut play, effects) = opened();
    for user in 20..30 {
        let known = super::super::Known { exempt: Some(exemption()), ..Default::default() };
        play.world.rows.insert(format!("person/{user}"), serde_json::to_vec(&known).unwrap());
        play.world.rows.insert(format!("exempt/{user}"), serde_json::to_vec(&format!("P{user}")).unwrap());
    }
    let shown = walk(&mut play, effects, &["exempt"]);
    assert_eq!(lines(&shown).len(), 9, "eight, and that there are more");
    let after = walk(&mut play, shown, &["judge"]);
    assert!(told(&after).contains(&"drop exempt/20".to_owned()), "{:?}", told(&after));
    let known: super::super::Known = serde_json::from_slice(&play.world.rows["person/20"]).unwrap();
    assert_eq!(known.exempt, None);
    let first = buttons(&after).into_iter().find(|it| key(it) == "judge").map(|it| it.does);
    assert!(matches!(first, Some(Does::Press { args, .. }) if args.ends_with("f21")), "the page shows the next ones");
}

#[test]
fn whoever_is_let_off_is_listed_wherever_that_is_decided() {
    let mut play = guarded();
    play.say(EVE, "hello");
    let row = play.world.rows["person/7"].clone();
    let known: super::super::Known = serde_json::from_slice(&row).unwrap();
    let facts = vec![(Need::Row("person/7".into()), Fact::Row(Some(row.into())))];
    let facts = Facts { now: play.world.now, house: &play.world.house, slots: 1, pace: Pace::default(), known: &facts };
    let event = Happened { update: None, at: play.world.now, place: play.place.clone(), event: Event::Other };
    let mut draft = Draft::new(super::super::Settings::default(), &play.state, &event, &facts);
    draft.engrave(UserId(EVE), super::super::Known { exempt: Some(exemption()), ..known });
    assert_eq!(play::told(&draft.finish().effects), ["put exempt/7", "put person/7"]);
}

fn exemption() -> super::super::Exempt {
    super::super::Exempt { since: Moment::default(), by: UserId(ANN), how: super::super::Mercy::Undone, until: None }
}

#[test]
fn the_groups_language_is_spoken_to_strangers_whatever_theirs_is() {
    let (mut play, effects) = opened();
    walk(&mut play, effects, &["notices", "russian"]);
    let notice = said(&play.say(EVE, "hello"));
    assert_eq!((notice.key.as_ref(), notice.language), ("membership-notice", Language::Ru));
    assert_eq!(person(EVE).language, Language::En);
    let pressed = play.press(EVE, "m.ok", "");
    let toast = calls(&pressed).into_iter().find_map(|it| match it {
        Call::Answer { text: Some(text), .. } => Some(text.language),
        _ => None,
    });
    assert_eq!(toast, Some(Language::Ru));
}
