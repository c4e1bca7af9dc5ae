//! Who may ask, as a table.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::super::event::{Standing, Status as Member};
use super::super::fact::{Fact, House};
use super::super::feature::Pace;
use super::*;

const ANN: UserId = UserId(7);
const OWNER: UserId = UserId(1);
const NOW: Moment = Moment(1_700_000_000_000);

fn news() -> ChatRef {
    ChatRef::Id(ChatId(-200))
}

fn club() -> ChatRef {
    ChatRef::Id(ChatId(-100))
}

fn account(change: impl FnOnce(&mut Account)) -> Account {
    let mut account = Account::new(ANN, NOW);
    change(&mut account);
    account
}

fn asked(account: &Account, access: &Access, known: &[(ChatRef, Result<Member, Unknown>)]) -> Verdict {
    let house = House { owners: [OWNER].into(), ..House::default() };
    let need = |chat: &ChatRef| Need::Member { chat: chat.clone(), user: account.user, fresh: Freshness::Cached };
    let standing = |status| Standing { status, ..Standing::default() };
    let known: Vec<_> =
        known.iter().map(|(chat, found)| (need(chat), Fact::Member(found.clone().map(standing)))).collect();
    may_ask(account, access, &Facts { now: NOW, house: &house, slots: 1, pace: Pace::Free, known: &known })
}

#[test]
fn without_channels_the_account_alone_says_who_may_ask() {
    let accounts = [
        ("new", account(|_| {})),
        ("allowed", account(|it| it.allowed = true)),
        ("operator", account(|it| it.role = Role::Operator)),
        ("inactive", account(|it| it.status = Status::Inactive)),
        ("banned", account(|it| (it.status, it.allowed, it.role) = (Status::Banned, true, Role::Admin))),
        ("owner", Account { user: OWNER, status: Status::Banned, ..account(|_| {}) }),
    ];
    let (yes, no) = (Verdict::Allowed, Verdict::Denied);
    for (access, expect) in [
        (Access::Everyone, [yes.clone(), yes.clone(), yes.clone()]),
        (Access::Listed, [no(Reason::NotListed), yes.clone(), yes.clone()]),
        (Access::Invited, [no(Reason::NotInvited), yes.clone(), yes.clone()]),
    ] {
        let rest = [no(Reason::Inactive), no(Reason::Banned), yes.clone()];
        for ((who, account), expect) in accounts.iter().zip(expect.into_iter().chain(rest)) {
            assert_eq!(asked(account, &access, &[]), expect, "{who} under {access:?}");
        }
    }
}

#[test]
fn members_of_all_channels_may_ask_and_in_doubt_nobody() {
    let access = Access::Members(vec![news(), club()]);
    let need = |chat| Need::Member { chat, user: ANN, fresh: Freshness::Cached };
    let (inside, left) = (Ok(Member::Member), Ok(Member::Left));
    let both = |one: &Result<Member, Unknown>, other: &Result<Member, Unknown>| {
        vec![(news(), one.clone()), (club(), other.clone())]
    };
    for (known, expect) in [
        (vec![], Verdict::Needs(vec![need(news()), need(club())])),
        (vec![(news(), inside.clone())], Verdict::Needs(vec![need(club())])),
        (vec![(news(), left.clone())], Verdict::Denied(Reason::NotMember(news()))),
        (both(&inside, &inside), Verdict::Allowed),
        (both(&Ok(Member::Administrator), &Ok(Member::RestrictedInside)), Verdict::Allowed),
        (both(&inside, &left), Verdict::Denied(Reason::NotMember(club()))),
        (both(&inside, &Ok(Member::Kicked)), Verdict::Denied(Reason::NotMember(club()))),
        (both(&inside, &Err(Unknown::NotFound)), Verdict::Denied(Reason::NotMember(club()))),
        (both(&Err(Unknown::Unavailable), &inside), Verdict::Denied(Reason::Unclear(news()))),
        (both(&Err(Unknown::NoRights), &left), Verdict::Denied(Reason::NotMember(club()))),
        (vec![(news(), Err(Unknown::Unavailable))], Verdict::Needs(vec![need(club())])),
    ] {
        assert_eq!(asked(&account(|_| {}), &access, &known), expect, "{known:?}");
    }
    assert_eq!(asked(&account(|it| it.allowed = true), &access, &[]), Verdict::Allowed);
    assert_eq!(asked(&account(|it| it.status = Status::Banned), &access, &[]), Verdict::Denied(Reason::Banned));
    assert_eq!(asked(&account(|_| {}), &Access::Members(Vec::new()), &[]), Verdict::Allowed);
}

#[test]
fn a_channel_that_is_named_is_found_first() {
    let named = ChatRef::Name("news".into());
    let access = Access::Members(vec![named.clone()]);
    let house = House::default();
    let ask = |known: &[(Need, Fact)]| {
        may_ask(&account(|_| {}), &access, &Facts { now: NOW, house: &house, slots: 1, pace: Pace::Free, known })
    };
    assert_eq!(ask(&[]), Verdict::Needs(vec![Need::Chat(named.clone())]));
    let lost = (Need::Chat(named.clone()), Fact::Chat(Err(Unknown::NotFound)));
    assert_eq!(ask(&[lost]), Verdict::Denied(Reason::Unclear(named)));
}

#[test]
fn only_accounts_that_say_something_are_kept_and_only_so_many() {
    let mut accounts = Accounts::default();
    assert!(accounts.set(account(|it| it.tier = Tier::Premium), 1));
    assert!(!accounts.set(Account { user: UserId(8), tier: Tier::Premium, ..account(|_| {}) }, 1), "there is no room");
    assert!(accounts.set(account(|it| it.tier = Tier::Enterprise), 1), "an account that is there can be changed");
    assert_eq!(accounts.of(ANN, NOW).tier, Tier::Enterprise);
    assert!(accounts.set(account(|it| it.name = "Ann".into()), 0), "a name alone is not worth a row");
    assert_eq!((accounts.iter().len(), accounts.of(ANN, NOW)), (0, Account::new(ANN, NOW)));
}

#[test]
fn names_of_tiers_and_roles_are_read_back_and_channels_as_people_write_them() {
    assert!(Tier::ALL.into_iter().all(|it| Tier::named(&it.name().to_uppercase()) == Some(it)));
    assert!(Role::ALL.into_iter().all(|it| Role::named(it.name()) == Some(it)));
    assert!(Tier::Free < Tier::Premium && Tier::Premium < Tier::Enterprise && Role::Viewer < Role::Operator);
    for (word, expect) in [
        ("@news", Some(ChatRef::Name("news".into()))),
        ("-100", Some(club())),
        ("news", None),
        ("100", None),
        ("@abc", None),
        ("@so-so", None),
        ("", None),
    ] {
        assert_eq!(channel(word), expect, "{word:?}");
    }
}

#[test]
fn a_row_of_an_earlier_version_is_read_and_a_plain_one_is_short() {
    let read: Account =
        serde_json::from_str(r#"{"user":7,"since":1700000000000,"later":true}"#).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!(read, Account::new(ANN, NOW));
    let written = serde_json::to_string(&account(|it| it.language = Some(Language::Ru))).unwrap_or_default();
    assert_eq!(
        written,
        r#"{"user":7,"tier":"free","status":"active","role":"viewer","language":"ru","since":1700000000000}"#
    );
}
