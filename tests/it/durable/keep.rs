//! Rows that may be lost: they outlive sleep and a stop, and `kill -9` costs them and nothing else.

use super::UNLIMITED;
use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::playground::telegram::Call;
use majordomo::protocol::control::TreeNode;

async fn story(more: &[(&str, &str)]) -> Story {
    let setting = UNLIMITED.iter().chain(more).fold(Setting::by(By::Polling), |it, (name, value)| it.with(name, value));
    // Nothing is written because its time has come.
    Story::begin(setting.unprotected().with("MAJORDOMO_LIMITS__CHAT__KEEP_MS", "3600000")).await
}

impl Story {
    /// Ann has something noted, and the house has taken it.
    async fn note(&self, words: &str) {
        self.telegram.whisper(self.ann, words).unwrap();
        self.calm().await;
    }

    /// The word that the house says it has noted.
    async fn noted(&self) -> String {
        let mark = self.telegram.mark();
        self.telegram.whisper(self.ann, "drill:noted").unwrap();
        let answered = |it: &Call| it.method == "sendMessage" && it.done && it.text("text").starts_with("Noted: ");
        let call = self.telegram.wait_from(mark, answered, LIMIT).await;
        let call = call.unwrap_or_else(|| panic!("no answer; the log:\n{}", self.log.text()));
        call.text("text").trim_start_matches("Noted: ").to_owned()
    }

    /// Waits until so many chats are awake.
    async fn comes_to(&self, what: &str, holds: impl Fn(usize) -> bool) {
        for _ in 0..200 {
            if self.awake().await.is_some_and(&holds) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("never: {what}; the log:\n{}", self.log.text());
    }

    /// How many chats are awake, once every shard has said so.
    async fn awake(&self) -> Option<usize> {
        let tree: TreeNode = self.json(&["tree", "--json"]).await;
        let shards = tree.children.iter().filter(|it| it.path.ends_with("chats")).flat_map(|it| &it.children);
        let awake = |it: &str| it.strip_prefix("awake: ")?.split(',').next()?.parse::<usize>().ok();
        shards.map(|it| awake(it.reason.as_deref()?)).sum()
    }
}

#[tokio::test]
async fn what_is_kept_outlives_a_stop() {
    let mut story = story(&[]).await;
    assert_eq!(story.noted().await, "-");
    for word in ["red", "green"] {
        story.note(&format!("drill:keep:{word}")).await;
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
        story.start().await;
        assert_eq!(story.noted().await, word);
    }
}

#[tokio::test]
async fn what_is_kept_outlives_sleep() {
    // Long enough that the tree is seen to have somebody awake: it is drawn from counts that are some time old.
    let mut story = story(&[("MAJORDOMO_RUNTIME__CHAT_IDLE_S", "3")]).await;
    story.note("drill:keep:red").await;
    story.comes_to("somebody is awake", |it| it > 0).await;
    story.comes_to("everybody sleeps", |it| it == 0).await;
    story.kill9();
    story.start().await;
    assert_eq!(story.noted().await, "red");
}

#[tokio::test]
async fn a_kill_costs_what_was_kept_and_nothing_else() {
    let mut story = story(&[]).await;
    story.note("drill:put:red").await;
    story.note("drill:keep:green").await;
    story.kill9();
    story.start().await;
    assert_eq!(story.noted().await, "red", "the last word that was on the disk");
    story.note("drill:keep:blue").await;
    assert_eq!(story.noted().await, "blue", "seen before it is written");
    story.kill9();
    story.start().await;
    assert_eq!(story.noted().await, "red", "an answer in between takes nothing along");
}
