//! What somebody who looks after accounts can order, and how it is written.

use super::invite::{self, Hash};
use crate::domain::account::{Account, Role, Status, Tier};
use crate::domain::command::Given;
use crate::domain::types::UserId;
use serde::{Deserialize, Serialize};

/// A change of somebody's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// To another tier.
    Tier(Tier),
    /// To another role.
    Role(Role),
    /// Closed.
    Ban,
    /// Closed for a while, without reproach.
    Rest,
    /// Opened again.
    Unban,
    /// Put on the list of those who may ask.
    Allow,
    /// Taken off it.
    Disallow,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Show an account.
    Show(UserId),
    /// Show a page of all.
    List(usize),
    /// Change one.
    Change(UserId, Change),
    /// Open an invitation: for so many, so many days, into this tier.
    Invite(Hash, u32, u32, Tier),
    /// It cannot be read: this text says how it is written.
    Unclear(&'static str),
}

/// People that one invitation may let in, and days that it may be good for.
const USES_MAX: u32 = 1_000;
const DAYS_MAX: u32 = 365;
const DAYS: u32 = 7;

/// Reads an order; `None` when it is none of ours.
pub(super) fn read(given: &Given<'_>) -> Option<Order> {
    let mut words = given.words();
    let (first, second) = (words.next(), words.next());
    let id = first.and_then(|it| it.parse().ok()).filter(|it| *it > 0).map(UserId);
    Some(match (given.name.as_str(), id) {
        ("users", _) => Order::List(first.and_then(|it| it.parse::<usize>().ok()).map_or(0, |it| it.saturating_sub(1))),
        ("user", Some(id)) => Order::Show(id),
        ("user", None) => Order::Unclear("porter-how-user"),
        ("ban", Some(id)) if second == Some("rest") => Order::Change(id, Change::Rest),
        ("ban", Some(id)) if second.is_none() => Order::Change(id, Change::Ban),
        ("ban", _) => Order::Unclear("porter-how-ban"),
        ("unban", Some(id)) => Order::Change(id, Change::Unban),
        ("unban", None) => Order::Unclear("porter-how-unban"),
        ("tier", Some(id)) => match (second.and_then(Tier::named), second.and_then(Role::named)) {
            (Some(tier), _) => Order::Change(id, Change::Tier(tier)),
            (None, Some(role)) => Order::Change(id, Change::Role(role)),
            (None, None) => Order::Unclear("porter-how-tier"),
        },
        ("tier", None) => Order::Unclear("porter-how-tier"),
        ("allow", Some(id)) if second == Some("off") => Order::Change(id, Change::Disallow),
        ("allow", Some(id)) if second.is_none() => Order::Change(id, Change::Allow),
        ("allow", _) if first == Some("code") => invitation(second, words),
        ("allow", _) => Order::Unclear("porter-how-allow"),
        _ => return None,
    })
}

/// `CODE [people] [days] [tier]`
fn invitation<'a>(code: Option<&str>, mut words: impl Iterator<Item = &'a str>) -> Order {
    let number = |word: Option<&str>, usual: u32, most: u32| match word {
        None => Some(usual),
        Some(word) => word.parse().ok().filter(|it| (1..=most).contains(it)),
    };
    let uses = number(words.next(), 1, USES_MAX);
    let days = number(words.next(), DAYS, DAYS_MAX);
    let tier = words.next().map_or(Some(Tier::Free), Tier::named);
    match (code.and_then(invite::hash), uses, days, tier, words.next()) {
        (Some(hash), Some(uses), Some(days), Some(tier), None) => Order::Invite(hash, uses, days, tier),
        _ => Order::Unclear("porter-how-code"),
    }
}

impl Change {
    /// Who may order it.
    pub(super) const fn needs(self) -> Role {
        match self {
            Self::Role(_) => Role::Owner,
            Self::Tier(_) | Self::Ban | Self::Rest | Self::Unban | Self::Allow | Self::Disallow => Role::Admin,
        }
    }

    /// Does it.
    pub(super) const fn apply(self, account: &mut Account) {
        match self {
            Self::Tier(tier) => account.tier = tier,
            Self::Role(role) => account.role = role,
            Self::Ban => account.status = Status::Banned,
            Self::Rest => account.status = Status::Inactive,
            Self::Unban => account.status = Status::Active,
            Self::Allow => account.allowed = true,
            Self::Disallow => account.allowed = false,
        }
    }

    /// Short, for a button.
    pub(super) const fn code(self) -> char {
        match self {
            Self::Tier(Tier::Free) => 'f',
            Self::Tier(Tier::Premium) => 'p',
            Self::Tier(Tier::Enterprise) => 'e',
            Self::Role(Role::Viewer) => 'v',
            Self::Role(Role::Operator) => 'o',
            Self::Role(Role::Admin) => 'a',
            Self::Role(Role::Owner) => 'w',
            Self::Ban => 'b',
            Self::Rest => 'r',
            Self::Unban => 'u',
            Self::Allow => 'y',
            Self::Disallow => 'n',
        }
    }

    /// What a button of that letter does.
    pub(super) const fn of_code(code: char) -> Option<Self> {
        Some(match code {
            'f' => Self::Tier(Tier::Free),
            'p' => Self::Tier(Tier::Premium),
            'e' => Self::Tier(Tier::Enterprise),
            'v' => Self::Role(Role::Viewer),
            'o' => Self::Role(Role::Operator),
            'a' => Self::Role(Role::Admin),
            'w' => Self::Role(Role::Owner),
            'b' => Self::Ban,
            'r' => Self::Rest,
            'u' => Self::Unban,
            'y' => Self::Allow,
            'n' => Self::Disallow,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_as_people_write_them_and_what_is_unclear_is_explained() {
        let change = |it| Order::Change(UserId(42), it);
        let code = invite::hash("welcome-2026").unwrap_or_default();
        for (name, args, expect) in [
            ("user", "42", Some(Order::Show(UserId(42)))),
            ("user", "", Some(Order::Unclear("porter-how-user"))),
            ("user", "@ann", Some(Order::Unclear("porter-how-user"))),
            ("user", "-42", Some(Order::Unclear("porter-how-user"))),
            ("users", "", Some(Order::List(0))),
            ("users", "3", Some(Order::List(2))),
            ("users", "0", Some(Order::List(0))),
            ("tier", "42 premium", Some(change(Change::Tier(Tier::Premium)))),
            ("tier", "42 ENTERPRISE", Some(change(Change::Tier(Tier::Enterprise)))),
            ("tier", "42 operator", Some(change(Change::Role(Role::Operator)))),
            ("tier", "42 gold", Some(Order::Unclear("porter-how-tier"))),
            ("tier", "42", Some(Order::Unclear("porter-how-tier"))),
            ("ban", "42", Some(change(Change::Ban))),
            ("ban", "42 rest", Some(change(Change::Rest))),
            ("ban", "42 please", Some(Order::Unclear("porter-how-ban"))),
            ("unban", "42", Some(change(Change::Unban))),
            ("unban", "", Some(Order::Unclear("porter-how-unban"))),
            ("allow", "42", Some(change(Change::Allow))),
            ("allow", "42 off", Some(change(Change::Disallow))),
            ("allow", "42 of", Some(Order::Unclear("porter-how-allow"))),
            ("allow", "code welcome-2026", Some(Order::Invite(code, 1, 7, Tier::Free))),
            ("allow", "code Welcome-2026 25 30 premium", Some(Order::Invite(code, 25, 30, Tier::Premium))),
            ("allow", "code short", Some(Order::Unclear("porter-how-code"))),
            ("allow", "code welcome-2026 0", Some(Order::Unclear("porter-how-code"))),
            ("allow", "code welcome-2026 5 366", Some(Order::Unclear("porter-how-code"))),
            ("allow", "code welcome-2026 5 7 gold", Some(Order::Unclear("porter-how-code"))),
            ("allow", "code welcome-2026 5 7 free now", Some(Order::Unclear("porter-how-code"))),
            ("allow", "code", Some(Order::Unclear("porter-how-code"))),
            ("protect", "42", None),
        ] {
            let given = Given { name: name.into(), args };
            assert_eq!(read(&given), expect, "/{name} {args}");
        }
    }

    #[test]
    fn every_change_has_a_letter_of_its_own() {
        let tiers = Tier::ALL.map(Change::Tier);
        let roles = Role::ALL.map(Change::Role);
        let rest = [Change::Ban, Change::Rest, Change::Unban, Change::Allow, Change::Disallow];
        for it in tiers.into_iter().chain(roles).chain(rest) {
            assert_eq!(Change::of_code(it.code()), Some(it));
        }
        assert_eq!(Change::of_code('?'), None);
    }
}
