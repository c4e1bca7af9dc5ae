//! The message that shows the appeals of a group to its admins.

use super::super::super::effect::{Button, Call, Does, Effect, Label, Lane, MessageRef, Owed};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ChatId, Language, UserId};
use super::super::draft::Draft;
use super::super::policy::LogPlace;
use super::super::{afar, journal, reach, stop, why};
use super::{ACCEPT, ACTION, Plea, REJECT, Verdict, plea};

/// Of those who wait, so many stand in the message with their buttons; the others move up.
const SHOWN: usize = 5;
/// The slot of a message is known for 72 h; this keeps clear of it, in ms.
const STANDS_MS: u64 = 48 * 3_600_000;
/// How long the group's own message stands when all is decided, in ms.
const CLEAR_MS: u64 = 60_000;

/// The message that shows the appeals, while it is written.
pub(super) struct Page {
    pub(super) pleas: Vec<Plea>,
}

impl Page {
    /// Reads those that stand in the message; `None` while they are not known.
    pub(super) fn read(draft: &mut Draft<'_>) -> Option<Self> {
        let docket = draft.state().docket.clone();
        let shown: Vec<_> = docket.decided.iter().chain(docket.open.iter().take(SHOWN + 1)).copied().collect();
        let pleas: Vec<_> = shown.into_iter().map(|it| plea(draft, it)).collect();
        let pleas: Option<Vec<_>> = pleas.into_iter().collect();
        Some(Self { pleas: pleas?.into_iter().flatten().collect() })
    }

    /// Says the message, or edits it where it stands.
    pub(super) fn show(&self, draft: &mut Draft<'_>, heard: &[UserId]) {
        let (now, here) = (draft.now(), draft.place.id);
        let docket = &mut draft.change().docket;
        if now.since_ms(docket.since) > STANDS_MS {
            docket.copies.clear();
        }
        if docket.copies.is_empty() {
            docket.decided.clear();
            docket.since = now;
            return self.publish(draft, heard);
        }
        let (docket, language) = (draft.state().docket.clone(), journal::language(draft));
        for (chat, slot) in docket.copies {
            let (text, keyboard) = (self.text(draft, language), self.keyboard(draft, language));
            draft.owe(Call::Edit { chat, message: MessageRef::Slot(slot), text, keyboard });
            if docket.open.is_empty() && chat == here {
                draft.add(Effect::WakeAt { key: stop::wake(slot), at: now.plus_ms(CLEAR_MS) });
            }
        }
        if docket.open.is_empty() {
            let docket = &mut draft.change().docket;
            (docket.copies, docket.decided) = (Vec::new(), Vec::new());
        }
    }

    /// Says it where admins see it: in the log place; else to those who can be written to; else in the group.
    pub(super) fn publish(&self, draft: &mut Draft<'_>, heard: &[UserId]) {
        let language = journal::language(draft);
        if let Some(log) = journal::place(draft.state()) {
            let (text, keyboard) = (self.text(draft, language), self.keyboard(draft, language));
            let slot = journal::write(draft, log, text, keyboard); // it is heard when that fails
            draft.change().docket.copies.push((log.chat, slot));
            return;
        }
        if heard.is_empty() {
            return self.say_here(draft);
        }
        for admin in heard {
            let (slot, chat) = (draft.slot(), ChatId(admin.0));
            let (text, keyboard) = (self.text(draft, language), self.keyboard(draft, language));
            let say = Call::Say { chat, slot, thread: None, reply_to: None, text, keyboard, silent: true, only: None };
            let owed = Owed::new(say).repeating().reporting(format!("{}{}", reach::TOKEN, admin.0));
            draft.add(Effect::Telegram(owed));
            draft.change().docket.copies.push((chat, slot));
        }
    }

    /// Says it in the group, without a sound.
    pub(super) fn say_here(&self, draft: &mut Draft<'_>) {
        let language = journal::language(draft);
        let at = LogPlace { chat: draft.place.id, thread: self.pleas.last().and_then(|it| it.thread) };
        let (text, keyboard) = (self.text(draft, language), self.keyboard(draft, language));
        let slot = draft.notify(at, Lane::Reply, text, keyboard);
        draft.change().docket.copies.push((at.chat, slot));
    }

    fn of(&self, users: &[UserId]) -> impl Iterator<Item = &Plea> {
        users.iter().filter_map(|user| self.pleas.iter().find(|it| it.who.id == *user))
    }

    fn text(&self, draft: &Draft<'_>, language: Language) -> Text {
        let docket = &draft.state().docket;
        let line = |it: &Plea| {
            let key = match &it.verdict {
                None => "membership-appeal-line",
                Some(Verdict { accepted: true, .. }) => "membership-appeal-line-accepted",
                Some(Verdict { accepted: false, .. }) => "membership-appeal-line-rejected",
            };
            let text = Text::new(language, key)
                .with("person", Arg::Person { id: it.who.id, name: it.who.name.clone() })
                .with("channels", why::titles(&draft.state().channels, &it.lacked))
                .with("time", Arg::Time(it.at));
            match &it.verdict {
                Some(Verdict { by, name, .. }) => text.with("admin", Arg::Person { id: *by, name: name.clone() }),
                None => text,
            }
        };
        let decided = self.of(&docket.decided).map(line);
        let open = self.of(docket.open.get(..SHOWN).unwrap_or(&docket.open)).map(line);
        let more = docket.open.len().saturating_sub(SHOWN);
        let more =
            (more > 0).then(|| Text::new(language, "membership-appeal-more").with("count", stop::count_of(more)));
        let key = if docket.open.is_empty() { "membership-appeal-settled" } else { "membership-appeal-open" };
        Text::new(language, key)
            .with("count", stop::count_of(docket.open.len()))
            .with("lines", Arg::Lines(decided.chain(open).chain(more).collect()))
    }

    /// Two buttons for each who waits; named when there are several.
    fn keyboard(&self, draft: &Draft<'_>, language: Language) -> Vec<Vec<Button>> {
        let docket = &draft.state().docket;
        let group = draft.place.id;
        let shown = docket.open.get(..SHOWN).unwrap_or(&docket.open);
        let button = |plea: &Plea, letter, one, named| {
            let label = match docket.open.len() {
                1 => Text::new(language, one),
                _ => Text::new(language, named).with("name", Arg::Word(plea.who.name.clone())),
            };
            let (action, args) = (ACTION.to_owned(), afar::args(group, letter, plea.who.id));
            Button { label: Label::Text(label), does: Does::Press { action, args, only: None, until: None } }
        };
        let row = |it: &Plea| {
            vec![
                button(it, ACCEPT, "membership-appeal-accept", "membership-appeal-accept-named"),
                button(it, REJECT, "membership-appeal-reject", "membership-appeal-reject-named"),
            ]
        };
        self.of(shown).map(row).collect()
    }
}
