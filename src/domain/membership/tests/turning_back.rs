//! A clock that is set back by a day: nothing that was meant for minutes lasts for a day.

use super::super::super::effect::Effect;
use super::super::super::play::Play;
use super::super::super::types::Moment;
use super::super::Membership;
use super::{EVE, guarded, told};

const DAY_MS: u64 = 86_400_000;

fn a_day_back(play: &mut Play<Membership>) {
    play.world.now = Moment(play.world.now.0 - DAY_MS);
}

fn notices(effects: &[Effect]) -> usize {
    told(effects).iter().filter(|it| it.starts_with("say membership-notice")).count()
}

#[test]
fn a_raid_ends_at_its_next_look() {
    let mut play = guarded();
    (100..130).for_each(|it| drop(play.say(it, "buy")));
    assert!(play.state.raid.is_some());
    a_day_back(&mut play);
    play.wakes("raid");
    assert!(play.state.raid.is_none());
}

#[test]
fn a_rest_that_an_admin_wanted_does_not_keep_the_guard_away_for_a_day() {
    let mut play = guarded();
    play.state.pulse.rest = Some(play.world.now.plus_ms(600_000));
    a_day_back(&mut play);
    (100..130).for_each(|it| drop(play.say(it, "buy")));
    assert!(play.state.raid.is_some());
}

#[test]
fn a_minute_full_of_notices_does_not_last_for_a_day() {
    let mut play = guarded();
    let said: usize = (100..106).map(|it| notices(&play.say(it, "buy"))).sum();
    assert_eq!(notices(&play.say(106, "buy")), 0, "after {said} the minute is full");
    a_day_back(&mut play);
    assert_eq!(notices(&play.say(107, "buy")), 1);
}

#[test]
fn whoever_was_just_told_is_told_again() {
    let mut play = guarded();
    assert_eq!(notices(&play.say(EVE, "buy")), 1);
    assert_eq!(notices(&play.say(EVE, "buy")), 0, "their notice still stands");
    a_day_back(&mut play);
    assert_eq!(notices(&play.say(EVE, "buy")), 1);
}
