//! What whoever looks after accounts sees: the list in pages, and one account with its buttons.

use super::order::Change;
use crate::domain::account::{Account, Accounts, Role, Status, Tier};
use crate::domain::effect::{Button, Does, Label};
use crate::domain::text::{Arg, Text};
use crate::domain::types::{Language, UserId};

/// The action of our buttons. What they do stands in the arguments: `l<page>`, `c<id>`, or a change's letter and id.
pub(super) const ACTION: &str = "acc";

/// What a button of ours asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    /// A page of the list.
    List(usize),
    /// An account.
    Card(UserId),
    /// A change of an account.
    Change(UserId, Change),
}

pub(super) type Rows = Vec<Vec<Button>>;

impl Press {
    pub(super) fn read(args: &str) -> Option<Self> {
        let letter = args.chars().next()?;
        let number: i64 = args.get(letter.len_utf8()..)?.parse().ok()?;
        match letter {
            'l' => usize::try_from(number).ok().map(Self::List),
            'c' => Some(Self::Card(UserId(number))),
            _ => Change::of_code(letter).map(|it| Self::Change(UserId(number), it)),
        }
    }

    fn args(self) -> String {
        match self {
            Self::List(page) => format!("l{page}"),
            Self::Card(user) => format!("c{}", user.0),
            Self::Change(user, change) => format!("{}{}", change.code(), user.0),
        }
    }

    fn button(self, label: Label, reader: UserId) -> Button {
        let does = Does::Press { action: ACTION.to_owned(), args: self.args(), only: Some(reader), until: None };
        Button { label, does }
    }
}

/// A page of the list, counted from 0; the last one for pages beyond.
pub(super) fn list(accounts: &Accounts, page: usize, size: usize, reader: UserId, language: Language) -> (Text, Rows) {
    let (count, size) = (accounts.iter().len(), size.max(1));
    if count == 0 {
        return (Text::new(language, "porter-list-none"), Vec::new());
    }
    let pages = count.div_ceil(size);
    let page = page.min(pages - 1);
    let shown: Vec<_> = accounts.iter().skip(page * size).take(size).collect();
    let text = Text::new(language, "porter-list")
        .with("count", number(count))
        .with("page", number(page + 1))
        .with("pages", number(pages))
        .with("lines", Arg::Lines(shown.iter().map(|it| line(it, language)).collect()));
    let mut rows: Rows = shown.iter().map(|it| vec![to(it, reader)]).collect();
    let turn = |key, to: Option<usize>| Some(Press::List(to?).button(Label::Text(Text::new(language, key)), reader));
    let back = turn("porter-list-back", page.checked_sub(1));
    let on = turn("porter-list-on", Some(page + 1).filter(|it| *it < pages));
    let turns: Vec<_> = back.into_iter().chain(on).collect();
    if !turns.is_empty() {
        rows.push(turns);
    }
    (text, rows)
}

fn to(account: &Account, reader: UserId) -> Button {
    let name = match account.name.as_str() {
        "" => account.user.0.to_string(),
        name => name.to_owned(),
    };
    Press::Card(account.user).button(Label::Name(name), reader)
}

fn line(account: &Account, language: Language) -> Text {
    about(account, Text::new(language, "porter-line"))
}

/// The texts choose by numbers: words of people and of ours are put in only after that.
fn about(account: &Account, text: Text) -> Text {
    let name = if account.name.is_empty() { account.user.0.to_string() } else { account.name.clone() };
    let status = match account.status {
        Status::Active => 0,
        Status::Inactive => 1,
        Status::Banned => 2,
    };
    text.with("person", Arg::Person { id: account.user, name })
        .with("id", Arg::Code(account.user.0.to_string()))
        .with("tier", number(account.tier as usize))
        .with("role", number(account.role as usize))
        .with("status", number(status))
        .with("allowed", number(usize::from(account.allowed)))
}

/// One account, with the buttons that the reader's role allows.
pub(super) fn card(account: &Account, kept: bool, (reader, role): (UserId, Role), language: Language) -> (Text, Rows) {
    let since = if kept { "porter-card" } else { "porter-card-new" };
    let text = about(account, Text::new(language, since)).with("since", Arg::Time(account.since));
    let say = |key| Label::Text(Text::new(language, key));
    let change = |it: Change, label| Press::Change(account.user, it).button(label, reader);
    let mut rows: Rows = Vec::new();
    if role >= Change::Ban.needs() && account.role < role {
        let tier = |it: Tier| {
            let label = Text::new(language, "porter-button-tier")
                .with("tier", number(it as usize))
                .with("chosen", number(usize::from(account.tier == it)));
            change(Change::Tier(it), Label::Text(label))
        };
        rows.push(Tier::ALL.map(tier).into());
        let door = match account.allowed {
            true => change(Change::Disallow, say("porter-button-disallow")),
            false => change(Change::Allow, say("porter-button-allow")),
        };
        let ban = match account.status {
            Status::Banned | Status::Inactive => change(Change::Unban, say("porter-button-unban")),
            Status::Active => change(Change::Ban, say("porter-button-ban")),
        };
        rows.push(vec![door, ban]);
    }
    rows.push(vec![Press::List(0).button(say("porter-button-list"), reader)]);
    (text, rows)
}

fn number(it: usize) -> Arg {
    Arg::Number(i64::try_from(it).unwrap_or(i64::MAX))
}
