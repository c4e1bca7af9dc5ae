//! Who is in the house: what each supervisor says about its children, for `tree` and the pages.

use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Names of troubled chats that a shard shows at most.
pub const TROUBLED_MAX: usize = 20;

/// The state of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its start is under way.
    Starting,
    /// It runs.
    Running,
    /// It will be restarted soon.
    Backoff,
    /// Restarts did not help; it is left alone for a while.
    Parked,
    /// It is being stopped.
    Stopping,
    /// It does not run.
    Stopped,
}

/// A child as the census knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Its path.
    pub path: String,
    /// Its state.
    pub state: State,
    /// Which life this is.
    pub generation: u64,
    /// Restarts since the process began.
    pub restarts: u64,
    /// Since when it is in this state, in ticks of [`crate::clock::tick_ms`].
    pub since_ms: u64,
    /// Why it ended last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_reason: Option<String>,
    /// Whether it supervises others.
    pub is_supervisor: bool,
    /// What a shard says about its chats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardCounts>,
}

/// A shard's chats in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShardCounts {
    /// Chats that run.
    pub running: usize,
    /// Chats that will be restarted soon.
    pub backoff: usize,
    /// Chats that are left alone for a while.
    pub parked: usize,
    /// Chats that wait for the end of a storm.
    pub held: usize,
    /// Starts, restarts and crashes since the process began.
    pub starts: u64,
    /// Restarts since the process began.
    pub restarts: u64,
    /// Crashes since the process began.
    pub crashes: u64,
    /// Whether the shard starts nothing, because too many different chats crashed.
    pub storm: bool,
    /// Chats that crashed lately, by name; at most [`TROUBLED_MAX`].
    pub troubled: BTreeMap<String, Troubled>,
}

/// A chat that crashed lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Troubled {
    /// How it is now.
    pub state: State,
    /// Which life of it.
    pub generation: u64,
    /// Since when, in monotonic ms.
    pub since_ms: u64,
    /// The last crash.
    pub why: String,
}

/// The shared census. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Census(Arc<Mutex<BTreeMap<String, Node>>>);

impl Census {
    /// Says how a child is now.
    pub fn publish(&self, node: Node) {
        let mut nodes = self.lock();
        let shard = nodes.get_mut(&node.path).and_then(|it| it.shard.take());
        let shard = node.shard.clone().or(shard);
        nodes.insert(node.path.clone(), Node { shard, ..node });
    }

    /// Says how a shard's chats are now. Ignored when the shard itself is not in the census yet.
    pub fn publish_shard(&self, path: &str, counts: ShardCounts) {
        if let Some(node) = self.lock().get_mut(path) {
            node.shard = Some(counts);
        }
    }

    /// Forgets a child and all below it.
    pub fn remove(&self, path: &str) {
        self.lock().remove(path);
        self.remove_below(path);
    }

    /// Forgets all below a supervisor; below the root, whose path is empty, that is everybody.
    pub fn remove_below(&self, path: &str) {
        let below = if path.is_empty() { String::new() } else { format!("{path}/") };
        self.lock().retain(|it, _| !it.starts_with(&below));
    }

    /// Everybody, by path.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Node> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Node>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The word for metrics and log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Backoff => "backoff",
            Self::Parked => "parked",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn node(path: &str) -> Node {
        Node {
            path: path.into(),
            state: State::Running,
            generation: 1,
            restarts: 0,
            since_ms: 5,
            last_reason: None,
            is_supervisor: false,
            shard: None,
        }
    }

    #[test]
    fn a_snapshot_is_in_the_order_of_paths_and_serializable() {
        let census = Census::default();
        ["store", "chats", "chats/00"].iter().for_each(|it| census.publish(node(it)));
        let paths: Vec<String> = census.snapshot().into_iter().map(|it| it.path).collect();
        assert_eq!(paths, ["chats", "chats/00", "store"]);
        let json = serde_json::to_string(&census.snapshot()[0]).unwrap();
        let expected =
            r#"{"path":"chats","state":"running","generation":1,"restarts":0,"since_ms":5,"is_supervisor":false}"#;
        assert_eq!(json, expected);
    }

    #[test]
    fn what_a_shard_said_outlives_its_supervisors_next_word() {
        let census = Census::default();
        census.publish_shard("chats/00", ShardCounts { running: 1, ..ShardCounts::default() });
        assert_eq!(census.snapshot(), []);
        census.publish(node("chats/00"));
        census.publish_shard("chats/00", ShardCounts { running: 7, ..ShardCounts::default() });
        census.publish(node("chats/00"));
        assert_eq!(census.snapshot()[0].shard.clone().map(|it| it.running), Some(7));
    }

    #[test]
    fn a_branch_is_forgotten_whole_and_its_namesakes_stay() {
        let census = Census::default();
        ["up/a", "up/a/b", "up/ab"].iter().for_each(|it| census.publish(node(it)));
        census.remove("up/a");
        assert_eq!(census.snapshot().len(), 1);
        assert_eq!(census.snapshot()[0].path, "up/ab");
    }
}
