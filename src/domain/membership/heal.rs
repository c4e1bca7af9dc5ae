//! Looks from time to time whether a guarded group still works, and while it does not, sooner: so that whatever is
//! set right is seen without anybody's message.

use super::super::effect::Effect;
use super::super::event::Standing;
use super::super::fact::{ChatRef, Freshness, Unknown};
use super::super::types::{ChatId, Moment};
use super::draft::Draft;
use super::protect;
use super::state::{About, Channel, State};
use super::stats;
use super::trouble;
use serde::{Deserialize, Serialize};

/// The alarm clock.
pub(super) const WAKE: &str = "look";
/// How often a group without troubles is looked at, in ms.
const EVERY_MS: u64 = 6 * 3_600_000;
/// How soon after a trouble we look again, in ms; then twice as long each time. A little more than Telegram may
/// be silent before the owners hear of it.
const SOON_MS: u64 = trouble::PATIENCE_MS + 1_000;
/// The longest of these pauses, in ms.
const LATE_MS: u64 = 3_600_000;

/// When we look next, and how often we did since something went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looking {
    /// When.
    pub at: Moment,
    /// How often.
    #[serde(default)]
    pub tries: u32,
}

/// Sets the alarm clock after a decision, if it must ring earlier than it would, or not at all.
pub(super) fn arm(draft: &mut Draft<'_>) {
    let (now, state) = (draft.now(), draft.state());
    let next = match (state.channels.is_empty(), state.looking) {
        (true, None) => return,
        (true, Some(_)) => None,
        (false, looking) => {
            let tries = looking.filter(|_| !state.troubles.is_empty()).map_or(0, |it| it.tries);
            let at = now.plus_ms(pause_ms(state, tries, draft.place.id));
            match looking {
                // One that is long overdue is lost: it is set again.
                Some(set) if set.at <= at && now.since_ms(set.at) < LATE_MS && set.tries == tries => return,
                Some(_) | None => Some(Looking { at, tries }),
            }
        }
    };
    set(draft, next);
}

fn set(draft: &mut Draft<'_>, next: Option<Looking>) {
    let key = WAKE.to_owned();
    draft.add(match next {
        Some(it) => Effect::WakeAt { key, at: it.at },
        None => Effect::NoWake { key },
    });
    draft.change().looking = next;
}

/// Groups that were set up together do not all look together.
fn pause_ms(state: &State, tries: u32, group: ChatId) -> u64 {
    match state.troubles.is_empty() {
        true => EVERY_MS - EVERY_MS / 2_000 * (group.0.unsigned_abs() % 1_000),
        false => SOON_MS.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(LATE_MS),
    }
}

/// Looks at everything that we stand on: our rights here, and each channel.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    if draft.state().channels.is_empty() {
        return;
    }
    stats::sweep(draft); // a group in which nothing happens has nobody else who would
    draft.find_title();
    let (me, channels) = (draft.me(), draft.state().channels.clone());
    let here = draft.member(draft.place.id, me, Freshness::Now).cloned();
    let there: Vec<_> = channels
        .iter()
        .map(|it| (draft.member(it.id, me, Freshness::Now).cloned(), draft.chat(&ChatRef::Id(it.id)).cloned()))
        .collect();
    let (Some(here), false) = (here, draft.is_missing()) else { return };
    if here.as_ref().is_ok_and(|it| !it.inside()) {
        return super::hands::forget(draft); // we were put out, and nobody told us
    }
    group(draft, &here);
    for (channel, (standing, info)) in channels.into_iter().zip(there) {
        let Some(standing) = standing else { continue };
        self::channel(draft, channel.id, &standing);
        if let Some(Ok(info)) = info {
            renew(draft, &channel, Channel::of(&info));
        }
        door(draft, channel.id, &standing);
    }
    let tries = draft.state().looking.map_or(0, |it| it.tries);
    let tries = if draft.state().troubles.is_empty() { 0 } else { tries.saturating_add(1) };
    let at = draft.now().plus_ms(pause_ms(draft.state(), tries, draft.place.id));
    set(draft, Some(Looking { at, tries }));
}

fn group(draft: &mut Draft<'_>, here: &Result<Standing, Unknown>) {
    let group = draft.place.id;
    match here {
        Ok(me) => {
            trouble::heal(draft, About::Lookup(group));
            match me.may(|it| it.can_delete_messages && it.can_restrict_members) {
                true => {
                    trouble::heal(draft, About::Rights);
                    // Telegram refused although we have our rights: not said and taken back by the minute.
                    let refused = draft.state().troubles.iter().find(|it| it.about == About::Refused);
                    if refused.is_some_and(|it| draft.now().since_ms(it.since) >= LATE_MS) {
                        trouble::heal(draft, About::Refused);
                    }
                }
                false => trouble::rights(draft),
            }
        }
        Err(why) => trouble::lookup(draft, group, why),
    }
}

fn channel(draft: &mut Draft<'_>, channel: ChatId, there: &Result<Standing, Unknown>) {
    match there {
        Ok(me) if me.is_admin() => trouble::heal(draft, About::Lookup(channel)),
        Ok(_) => trouble::lookup(draft, channel, &Unknown::NoRights),
        Err(why) => trouble::lookup(draft, channel, why),
    }
}

/// The channel has another name: buttons must not lead to the old one.
fn renew(draft: &mut Draft<'_>, known: &Channel, found: Channel) {
    if (&known.title, &known.username) != (&found.title, &found.username) {
        let now = draft.now();
        draft.change().protect(found, now);
    }
}

/// A channel that cannot be joined by its name needs a link of ours.
fn door(draft: &mut Draft<'_>, channel: ChatId, there: &Result<Standing, Unknown>) {
    let Some(known) = draft.state().channels.iter().find(|it| it.id == channel) else { return };
    if known.url().is_some() {
        return trouble::heal(draft, About::Link(channel));
    }
    match there {
        Ok(me) if me.may(|it| it.can_invite_users) => {
            protect::want_link(draft, channel);
        }
        Ok(me) if me.is_admin() => trouble::link(draft, channel),
        Ok(_) | Err(_) => {}
    }
}
