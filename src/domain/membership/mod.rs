//! Membership: groups in which only the subscribers of certain channels may write.

mod afar;
mod appeal;
mod aside;
mod board;
mod channel;
mod check;
mod door;
mod draft;
mod erase;
mod groups;
mod hands;
mod heal;
mod hearing;
mod hold;
mod journal;
mod judge;
mod knock;
mod ledger;
pub(super) mod links;
pub mod lists;
mod log_place;
mod mask;
mod order;
mod own;
mod pair;
mod panel;
mod person;
mod policy;
mod press;
mod protect;
mod raid;
mod reach;
mod react;
mod reconcile;
mod request;
mod required;
mod settings;
mod setup;
mod simulate;
mod state;
mod stats;
mod stop;
mod subscription;
mod sweep;
mod transfer;
mod trouble;
mod truth;
mod undo;
mod verify;
mod voice;
mod walk;
mod whom;
mod why;
mod word;

#[cfg(test)]
mod tests;

pub use appeal::{Docket, Spot};
pub use board::Board;
pub(super) use draft::PRESS_MS;
pub use journal::Journal;
pub use ledger::{Deed, Undone, What, Why};
pub use order::{Order, Undo};
pub(super) use pair::ACTION as STEPS;
pub use person::{Exempt, Known, Mercy};
pub use policy::{Answer, LogPlace, Policy};
pub use raid::{Pulse, Raid};
pub use reconcile::Reconciled;
pub use settings::Settings;
pub use state::{CHANNELS_MAX, Channel, Entry, MUTED_MAX, State};
pub use undo::Span;
pub use walk::Track;
pub use whom::Whom;
pub use word::{Knock, Mode, Paired, Report, Word};

use super::command;
use super::event::{ChatKind, Event, Happened, Note, Outcome, Performed, Pressed, Said, Verdict};
use super::feature::{Command, Decision, Facts, Rules, Scope};
use super::types::ChatId;
use draft::{Draft, Voice};
use hearing::Heard;
use judge::Judgement;
use protect::Ruling;
use state::About;

/// The office.
#[derive(Clone, Copy, Debug, Default)]
pub struct Membership {
    settings: Settings,
}

const NAME: &str = "membership";

const COMMANDS: &[Command] = &[
    Command { name: "protect", scope: Scope::GroupAdmin, help: "membership-help-protect" },
    Command { name: "unprotect", scope: Scope::GroupAdmin, help: "membership-help-unprotect" },
    Command { name: "protection", scope: Scope::GroupAdmin, help: "membership-panel-help-protection" },
    Command { name: "verify", scope: Scope::GroupAdmin, help: "membership-verify-help-verify" },
    Command { name: "simulate", scope: Scope::GroupAdmin, help: "membership-simulate-help-simulate" },
    Command { name: "why", scope: Scope::Group, help: "membership-ledger-help-why" },
    Command { name: "undo", scope: Scope::GroupAdmin, help: "membership-ledger-help-undo" },
    Command { name: "stats", scope: Scope::GroupAdmin, help: "membership-stats-help" },
    Command { name: "log", scope: Scope::GroupAdmin, help: "membership-panel-help-log" },
    Command { name: "export", scope: Scope::GroupAdmin, help: "membership-transfer-help-export" },
    Command { name: "import", scope: Scope::GroupAdmin, help: "membership-transfer-help-import" },
    Command { name: "setup", scope: Scope::Private, help: "membership-pair-help" },
    Command { name: "groups", scope: Scope::Private, help: "membership-groups-help" },
    Command { name: "privacy", scope: Scope::Private, help: "membership-groups-help-privacy" },
    Command { name: "privacy", scope: Scope::Group, help: "membership-groups-help-privacy" },
];

const UPDATES: &[&str] = &[
    "message",
    "edited_message",
    "callback_query",
    "chat_member",
    "my_chat_member",
    "chat_join_request",
    "message_reaction",
];

impl Membership {
    /// With these settings.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Rules for Membership {
    type State = State;

    fn name(&self) -> &'static str {
        NAME
    }

    fn active(&self, state: &State) -> bool {
        !state.channels.is_empty()
    }

    fn compares(&self, key: &str) -> bool {
        key == reconcile::WAKE
    }

    fn commands(&self) -> &'static [Command] {
        COMMANDS
    }

    fn updates(&self) -> &'static [&'static str] {
        UPDATES
    }

    fn decide(&self, state: &State, event: &Happened, facts: &Facts<'_>) -> Decision<State> {
        self.rule(state, event, facts).finish()
    }
}

impl Membership {
    /// One rule for both questions: what is missing is noted, and what is wanted is written down.
    fn rule<'a>(&self, state: &'a State, event: &'a Happened, facts: &'a Facts<'a>) -> Draft<'a> {
        let mut draft = Draft::new(self.settings, state, event, facts);
        match event.place.kind {
            ChatKind::Group | ChatKind::Supergroup => Self::in_group(&mut draft, state, event),
            ChatKind::Channel => in_channel(&mut draft, state, event),
            ChatKind::Private => Self::in_private(&mut draft, state, event),
            ChatKind::House => {}
        }
        draft
    }

    fn in_group<'a>(draft: &mut Draft<'a>, state: &'a State, event: &'a Happened) {
        match &event.event {
            Event::Said(said) => Self::said(draft, state, said),
            Event::Pressed(pressed) => press(draft, state, pressed),
            Event::Moved(moved) => {
                if hands::is_anothers(moved, draft.facts) {
                    hands::close(draft, moved);
                }
                person::moved(draft, moved);
                door::moved(draft, moved);
            }
            Event::Placed(placed) => {
                setup::placed(draft, placed);
                hands::settle(draft, placed);
            }
            Event::Migrated { to } => {
                setup::migrated(draft);
                groups::moved(draft, *to);
            }
            Event::JoinRequested(request) => door::requested(draft, request),
            Event::Reacted(reacted) => react::reacted(draft, state, reacted),
            Event::Performed(it) if it.feature == NAME => performed(draft, it),
            Event::Woke { feature, key, late_ms } if feature == NAME => {
                woke(draft, key);
                reconcile::late(draft, *late_ms, key);
            }
            Event::Told(Note::Membership(word)) => told(draft, word),
            Event::Told(Note::Undelivered { to }) => reach::undelivered(draft, *to),
            Event::Performed(_) | Event::Woke { .. } | Event::Told(_) | Event::Chosen(_) | Event::Other => {}
        }
        if draft.state().channels != state.channels || draft.state().asked.len() != state.asked.len() {
            setup::settled(draft);
        }
        if !draft.is_missing() {
            groups::report(draft, state);
            reconcile::arm(draft);
            stats::arm(draft, state);
            heal::arm(draft);
        }
    }

    fn in_private<'a>(draft: &mut Draft<'a>, state: &'a State, event: &'a Happened) {
        match &event.event {
            Event::Said(said) => {
                groups::said(draft, said);
                pair::said(draft, said);
                why::in_private(draft, said);
                if !draft.is_claimed() {
                    Self::said(draft, state, said);
                }
            }
            Event::Pressed(pressed) => press(draft, state, pressed),
            Event::Told(Note::Membership(word)) => told(draft, word),
            Event::Chosen(chosen) => pair::chosen(draft, chosen),
            Event::Moved(_)
            | Event::Placed(_)
            | Event::Performed(_)
            | Event::Woke { .. }
            | Event::JoinRequested(_)
            | Event::Reacted(_)
            | Event::Migrated { .. }
            | Event::Told(_)
            | Event::Other => {}
        }
    }
}

fn in_channel<'a>(draft: &mut Draft<'a>, state: &'a State, event: &'a Happened) {
    match &event.event {
        Event::Moved(moved) => channel::moved(draft, moved),
        Event::Placed(placed) => channel::placed(draft, placed),
        Event::Told(Note::Membership(word)) => told(draft, word),
        Event::Pressed(pressed) => press(draft, state, pressed),
        Event::Said(_)
        | Event::Chosen(_)
        | Event::JoinRequested(_)
        | Event::Reacted(_)
        | Event::Performed(_)
        | Event::Woke { .. }
        | Event::Migrated { .. }
        | Event::Told(_)
        | Event::Other => {}
    }
}

/// One word of another chat, to whom it concerns.
fn told(draft: &mut Draft<'_>, word: &Word) {
    draft.claim();
    match word {
        Word::Linked { .. } | Word::Unlinked { .. } => channel::told(draft, word),
        Word::Subscription { .. } => {
            subscription::told(draft, word);
            door::told(draft, word);
        }
        Word::Changed { channel: Channel { id: channel, .. }, .. } | Word::Heard { channel, .. } => {
            let before = subscription::asks(draft, *channel);
            setup::told(draft, word);
            if before || !subscription::asks(draft, *channel) {
                subscription::told(draft, word);
            }
        }
        Word::Recheck { .. } => door::told(draft, word),
        Word::Group(_) | Word::Gone { .. } => groups::told(draft, word),
        Word::Knock(_) | Word::Decided { .. } => knock::told(draft, word),
        Word::Pressed { chat, pressed } => afar::told(draft, *chat, pressed),
        Word::Why { who } => why::told(draft, who),
        Word::Import { .. } => transfer::told(draft, word),
        Word::Pair { .. } | Word::Paired { .. } => pair::told(draft, word),
        Word::Log { .. } => log_place::told(draft, word),
    }
}

/// An alarm clock of ours rings.
fn woke(draft: &mut Draft<'_>, key: &str) {
    match key {
        heal::WAKE => heal::woke(draft),
        board::KEY => board::woke(draft),
        sweep::WAKE => sweep::woke(draft),
        journal::WAKE => journal::woke(draft),
        _ if key.starts_with(appeal::KEY) => appeal::woke(draft, key),
        setup::WAKE => setup::woke(draft),
        panel::WAKE => panel::woke(draft),
        walk::WAKE => walk::woke(draft),
        simulate::WAKE => simulate::woke(draft),
        stats::WAKE => stats::woke(draft),
        reconcile::WAKE => reconcile::woke(draft),
        erase::WAKE => erase::woke(draft),
        raid::WAKE => raid::woke(draft),
        _ if key.starts_with(door::ASK) => door::woke(draft, key),
        _ if key.starts_with(channel::FAN) => channel::woke(draft, key),
        _ => stop::expire(draft, key),
    }
}

fn press<'a>(draft: &mut Draft<'a>, state: &'a State, pressed: &'a Pressed) {
    let Some((action, args)) = button(pressed) else { return };
    if order::pressed(draft, pressed, action, args) {
        return;
    }
    let pressing = press::weigh(state, draft.place, pressed, (action, args), &mut draft.look);
    press::answer(draft, pressed, args, pressing);
}

impl Membership {
    fn said<'a>(draft: &mut Draft<'a>, state: &'a State, said: &'a Said) {
        if draft.place.kind != ChatKind::Private && (setup::started(draft, said) || panel::answered(draft, said)) {
            return;
        }
        if draft.place.kind != ChatKind::Private && mask::stopped(draft, said) {
            return;
        }
        let heard = hearing::hear(state, draft.place, said, &mut draft.look);
        if !state.channels.is_empty() {
            judge::observe(draft, state, said);
        }
        if judge::is_person(draft.place, said, &draft.look) {
            person::sighted(draft, &said.from, matches!(heard, Heard::Judged(Judgement::Free)));
        }
        match heard {
            Heard::Judged(Judgement::Open) => {}
            Heard::Judged(Judgement::Free) => {
                if judge::may_judge(state, draft.place, said, &draft.look) {
                    draft.count(|it| it.checks = it.checks.saturating_add(1));
                }
                if command::given(said, draft.facts).is_some_and(|it| it.name == "privacy") {
                    groups::privacy(draft, said);
                }
            }
            Heard::Judged(Judgement::Stranger(stranger)) => {
                draft.count(|it| {
                    it.checks = it.checks.saturating_add(1);
                    it.hits = it.hits.saturating_add(1);
                });
                stop::stop(draft, said, stranger);
            }
            Heard::Elsewhere => protect::elsewhere(draft, said),
            Heard::Plain(asker, request) => protect::plain(draft, said, asker, request),
            Heard::Asked(ruling) => {
                draft.claim();
                let voice = Voice::Reply(said.message, said.thread);
                protect::carry_out(draft, voice, &said.from, ruling.unwrap_or(Ruling::CannotCheck));
            }
        }
    }
}

fn button(pressed: &Pressed) -> Option<(&str, &str)> {
    match &pressed.verdict {
        Verdict::Valid { action, args } if action.starts_with("m.") => Some((action, args)),
        Verdict::Valid { .. } | Verdict::NotYours | Verdict::Stale | Verdict::Forged => None,
    }
}

/// Something that we followed up is done, or has failed.
fn performed(draft: &mut Draft<'_>, it: &Performed) {
    draft.claim();
    if it.token == trouble::MUTE {
        return trouble::muted(draft, &it.outcome);
    }
    if it.token.starts_with(door::ASK) {
        return door::performed(draft, &it.token, &it.outcome);
    }
    if stats::performed(draft, &it.token, &it.outcome) || reach::performed(draft, &it.token, &it.outcome) {
        return;
    }
    if it.token == board::KEY {
        return board::performed(draft, &it.outcome);
    }
    if it.token == journal::TOKEN {
        return journal::performed(draft, &it.outcome);
    }
    let Some(channel) = it.token.strip_prefix("link/").and_then(|it| it.parse().ok()).map(ChatId) else { return };
    let at = draft.state().channels.iter().position(|it| it.id == channel);
    match (&it.outcome, at) {
        (_, None) => {}
        (Outcome::Done { link: Some(link), .. }, Some(at)) => {
            if let Some(channel) = draft.change().channels.get_mut(at) {
                channel.link = Some(link.clone());
            }
            trouble::heal(draft, About::Link(channel));
        }
        (Outcome::Done { link: None, .. } | Outcome::Refused { .. } | Outcome::Unknown, Some(_)) => {
            trouble::link(draft, channel);
        }
    }
}
