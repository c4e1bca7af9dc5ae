//! The owner link: shown on a terminal and nowhere else, good once, for a while, and for few tries.

use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::domain::types::UserId;
use majordomo::playground::telegram::What;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Stdio;

/// A house that nobody owns yet.
async fn ownerless() -> Story {
    let mut story = Story::prepare(Setting::by(By::Polling)).await;
    story.unset("MAJORDOMO_OWNER__IDS");
    story
}

impl Story {
    /// Starts the house with a terminal for its errors; gives what the terminal shows.
    async fn start_at_a_terminal(&mut self) -> crate::harness::Log {
        let mark = self.log.mark();
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let path = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
        let theirs = File::options().read(true).write(true).open(path).unwrap();
        let mut command = self.command(&["run"]);
        command.stderr(Stdio::from(theirs));
        self.start_command(command);
        let shown = crate::harness::Log::default();
        shown.follow(File::from(ours));
        let ready = self.log.wait_from(mark, |it| it["event"] == "app.ready", LIMIT).await;
        assert!(ready.is_some(), "{}", self.log.text());
        shown
    }

    /// Somebody says something in private; gives the answer to it.
    async fn asks(&self, who: UserId, words: &str) -> String {
        let heard = || -> Vec<String> {
            let said = self.telegram.story().into_iter().filter(|it| it.chat.0 == who.0 && it.by_bot);
            said.filter_map(|it| if let What::Said { text, .. } = it.what { Some(text) } else { None }).collect()
        };
        let before = heard().len();
        self.telegram.whisper(who, words).unwrap();
        self.until(&format!("{} is answered", who.0), || heard().len() > before).await;
        heard().pop().unwrap()
    }
}

/// The code of a link that a terminal shows.
async fn code(shown: &crate::harness::Log) -> String {
    assert!(shown.wait_text(0, "?start=", LIMIT).await, "a link is shown: {}", shown.text());
    let text = shown.text();
    let (_, rest) = text.split_once("?start=").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_sees_the_terminal_becomes_the_owner_once_and_for_all() {
    let mut story = ownerless().await;
    let shown = story.start_at_a_terminal().await;
    let code = code(&shown).await;
    assert!(shown.text().contains("15 minutes"), "{}", shown.text());
    assert!(code.len() * 6 >= 64, "at least 64 bits: {code}");
    let start = format!("/start {code}");
    let hint = story.asks(story.ann, "drill:ok").await;
    for n in 0..5 {
        let answer = story.asks(story.eve, &format!("/start wrong{n}")).await;
        assert!(answer.contains("not right"), "{answer}");
    }
    assert!(story.asks(story.eve, &start).await.contains("one try too many"), "also with the right one");
    assert!(story.asks(story.ann, &start).await.contains("You are an owner"));
    assert!(story.asks(story.sam, &start).await.contains("used or too old"));
    let suspect = story.log.wait_for("sec.auth_fail").await;
    assert_eq!((&suspect["user_id"], &suspect["reason"]), (&story.eve.0.into(), &"a wrong owner link".into()));
    assert_eq!(story.log.wait_for("sec.owner_claimed").await["user_id"], story.ann.0);
    assert_ne!(story.asks(story.ann, "drill:ok").await, hint, "owners may drill");
    story.kill9();
    let shown = story.start_at_a_terminal().await;
    assert!(story.asks(story.sam, &start).await.contains("used or too old"), "after a restart too");
    assert_ne!(story.asks(story.ann, "drill:ok").await, hint, "an owner stays one");
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0));
    assert!(!shown.text().contains("?start="), "{}", shown.text());
    let log = story.log.text();
    assert!(!log.contains(&code) && !log.contains("?start="), "the log knows nothing of it");
}

#[tokio::test]
async fn without_a_terminal_no_link_is_shown_anywhere() {
    let mut story = ownerless().await;
    story.start().await;
    story.asks(story.eve, "/start").await;
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0));
    assert!(!story.log.text().contains("start="), "{}", story.log.text());
}
