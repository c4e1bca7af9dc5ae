//! Setting a group up: one message that ticks itself until the group is guarded.

use super::super::effect::{Button, Call, Does, Effect, Label, MessageRef};
use super::super::event::{ChatKind, Moved, Pressed, Remedy, Said};
use super::super::fact::ChatRef;
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, MessageId, Moment, Person, ThreadId};
use super::check::{self, Check};
use super::draft::{Draft, Voice};
use super::protect::{self, Missing, Ruling};
use super::state::{CHANNELS_MAX, Question, Request, cut};
use super::word::Word;
use serde::{Deserialize, Serialize};

/// The button that looks again.
pub(super) const ACTION: &str = "m.s";
/// The row of the checklist, and its alarm clock.
pub(super) const WAKE: &str = "setup";

/// A checklist goes away after this long, in ms.
const STANDS_MS: u64 = 86_400_000;
/// What was asked for is remembered this long, in ms.
const WISH_MS: u64 = 3_600_000;
/// Whoever says `/start setup` this soon after the list was said is not answered with another, in ms.
const AGAIN_MS: u64 = 60_000;
/// A group that becomes a supergroup is looked at again after this long, when everything has moved, in ms.
const MOVE_MS: u64 = 3_000;

/// The row `setup`: the checklist that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Setup {
    /// The message.
    message: MessageRef,
    /// The chat it is in: a basic group gets another id when it grows.
    chat: ChatId,
    /// It was a basic group then.
    #[serde(default)]
    basic: bool,
    /// The topic.
    #[serde(default)]
    thread: Option<ThreadId>,
    /// The language of whoever sets the group up.
    language: Language,
    /// When it was said.
    since: Moment,
    /// What was asked for and is done as soon as it can be.
    #[serde(default)]
    wish: Option<Wish>,
    /// Channels that were asked to tell us when something changes there.
    #[serde(default)]
    heard: Vec<ChatId>,
    /// The lines as they were said last.
    #[serde(default)]
    shown: Vec<Text>,
}

/// A `/protect` that could not be carried out yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Wish {
    channels: Vec<ChatRef>,
    by: Person,
    message: MessageId,
    #[serde(default)]
    thread: Option<ThreadId>,
    until: Moment,
}

/// We were put into this group, given rights, or deprived of them.
pub(super) fn placed(draft: &mut Draft<'_>, placed: &Moved) {
    let came = !placed.old.inside() && placed.new.inside();
    match draft.state().setting_up {
        true if !placed.new.inside() => drop_row(draft),
        true => again(draft),
        false if came && draft.state().channels.is_empty() => begin(draft, None, placed.by.language),
        false => {}
    }
}

/// `/start@bot setup`, which Telegram says for whoever added us by the link. Answers whether it was that.
pub(super) fn started(draft: &mut Draft<'_>, said: &Said) -> bool {
    let given = super::command::given(said, draft.facts);
    if !given.is_some_and(|it| it.name == "start" && it.args == super::links::SETUP)
        || !draft.state().channels.is_empty()
    {
        return false;
    }
    draft.claim();
    let old = current(draft);
    if old.as_ref().is_some_and(|it| draft.now().since_ms(it.since) < AGAIN_MS) {
        return true;
    }
    if let Some(old) = old {
        take_down(draft, &old);
    }
    begin(draft, said.thread, said.from.language);
    true
}

/// This group becomes a supergroup: the old message stays behind, and what was wished goes on there.
pub(super) fn migrated(draft: &mut Draft<'_>) {
    if draft.state().setting_up {
        draft.claim();
        let at = draft.now().plus_ms(MOVE_MS);
        draft.add(Effect::WakeAt { key: WAKE.to_owned(), at });
    }
}

/// A channel says that something changed in it.
pub(super) fn told(draft: &mut Draft<'_>, word: &Word) {
    if let Word::Changed { .. } = word {
        again(draft);
    }
}

/// "Look again".
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed) {
    draft.claim();
    let before = draft.state().setting_up;
    again(draft);
    let key = match (before, draft.state().setting_up) {
        (false, _) => "membership-toast-over",
        (true, true) => "membership-setup-toast-more",
        (true, false) => "membership-setup-toast-done",
    };
    draft.toast(pressed, Text::new(pressed.from.language, key), false);
}

/// The alarm clock of the list rings: it is over, or the wish is, or the group has moved.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    let Some(setup) = current(draft) else { return };
    if draft.now().since_ms(setup.since) >= STANDS_MS {
        take_down(draft, &setup);
        end(draft, &setup);
    } else {
        again(draft);
    }
}

/// Something may be different now: looks again, does what was wished if it can be, and ticks.
fn again(draft: &mut Draft<'_>) {
    let Some(mut setup) = current(draft) else { return };
    setup.wish = setup.wish.filter(|it| draft.now() < it.until);
    tick(draft, setup);
}

/// Channels were taken or let go by somebody's order: that is newer than any wish.
pub(super) fn settled(draft: &mut Draft<'_>) {
    if draft.ticked {
        return;
    }
    let Some(setup) = current(draft) else { return };
    tick(draft, Setup { wish: None, ..setup });
}

fn tick(draft: &mut Draft<'_>, mut setup: Setup) {
    draft.ticked = true;
    setup.basic &= setup.chat == draft.place.id;
    let Some(check) = weigh(draft, &mut setup) else { return };
    let waits = |it: &super::state::Asked| matches!(it.what, Question::May { .. });
    let open = draft.state().asked.iter().any(waits);
    if check.lines.is_empty() && !draft.state().channels.is_empty() && !open {
        take_down(draft, &setup);
        end(draft, &setup);
    } else {
        hush(draft, &mut setup);
        show(draft, setup, &check, None);
    }
}

/// What is granted and missing now. A wish that nothing stands in the way of any more is carried out.
fn weigh(draft: &mut Draft<'_>, setup: &mut Setup) -> Option<Check> {
    let mut check = Check::new(setup.language);
    let place = draft.place;
    if setup.basic {
        return Some(check);
    }
    draft.find_title();
    let ruling = setup.wish.as_ref().and_then(|wish| {
        let (state, request) = (draft.state().clone(), Request::Protect(wish.channels.clone()));
        protect::rule(&state, place, &request, wish.by.id, setup.language, &mut draft.look)
    });
    match ruling {
        Some(Ruling::CannotCheck) => return None,
        Some(Ruling::Missing(missing)) => check = missing.check,
        Some(ruling @ Ruling::Protect { .. }) => {
            check.rights_here(place, &mut draft.look);
            if let Some(wish) = setup.wish.take() {
                protect::carry_out(draft, Voice::Reply(wish.message, wish.thread), &wish.by, ruling);
            }
        }
        Some(_) | None => {
            setup.wish = setup.wish.take().filter(|_| draft.is_missing());
            check.rights_here(place, &mut draft.look);
        }
    }
    (!draft.is_missing() && !check.unsure).then_some(check)
}

/// Says the list for the first time.
fn begin(draft: &mut Draft<'_>, thread: Option<ThreadId>, language: Language) {
    let mut setup = Setup::new(draft, thread, language);
    let Some(check) = weigh(draft, &mut setup) else { return };
    let slot = draft.slot();
    setup.message = MessageRef::Slot(slot);
    show(draft, setup, &check, Some((slot, None)));
}

/// A `/protect` that something stands in the way of: it is said what, and done as soon as that is out of the way.
pub(super) fn wish(draft: &mut Draft<'_>, voice: Voice, asker: &Person, missing: Missing) {
    draft.ticked = true;
    if let Some(old) = current(draft) {
        take_down(draft, &old);
        end(draft, &old);
    }
    let mut setup = Setup::new(draft, voice.thread(), asker.language);
    setup.wish(draft, asker, voice.message(), missing.wish);
    listen(draft, &mut setup);
    match voice {
        Voice::Replace(message, _) => {
            setup.message = MessageRef::Id(message);
            show(draft, setup, &missing.check, None);
        }
        Voice::Reply(message, _) => {
            let slot = draft.slot();
            setup.message = MessageRef::Slot(slot);
            show(draft, setup, &missing.check, Some((slot, Some(message))));
        }
    }
}

/// The same in a basic group, where nothing can be looked up yet.
pub(super) fn wish_early(draft: &mut Draft<'_>, said: &Said, channels: Vec<ChatRef>) {
    let check = Check::new(said.from.language);
    wish(draft, Voice::Reply(said.message, said.thread), &said.from, Missing { wish: channels, check });
}

impl Setup {
    fn new(draft: &Draft<'_>, thread: Option<ThreadId>, language: Language) -> Self {
        Self {
            message: MessageRef::Id(MessageId(0)),
            chat: draft.place.id,
            basic: draft.place.kind == ChatKind::Group,
            thread,
            language,
            since: draft.now(),
            wish: None,
            heard: Vec::new(),
            shown: Vec::new(),
        }
    }

    fn wish(&mut self, draft: &Draft<'_>, by: &Person, message: MessageId, mut channels: Vec<ChatRef>) {
        channels.truncate(CHANNELS_MAX);
        let (by, until) = (Person { name: cut(&by.name), ..by.clone() }, draft.now().plus_ms(WISH_MS));
        self.wish = Some(Wish { channels, by, message, thread: self.thread, until });
    }

    /// The lines of the list: what is done first.
    fn lines(&self, draft: &Draft<'_>, check: &Check) -> Vec<Text> {
        let say = |key| Text::new(self.language, key);
        let mut lines = check.done.clone();
        if self.basic {
            lines.push(say("membership-setup-supergroup"));
        }
        lines.extend(check.lines.iter().cloned());
        if self.wish.is_none() && draft.state().channels.is_empty() {
            lines.push(say("membership-setup-channel"));
        }
        for asked in &draft.state().asked {
            if let Question::May { channel, .. } = &asked.what {
                lines.push(say("membership-setup-agree").with("channel", Arg::Bold(channel.title.clone())));
            }
        }
        lines
    }

    fn keyboard(&self, draft: &Draft<'_>, check: &Check) -> Vec<Vec<Button>> {
        let mut wanted = check.remedies.clone();
        if self.wish.is_none() && draft.state().channels.is_empty() && !wanted.contains(&Remedy::Channel) {
            wanted.push(Remedy::Channel); // whichever it will be, we must be its admin
        }
        let label = Label::Text(Text::new(self.language, "membership-setup-button-again"));
        let does = Does::Press { action: ACTION.to_owned(), args: String::new(), only: None, until: None };
        let mut rows = check::remedies(self.language, &wanted, &draft.facts.house.username);
        rows.push(vec![Button { label, does }]);
        rows
    }
}

/// Says the list, or edits it if it says something else now; remembers it and sets its alarm clock.
fn show(
    draft: &mut Draft<'_>,
    mut setup: Setup,
    check: &Check,
    new: Option<(super::super::types::Slot, Option<MessageId>)>,
) {
    let lines = setup.lines(draft, check);
    let key = if setup.wish.is_some() { "membership-missing" } else { "membership-setup" };
    let text = Text::new(setup.language, key).with("lines", Arg::Lines(lines.clone()));
    let (chat, keyboard) = (draft.place.id, setup.keyboard(draft, check));
    let moved = setup.chat != chat;
    let new = new.or_else(|| moved.then(|| (draft.slot(), None)));
    if let Some((slot, reply_to)) = new {
        (setup.chat, setup.message) = (chat, MessageRef::Slot(slot));
        if moved {
            setup.thread = None;
        }
        draft.owe(Call::Say { chat, slot, thread: setup.thread, reply_to, text, keyboard, silent: false, only: None });
    } else if setup.shown != lines {
        draft.owe(Call::Edit { chat, message: setup.message, text, keyboard });
    }
    setup.shown = lines;
    let wish = setup.wish.as_ref().map(|it| it.until);
    let at = setup.since.plus_ms(STANDS_MS);
    draft.add(Effect::WakeAt { key: WAKE.to_owned(), at: wish.map_or(at, |it| it.min(at)) });
    draft.put(WAKE.to_owned(), &setup);
    if !draft.state().setting_up {
        draft.change().setting_up = true;
    }
}

/// The list that stands. While the row is not here yet, it is asked for.
fn current(draft: &mut Draft<'_>) -> Option<Setup> {
    if !draft.state().setting_up {
        return None;
    }
    let found = draft.row(WAKE)?.and_then(|it| serde_json::from_slice(it).ok());
    if found.is_none() {
        draft.change().setting_up = false; // the row is gone, or of another make
    }
    found
}

/// Asks the channels of a wish to tell us when we are let in.
fn listen(draft: &mut Draft<'_>, setup: &mut Setup) {
    let group = draft.place.id;
    let wished = setup.wish.as_ref().map(|it| it.channels.clone()).unwrap_or_default();
    for channel in wished {
        let id = match &channel {
            ChatRef::Id(id) => Some(*id),
            ChatRef::Name(_) => draft.facts.chat(&channel).and_then(|it| it.as_ref().ok()).map(|it| it.id),
        };
        let Some(id) = id.filter(|it| !setup.heard.contains(it)) else { continue };
        setup.heard.push(id);
        if !draft.state().channels.iter().any(|it| it.id == id) {
            draft.tell(id, Word::Linked { group });
        }
    }
}

/// Channels that are no longer wished for need not tell us any more.
fn hush(draft: &mut Draft<'_>, setup: &mut Setup) {
    let asked = |draft: &Draft<'_>, id| {
        let is = |it: &super::state::Asked| matches!(&it.what, Question::May { channel, .. } if channel.id == id);
        draft.state().asked.iter().any(is)
    };
    if setup.wish.is_some() {
        return;
    }
    let group = draft.place.id;
    for channel in std::mem::take(&mut setup.heard) {
        match asked(draft, channel) {
            true => setup.heard.push(channel),
            false if draft.state().channels.iter().any(|it| it.id == channel) => {}
            false => draft.tell(channel, Word::Unlinked { group }),
        }
    }
}

fn take_down(draft: &mut Draft<'_>, setup: &Setup) {
    if setup.chat == draft.place.id {
        draft.delete(setup.message);
    }
}

fn end(draft: &mut Draft<'_>, setup: &Setup) {
    let mut rest = Setup { wish: None, ..setup.clone() };
    hush(draft, &mut rest);
    drop_row(draft);
}

fn drop_row(draft: &mut Draft<'_>) {
    draft.change().setting_up = false;
    draft.drop_row(WAKE.to_owned());
    draft.add(Effect::NoWake { key: WAKE.to_owned() });
}
