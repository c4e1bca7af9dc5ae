//! The porter in a whole house: accounts outlive a kill, and the ledger is read with and without a house.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::harness::{By, Setting, Story};
use majordomo::config;
use majordomo::domain::purse::{Entry, Money, Used};
use majordomo::domain::types::{ChatNo, UserId};
use majordomo::playground::telegram::What;
use majordomo::store::offline::Offline;
use majordomo::store::{Batch, keys, rows};

impl Story {
    /// Somebody writes in private; gives the next words of the bot there that hold `wanted`.
    async fn told_in_private(&self, who: UserId, words: &str, wanted: &str) -> String {
        let heard = || -> Vec<String> {
            let said = self.telegram.story().into_iter().filter(|it| it.chat.0 == who.0 && it.by_bot);
            said.filter_map(|it| if let What::Said { text, .. } = it.what { Some(text) } else { None }).collect()
        };
        let before = heard().len();
        self.telegram.whisper(who, words).unwrap();
        let found = || heard().into_iter().skip(before).find(|it| it.contains(wanted));
        self.until(&format!("{words} is answered with {wanted}"), || found().is_some()).await;
        found().unwrap()
    }
}

async fn porter() -> Story {
    let setting = Setting::by(By::Polling).unprotected().with("MAJORDOMO_FEATURES__PORTER__ENABLED", "true");
    Story::begin(setting).await
}

#[tokio::test]
async fn what_an_owner_orders_is_on_the_disk_before_it_is_confirmed() {
    let mut story = porter().await;
    let (ann, eve) = (story.ann, story.eve);
    let told = story.told_in_private(ann, &format!("/tier {} premium", eve.0), "is now in the tier").await;
    assert!(told.contains("premium"), "{told}");
    story.told_in_private(ann, "/allow code welcome-2026 1 30 enterprise", "The code is open").await;
    story.kill9();
    story.start().await;
    let card = story.told_in_private(ann, &format!("/user {}", eve.0), "Tier:").await;
    assert!(card.contains("premium"), "{card}");
    story.told_in_private(eve, "/code welcome-2025", "does not fit").await;
    story.told_in_private(eve, "/code welcome-2026", "Welcome").await;
    let card = story.told_in_private(ann, &format!("/user {}", eve.0), "Tier:").await;
    assert!(card.contains("enterprise") && card.contains("Let in"), "{card}");
    story.told_in_private(eve, "/users", "/help").await; // to her there is no such command
    assert!(!story.log.text().contains("welcome-2026"), "a code is in no log");
}

#[tokio::test]
async fn the_ledger_is_the_same_with_and_without_a_house() {
    let mut story = porter().await;
    let (ann, eve) = (story.ann, story.eve);
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0));
    let settings = config::Store { path: story.store(), ..config::Store::default() };
    let mut ledger = Batch::default();
    for (person, day, answers, money) in [(ann, 20_758, 2, 4_200), (ann, 20_759, 1, 100), (eve, 20_757, 9, 9_000)] {
        let entry = Entry { person, day, chat: ChatNo(1), model: "main/gpt".into() };
        let used = Used { answers, money: Money(money), ..Used::default() };
        ledger.put(keys::usage(&entry.key()), rows::write(&used));
    }
    Offline::open(&settings).unwrap().commit(&ledger).unwrap();

    let by_user = ["usage", "--by", "user", "--since", "2026-11-01", "--json"];
    let stopped = story.heard(&by_user).await;
    assert_eq!(stopped.as_array().map(Vec::len), Some(1), "{stopped}");
    assert_eq!(stopped[0]["of"], ann.0.to_string());
    assert_eq!((&stopped[0]["answers"], &stopped[0]["money_micros"]), (&3.into(), &4_300.into()));
    story.start().await;
    assert_eq!(story.heard(&by_user).await, stopped);
    let (code, csv, error) = story.run(&["usage", "--by", "model", "--since", "2026-10-01", "--csv"]).await;
    assert_eq!((code, csv.lines().nth(1)), (Some(0), Some("main/gpt,12,0,0,0,13300")), "{csv}{error}");
}
