//! Effects in short words, for the tables of stories, and the buttons among them.

#![allow(clippy::expect_used, reason = "tests")]

use super::super::effect::{Button, Call, Does, Effect};
use super::super::event::Note;
use super::super::fact::Fact;
use super::super::purse::{Entry, Used};
use super::super::types::UserId;

/// Effects in short words, for tables: `delete 1001`, `mute 7`, `say membership-notice`, `put mute/7`.
pub(crate) fn told(effects: &[Effect]) -> Vec<String> {
    effects.iter().map(word).collect()
}

fn word(effect: &Effect) -> String {
    match effect {
        Effect::Telegram(owed) => match &owed.call {
            Call::Say { text, .. } => format!("say {}", text.key),
            Call::Offer { text, choices, .. } => format!("offer {} {}", choices.len(), text.key),
            Call::Edit { text, .. } => format!("edit {}", text.key),
            Call::Document { name, .. } => format!("document {name}"),
            Call::Picture { caption, .. } => format!("picture {}", caption.key),
            Call::Delete { .. } => "delete".into(),
            Call::DeleteMany { messages, .. } => format!("delete {}", messages.len()),
            Call::Unreact { user, .. } => format!("unreact {}", user.0),
            Call::Permit { .. } => "permit".into(),
            Call::Approve { user, .. } => format!("approve {}", user.0),
            Call::Decline { user, .. } => format!("decline {}", user.0),
            Call::AnswerJoin { verdict, .. } => format!("answer {verdict:?}").to_lowercase(),
            Call::EditInvite { chat, .. } => format!("edit invite {}", chat.0),
            Call::Mute { user, .. } => format!("mute {}", user.0),
            Call::Unmute { user, .. } => format!("unmute {}", user.0),
            Call::Answer { text, .. } => {
                format!("toast {}", text.as_ref().map_or("", |it| it.key.as_ref())).trim_end().into()
            }
            Call::Invite { chat, .. } => format!("invite {}", chat.0),
            Call::SetCommands { .. } => "menu".into(),
            Call::Typing { .. } => "typing".into(),
            Call::Draft { .. } => "draft".into(),
            Call::Leave { .. } => "leave".into(),
        },
        Effect::Tell { note, .. } => match note {
            Note::Claim { .. } => "tell claim".into(),
            Note::Trouble { text, .. } => format!("trouble {}", text.key),
            Note::Healed { .. } => "healed".into(),
            Note::Membership(word) => format!("tell {}", word.name()),
            Note::Porter(word) => word.as_ref().name(),
            Note::Numbered(number) => format!("numbered {number}"),
            Note::Deliver { text, .. } => format!("deliver {}", text.key),
            Note::Undelivered { to } => format!("undelivered {}", to.0),
        },
        Effect::WakeAt { .. } => "wake".into(),
        Effect::NoWake { .. } => "no wake".into(),
        Effect::Put { key, .. } => format!("put {key}"),
        Effect::Keep { key, .. } => format!("keep {key}"),
        Effect::Drop { key } => format!("drop {key}"),
        Effect::Ask(ask) => format!("ask {} {}", ask.question.task, ask.token),
        Effect::Unask { token } => format!("unask {token}"),
        Effect::Account(it) => format!("account {}", it.user.0),
        Effect::Own(user) => format!("own {}", user.0),
        Effect::Suspect { user, why } => format!("suspect {} {why}", user.0),
    }
}

/// What the ledger says of somebody from that day on.
pub(super) fn usage(ledger: &[(Entry, Used)], (user, since): (UserId, u32), limit: u32) -> Fact {
    let wanted = ledger.iter().filter(|(it, _)| it.person == user && it.day >= since);
    Fact::Usage(wanted.take(limit as usize).cloned().collect())
}

/// The buttons of the first message among effects that has any.
pub(crate) fn buttons(effects: &[Effect]) -> Vec<Button> {
    super::calls(effects)
        .into_iter()
        .find_map(|it| match it {
            Call::Say { keyboard, .. } | Call::Edit { keyboard, .. } if !keyboard.is_empty() => {
                Some(keyboard.iter().flatten().cloned().collect())
            }
            _ => None,
        })
        .unwrap_or_default()
}

/// Action and arguments of the first button that is pressed rather than opened.
pub(crate) fn pressable(effects: &[Effect]) -> (String, String) {
    buttons(effects)
        .into_iter()
        .find_map(|it| match it.does {
            Does::Press { action, args, .. } => Some((action, args)),
            Does::Open(_) => None,
        })
        .expect("a button to press")
}
