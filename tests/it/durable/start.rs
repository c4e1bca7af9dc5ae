//! Starting over what a bad day has left: it starts, or says why not, and never loops or panics.

use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::playground::telegram::Options;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the sampled processes came to.
#[derive(Debug)]
enum Came {
    /// It is ready.
    Up,
    /// It refused: exit code and words.
    Refused(Option<i32>, String),
}

impl Story {
    /// Starts the house and waits until it is ready or has ended.
    async fn comes(&mut self) -> Came {
        let mark = self.log.mark();
        self.start_and_go();
        let lines = self.log.clone();
        let ready = async {
            let _in_time = lines.wait_from(mark, |it| it["event"] == "app.ready", LIMIT).await;
        };
        tokio::select! {
            (status, _) = self.ended() => {
                // Its last words are on their way through the pipe.
                self.log.wait_text(mark, "majordomo: ", Duration::from_secs(5)).await;
                Came::Refused(status.code(), self.log.text_from(mark))
            }
            () = ready => Came::Up,
        }
    }
}

/// A house that has been used, and is stopped now.
async fn used() -> Story {
    let mut story = Story::begin(Setting::by(By::Polling)).await;
    story.stopped(story.eve, "hello").await;
    story.calm().await;
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
    story
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy(&path, &target) } else { drop(fs::copy(&path, &target)) }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A way in which a file can be spoiled, by name.
type Damage = (&'static str, fn(Vec<u8>) -> Vec<u8>);

const DAMAGES: &[Damage] = &[
    ("emptied", |_| Vec::new()),
    ("cut in half", |it| it[..it.len() / 2].to_vec()),
    ("overwritten", |it| (0..it.len()).map(|n| u8::try_from((n * 31 + 7) % 256).unwrap()).collect()),
    ("zeroed", |it| vec![0; it.len()]),
    ("one byte turned", |mut it| {
        let middle = it.len() / 2;
        if let Some(byte) = it.get_mut(middle) {
            *byte ^= 0x40;
        }
        it
    }),
];

#[tokio::test]
async fn over_any_spoiled_file_it_starts_or_says_why_not() {
    let mut story = used().await;
    let (store, good) = (story.store(), story.store().with_file_name("good"));
    fs::rename(&store, &good).unwrap();
    let (mut up, mut refused) = (0, 0);
    for file in files(&good) {
        for (damage, spoil) in DAMAGES {
            copy(&good, &store);
            let path = store.join(file.strip_prefix(&good).unwrap());
            fs::write(&path, spoil(fs::read(&file).unwrap())).unwrap();
            let what = format!("{} {damage}", path.strip_prefix(&store).unwrap().display());
            for start in ["first", "second"] {
                let mark = story.log.mark();
                match story.comes().await {
                    Came::Up => {
                        up += 1;
                        let (status, _) = story.sigterm().await;
                        assert_eq!(status.code(), Some(0), "{what}: {}", story.log.text_from(mark));
                    }
                    Came::Refused(code, words) => {
                        refused += 1;
                        assert_eq!(code, Some(74), "{what}, {start} start: {words}");
                        assert!(words.contains("majordomo: "), "{what}, {start} start, says why: {words}");
                        assert!(words.contains(store.to_str().unwrap()), "{what}, {start} start, says where: {words}");
                    }
                }
                let words = story.log.text_from(mark);
                assert!(!words.contains("panicked"), "{what}, {start} start: {words}");
            }
            fs::remove_dir_all(&store).unwrap();
        }
    }
    let told = story.log.events("store.corrupt").len();
    assert!(up > 0 && refused > 0 && told > 0, "{up} started, {refused} refused, {told} told to be corrupt");
}

#[tokio::test]
async fn snapshots_that_a_killed_start_left_unfinished_are_no_obstacle() {
    let mut story = used().await;
    let sled = story.store().join("sled");
    for name in ["snap.00000000000000FF.generating", "snap.0000000000000200.generating"] {
        fs::write(sled.join(name), b"half a snapshot").unwrap();
    }
    story.start().await;
    let another = story.stranger("Another", story.group);
    story.stopped(another, "it works").await;
    assert!(story.telegram.muted(story.group).contains(&story.eve), "what was known is known");
}

#[tokio::test]
async fn a_second_process_on_the_store_is_refused_with_the_first_ones_number() {
    let story = Story::begin(Setting::by(By::Polling)).await;
    let (code, out, words) = story.run(&["run"]).await;
    assert_eq!(code, Some(74), "{words}");
    assert!(words.contains(&format!("in use by process {}", story.pid())), "{words}");
    assert!(out.contains("app.last_words"), "who reads the log only sees it, too: {out}");
    story.stopped(story.eve, "the first one goes on").await;
}

#[tokio::test]
async fn another_bot_is_refused_until_it_is_adopted() {
    let mut story = used().await;
    let other = "987654321:AAF-another-bots-token-0123456789abcd";
    let second = Story::prepare(Setting::by(By::Polling).telegram(Options {
        token: other.into(),
        username: "other_bot".into(),
        ..Options::default()
    }))
    .await;
    story.set("MAJORDOMO_TELEGRAM__API_URL", &second.telegram.api_url());
    story.set("MAJORDOMO_TELEGRAM__TOKEN", other);
    let (code, out, words) = story.run(&["run"]).await;
    assert_eq!(code, Some(74), "{words}");
    assert!(words.contains("not to bot 987654321") && words.contains("--adopt"), "{words}");
    assert!(!words.contains("another-bots-token") && !out.contains("another-bots-token"), "no token is shown");
    story.start_with(&["run", "--adopt"]);
    // The group, its channel, and the private chat of whoever set it up.
    assert!(story.log.wait_from(0, |it| it["event"] == "app.ready" && it["chats"] == 3, LIMIT).await.is_some());
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0));
    story.start().await; // it is its own now
}

#[tokio::test]
async fn a_store_deep_down_has_its_socket_elsewhere() {
    let mut story = Story::prepare(Setting::by(By::Polling)).await;
    let deep = (0..12).fold(story.store(), |path, n| path.join(format!("a-folder-deep-down-{n}")));
    story.set("MAJORDOMO_STORE__PATH", deep.to_str().unwrap());
    story.start().await;
    story.protect().await;
    assert_eq!(story.inbox().await, []);
    let (code, out, error) = story.run(&["tree"]).await;
    assert_eq!(code, Some(0), "{error}");
    assert!(out.contains("intake"), "{out}");
}
