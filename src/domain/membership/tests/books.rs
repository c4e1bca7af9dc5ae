//! What is written down, who may read it, and how it is taken back.

use super::super::super::effect::{Call, Effect, Lane};
use super::super::super::event::{ChatKind, Event, Note, Outcome, ReplyTo, Said};
use super::super::super::fact::Unknown;
use super::super::super::play::{GROUP, ME, NEWS, Play, all_rights, buttons, calls, muted, person, plain, pressable};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ANONYMOUS_ADMIN, ChatId, MessageId, Moment, Slot, UserId};
use super::super::{Deed, Entry, Known, LogPlace, Membership, Mercy, Settings, What, Why, Word};
use super::{ANN, BOB, EVE, guarded, guarded_with, stage, told};

/// The log place of these stories.
const LOG: ChatId = ChatId(-1_000_000_000_900);

/// A group in which notices never collapse.
fn patient() -> Play<Membership> {
    guarded_with(Settings { notices_per_min: 1_000, ..Settings::default() })
}

/// Somebody writes, and is muted.
fn stop(play: &mut Play<Membership>, who: i64) {
    let effects = play.say(who, "hello");
    assert!(told(&effects).contains(&format!("mute {who}")), "{effects:?}");
    play.world.set(GROUP, UserId(who), muted());
}

/// The text that is said or edited in that chat.
fn text(effects: &[Effect], chat: ChatId) -> Text {
    let found = calls(effects).into_iter().find_map(|it| match it {
        Call::Say { chat: at, text, .. } | Call::Edit { chat: at, text, .. } if *at == chat => Some(text.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing is said in {}: {effects:?}", chat.0))
}

fn number(text: &Text, name: &str) -> Option<i64> {
    text.args.iter().find_map(|(it, arg)| match arg {
        Arg::Number(number) if it == name => Some(*number),
        _ => None,
    })
}

/// Every key in a text, its own and those within.
fn keys(text: &Text) -> Vec<String> {
    let within = text.args.iter().flat_map(|(_, arg)| match arg {
        Arg::Lines(lines) => lines.iter().flat_map(keys).collect(),
        _ => Vec::new(),
    });
    [text.key.to_string()].into_iter().chain(within).collect()
}

fn deeds(play: &Play<Membership>) -> Vec<Deed> {
    let rows = play.world.rows.iter().filter(|(key, _)| key.starts_with("deed/"));
    rows.map(|(_, row)| serde_json::from_slice(row).unwrap()).collect()
}

fn known(play: &Play<Membership>, who: i64) -> Known {
    serde_json::from_slice(&play.world.rows[&format!("person/{who}")]).unwrap()
}

fn unmuted(effects: &[Effect]) -> Vec<i64> {
    let user = |it: &&Call| match it {
        Call::Unmute { user, .. } => Some(user.0),
        _ => None,
    };
    calls(effects).iter().filter_map(user).collect()
}

/// An admin answers somebody's message with `/undo`.
fn undo(play: &mut Play<Membership>, by: i64, who: i64) -> Vec<Effect> {
    let reply_to = Some(ReplyTo { message: MessageId(1), from: Some(UserId(who)), about: None, channel: None });
    let said = Said { reply_to, ..play.words(by, "/undo") };
    play.happen(Event::Said(said))
}

#[test]
fn whoever_answers_our_notice_means_whom_it_is_about() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let reply_to = Some(ReplyTo { message: MessageId(1), from: Some(ME), about: Some(UserId(EVE)), channel: None });
    let said = Said { reply_to, ..play.words(ANN, "/undo") };
    assert_eq!(unmuted(&play.happen(Event::Said(said))), [EVE]);
}

/// Whether an undo of many goes on.
fn goes_on(play: &Play<Membership>) -> bool {
    play.world.rows.contains_key("sweep")
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
    let reply_to = Some(ReplyTo { message: MessageId(1), from: Some(UserId(EVE)), about: None, channel: None });
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
    let nobody = Word::Why { who: person(50) };
    let answer = play.happen(Event::Told(Note::Membership(Box::new(nobody))));
    assert_eq!(text(&answer, ChatId(50)).key, "membership-ledger-nothing-yours");
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

#[test]
fn an_undo_lets_somebody_off_for_good() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let effects = undo(&mut play, ANN, EVE);
    let expect = ["unmute 7", "drop mute/7", "delete", "no wake", "say membership-ledger-undone-one"];
    let put = |it: &String| !it.starts_with("put ");
    assert_eq!(told(&effects).into_iter().filter(put).collect::<Vec<_>>(), expect);
    let exempt = known(&play, EVE).exempt.unwrap();
    assert_eq!((exempt.by, exempt.how, exempt.until), (UserId(ANN), Mercy::Undone, None));
    let undone = deeds(&play)[0].undone.unwrap();
    assert_eq!((undone.by, undone.at), (UserId(ANN), play.world.now));
    assert_eq!(deeds(&play)[1].what, What::Lifted);
    play.world.set(GROUP, UserId(EVE), plain());
    assert_eq!(play.say(EVE, "hello again"), [], "and is left alone");
    assert_eq!(text(&undo(&mut play, ANN, 50), GROUP).key, "membership-ledger-undo-nothing");
}

#[test]
fn an_admins_own_mute_stays_whatever_is_undone() {
    let mut play = patient();
    (100..104).for_each(|it| stop(&mut play, it));
    play.moves(ANN, 101, muted(), muted());
    let effects = undo(&mut play, ANN, 101);
    assert_eq!(text(&effects, GROUP).key, "membership-ledger-undone-held");
    assert!(unmuted(&effects).is_empty());
    play.moves(ANN, 102, muted(), muted());
    play.world.set(
        GROUP,
        UserId(103),
        super::super::super::event::Standing { status: super::super::super::event::Status::Kicked, ..muted() },
    );
    let (effects, last) = undo_all(&mut play, "/undo 30m");
    assert_eq!(unmuted(&effects), [100]);
    assert_eq!(number(&last, "spared-count"), Some(2), "{last:?}");
}

/// Confirms an undo of many and lets it run to its end.
fn undo_all(play: &mut Play<Membership>, order: &str) -> (Vec<Effect>, Text) {
    let asked = play.say(ANN, order);
    let (action, args) = pressable(&asked);
    let mut all = play.press(ANN, &action, &args);
    for _ in 0..200 {
        if !goes_on(play) {
            break;
        }
        play.wait_s(1);
        all.extend(play.wakes("undo"));
    }
    assert!(!goes_on(play), "it comes to an end");
    let mut edits = calls(&all).into_iter().filter_map(|it| match it {
        Call::Edit { text, .. } => Some(text.clone()),
        _ => None,
    });
    let last = edits.next_back().unwrap();
    (all, last)
}

#[test]
fn an_undo_of_many_counts_first_and_asks_once() {
    let mut play = patient();
    (100..125).for_each(|it| stop(&mut play, it));
    play.wait_s(3_600);
    (125..150).for_each(|it| stop(&mut play, it));
    play.wait_s(60);
    let asked = play.say(ANN, "/undo 30m");
    assert!(unmuted(&asked).is_empty());
    let words = text(&asked, GROUP);
    assert_eq!((number(&words, "count"), number(&words, "people")), (Some(25), Some(25)));
    let (action, args) = pressable(&asked);
    assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-ledger-not-allowed"]);
    let pressed = told(&play.press(ANN, &action, &args));
    assert_eq!(pressed, ["toast membership-toast-thanks", "edit membership-ledger-undo-goes-on", "put sweep", "wake"]);
    assert_eq!(told(&play.press(ANN, &action, &args)), ["toast membership-toast-over"], "it works once");
    let mut freed = Vec::new();
    while goes_on(&play) {
        let effects = play.wakes("undo");
        assert!(unmuted(&effects).len() <= 10, "a step is small");
        let lanes = effects.iter().filter_map(|it| match it {
            Effect::Telegram(owed) if matches!(owed.call, Call::Unmute { .. }) => Some(owed.lane),
            _ => None,
        });
        assert!(lanes.into_iter().all(|it| it == Lane::Broadcast));
        freed.extend(unmuted(&effects));
        play.wait_s(1);
    }
    assert_eq!(freed, (125..150).collect::<Vec<_>>(), "each once, and nobody of an hour ago");
    let exempt = known(&play, 130).exempt.unwrap();
    assert_eq!(exempt.until, Some(exempt.since.plus_ms(86_400_000)));
    let undone: Vec<_> = deeds(&play).iter().filter(|it| it.undone.is_some()).map(|it| it.who.0).collect();
    assert_eq!(undone, freed);
    assert!(!play.world.rows.contains_key("mute/130") && play.world.rows.contains_key("mute/110"));
    play.world.set(GROUP, UserId(130), plain());
    assert_eq!(play.say(130, "thank you"), []);
    play.wait_s(86_400);
    assert!(told(&play.say(130, "a day later")).contains(&"mute 130".to_owned()));
    assert_eq!(text(&play.say(ANN, "/undo 1m"), GROUP).key, "membership-ledger-undo-ask");
}

#[test]
fn an_undo_of_a_raid_takes_the_last_one() {
    let mut play = patient();
    assert_eq!(text(&play.say(ANN, "/undo raid"), GROUP).key, "membership-ledger-undo-no-raid");
    (100..112).for_each(|it| stop(&mut play, it));
    let raids = [None, Some(Moment(1_000)), Some(Moment(2_000))];
    for (number, deed) in deeds(&play).into_iter().enumerate() {
        let raid = raids[number % 3];
        let row = serde_json::to_vec(&Deed { raid, ..deed }).unwrap();
        play.world.rows.insert(format!("deed/{number:012}"), row);
    }
    let (effects, last) = undo_all(&mut play, "/undo raid");
    assert_eq!(unmuted(&effects), [102, 105, 108, 111]);
    assert_eq!((number(&last, "count"), number(&last, "spared-count")), (Some(4), Some(0)));
    assert_eq!(text(&play.say(ANN, "/undo raid"), GROUP).key, "membership-ledger-undo-ask", "then the one before");
}

#[test]
fn a_confirmation_does_not_wait_for_ever() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let (action, args) = pressable(&play.say(ANN, "/undo 30m"));
    play.wait_s(301);
    assert_eq!(told(&play.press(ANN, &action, &args)), ["toast membership-toast-over"]);
    play.wait_s(3_600);
    assert_eq!(text(&play.say(ANN, "/undo 30m"), GROUP).key, "membership-ledger-undo-none");
}

#[test]
fn while_telegram_is_silent_an_undo_waits() {
    let mut play = patient();
    (100..103).for_each(|it| stop(&mut play, it));
    let (action, args) = pressable(&play.say(ANN, "/undo 30m"));
    play.press(ANN, &action, &args);
    play.world.doubt(GROUP, UserId(101), Unknown::Unavailable);
    assert!(unmuted(&play.wakes("undo")).is_empty(), "nobody is let off on doubt");
    play.world.set(GROUP, UserId(101), muted());
    play.wait_s(30);
    assert_eq!(unmuted(&play.wakes("undo")), [100, 101, 102]);
}

#[test]
fn an_anonymous_admin_shows_who_they_are_first() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let reply_to = Some(ReplyTo { message: MessageId(1), from: Some(UserId(EVE)), about: None, channel: None });
    let asked = Said { sender_chat: Some(GROUP), reply_to, ..play.words(ANONYMOUS_ADMIN.0, "/undo") };
    let (action, args) = pressable(&play.happen(Event::Said(asked)));
    assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-ledger-not-allowed"]);
    assert_eq!(unmuted(&play.press(ANN, &action, &args)), [EVE]);
}

/// A group whose deeds are reported.
fn logged() -> Play<Membership> {
    let mut play = patient();
    play.state.policy.log = Some(LogPlace { chat: LOG, thread: None });
    play
}

#[test]
fn the_log_tells_a_few_deeds_one_by_one() {
    let mut play = logged();
    let first = play.say(EVE, "hello");
    assert!(first.iter().any(|it| matches!(it, Effect::WakeAt { key, .. } if key == "log")));
    let second = play.say(100, "hello");
    assert!(!second.iter().any(|it| matches!(it, Effect::WakeAt { key, .. } if key == "log")), "one alarm is enough");
    play.wait_s(2);
    let effects = play.wakes("log");
    let text = text(&effects, LOG);
    let lines = keys(&text).into_iter().filter(|it| it == "membership-ledger-log-line").count();
    assert_eq!((text.key.as_ref(), lines), ("membership-ledger-log", 2));
    assert_eq!(buttons(&effects).len(), 4, "why and undo for each");
    let lane = effects.iter().find_map(|it| match it {
        Effect::Telegram(owed) => Some((owed.lane, owed.report.clone())),
        _ => None,
    });
    assert_eq!(lane, Some((Lane::Broadcast, Some("log".into()))));
    assert_eq!(told(&play.wakes("log")), [] as [String; 0], "nothing is told twice");
}

#[test]
fn the_log_counts_when_there_are_many() {
    let mut play = logged();
    for who in 100..112 {
        play.say(who, "hello");
    }
    play.wait_s(2);
    let effects = play.wakes("log");
    let said = text(&effects, LOG);
    assert_eq!(keys(&said), ["membership-ledger-log-many", "membership-ledger-many-stopped"]);
    let Some((_, Arg::Lines(lines))) = said.args.iter().find(|(name, _)| name == "lines") else { panic!("{said:?}") };
    assert_eq!(number(&lines[0], "count"), Some(12));
    let next = play.say(112, "hello");
    let at = next.iter().find_map(|it| match it {
        Effect::WakeAt { key, at } if key == "log" => Some(*at),
        _ => None,
    });
    assert_eq!(at, Some(play.world.now.plus_ms(10_000)), "one word in 10 s at most");
    play.wait_s(10);
    assert_eq!(
        told(&play.wakes("log")),
        ["edit membership-ledger-log-many"],
        "and within a minute in the same message"
    );
    play.wait_s(60);
    play.say(113, "hello");
    play.wait_s(10);
    assert_eq!(told(&play.wakes("log")), ["say membership-ledger-log"]);
}

#[test]
fn a_log_that_cannot_be_written_is_told_once_and_the_guard_goes_on() {
    let mut play = logged();
    stop(&mut play, 100);
    play.wait_s(2);
    play.wakes("log");
    let refused = || Outcome::Refused { reason: "Forbidden: bot was kicked from the channel chat".into() };
    assert!(told(&play.performed("log", refused())).contains(&"trouble membership-ledger-trouble-log".to_owned()));
    let again = told(&play.performed("log", refused()));
    assert!(!again.iter().any(|it| it.starts_with("trouble")), "{again:?}");
    let effects = play.say(101, "hello");
    assert!(told(&effects).contains(&"mute 101".to_owned()));
    let at = effects.iter().find_map(|it| match it {
        Effect::WakeAt { key, at } if key == "log" => Some(at.since_ms(play.world.now)),
        _ => None,
    });
    assert_eq!(at, Some(3_600_000), "it is tried again after an hour");
    play.wait_s(3_600);
    assert_eq!(told(&play.wakes("log")), ["say membership-ledger-log"]);
    let well = Outcome::Done { message: Some(MessageId(1)), link: None };
    assert!(told(&play.performed("log", well)).contains(&"healed".to_owned()));
}

#[test]
fn the_logs_buttons_work_where_they_stand() {
    let mut play = logged();
    stop(&mut play, EVE);
    play.wait_s(2);
    let offered = buttons(&play.wakes("log"));
    let mut answers = Vec::new();
    for button in offered {
        let super::super::super::effect::Does::Press { action, args, .. } = button.does else { panic!("{button:?}") };
        let mut log = stage().within(LOG.0, ChatKind::Channel);
        let effects = log.press(ANN, &action, &args);
        let Some(Effect::Tell { note, .. }) = effects.first() else { panic!("{effects:?}") };
        assert_eq!(told(&effects), ["tell pressed"], "the group answers the press");
        for (who, may) in [(BOB, false), (ANN, true)] {
            let mut note = note.clone();
            let Note::Membership(word) = &mut note else { panic!("{note:?}") };
            let Word::Pressed { pressed, .. } = word.as_mut() else { panic!("{word:?}") };
            pressed.from = person(who);
            let effects = play.happen(Event::Told(note));
            let refused = told(&effects).contains(&"toast membership-ledger-not-allowed".to_owned());
            assert_eq!(refused, !may);
            if may {
                answers.extend(told(&effects).into_iter().filter(|it| !it.starts_with("put ")));
            }
        }
    }
    let why = ["say membership-ledger-theirs", "toast membership-ledger-toast-below"];
    let undo = ["unmute 7", "drop mute/7", "delete", "no wake", "toast membership-ledger-undone-one"];
    let wakes = |it: &String| it != "wake";
    assert_eq!(answers.into_iter().filter(wakes).collect::<Vec<_>>(), [why.as_slice(), &undo].concat());
}

#[test]
fn without_a_log_place_nothing_is_kept_for_it() {
    let mut play = guarded();
    stop(&mut play, EVE);
    assert_eq!(play.state.journal, super::super::Journal::default());
    assert_eq!(told(&play.wakes("log")), [] as [String; 0]);
}

#[test]
fn a_row_of_an_entry_without_a_notice_is_undone_too() {
    let mut play = guarded_with(Settings { notices_per_min: 0, ..Settings::default() });
    stop(&mut play, EVE);
    let entry: Entry = serde_json::from_slice(&play.world.rows["mute/7"]).unwrap();
    assert_eq!(entry.slot, None::<Slot>, "a collective notice stands for it");
    assert_eq!(unmuted(&undo(&mut play, ANN, EVE)), [EVE]);
}
