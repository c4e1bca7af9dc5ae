//! Stories of the porter.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use crate::domain::account::Accounts;
use crate::domain::effect::Does;
use crate::domain::event::Outcome;
use crate::domain::play::{Play, buttons, calls, person, told};
use crate::domain::purse::{Entry, Money, Used};
use crate::domain::text::Arg;
use crate::domain::types::{ChatNo, Language};
use std::sync::Arc;

const OWNER: i64 = 1;
const ADMIN: i64 = 2;
const OPERATOR: i64 = 3;
const EVE: i64 = 42;

fn account(user: i64, change: impl FnOnce(&mut Account)) -> Account {
    let mut account = Account::new(UserId(user), crate::domain::types::Moment(0));
    change(&mut account);
    account
}

/// An owner of the house, an admin and an operator; in somebody's private chat, or in the house's own.
fn stage(id: i64, kind: ChatKind, settings: Settings) -> Play<Porter> {
    let mut play = Play::new(Porter::new(settings)).within(id, kind);
    play.world.house.owners = vec![UserId(OWNER)].into();
    know(&mut play, [account(ADMIN, |it| it.role = Role::Admin), account(OPERATOR, |it| it.role = Role::Operator)]);
    play
}

fn know(play: &mut Play<Porter>, accounts: impl IntoIterator<Item = Account>) {
    let mut all = Accounts::clone(&play.world.house.accounts);
    for account in accounts {
        play.world.rows.insert(desk::key(account.user), serde_json::to_vec(&account).unwrap());
        all.set(account, usize::MAX);
    }
    play.world.house.accounts = Arc::new(all);
}

fn private(id: i64) -> Play<Porter> {
    stage(id, ChatKind::Private, Settings::default())
}

fn house() -> Play<Porter> {
    stage(0, ChatKind::House, Settings::default())
}

/// What was told to the house.
fn words(effects: &[Effect]) -> Vec<Word> {
    let word = |it: &Effect| match it {
        Effect::Tell { note: Note::Porter(word), .. } => Some((**word).clone()),
        _ => None,
    };
    effects.iter().filter_map(word).collect()
}

/// The house hears of it, and what it changes is known from then on.
fn hears(play: &mut Play<Porter>, word: Word) -> Vec<String> {
    let effects = play.happen(Event::Told(Note::Porter(Box::new(word))));
    for effect in &effects {
        if let Effect::Account(account) = effect {
            let mut all = Accounts::clone(&play.world.house.accounts);
            all.set((**account).clone(), usize::MAX);
            play.world.house.accounts = Arc::new(all);
        }
    }
    told(&effects)
}

fn change(by: i64, user: i64, change: Change) -> Word {
    Word::Change { by: person(by), user: UserId(user), change, quiet: false }
}

#[test]
fn orders_are_for_those_who_look_after_others_and_to_all_others_there_is_no_such_command() {
    for (who, text, expect) in [
        (OWNER, "/user 42", vec!["say porter-card-new"]),
        (OPERATOR, "/user 42", vec!["say porter-card-new"]),
        (OPERATOR, "/user 2", vec!["say porter-card"]),
        (OPERATOR, "/users", vec!["say porter-list"]),
        (OWNER, "/tier 42 premium", vec!["tell porter"]),
        (OWNER, "/tier", vec!["say porter-how-tier"]),
        (ADMIN, "/ban 42", vec!["tell porter"]),
        (ADMIN, "/allow code welcome-2026 5", vec!["delete", "tell porter"]),
        (EVE, "/user 42", vec![]),
        (EVE, "/tier 42 enterprise", vec![]),
        (EVE, "/users", vec![]),
        (EVE, "/code welcome-2026", vec!["tell porter"]),
        (EVE, "/code", vec!["say porter-how-enter"]),
        (EVE, "/usage", vec!["say porter-usage-none"]),
        (EVE, "hello", vec![]),
    ] {
        let mut play = private(who);
        let effects = play.say(who, text);
        assert_eq!(told(&effects), expect, "{who}: {text}");
        assert_eq!(play.claimed, !expect.is_empty(), "{who}: {text}");
    }
    let mut play = private(ADMIN);
    know(&mut play, [account(ADMIN, |it| (it.role, it.status) = (Role::Admin, Status::Banned))]);
    assert!(play.say(ADMIN, "/users").is_empty(), "an admin who is banned looks after nobody");
}

#[test]
fn the_house_changes_accounts_as_far_as_the_role_of_who_orders_it_allows() {
    let done = vec!["put account/42", "account 42", "tell porter-changed"];
    let no = |key: &'static str| vec![key];
    for (by, user, what, expect) in [
        (OWNER, EVE, Change::Tier(Tier::Premium), done.clone()),
        (ADMIN, EVE, Change::Tier(Tier::Enterprise), done.clone()),
        (ADMIN, EVE, Change::Ban, done.clone()),
        (ADMIN, EVE, Change::Allow, done.clone()),
        (OWNER, EVE, Change::Role(Role::Operator), done.clone()),
        (OPERATOR, EVE, Change::Ban, no("tell porter-refused")),
        (EVE, EVE, Change::Tier(Tier::Premium), no("tell porter-refused")),
        (ADMIN, EVE, Change::Role(Role::Admin), no("tell porter-refused")),
        (ADMIN, OWNER, Change::Ban, no("tell porter-refused-above")),
        (OPERATOR, ADMIN, Change::Ban, no("tell porter-refused")),
        (OWNER, OWNER, Change::Ban, no("tell porter-refused-self")),
        (ADMIN, ADMIN, Change::Ban, no("tell porter-refused-self")),
    ] {
        assert_eq!(hears(&mut house(), change(by, user, what)), expect, "{by} orders {what:?} of {user}");
    }
}

#[test]
fn one_change_follows_the_other_and_a_plain_account_leaves_no_row() {
    let mut play = house();
    hears(&mut play, change(OWNER, EVE, Change::Tier(Tier::Premium)));
    hears(&mut play, change(ADMIN, EVE, Change::Ban));
    let eve = play.world.house.accounts.get(UserId(EVE)).cloned().unwrap();
    assert_eq!((eve.tier, eve.status), (Tier::Premium, Status::Banned));
    hears(&mut play, change(ADMIN, EVE, Change::Unban));
    let last = hears(&mut play, change(OWNER, EVE, Change::Tier(Tier::Free)));
    assert_eq!(last, ["drop account/42", "account 42", "tell porter-changed"]);
    assert!(play.world.house.accounts.get(UserId(EVE)).is_none());
}

#[test]
fn what_the_row_says_counts_also_when_not_everybody_has_heard_of_it() {
    let mut play = house();
    let premium = account(EVE, |it| it.tier = Tier::Premium);
    play.world.rows.insert(desk::key(UserId(EVE)), serde_json::to_vec(&premium).unwrap());
    hears(&mut play, change(ADMIN, EVE, Change::Allow));
    assert_eq!(play.world.house.accounts.of(UserId(EVE), play.world.now).tier, Tier::Premium);
}

#[test]
fn what_the_house_answers_is_said_in_private_also_to_somebody_who_never_said_hello() {
    let said = private(EVE).happen(Event::Told(Note::Porter(Box::new(Word::Say {
        text: Text::new(Language::Ru, "porter-code-accepted"),
    }))));
    assert_eq!(told(&said), ["say porter-code-accepted"]);
    let order = Word::Code { who: person(EVE), hash: None };
    assert!(private(EVE).happen(Event::Told(Note::Porter(Box::new(order)))).is_empty(), "orders are for the house");
}

#[test]
fn only_so_many_accounts_are_kept() {
    let mut play = stage(0, ChatKind::House, Settings { accounts: 2, ..Settings::default() });
    assert_eq!(hears(&mut play, change(OWNER, EVE, Change::Ban)), ["tell porter-crowded"]);
    let one = change(OWNER, OPERATOR, Change::Tier(Tier::Premium));
    assert_eq!(hears(&mut play, one).len(), 3, "one that is there can be changed");
}

#[test]
fn an_invitation_lets_people_in_until_it_is_used_up() {
    let mut play = house();
    let mut admin = private(ADMIN);
    let order = words(&admin.say(ADMIN, "/allow code Welcome-2026 1 30 premium")).remove(0);
    assert!(!format!("{order:?}").to_lowercase().contains("welcome"), "the code itself goes nowhere");
    assert_eq!(hears(&mut play, order), ["tell porter-invited"]);
    let send = |play: &mut Play<Porter>, who: i64, code: &str| {
        let said = private(who).say(who, &format!("/code {code}"));
        hears(play, words(&said).remove(0))
    };
    assert_eq!(send(&mut play, EVE, "welcome-2025"), ["tell porter-code-wrong", "suspect 42 a wrong invitation code"]);
    assert_eq!(send(&mut play, EVE, "welcome-2026"), ["put account/42", "account 42", "tell porter-code-accepted"]);
    let eve = play.world.house.accounts.of(UserId(EVE), play.world.now);
    assert_eq!((eve.allowed, eve.tier), (true, Tier::Premium));
    assert_eq!(send(&mut play, EVE, "welcome-2026"), ["tell porter-code-already"]);
    assert_eq!(send(&mut play, 43, "welcome-2026"), ["tell porter-code-over"]);
    for _ in 0..5 {
        send(&mut play, 44, "guess-guess");
    }
    assert_eq!(
        send(&mut play, 44, "guess-guess"),
        ["tell porter-code-exhausted", "suspect 44 too many wrong invitation codes"]
    );
    let order = Word::Invite { by: person(OPERATOR), hash: [0; 32], uses: 9, days: 9, tier: Tier::Enterprise };
    assert_eq!(hears(&mut play, order), ["tell porter-refused"]);
}

#[test]
fn the_list_has_pages_and_each_account_its_buttons() {
    let mut play = stage(OWNER, ChatKind::Private, Settings { page: 4, ..Settings::default() });
    know(&mut play, (100..109).map(|id| account(id, |it| it.tier = Tier::Premium)));
    let effects = play.say(OWNER, "/users");
    let args = |effects: &[Effect]| -> Vec<String> {
        let args = |it: crate::domain::effect::Button| match it.does {
            Does::Press { args, only, .. } => {
                assert_eq!(only, Some(UserId(OWNER)));
                assert!(page::ACTION.len() + args.len() <= 24, "{args}");
                args
            }
            Does::Open(_) => panic!("nothing is opened"),
        };
        buttons(effects).into_iter().map(args).collect()
    };
    assert_eq!(args(&effects), ["c2", "c3", "c100", "c101", "l1"]);
    let effects = play.press(OWNER, "acc", "l1");
    assert_eq!(
        (told(&effects), args(&effects)),
        (
            vec!["edit porter-list".into(), "toast".into()],
            ["c102", "c103", "c104", "c105", "l0", "l2"].map(String::from).to_vec()
        )
    );
    assert_eq!(args(&play.press(OWNER, "acc", "l99")), ["c106", "c107", "c108", "l1"], "beyond the end is the end");
    let effects = play.press(OWNER, "acc", "c100");
    assert_eq!(args(&effects), ["f100", "p100", "e100", "y100", "b100", "l0"]);
    let effects = play.press(OWNER, "acc", "b100");
    assert_eq!(told(&effects), ["tell porter", "edit porter-card", "toast porter-done"]);
    assert!(matches!(words(&effects)[..], [Word::Change { change: Change::Ban, quiet: true, .. }]));
    assert_eq!(args(&effects), ["f100", "p100", "e100", "y100", "u100", "l0"], "it is shown as it will be");
    let largest = i64::from(u32::MAX) << 20;
    assert!(page::ACTION.len() + format!("c{largest}").len() <= 24);
}

#[test]
fn buttons_ask_again_who_presses_them() {
    for (who, args, expect) in [
        (EVE, "b100", vec!["toast porter-refused"]),
        (EVE, "l0", vec!["toast porter-refused"]),
        (OPERATOR, "b100", vec!["toast porter-refused"]),
        (ADMIN, "b1", vec!["toast porter-refused-above"]),
        (OPERATOR, "c100", vec!["edit porter-card-new", "toast"]),
        (OWNER, "?1", vec![]),
        (OWNER, "", vec![]),
        (OWNER, "ю1", vec![]),
    ] {
        assert_eq!(told(&private(who).press(who, "acc", args)), expect, "{who} presses {args}");
    }
    let effects = private(OPERATOR).say(OPERATOR, "/user 100");
    assert_eq!(buttons(&effects).len(), 1, "an operator only looks");
    assert!(private(OWNER).press(OWNER, "panel", "l0").is_empty());
}

#[test]
fn usage_is_a_picture_with_words_and_the_words_alone_where_no_picture_can_be_sent() {
    let mut play = private(EVE);
    let today = crate::domain::purse::usage::day_of(play.world.now);
    let entry = |day, model: &str| Entry { person: UserId(EVE), day, chat: ChatNo(1), model: model.into() };
    let used = |answers, money| Used { answers, input: 100, output: 20, money: Money(money), cached: 0 };
    play.world.usage = vec![(entry(today, "main/dear"), used(2, 30_000)), (entry(today - 1, "local/free"), used(5, 0))];
    play.world.usage.push((Entry { person: UserId(7), ..entry(today, "main/dear") }, used(99, 99)));
    let effects = play.say(EVE, "/usage");
    assert_eq!(told(&effects), ["picture porter-usage"]);
    let [Call::Picture { chart, caption, .. }] = calls(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(chart.days.len(), 30);
    assert_eq!(chart.panels.iter().map(|it| it[0].values[28..].to_vec()).collect::<Vec<_>>(), [[5, 2], [0, 3]]);
    let Some((_, Arg::Lines(models))) = caption.args.iter().find(|it| it.0 == "models") else { panic!("{caption:?}") };
    assert_eq!(models.len(), 2);
    let done = Outcome::Done { message: None, link: None };
    assert!(play.performed("usage/ru", done).is_empty());
    let effects = play.performed("usage/ru", Outcome::Refused { reason: "no rights".into() });
    assert_eq!(told(&effects), ["say porter-usage"]);
    assert!(matches!(calls(&effects)[..], [Call::Say { text, .. }] if text.language == Language::Ru));
}

#[test]
fn every_refusal_has_its_words() {
    use crate::domain::account::Reason;
    use crate::domain::fact::ChatRef;
    use crate::domain::purse::{Key, Limit, Spent};
    let news = || ChatRef::Name("news".into());
    for (reason, key) in [
        (Reason::Banned, "porter-banned"),
        (Reason::Inactive, "porter-inactive"),
        (Reason::NotListed, "porter-not-listed"),
        (Reason::NotInvited, "porter-not-invited"),
        (Reason::NotMember(news()), "porter-not-member"),
        (Reason::Unclear(news()), "porter-unclear"),
    ] {
        assert_eq!(words::denied(&reason, Language::En).key, key);
    }
    let ends = Some(crate::domain::types::Moment(5));
    for (key, ends, expect) in [
        (Key::Person(UserId(7)), ends, "porter-limit-person"),
        (Key::Chat(ChatNo(1)), ends, "porter-limit-chat"),
        (Key::Provider("main".into()), ends, "porter-limit-provider"),
        (Key::House, ends, "porter-limit-house"),
        (Key::House, None, "porter-limit-large"),
    ] {
        for limit in Limit::ALL {
            let text = words::spent(&Spent { key: key.clone(), limit, cap: 5_000_000, ends }, Language::Ru);
            assert_eq!(text.key, expect);
        }
    }
}
