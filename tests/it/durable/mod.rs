//! Promises 1, 2, 3, 6 and 7: what the house keeps, whatever happens to its process, its neighbours or its disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod clock;
mod dice;
mod failing;
mod folder;
mod full;
mod keep;
mod kill;
mod late;
mod lying;
mod order;
mod owner;
mod poison;
mod scarce;
mod start;
mod stop;
mod strange;
mod told;
pub mod wake;

use super::harness::Story;
use majordomo::domain::types::{ChatId, UserId};
use majordomo::protocol::control::{InboxRow, PendingRow};
use std::process::Command;

/// No limits on what goes out, so that a story takes no longer than its calls do; a breaker that forgives soon.
pub const UNLIMITED: &[(&str, &str)] = &[
    ("MAJORDOMO_LIMITS__TELEGRAM__OVERALL_PER_S", "0"),
    ("MAJORDOMO_LIMITS__TELEGRAM__CHAT_PER_S", "0"),
    ("MAJORDOMO_LIMITS__TELEGRAM__GROUP_PER_MIN", "0"),
    ("MAJORDOMO_LIMITS__BREAKER__OPEN_MS", "200"),
    ("MAJORDOMO_LIMITS__BREAKER__RETRY_BASE_MS", "50"),
    ("MAJORDOMO_LIMITS__BREAKER__RETRY_CAP_MS", "500"),
];

/// A file system in memory, as small as wanted; unmounted at the end.
pub struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where this user may not mount anything.
    pub fn mount(mib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m,mode=700"), "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|it| it.status.success());
        if !mounted {
            eprintln!("skipped: this user may not mount a small disk");
        }
        mounted.then_some(Self(folder))
    }

    pub fn path(&self) -> &std::path::Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}

/// For what takes several attempts with waits between them.
pub const LONG: std::time::Duration = std::time::Duration::from_mins(1);

impl Story {
    /// What `majordomo pending list --json` prints.
    pub async fn pending(&self) -> Vec<PendingRow> {
        self.json(&["pending", "list", "--json"]).await
    }

    /// What `majordomo inbox list --json` prints.
    pub async fn inbox(&self) -> Vec<InboxRow> {
        self.json(&["inbox", "list", "--json"]).await
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, arguments: &[&str]) -> T {
        let (code, out, error) = self.run(arguments).await;
        assert_eq!(code, Some(0), "{arguments:?}: {error}\nthe log:\n{}", self.log.text());
        serde_json::from_str(&out).unwrap_or_else(|why| panic!("{arguments:?}: {why} in {out}"))
    }

    /// Another group of Ann's, not protected yet.
    pub fn another_group(&self, title: &str) -> ChatId {
        let group = self.telegram.supergroup(title, self.ann);
        self.telegram.place_bot(group, &super::harness::GUARD);
        group
    }

    /// Ann protects a group, and the house confirms it.
    pub async fn protect_too(&self, group: ChatId) {
        let asked = self.telegram.say(self.ann, group, "/protect @news").unwrap();
        self.until("the group is protected", || self.answers_to(group, asked.0) > 0).await;
    }

    /// How often the house has visibly answered a message of a group.
    pub fn answers_to(&self, group: ChatId, message: i64) -> usize {
        let answers = |it: &majordomo::playground::telegram::Call| {
            it.done
                && it.number("chat_id") == Some(group.0)
                && it.params.get("reply_parameters").and_then(|it| it["message_id"].as_i64()) == Some(message)
        };
        self.telegram.calls("sendMessage").iter().filter(|it| answers(it)).count()
    }

    /// Somebody in a group who is no subscriber.
    pub fn stranger(&self, name: &str, group: ChatId) -> UserId {
        let who = self.telegram.person(name, "en");
        self.telegram.resident(who, group);
        who
    }

    /// The messages that the house has deleted in a group.
    pub fn deleted(&self, group: ChatId) -> std::collections::HashSet<i64> {
        let calls = |method| self.telegram.calls(method).into_iter().filter(|it| it.done).collect::<Vec<_>>();
        let here = |it: &std::sync::Arc<majordomo::playground::telegram::Call>| it.number("chat_id") == Some(group.0);
        let one = calls("deleteMessage").into_iter().filter(here).filter_map(|it| it.number("message_id"));
        let many = calls("deleteMessages").into_iter().filter(here).flat_map(|it| {
            let ids = it.params.get("message_ids").and_then(|it| it.as_array()).cloned().unwrap_or_default();
            ids.into_iter().filter_map(|it| it.as_i64()).collect::<Vec<_>>()
        });
        one.chain(many).collect()
    }
}
