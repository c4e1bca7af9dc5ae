//! What does not work: told to the owner once, and once more when it is over.

use super::super::effect::{Effect, Target};
use super::super::event::{Note, Outcome, Place, Remedy};
use super::super::fact::Unknown;
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Slot};
use super::draft::Draft;
use super::state::{About, CHANNELS_MAX, Trouble};
use super::{board, reach};

/// How long Telegram may be silent before the owner hears of it, in ms.
pub(super) const PATIENCE_MS: u64 = 60_000;
/// Troubles kept per group: a lookup, a link and an ear per channel, the group itself, our rights, the log, the door.
const TROUBLES_MAX: usize = 3 * CHANNELS_MAX + 6;

/// The token under which a mute's outcome comes back.
pub(super) const MUTE: &str = "mute";

/// Takes note that nobody can say who is in that chat.
pub(super) fn lookup(draft: &mut Draft<'_>, chat: ChatId, why: &Unknown) {
    let (patience_ms, key) = match why {
        Unknown::Unavailable => (PATIENCE_MS, "membership-trouble-unavailable"),
        Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge => (0, "membership-trouble-lost"),
    };
    let text = Text::new(Language::En, key).with("channel", Arg::Bold(title(draft, chat)));
    raise(draft, About::Lookup(chat), patience_ms, text);
}

/// Takes note that we may not delete or restrict here any more.
pub(super) fn rights(draft: &mut Draft<'_>) {
    raise(draft, About::Rights, 0, Text::new(Language::En, "membership-trouble-rights"));
}

/// Takes note that no invite link could be made for that channel.
pub(super) fn link(draft: &mut Draft<'_>, chat: ChatId) {
    let text = Text::new(Language::En, "membership-trouble-link").with("channel", Arg::Bold(title(draft, chat)));
    raise(draft, About::Link(chat), 0, text);
}

/// Takes note that we may not let people in who ask.
pub(super) fn door(draft: &mut Draft<'_>) {
    raise(draft, About::Door, 0, Text::new(Language::En, "membership-door-trouble-rights"));
}

/// Takes note that more people ask to be let in than we follow.
pub(super) fn crowded(draft: &mut Draft<'_>) {
    let most = Arg::Number(draft.settings.requests_per_group.into());
    raise(draft, About::Crowded, 0, Text::new(Language::En, "membership-door-trouble-crowded").with("count", most));
}

/// Takes note that the log place cannot be written to.
pub(super) fn log(draft: &mut Draft<'_>) {
    raise(draft, About::Log, 0, Text::new(Language::En, "membership-ledger-trouble-log"));
}

/// Takes note whether this group hears of that channel.
pub(super) fn heard(draft: &mut Draft<'_>, chat: ChatId, yes: bool) {
    if yes {
        return heal(draft, About::Unheard(chat));
    }
    let text = Text::new(Language::En, "membership-fan-trouble-full").with("channel", Arg::Bold(title(draft, chat)));
    raise(draft, About::Unheard(chat), 0, text);
}

/// Looks at what came of a mute.
pub(super) fn muted(draft: &mut Draft<'_>, outcome: &Outcome) {
    match outcome {
        Outcome::Done { .. } => heal(draft, About::Refused),
        Outcome::Refused { reason } if about_rights(reason) => {
            raise(draft, About::Refused, 0, Text::new(Language::En, "membership-trouble-rights"));
        }
        Outcome::Refused { .. } | Outcome::Unknown => {}
    }
}

/// Takes note that something works, if it did not.
pub(super) fn heal(draft: &mut Draft<'_>, about: About) {
    let Some(at) = draft.state().troubles.iter().position(|it| it.about == about) else { return };
    if draft.change().troubles.remove(at).told {
        let note = Note::Healed { key: key(draft, about) };
        draft.add(Effect::Tell { to: Target::House, note });
        draft.find_title();
        let words = match about {
            About::Lookup(_) => "membership-trouble-over-lookup",
            About::Rights | About::Refused => "membership-trouble-over-rights",
            About::Link(_) => "membership-trouble-over-link",
            About::Unheard(_) => "membership-trouble-over-unheard",
            About::Log => "membership-trouble-over-log",
            About::Door | About::Crowded => "membership-trouble-over-door",
        };
        let channel = match about {
            About::Lookup(chat) | About::Link(chat) | About::Unheard(chat) => title(draft, chat),
            About::Rights | About::Refused | About::Log | About::Door | About::Crowded => String::new(),
        };
        let text =
            Text::new(Language::En, words).with("group", Arg::Bold(draft.title())).with("channel", Arg::Bold(channel));
        let _whoever_is_there = deliver(draft, &text, None, None);
        board::renew(draft);
    }
}

/// Whatever it was, it does not matter any more.
pub(super) fn heal_all(draft: &mut Draft<'_>) {
    let open: Vec<About> = draft.state().troubles.iter().map(|it| it.about).collect();
    open.into_iter().for_each(|it| heal(draft, it));
}

fn raise(draft: &mut Draft<'_>, about: About, patience_ms: u64, text: Text) {
    let now = draft.now();
    let known = draft.state().troubles.iter().find(|it| it.about == about);
    let since = known.map_or(now, |it| it.since);
    let ripe = patience_ms == 0 || now.since_ms(since) > patience_ms;
    if known.is_some_and(|it| it.told || !ripe) {
        return;
    }
    let troubles = &mut draft.change().troubles;
    troubles.retain(|it| it.about != about);
    if troubles.len() >= TROUBLES_MAX {
        troubles.remove(0);
    }
    troubles.push(Trouble { about, since, told: ripe });
    if ripe {
        draft.find_title();
        let (key, title) = (key(draft, about), draft.title());
        let text = text.with("group", Arg::Bold(title.clone()));
        let place = Place { title, ..draft.place.clone() };
        let remedy = remedy(about, draft.place.id);
        let note = Note::Trouble { key, place, text: text.clone(), remedy };
        draft.add(Effect::Tell { to: Target::House, note });
        let group = draft.place.id;
        if deliver(draft, &text, remedy, Some(group)) == Some(false) {
            board::show(draft);
        } else {
            board::renew(draft);
        }
    }
}

/// For those who set the group up and can be written to as far as we know; the house tells its own owners. Answers
/// whether there is anybody; `None` while that is not known.
fn deliver(draft: &mut Draft<'_>, text: &Text, remedy: Option<Remedy>, back: Option<ChatId>) -> Option<bool> {
    let setters = reach::setters(draft, reach::may_be_admin)?;
    for setter in setters.iter().filter(|it| !draft.facts.house.owned_by(**it)) {
        let note = Note::Deliver { text: text.clone(), language: text.language, slot: Slot(0), remedy, back };
        draft.add(Effect::Tell { to: Target::Chat(ChatId(setter.0)), note });
    }
    Some(!setters.is_empty())
}

/// Where the button leads that would set it right: into the group for what is wrong here, else into the channel.
pub(super) const fn remedy(about: About, group: ChatId) -> Option<Remedy> {
    match about {
        About::Lookup(chat) if chat.0 == group.0 => Some(Remedy::Group),
        About::Rights | About::Refused | About::Door | About::Log => Some(Remedy::Group),
        About::Lookup(_) | About::Link(_) => Some(Remedy::Channel),
        About::Unheard(_) | About::Crowded => None,
    }
}

fn key(draft: &Draft<'_>, about: About) -> String {
    let group = draft.place.id.0;
    match about {
        About::Lookup(chat) => format!("membership/{group}/{}", chat.0),
        About::Rights => format!("membership/{group}/rights"),
        About::Refused => format!("membership/{group}/refused"),
        About::Log => format!("membership/{group}/log"),
        About::Link(chat) => format!("membership/{group}/link{}", chat.0),
        About::Door => format!("membership/{group}/door"),
        About::Crowded => format!("membership/{group}/crowded"),
        About::Unheard(chat) => format!("membership/{group}/unheard{}", chat.0),
    }
}

fn title(draft: &Draft<'_>, chat: ChatId) -> String {
    let channel = draft.state().channels.iter().find(|it| it.id == chat);
    channel.map_or_else(|| draft.title(), |it| it.title.clone())
}

/// Whether Telegram refused for want of our rights, and not because of whom we wanted to mute.
pub(super) fn about_rights(reason: &str) -> bool {
    let reason = reason.to_ascii_lowercase();
    reason.contains("not enough rights") || reason.contains("have no rights") || reason.contains("chat_admin_required")
}
