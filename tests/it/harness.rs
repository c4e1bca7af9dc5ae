//! The program under test: a simulated Telegram, the binary as a child process, and a protected group.
#![allow(dead_code, reason = "each story uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{Call, Happening, Options, PressError, Simulated, Toast, What};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// How long anything may take before a story fails.
pub const LIMIT: Duration = Duration::from_secs(20);
/// What the bot may do in the group.
pub const GUARD: [&str; 3] = ["can_delete_messages", "can_restrict_members", "can_invite_users"];

/// How updates reach the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Polling,
    Webhook,
}

/// How a story begins.
#[derive(Clone)]
pub struct Setting {
    pub by: By,
    pub telegram: Options,
    /// More of the environment, for example `("MAJORDOMO_RUNTIME__SHARDS", "1")`.
    pub env: Vec<(String, String)>,
    /// Whether Ann protects the group before the story begins.
    pub protected: bool,
    /// What everybody speaks.
    pub language: &'static str,
}

impl Setting {
    pub fn by(by: By) -> Self {
        let telegram = Options { webhook_time_scale: 0.05, ..Options::default() };
        Self { by, telegram, env: Vec::new(), protected: true, language: "en" }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    pub fn unprotected(mut self) -> Self {
        self.protected = false;
        self
    }

    pub fn speaking(mut self, language: &'static str) -> Self {
        self.language = language;
        self
    }

    pub fn telegram(mut self, options: Options) -> Self {
        self.telegram = options;
        self
    }
}

/// A running story.
///
/// Ann owns the channel, the group and the house. Sam subscribes and is in the group. Eve is in the group only.
pub struct Story {
    pub telegram: Simulated,
    pub ann: UserId,
    pub eve: UserId,
    pub sam: UserId,
    pub channel: ChatId,
    pub group: ChatId,
    pub log: Log,
    folder: TempDir,
    env: BTreeMap<String, String>,
    house: Option<Child>,
}

impl Story {
    /// By polling, with the group protected.
    pub async fn new() -> Self {
        Self::begin(Setting::by(By::Polling)).await
    }

    /// As the setting says.
    pub async fn begin(setting: Setting) -> Self {
        let protected = setting.protected;
        let mut story = Self::prepare(setting).await;
        story.start().await;
        if protected {
            story.protect().await;
        }
        story
    }

    /// The same world, with the house not started yet.
    pub async fn prepare(setting: Setting) -> Self {
        let telegram = Simulated::start(setting.telegram.clone()).await.unwrap();
        let person = |name| telegram.person(name, setting.language);
        let (ann, eve, sam) = (person("Ann"), person("Eve"), person("Sam"));
        let channel = telegram.channel("News", Some("news"), ann);
        let group = telegram.supergroup("Readers", ann);
        telegram.started(ann);
        telegram.place_bot(channel, &["can_invite_users"]);
        telegram.place_bot(group, &GUARD);
        telegram.join(sam, channel).unwrap();
        telegram.join(sam, group).unwrap();
        telegram.join(eve, group).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut env = environment(&telegram, &folder, ann);
        if setting.by == By::Webhook {
            let listen = free_address().await;
            env.insert("MAJORDOMO_TELEGRAM__WEBHOOK__URL".into(), format!("http://{listen}/hook"));
            env.insert("MAJORDOMO_TELEGRAM__WEBHOOK__LISTEN".into(), listen);
        }
        env.extend(setting.env);
        let log = Log::default();
        Self { telegram, ann, eve, sam, channel, group, log, folder, env, house: None }
    }

    /// Starts the house and waits until it is ready.
    pub async fn start(&mut self) {
        let mark = self.log.mark();
        self.start_and_go();
        let ready = self.log.wait_from(mark, |it| it["event"] == "app.ready", LIMIT).await;
        assert!(ready.is_some(), "the house is ready in time; its log:\n{}", self.log.text());
    }

    /// Starts the house and does not wait.
    pub fn start_and_go(&mut self) {
        self.start_with(&["run"]);
    }

    /// The same with other arguments.
    pub fn start_with(&mut self, arguments: &[&str]) {
        let command = self.command(arguments);
        self.start_command(command);
    }

    /// Starts the house by a command that was made with [`Self::command`].
    pub fn start_command(&mut self, mut command: Command) {
        let mut child = command.spawn().unwrap();
        self.log.follow(child.stdout.take().unwrap());
        if let Some(errors) = child.stderr.take() {
            self.log.follow(errors);
        }
        self.house = Some(child);
    }

    /// The binary with this story's environment: for other commands of it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_majordomo"));
        command.args(arguments).env_clear().envs(&self.env).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs another command of the binary to its end: (exit code, standard output, standard error).
    pub async fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = self.command(arguments);
        let running = tokio::task::spawn_blocking(move || command.output());
        let output = tokio::time::timeout(LIMIT, running).await.unwrap().unwrap().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// Changes the environment for the next start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.into(), value.into());
    }

    /// Forgets a variable of the environment for the next start.
    pub fn unset(&mut self, name: &str) {
        self.env.remove(name);
    }

    /// The folder of the store.
    pub fn store(&self) -> PathBuf {
        Path::new(&self.env["MAJORDOMO_STORE__PATH"]).to_owned()
    }

    /// Where the house listens for Telegram.
    pub fn listens(&self) -> &str {
        &self.env["MAJORDOMO_TELEGRAM__WEBHOOK__LISTEN"]
    }

    /// The process id of the house.
    pub fn pid(&self) -> u32 {
        self.house.as_ref().map(Child::id).expect("the house is running")
    }

    /// Ends the house at once, as a power cut does.
    pub fn kill9(&mut self) {
        let mut house = self.house.take().expect("the house is running");
        house.kill().unwrap();
        house.wait().unwrap();
    }

    /// Asks the house to end; gives how it ended and how long that took.
    pub async fn sigterm(&mut self) -> (ExitStatus, Duration) {
        self.signal("TERM");
        self.ended().await
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until the house has ended by itself.
    pub async fn ended(&mut self) -> (ExitStatus, Duration) {
        let since = Instant::now();
        while since.elapsed() < LIMIT {
            let house = self.house.as_mut().expect("the house is running");
            if let Some(status) = house.try_wait().unwrap() {
                self.house = None;
                return (status, since.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the house ends in time; its log:\n{}", self.log.text());
    }

    /// `kill -9`, and up again.
    pub async fn restart(&mut self) {
        if self.house.is_some() {
            self.kill9();
        }
        self.start().await;
    }

    /// Ann says `/protect @news`, and the house confirms it.
    pub async fn protect(&self) {
        self.telegram.say(self.ann, self.group, "/protect @news").unwrap();
        self.sees("the group is protected", |it| {
            it.by_bot && matches!(&it.what, What::Said { text, .. } if text.contains("News"))
        })
        .await;
    }

    /// Waits until something could be seen in the group.
    pub async fn sees(&self, what: &str, wanted: impl Fn(&Happening) -> bool) {
        let in_group = |it: &Happening| it.chat == self.group && wanted(it);
        self.until(what, || self.telegram.story().iter().any(in_group)).await;
    }

    /// Waits until something is true, or fails with what was seen.
    pub async fn until(&self, what: &str, holds: impl FnMut() -> bool) {
        let held = self.telegram.until(LIMIT, holds).await;
        let seen = self.telegram.transcript(self.group).join("\n");
        assert!(held, "{what}; what was seen:\n{seen}\nthe log:\n{}", self.log.text());
    }

    /// Waits for a call.
    pub async fn called(&self, method: &str, wanted: impl Fn(&Call) -> bool) -> Arc<Call> {
        let found = self.telegram.wait_for(|it| it.method == method && wanted(it), LIMIT).await;
        found.unwrap_or_else(|| panic!("a call of {method}; the log:\n{}", self.log.text()))
    }

    /// A message of a stranger, and all three answers to it.
    pub async fn stopped(&self, who: UserId, words: &str) {
        let said = self.telegram.say(who, self.group, words).unwrap();
        let deleted = |it: &Call| it.done && it.number("message_id") == Some(said.0);
        self.called("deleteMessage", deleted).await;
        self.until("muted", || self.telegram.muted(self.group).contains(&who)).await;
    }

    /// Somebody presses a button of the group and gets an answer. A notice may wait for its place among the
    /// messages of its group, so the button is waited for.
    pub async fn press(&self, who: UserId, words: &str) -> Toast {
        let end = Instant::now() + LIMIT;
        loop {
            match self.telegram.press(who, self.group, words, LIMIT).await {
                Ok(toast) => return toast,
                Err(PressError::NoButton { .. }) if Instant::now() < end => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) => panic!("{error}; the log:\n{}", self.log.text()),
            }
        }
    }

    /// Waits until the house has taken every update, and nothing more happens for a moment.
    pub async fn calm(&self) {
        self.until("all updates are taken", || self.telegram.undelivered() == 0).await;
        loop {
            let mark = self.telegram.mark();
            let busy = |it: &Call| it.method != "getUpdates";
            if self.telegram.wait_from(mark, busy, Duration::from_millis(300)).await.is_none() {
                return;
            }
        }
    }
}

impl Drop for Story {
    fn drop(&mut self) {
        if let Some(mut house) = self.house.take() {
            let _ = house.kill(); // it may have ended by itself
            let _ = house.wait();
        }
    }
}

fn environment(telegram: &Simulated, folder: &TempDir, owner: UserId) -> BTreeMap<String, String> {
    let path = folder.path().join("store").display().to_string();
    let pairs = [
        ("TELEGRAM__TOKEN", telegram.token().to_owned()),
        ("TELEGRAM__API_URL", telegram.api_url()),
        ("OWNER__IDS", owner.0.to_string()),
        ("STORE__PATH", path),
        ("WEB__LISTEN", "127.0.0.1:0".into()),
        ("LOG__FORMAT", "json".into()),
        ("FEATURES__DRILL__ENABLED", "true".into()),
    ];
    pairs.into_iter().map(|(name, value)| (format!("MAJORDOMO_{name}"), value)).collect()
}

pub async fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}

/// What the house wrote, line by line.
#[derive(Clone, Default)]
pub struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    changed: Arc<Notify>,
}

impl Log {
    pub fn follow(&self, from: impl Read + Send + 'static) {
        let log = self.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                log.lines().push(line);
                log.changed.notify_waiters();
            }
        });
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many lines there are: a mark for [`Self::wait_from`].
    pub fn mark(&self) -> usize {
        self.lines().len()
    }

    /// Everything, for the message of a failing test.
    pub fn text(&self) -> String {
        self.lines().join("\n")
    }

    /// Everything after a mark.
    pub fn text_from(&self, mark: usize) -> String {
        self.lines()[mark..].join("\n")
    }

    /// Waits for words in any line after a mark.
    pub async fn wait_text(&self, mark: usize, words: &str, limit: Duration) -> bool {
        let looking = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if self.text_from(mark).contains(words) {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(limit, looking).await.is_ok()
    }

    /// The lines of one event.
    pub fn events(&self, id: &str) -> Vec<Value> {
        self.lines().iter().filter_map(|it| parsed(it)).filter(|it| it["event"] == id).collect()
    }

    /// Waits for the first line of an event.
    pub async fn wait_for(&self, id: &str) -> Value {
        let found = self.wait_from(0, |it| it["event"] == id, LIMIT).await;
        found.unwrap_or_else(|| panic!("an event {id} in:\n{}", self.text()))
    }

    /// Waits for a line after a mark.
    pub async fn wait_from(&self, mark: usize, wanted: impl Fn(&Value) -> bool, limit: Duration) -> Option<Value> {
        let searching = async {
            let mut seen = mark;
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let new: Vec<String> = self.lines().get(seen..).unwrap_or_default().to_vec();
                seen += new.len();
                if let Some(found) = new.iter().filter_map(|it| parsed(it)).find(|it| wanted(it)) {
                    return found;
                }
                changed.await;
            }
        };
        tokio::time::timeout(limit, searching).await.ok()
    }
}

fn parsed(line: &str) -> Option<Value> {
    serde_json::from_str::<Value>(line).ok().filter(Value::is_object)
}

#[tokio::test]
async fn a_story_goes_the_same_by_polling_and_by_webhook_and_over_a_kill() {
    for by in [By::Polling, By::Webhook] {
        let mut story = Story::begin(Setting::by(by)).await;
        assert_eq!(story.telegram.has_webhook(), by == By::Webhook);
        story.restart().await;
        story.stopped(story.eve, "hello").await;
        story.calm().await;
        let toast = story.press(story.eve, "joined").await;
        assert!(toast.text.contains("News"), "{toast:?}");
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
    }
}
