//! Whatever happens, in whatever order: nobody is muted who must not be, and the state stays small.

use super::super::super::effect::{Call, Effect};
use super::super::super::event::{ChatKind, Event, JoinRequested, Note, Outcome, Reacted, Said, Standing, Status};
use super::super::super::fact::Unknown;
use super::super::super::play::{GROUP, ME, NEWS, Play, all_rights, calls, moved, muted, person, plain, topic};
use super::super::super::types::{ANONYMOUS_ADMIN, CHANNEL_BOT, ChatId, MessageId, Person, Slot, TELEGRAM, UserId};
use super::super::{Answer, Channel, Docket, Journal, LogPlace, Membership, Policy, Reconciled, Settings, Word};
use super::{ANN, stage_with};
use proptest::prelude::*;

/// Admins, service accounts, bots and ourselves.
const UNTOUCHABLE: [i64; 6] = [ANN, 55, ME.0, ANONYMOUS_ADMIN.0, CHANNEL_BOT.0, TELEGRAM.0];

#[derive(Clone, Debug)]
enum Step {
    Say { who: i64, shape: u8, text: &'static str, thread: Option<i64> },
    Press { who: i64, action: &'static str, args: String },
    Move { by: i64, who: i64, new: u8 },
    Place(u8),
    Changed,
    Perform { token: &'static str, well: bool },
    Wake(u64),
    Ring(&'static str, u64),
    Hear(i64, u8),
    Join(i64),
    Enter(i64),
    Ask { who: i64, query: bool },
    Break(i64, u8),
    Wait(u64),
    React(i64),
    Choose(Policy),
    Crowd(i64),
}

fn who() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 100..400_i64, 1 => proptest::sample::select(UNTOUCHABLE.to_vec())]
}

fn step() -> impl Strategy<Value = Step> {
    let texts = vec![
        "hi",
        "/protect @news",
        "/protect -1000000000200 @news",
        "/unprotect",
        "/unprotect @news",
        "/help",
        "/verify",
        "/verify 101",
        "/verify 55",
        "/verify 99",
        "/simulate @news",
        "/why",
        "/why 150",
        "/undo 150",
        "/undo 30m",
        "/undo raid",
        "/undo 2h",
        "/undo @nobody",
        "/undo 30 x",
        "/setup",
        "/protection",
        "/start setup",
        "/log -1000000000500",
    ];
    let actions = vec!["m.ok", "m.me", "m.yes", "m.x", "m.v", "m.s", "m.k", "m.a", "m.u", "m.l", "m.r", "m.g", "m.w"];
    let args = prop_oneof!["[0-9c]{0,2}", "[ynwu](2s|5k|9z)", "[0-9]n", "1700000[0-9]{3}(c0|a[md13])"];
    let tokens = vec!["log", "mute", "plea/1", "plea/x", "ask/101", "link/-1000000000200", "link/-1000000000100", "?"];
    let thread = proptest::option::of(1..9_i64);
    prop_oneof![
        12 => (who(), 0..8_u8, proptest::sample::select(texts), thread)
            .prop_map(|(who, shape, text, thread)| Step::Say { who, shape, text, thread }),
        4 => (who(), proptest::sample::select(actions), args)
            .prop_map(|(who, action, args)| Step::Press { who, action, args }),
        3 => (any::<bool>(), "[0-9]{0,2}(o[hsnjerlc]|ow[ng]|t(m[01d]|s[md1-5]|k1|lru|n5|g1|o)|w[ng]|p[ng]|k|x|f[0-9]{3}|[cC]1000000000100)")
            .prop_map(|(ann, args)| Step::Press { who: if ann { ANN } else { 200 }, action: "m.p", args }),
        1 => Just(Step::Changed),
        2 => (who(), who(), 0..4_u8).prop_map(|(by, who, new)| Step::Move { by, who, new }),
        1 => (0..4_u8).prop_map(Step::Place),
        1 => (proptest::sample::select(tokens), any::<bool>()).prop_map(|(token, well)| Step::Perform { token, well }),
        1 => (0..40_u64).prop_map(Step::Wake),
        4 => (proptest::sample::select(vec!["walk", "walk", "reconcile", "notice/1", "raid", "look", "stats", "simulated"]), 0..3_u64)
            .prop_map(|(key, late_h)| Step::Ring(key, late_h)),
        3 => (who(), 0..8_u8).prop_map(|(who, what)| Step::Hear(who, what)),
        2 => (100..400_i64).prop_map(Step::Join),
        2 => (100..400_i64).prop_map(Step::Enter),
        3 => (100..130_i64, any::<bool>()).prop_map(|(who, query)| Step::Ask { who, query }),
        1 => (100..400_i64, 0..3_u8).prop_map(|(who, why)| Step::Break(who, why)),
        2 => (0..400_u64).prop_map(Step::Wait),
        2 => who().prop_map(Step::React),
        1 => policy().prop_map(Step::Choose),
        1 => (400..9_000_i64).prop_map(Step::Crowd),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let answers = vec![Answer::Mute, Answer::Delete, Answer::Warn(1), Answer::Warn(3)];
    (proptest::sample::select(answers), any::<bool>(), any::<bool>(), 0..9_u8).prop_map(
        |(strangers, reactions, lockdown, dry)| Policy {
            strangers,
            reactions,
            lockdown,
            dry: dry == 0,
            ..Policy::default()
        },
    )
}

fn standing(kind: u8) -> Standing {
    match kind {
        0 => plain(),
        1 => muted(),
        2 => all_rights(),
        _ => Standing { status: Status::Kicked, ..Standing::default() },
    }
}

fn said(play: &mut Play<Membership>, who: i64, shape: u8, text: &str, thread: Option<i64>) -> Said {
    let mut said = Said { thread: thread.and_then(topic), ..play.words(who, text) };
    said.from.is_bot = who == 55;
    match shape {
        1 => said.edited = true,
        2 => said.sender_chat = Some(GROUP),
        3 => said.sender_chat = Some(ChatId(-1_007)),
        4 => said.service = true,
        5 => said.automatic = true,
        6 => said.via_bot = true,
        _ => {}
    }
    said
}

/// Somebody; 55 is a bot.
fn whoever(who: i64) -> Person {
    Person { is_bot: who == 55, ..person(who) }
}

/// A word of a channel.
fn heard(who: i64, what: u8) -> Word {
    let channel = if what.is_multiple_of(2) { NEWS } else { ChatId(-1_000_000_000_200) };
    match what / 2 {
        0 => Word::Subscription { channel, who: whoever(who), inside: true },
        1 => Word::Subscription { channel, who: whoever(who), inside: false },
        2 => {
            let named = Channel { id: channel, title: format!("T{who}"), username: None, link: None, since: None };
            Word::Changed { channel: named, ours: who % 2 == 0 }
        }
        _ => Word::Heard { channel, yes: who % 2 == 0 },
    }
}

/// Plays one step, and returns the effects with whether its sender must not be muted.
fn play_out(play: &mut Play<Membership>, step: Step) -> (Vec<Effect>, bool) {
    match step {
        Step::Say { who, shape, text, thread } => {
            let said = said(play, who, shape, text, thread);
            let spared = (2..=5).contains(&shape) || UNTOUCHABLE.contains(&who);
            (play.happen(Event::Said(said)), spared)
        }
        Step::Press { who, action, args } => {
            let effects = play.press(who, action, &args);
            let answers = calls(&effects).into_iter().filter(|it| matches!(it, Call::Answer { .. })).count();
            assert_eq!(answers, usize::from(play.claimed), "a claimed press is answered once");
            (effects, true)
        }
        Step::Move { who: 55, .. } => (Vec::new(), true), // a bot never moves as a person
        Step::Move { by, who, new } => {
            let old = muted();
            if !UNTOUCHABLE.contains(&who) && new != 2 {
                play.world.set(GROUP, UserId(who), standing(new));
            }
            let moved = moved(whoever(who), whoever(by), old, standing(new));
            (play.happen(Event::Moved(moved)), true)
        }
        Step::Place(new) => (play.places(all_rights(), standing(new)), true),
        Step::Changed => {
            let channel = Channel { id: NEWS, title: "News".into(), username: None, link: None, since: None };
            let word = Word::Changed { channel, ours: true };
            (play.happen(Event::Told(Note::Membership(Box::new(word)))), true)
        }
        Step::Perform { token, well } => {
            let outcome = match well {
                true => Outcome::Done { message: None, link: Some("https://t.me/+abcdefghijklmnop".into()) },
                false => Outcome::Refused { reason: "not enough rights".into() },
            };
            (play.performed(token, outcome), true)
        }
        Step::Wake(slot @ 0..3) => (play.wakes(["setup", "panel", "erase"][usize::try_from(slot).unwrap()]), true),
        Step::Wake(who @ 3..20) => (play.wakes(&format!("ask/{}", 100 + who)), true),
        Step::Wake(slot) => {
            let key = match slot {
                38 => "undo".into(),
                39 => "log".into(),
                _ => format!("notice/{slot}"),
            };
            (play.wakes(&key), true)
        }
        Step::Ring(key, late_h) => {
            let late_ms = late_h * 3_600_001;
            (play.happen(Event::Woke { feature: "membership".into(), key: key.into(), late_ms }), false)
        }
        Step::Hear(who, what) => (super::fanning::hears(play, heard(who, what)), false),
        Step::Join(who) => {
            play.world.set(NEWS, UserId(who), plain());
            (Vec::new(), true)
        }
        Step::Enter(who) => (play.moves(who, who, Standing::default(), plain()), false),
        Step::Ask { who, query } => {
            let (private, query) = (ChatId(who), query.then(|| "j".to_owned()));
            let asked = JoinRequested { who: person(who), private, query: query.clone(), by_link: None };
            let effects = play.happen(Event::JoinRequested(asked));
            let answers = calls(&effects).into_iter().filter(|it| matches!(it, Call::AnswerJoin { .. })).count();
            assert_eq!(answers, usize::from(query.is_some()), "a question is answered once");
            (effects, true)
        }
        Step::Break(who, why) => {
            let why = [Unknown::NotFound, Unknown::NoRights, Unknown::Unavailable][usize::from(why)].clone();
            play.world.doubt(NEWS, UserId(who), why);
            (Vec::new(), true)
        }
        Step::React(who) => {
            let who = Some(super::super::super::types::Person { is_bot: who == 55, ..person(who) });
            let spared = who.as_ref().is_some_and(|it| UNTOUCHABLE.contains(&it.id.0));
            let reacted = Reacted { message: MessageId(7), who, sender_chat: None, added: true };
            (play.happen(Event::Reacted(reacted)), spared || !play.state.policy.reactions)
        }
        Step::Choose(policy) => {
            play.state.policy = policy;
            (Vec::new(), true)
        }
        Step::Crowd(from) => ((from..from + 25).flat_map(|it| play.say(it, "buy")).collect(), false),
        Step::Wait(seconds) => {
            play.wait_s(seconds);
            (Vec::new(), true)
        }
    }
}

/// Whom somebody has looked at: an order of an admin, which may mute that person and nobody else.
fn verified(step: &Step) -> Option<i64> {
    match step {
        Step::Say { text, .. } => text.strip_prefix("/verify ")?.parse().ok(),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_muted_who_must_not_be(
        steps in proptest::collection::vec(step(), 1..200),
        notices_per_min in 0..40_u32,
        log in any::<bool>(),
    ) {
        let mut play = stage_with(Settings { notices_per_min, ..Settings::default() });
        play.say(ANN, "/protect @news");
        play.state.policy.log = log.then_some(LogPlace { chat: ChatId(-1_009), thread: None });
        let mut mutes = 0;
        for step in steps {
            let never = play.state.policy.dry || play.state.policy.strangers == Answer::Delete;
            let ordered = verified(&step);
            let (effects, spared) = play_out(&mut play, step.clone()); // the stage checks the state's size
            for call in calls(&effects) {
                if let Call::Mute { user, .. } = call {
                    mutes += 1;
                    prop_assert!((!spared || ordered == Some(user.0)) && !never, "{step:?}");
                    prop_assert!(!UNTOUCHABLE.contains(&user.0), "{step:?}");
                }
            }
        }
        prop_assert!(mutes < 10_000);
        let rows = play.world.rows.keys().filter(|it| it.starts_with("ask/")).count();
        prop_assert!(rows <= 30, "{rows} requests");
    }
}

/// Everything that a cell holds at its largest.
#[test]
fn the_fullest_cell_fits() {
    let mut play = stage_with(Settings { notices_per_min: 1_000, ..Settings::default() });
    let wide = "\u{1F3E0}\"".repeat(100);
    for number in 0..5 {
        let id = ChatId(-1_009_999_999_990 - number);
        play.world.know(id, ChatKind::Channel, &wide, Some(&format!("a_name_of_thirty_two_characters{number}")));
        play.world.set(id, ME, all_rights());
        play.world.set(id, UserId(ANN), all_rights());
        play.say(ANN, &format!("/protect {}", id.0));
    }
    assert_eq!(play.state.channels.len(), 5);
    for number in 0..300 {
        let said = Said { thread: topic(number % 9), ..play.words(9_999_999_999_000 - number, "a") };
        play.happen(Event::Said(said));
    }
    let broken: Vec<_> = play.state.channels.iter().map(|it| it.id).collect();
    for number in 0..9 {
        let names: Vec<_> = (0..6).map(|it| format!("@a_name_of_thirty_two_char_{number}_{it}x")).collect();
        let text = format!("/protect {}", names.join(" "));
        let anonymous = Said { sender_chat: Some(GROUP), ..play.words(ANONYMOUS_ADMIN.0, &text) };
        play.happen(Event::Said(anonymous));
    }
    assert_eq!(play.state.asked.len(), 5);
    for id in broken {
        play.world.otherwise.insert(id, Err(Unknown::NoRights));
        play.world.doubt(id, ME, Unknown::NoRights);
    }
    for number in 300..700 {
        play.say(9_999_999_999_000 - number, "a");
    }
    play.performed("mute", Outcome::Refused { reason: "not enough rights".into() });
    play.places(all_rights(), plain());
    assert!(play.state.raid.is_some());
    let deaf: Vec<_> = play.state.channels.iter().map(|it| it.id).collect();
    for channel in deaf {
        super::fanning::hears(&mut play, Word::Heard { channel, yes: false });
    }
    play.state.reconciled =
        Some(Reconciled { at: play.world.now, looked: 9_999, lifted: 9_999, held: 9_999, closed: 9_999 });
    play.say(ANN, "/verify");
    play.wakes("walk");
    assert!(play.state.walk.is_some(), "a walk is under way");
    assert!(play.state.troubles.len() >= 9, "{:?}", play.state.troubles);
    play.state.policy = super::super::Policy {
        dry: true,
        strangers: super::super::Answer::Warn(5),
        language: Some(crate::domain::types::Language::Ru),
        notice_ttl_s: Some(86_400),
        greet: true,
        exempt_invited: true,
        reactions: true,
        late: true,
        requests_off: true,
        decline_after_s: Some(604_800),
        no_appeals: true,
        log: Some(super::super::LogPlace { chat: GROUP, thread: topic(9_999_999_999) }),
        ..play.state.policy.clone()
    };
    play.state.prompt = Some(super::super::state::Prompt {
        user: UserId(9_999_999_999),
        message: crate::domain::types::MessageId(9_999_999_999),
        own: super::super::own::Own::Greeting,
        until: play.world.now,
    });
    play.state.setting_up = true;
    assert!(play.state.troubles.len() >= 4, "{:?}", play.state.troubles);
    fill_the_books(&mut play);
    let bytes = serde_json::to_vec(&play.state).unwrap().len();
    assert!((4_000..=8 * 1024).contains(&bytes), "{bytes}");
    println!("the fullest cell has {bytes} bytes");
}

/// The books at their fullest.
fn fill_the_books(play: &mut Play<Membership>) {
    let (id, at) = (9_999_999_999_999, play.world.now);
    let people = |count: usize| vec![UserId(id); count];
    let copy = (ChatId(-id), Slot(id.unsigned_abs()));
    let deaf = people(8).into_iter().map(|it| (it, at)).collect();
    play.state.docket = Docket { open: people(10), decided: people(4), copies: vec![copy; 9], since: at };
    play.state.deaf = deaf;
    let counts = [u32::MAX; 7];
    play.state.journal = Journal {
        waiting: vec![u64::MAX; 5],
        counts,
        due: true,
        spoke: at,
        crowd: Some((copy.1, at, counts)),
        broken: Some(at),
    };
}
