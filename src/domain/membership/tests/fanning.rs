//! Who comes to a channel and who leaves it: what the groups do that ask for it, whatever the order.

use super::super::super::effect::{Effect, Lane};
use super::super::super::event::{Event, Note, Rights, Standing, Status};
use super::super::super::fact::Unknown;
use super::super::super::play::{CLUB, GROUP, ME, NEWS, Play, admin, all_rights, muted, person, plain};
use super::super::super::types::UserId;
use super::super::{Entry, Exempt, Known, Membership, Mercy, Settings, Word};
use super::{ANN, EVE, guarded, guarded_with, told};

pub(super) fn hears(play: &mut Play<Membership>, word: Word) -> Vec<Effect> {
    play.happen(Event::Told(Note::Membership(Box::new(word))))
}

fn left() -> Standing {
    Standing::default()
}

/// What happens, in the order in which it happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Eve leaves the channel, and the group hears of it.
    Leave,
    /// Eve joins the channel, and the group hears of it.
    Join,
    /// An old word comes late: that she left.
    HearsLeft,
    /// An old word comes late: that she joined.
    HearsJoined,
    /// Telegram has done what we called for last.
    Done,
    /// The update about our own mute arrives.
    Own,
    /// An admin mutes her.
    AdminMutes,
    /// An admin lets her write.
    AdminUnmutes,
    /// An admin mutes her, and the update about it is lost.
    AdminMutesUnheard,
    /// She presses "I have joined".
    Press,
    /// She leaves the group.
    LeavesGroup,
    /// Our mute runs out.
    RunsOut,
    /// Nobody can look into the channel.
    Silence,
}

use Step::{
    AdminMutes, AdminMutesUnheard, AdminUnmutes, Done, HearsJoined, HearsLeft, Join, Leave, LeavesGroup, Own, Press,
    RunsOut, Silence,
};

const HELD: &str = "mute 7, say membership-notice, wake, put mute/7";
const FREED: &str = "unmute 7, drop mute/7, wake";

/// The group hears.
fn word(play: &mut Play<Membership>, inside: bool) -> Vec<Effect> {
    hears(play, Word::Subscription { channel: NEWS, who: person(EVE), inside })
}

fn ends(play: &Play<Membership>) -> Option<super::super::super::types::Moment> {
    Entry::read(play.world.rows.get("mute/7").map(Vec::as_slice)).and_then(|it| it.ends)
}

fn our_mute(play: &Play<Membership>) -> Standing {
    Standing { until: ends(play), ..muted() }
}

fn by_admin(play: &mut Play<Membership>, new: Standing) -> Vec<Effect> {
    let old = match play.world.members.get(&(GROUP, UserId(EVE))) {
        Some(Ok(old)) => old.clone(),
        _ => plain(),
    };
    play.world.set(GROUP, UserId(EVE), new.clone());
    play.moves(ANN, EVE, old, new)
}

fn play_out(play: &mut Play<Membership>, step: Step) -> Vec<Effect> {
    let eve = UserId(EVE);
    match step {
        Leave | Join => {
            let now = if matches!(step, Join) { plain() } else { left() };
            play.world.set(NEWS, eve, now);
            word(play, matches!(step, Join))
        }
        HearsLeft => word(play, false),
        HearsJoined => word(play, true),
        Done => {
            let now = if ends(play).is_some() { our_mute(play) } else { plain() };
            play.world.set(GROUP, eve, now);
            Vec::new()
        }
        Own => {
            let ours = our_mute(play);
            play.moves(ME.0, EVE, plain(), ours)
        }
        AdminMutes => by_admin(play, muted()),
        AdminUnmutes => by_admin(play, plain()),
        AdminMutesUnheard => {
            play.world.set(GROUP, eve, muted());
            Vec::new()
        }
        Press => play.press(EVE, "m.ok", ""),
        LeavesGroup => {
            play.world.set(GROUP, eve, left());
            play.moves(EVE, EVE, plain(), left())
        }
        RunsOut => {
            play.wait_s(400);
            play.world.set(GROUP, eve, plain());
            Vec::new()
        }
        Silence => {
            play.world.doubt(NEWS, eve, Unknown::Unavailable);
            Vec::new()
        }
    }
}

/// Every order of events that was thought of, and what is done at each.
#[test]
fn whatever_the_order_nobody_is_muted_or_freed_wrongly() {
    let toast = "toast membership-toast-welcome";
    let pressed = format!("unmute 7, {toast}, delete, drop mute/7, no wake");
    let rows: &[(&str, &[(Step, &str)])] = &[
        ("she leaves and comes back", &[(Leave, HELD), (Done, ""), (Join, FREED)]),
        ("she is back before our mute is made", &[(Leave, HELD), (Join, FREED), (Own, "")]),
        (
            "she leaves, joins, leaves, joins, quickly",
            &[(Leave, HELD), (Join, FREED), (Leave, HELD), (Join, FREED), (Own, ""), (Done, ""), (HearsJoined, "")],
        ),
        (
            "the update about our own mute is late",
            &[(Leave, HELD), (Done, ""), (Join, FREED), (Own, ""), (Leave, HELD)],
        ),
        ("the word comes twice", &[(Leave, HELD), (HearsLeft, ""), (Done, ""), (HearsLeft, "")]),
        ("an old word comes late: she is back", &[(Join, ""), (HearsLeft, "")]),
        ("an old word comes late: she has left", &[(Leave, HELD), (Done, ""), (HearsJoined, "")]),
        ("the words change places", &[(Leave, HELD), (Done, ""), (Join, FREED), (Done, ""), (HearsLeft, "")]),
        ("she presses before we hear", &[(Leave, HELD), (Done, ""), (Join, FREED), (Press, toast)]),
        ("an admin had muted her", &[(AdminMutes, ""), (Leave, ""), (Join, ""), (Leave, "")]),
        (
            "an admin mutes her after us",
            &[(Leave, HELD), (Done, ""), (AdminMutes, "drop mute/7"), (Join, ""), (Leave, "")],
        ),
        ("an admin lets her write after us", &[(Leave, HELD), (Done, ""), (AdminUnmutes, "drop mute/7"), (Join, "")]),
        (
            "an admin lets her write, and mutes her later",
            &[(Leave, HELD), (Done, ""), (AdminUnmutes, "drop mute/7"), (AdminMutes, ""), (Join, ""), (Leave, "")],
        ),
        (
            "an admin lets her write; leaving anew is a new reason",
            &[(Leave, HELD), (Done, ""), (AdminUnmutes, "drop mute/7"), (Join, ""), (Leave, HELD)],
        ),
        (
            "an admin mutes her after us, and we do not hear of it",
            &[(Leave, HELD), (Done, ""), (AdminMutesUnheard, ""), (Join, "drop mute/7"), (Leave, "")],
        ),
        ("an admin mutes her between leaving and our hearing", &[(AdminMutesUnheard, ""), (Leave, "")]),
        ("she left the group before", &[(LeavesGroup, ""), (Leave, ""), (Join, "")]),
        (
            "she leaves the group muted and joins the channel",
            &[(Leave, HELD), (Done, ""), (LeavesGroup, ""), (Join, FREED)],
        ),
        (
            "our mute ran out",
            &[(Leave, HELD), (Done, ""), (RunsOut, ""), (Join, "drop mute/7, delete, no wake"), (Leave, HELD)],
        ),
        ("Telegram does not say whether she left", &[(Silence, ""), (HearsLeft, ""), (HearsJoined, "")]),
        ("Telegram does not say whether she joined", &[(Leave, HELD), (Done, ""), (Silence, ""), (HearsJoined, "")]),
    ];
    for (what, steps) in rows {
        let mut play = guarded();
        play.world.set(NEWS, UserId(EVE), plain());
        assert_eq!(told(&play.say(EVE, "hello")), [""; 0], "{what}: she is known");
        play.world.set(GROUP, UserId(EVE), plain());
        for (n, (step, expect)) in steps.iter().enumerate() {
            let effects = play_out(&mut play, *step);
            assert_eq!(told(&effects).join(", "), *expect, "{what}: {step:?}, the {n}th of {steps:?}");
        }
    }
    // The press may win the race: then the word finds nothing left to do.
    let mut play = guarded();
    play.say(EVE, "hello");
    play.world.set(GROUP, UserId(EVE), our_mute(&play));
    play.world.set(NEWS, UserId(EVE), plain());
    assert_eq!(told(&play_out(&mut play, Press)).join(", "), pressed);
    assert_eq!(told(&play_out(&mut play, HearsJoined)), [""; 0]);
}

#[test]
fn what_is_done_about_subscriptions_waits_for_everybody_who_waits() {
    let mut play = guarded();
    play.world.set(NEWS, UserId(EVE), plain());
    play.say(EVE, "hello");
    let effects = [play_out(&mut play, Leave), play_out(&mut play, Join)].concat();
    let lanes: Vec<Lane> = effects
        .iter()
        .filter_map(|it| match it {
            Effect::Telegram(owed) => Some(owed.lane),
            _ => None,
        })
        .collect();
    assert_eq!(lanes, [Lane::Broadcast; 3], "{effects:?}");
}

#[test]
fn nobody_is_muted_for_leaving_who_need_not_be() {
    type Change = fn(&mut Play<Membership>);
    let cases: [(&str, Change); 9] = [
        ("an admin", |play| play.world.set(GROUP, UserId(EVE), admin(Rights::default()))),
        ("not in the group, as we know", |play| {
            play.world.rows.remove("person/7");
        }),
        ("not in the group, in truth", |play| play.world.set(GROUP, UserId(EVE), left())),
        ("banned", |play| play.world.set(GROUP, UserId(EVE), Standing { status: Status::Kicked, ..left() })),
        ("need not join", |play| {
            let exempt = Some(Exempt { since: play.world.now, by: UserId(ANN), how: Mercy::Appeal, until: None });
            let known = Known { inside: true, exempt, ..Known::default() };
            play.world.rows.insert("person/7".into(), serde_json::to_vec(&known).unwrap());
        }),
        ("the group cannot be seen", |play| play.world.doubt(GROUP, UserId(EVE), Unknown::Unavailable)),
        ("the guard is off", |play| play.state.policy.off = true),
        ("strangers are never muted here", |play| play.state.policy.strangers = super::super::Answer::Delete),
        ("we may not", |play| drop(play.places(all_rights(), plain()))),
    ];
    for (what, change) in cases {
        let mut play = guarded();
        play.world.set(NEWS, UserId(EVE), plain());
        play.say(EVE, "hello");
        change(&mut play);
        let effects = play_out(&mut play, Leave);
        assert_eq!(effects, [], "{what}");
        assert!(!play.changed, "{what}");
    }
}

#[test]
fn whoever_lacks_another_channel_stays_where_they_are() {
    let mut play = guarded_with(Settings::default());
    play.say(ANN, &format!("/protect {}", CLUB.0));
    play.say(EVE, "hello");
    play.world.set(GROUP, UserId(EVE), our_mute(&play));
    assert_eq!(told(&play_out(&mut play, Join)), [""; 0], "the club is still to come");
    play.world.set(CLUB, UserId(EVE), plain());
    let word = Word::Subscription { channel: CLUB, who: person(EVE), inside: true };
    assert_eq!(told(&hears(&mut play, word)).join(", "), FREED);
}

#[test]
fn whoever_comes_in_and_goes_is_known() {
    let mut play = guarded();
    let inside =
        |play: &Play<Membership>| Known::read(play.world.rows.get("person/7").map(Vec::as_slice)).map(|it| it.inside);
    for (old, new, expect) in [
        (plain(), left(), None),
        (left(), plain(), Some(true)),
        (plain(), muted(), Some(true)),
        (muted(), left(), Some(false)),
        (left(), Standing { status: Status::RestrictedInside, ..left() }, Some(true)),
        (plain(), Standing { status: Status::Kicked, ..left() }, Some(false)),
    ] {
        play.moves(EVE, EVE, old.clone(), new.clone());
        assert_eq!(inside(&play), expect, "{old:?} {new:?}");
    }
}
