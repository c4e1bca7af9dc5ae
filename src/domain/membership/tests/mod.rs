//! Stories of membership.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod anything;
mod appealing;
mod asking;
mod books;
mod coming;
mod fanning;
mod groups;
mod hall;
mod healing;
mod judging;
mod knocking;
mod linking;
mod logging;
mod pairing;
mod paneling;
mod pressing;
mod protecting;
mod quiet;
mod raiding;
mod reaching;
mod reconciling;
mod releasing;
mod replacing;
mod setting_up;
mod simulating;
mod troubles;
mod turning_back;
mod undoing;
mod walking;
mod wording;

use super::super::effect::Effect;
use super::super::fact::Need;
use super::super::play::{self, NEWS, Play, all_rights};
use super::super::types::UserId;
use super::{Membership, Settings};

/// Admin of group and channel.
const ANN: i64 = 1;
/// Subscriber.
const BOB: i64 = 2;
/// Stranger.
const EVE: i64 = 7;

fn stage() -> Play<Membership> {
    stage_with(Settings::default())
}

fn stage_with(settings: Settings) -> Play<Membership> {
    let mut play = Play::new(Membership::new(settings));
    for chat in [super::super::play::GROUP, NEWS, super::super::play::CLUB] {
        play.world.set(chat, UserId(ANN), all_rights());
    }
    play.world.set(NEWS, UserId(BOB), super::super::play::plain());
    play
}

/// A group that ann has protected for @news.
fn guarded() -> Play<Membership> {
    guarded_with(Settings::default())
}

fn guarded_with(settings: Settings) -> Play<Membership> {
    let mut play = stage_with(settings);
    play.say(ANN, "/protect @news");
    assert_eq!(play.state.channels.len(), 1, "the stage is set");
    play
}

/// Effects in short words, without what every change of a group brings with it: reports, the ledger, the words to
/// those who set it up, and the clocks.
fn told(effects: &[Effect]) -> Vec<String> {
    let clock = |it: &&Effect| matches!(it, Effect::WakeAt { key, .. } | Effect::NoWake { key } if ["reconcile", "look", "stats"].contains(&key.as_str()));
    let effects: Vec<Effect> = effects.iter().filter(|it| !clock(it)).cloned().collect();
    let books = [
        "tell linked",
        "tell unlinked",
        "tell group",
        "tell gone",
        "put deed/",
        "drop deed/",
        "deliver membership-trouble",
        "deliver membership-fan-trouble",
        "deliver membership-ledger-trouble",
    ];
    let aside = |it: &String| books.iter().any(|start| it.starts_with(start));
    play::told(&effects).into_iter().filter(|it| !aside(it)).collect()
}

/// How many people a row says were told to join.
fn muted_rows(play: &Play<Membership>) -> usize {
    play.world.rows.keys().filter(|it| it.starts_with("mute/")).count()
}

/// What the last event made us ask Telegram.
fn looked_up(play: &Play<Membership>) -> Vec<Need> {
    play.asked.iter().filter(|it| !matches!(it, Need::Row(_) | Need::Rows { .. })).cloned().collect()
}
