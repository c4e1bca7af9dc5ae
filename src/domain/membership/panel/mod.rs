//! `/protection`: how the group stands and how it is guarded, with buttons to change it.

mod pages;
mod parts;
mod set;
mod wording;
mod writing;

use super::super::effect::{Call, Effect, MessageRef};
use super::super::event::{Pressed, Standing};
use super::super::fact::{Freshness, Unknown};
use super::super::text::Text;
use super::super::types::{ChatId, MessageId, Moment, Person, Slot, ThreadId, UserId};
use super::draft::{Draft, Voice};
use super::own::Own;
use super::person;
use super::protect::{self, Ruling};
use super::state::Request;
use pages::Page;
use serde::{Deserialize, Serialize};
use set::Set;

pub(super) use writing::answered;

/// The buttons of the panel.
pub(super) const ACTION: &str = "m.p";
/// The row of the panel that is open, and the alarm clock that closes it.
pub(super) const WAKE: &str = "panel";

/// A panel that nobody touches goes away after this long, in ms.
const IDLE_MS: u64 = 600_000;
/// Panels are numbered up to here, so that number and argument fit into a button.
const NUMBERS: u32 = 1_000_000;

/// The row `panel`: the one that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Panel {
    /// Its number, which its buttons carry.
    number: u32,
    /// The message.
    message: MessageRef,
    /// When it goes away.
    until: Moment,
    /// Words that somebody wrote and has not kept yet.
    #[serde(default)]
    written: Option<Written>,
}

/// Words that wait for "Keep".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    own: Own,
    words: String,
}

/// What a button of the panel does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    /// Shows a page.
    Show(Page),
    /// Sets something.
    Set(Set),
    /// Asks for words.
    Ask(Own),
    /// Takes the house's words again.
    Usual(Own),
    /// Keeps the words that were written.
    Keep,
    /// Lets somebody be judged again.
    Judge(UserId),
    /// Lets a channel go; sure.
    LetGo(ChatId),
    /// Closes the panel.
    Close,
}

impl Verb {
    fn code(self) -> String {
        match self {
            Self::Show(page) => format!("o{}", page.code()),
            Self::Set(set) => format!("t{}", set.code()),
            Self::Ask(own) => format!("w{}", own.code()),
            Self::Usual(own) => format!("p{}", own.code()),
            Self::Keep => "k".into(),
            Self::Judge(user) => format!("f{}", user.0),
            Self::LetGo(channel) => format!("c{}", channel.0.unsigned_abs()),
            Self::Close => "x".into(),
        }
    }

    fn read(code: &str) -> Option<Self> {
        let (letter, rest) = code.split_at_checked(1)?;
        Some(match letter {
            "o" => Self::Show(Page::read(rest)?),
            "t" => Self::Set(Set::read(rest)?),
            "w" => Self::Ask(Own::of(rest)?),
            "p" => Self::Usual(Own::of(rest)?),
            "k" => Self::Keep,
            "f" => Self::Judge(UserId(rest.parse().ok()?)),
            "c" => Self::LetGo(channel(rest)?),
            "x" => Self::Close,
            _ => return None,
        })
    }
}

/// A channel by its id without the sign.
fn channel(digits: &str) -> Option<ChatId> {
    digits.parse::<i64>().ok().filter(|it| *it > 0).map(|it| ChatId(-it))
}

/// Shows the panel. One that is open elsewhere in the group goes away.
pub(super) fn open(draft: &mut Draft<'_>, voice: Voice, asker: &Person) {
    let Some(row) = draft.row(WAKE) else { return };
    let number = draft.state().next_ask % NUMBERS;
    draft.change().next_ask = draft.state().next_ask.wrapping_add(1);
    if let Some(old) = read(row) {
        draft.delete(old.message);
    }
    let until = draft.now().plus_ms(IDLE_MS);
    let mut panel = Panel { number, message: MessageRef::Id(MessageId(0)), until, written: None };
    let Some((text, keyboard)) = pages::render(draft, &panel, Page::Home, asker) else { return };
    let chat = draft.place.id;
    match voice {
        Voice::Replace(message, _) => {
            panel.message = MessageRef::Id(message);
            draft.owe(Call::Edit { chat, message: panel.message, text, keyboard });
        }
        Voice::Reply(message, thread) => {
            let slot: Slot = draft.slot();
            let thread: Option<ThreadId> = thread;
            panel.message = MessageRef::Slot(slot);
            draft.owe(Call::Say {
                chat,
                slot,
                thread,
                reply_to: Some(message),
                text,
                keyboard,
                silent: true,
                only: None,
            });
        }
    }
    keep(draft, &panel);
}

/// A button of the panel was pressed. The panel belongs to whoever may change it at this very moment.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, args: &str) {
    draft.claim();
    let say = |key| Text::new(pressed.from.language, key);
    let (standing, row) = (draft.member(draft.place.id, pressed.from.id, Freshness::Recent), draft.row(WAKE));
    let (Some(standing), Some(row)) = (standing, row) else {
        return draft.toast(pressed, say("membership-toast-cannot-check"), false);
    };
    match standing {
        Ok(standing) if may(standing) => {}
        Ok(_) | Err(Unknown::NotFound) => return draft.toast(pressed, say("membership-not-allowed"), true),
        Err(Unknown::NoRights | Unknown::Unavailable | Unknown::TooLarge) => {
            return draft.toast(pressed, say("membership-toast-cannot-check"), false);
        }
    }
    let split = args.find(|it: char| !it.is_ascii_digit()).unwrap_or(args.len());
    let (number, verb) = args.split_at(split);
    let live = read(row).filter(|it| number.parse() == Ok(it.number) && draft.now() < it.until);
    let (Some(panel), Some(verb)) = (live, Verb::read(verb)) else {
        draft.toast(pressed, say("membership-panel-toast-stale"), true);
        return draft.delete(MessageRef::Id(pressed.message));
    };
    let panel = Panel { message: MessageRef::Id(pressed.message), until: draft.now().plus_ms(IDLE_MS), ..panel };
    act(draft, pressed, panel, verb);
}

fn may(standing: &Standing) -> bool {
    standing.may(|it| it.can_change_info)
}

fn act(draft: &mut Draft<'_>, pressed: &Pressed, mut panel: Panel, verb: Verb) {
    if !matches!(verb, Verb::Ask(_)) && draft.state().prompt.is_some() {
        draft.change().prompt = None;
    }
    let page = match verb {
        Verb::Show(page) => page,
        Verb::Set(set) => {
            if !set.holds(&draft.state().policy, draft.settings) {
                set.apply(&mut draft.change().policy);
            }
            set.page()
        }
        Verb::Ask(own) => {
            writing::ask(draft, pressed, own, panel.until);
            Page::Asked(own)
        }
        Verb::Usual(own) => {
            draft.drop_row(own.key().to_owned());
            Page::Unset(own)
        }
        Verb::Keep => match panel.written.take() {
            Some(written) => writing::keep(draft, pressed, &written),
            None => Page::Home,
        },
        Verb::Judge(user) => {
            person::judge_again(draft, user);
            Page::Exempt(Some(user))
        }
        Verb::LetGo(channel) => match let_go(draft, pressed, channel) {
            Some(page) => page,
            None => return,
        },
        Verb::Close => {
            draft.nod(pressed);
            return close(draft, &panel);
        }
    };
    if !matches!(page, Page::Kept(_)) {
        panel.written = None;
    }
    turn(draft, pressed, &panel, page);
}

/// Shows another page of the open panel.
fn turn(draft: &mut Draft<'_>, pressed: &Pressed, panel: &Panel, page: Page) {
    let Some((text, keyboard)) = pages::render(draft, panel, page, &pressed.from) else {
        return draft.toast(pressed, Text::new(pressed.from.language, "membership-toast-cannot-check"), false);
    };
    draft.nod(pressed);
    draft.owe(Call::Edit { chat: draft.place.id, message: panel.message, text, keyboard });
    keep(draft, panel);
}

/// Lets a channel go, as `/unprotect` does. The group hears of it, beside the panel.
fn let_go(draft: &mut Draft<'_>, pressed: &Pressed, channel: ChatId) -> Option<Page> {
    let (state, request) = (draft.state().clone(), Request::Unprotect(vec![channel.into()]));
    let (who, place) = (&pressed.from, draft.place);
    let ruling = protect::rule(&state, place, &request, who.id, who.language, &mut draft.look);
    match ruling {
        Some(ruling @ Ruling::Release { .. }) => {
            protect::carry_out(draft, Voice::Reply(pressed.message, pressed.thread), who, ruling);
        }
        Some(Ruling::Unprotected) => {} // somebody was faster
        Some(_) | None => {
            draft.toast(pressed, Text::new(who.language, "membership-toast-cannot-check"), false);
            return None;
        }
    }
    Some(Page::Channels)
}

/// The alarm clock of the panel rings: nobody has touched it for long enough.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    let Some(Some(panel)) = draft.row(WAKE).map(read) else { return };
    if draft.now() < panel.until {
        return draft.add(Effect::WakeAt { key: WAKE.to_owned(), at: panel.until });
    }
    close(draft, &panel);
}

fn close(draft: &mut Draft<'_>, panel: &Panel) {
    draft.delete(panel.message);
    draft.drop_row(WAKE.to_owned());
    draft.add(Effect::NoWake { key: WAKE.to_owned() });
    if draft.state().prompt.is_some() {
        draft.change().prompt = None;
    }
}

fn keep(draft: &mut Draft<'_>, panel: &Panel) {
    draft.put(WAKE.to_owned(), panel);
    draft.add(Effect::WakeAt { key: WAKE.to_owned(), at: panel.until });
}

fn read(row: Option<&[u8]>) -> Option<Panel> {
    serde_json::from_slice(row?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_reads_back_and_fits_into_a_button() {
        let all = [
            Verb::Show(Page::Home),
            Verb::Show(Page::Words(Own::Greeting)),
            Verb::Set(Set::Minutes(1_440)),
            Verb::Ask(Own::Notice),
            Verb::Usual(Own::Greeting),
            Verb::Keep,
            Verb::Judge(UserId(9_999_999_999)),
            Verb::LetGo(ChatId(-1_009_999_999_999)),
            Verb::Show(Page::Sure(ChatId(-1_009_999_999_999))),
            Verb::Close,
        ];
        for verb in all {
            assert_eq!(Verb::read(&verb.code()), Some(verb));
            let whole = format!("{ACTION}{}{}", NUMBERS - 1, verb.code());
            assert!(whole.len() <= 24 && whole.is_ascii(), "{whole}");
        }
        for code in ["", "o", "oz", "c", "c0", "c-5", "f", "fx", "wz", "q", "ж", "t", "tz"] {
            assert_eq!(Verb::read(code), None, "{code}");
        }
    }
}
