//! What the page is told about the house: tree, quarantine and log as JSON.

use crate::domain::types::ChatId;
use crate::playground::telegram::View;
use crate::protocol::control::{InboxRow, NodeState, TreeNode};
use crate::telemetry::Told;
use serde_json::{Value, json};

/// A supervisor or actor with those below it. Ages are left out: they always change.
pub(super) fn tree(node: &TreeNode, view: &View) -> Value {
    let name = node.path.rsplit('/').next().unwrap_or_default();
    json!({
        "path": node.path,
        "name": name,
        "title": titled(&node.path, view),
        "state": state(node.state),
        "generation": node.generation,
        "restarts": node.restarts,
        "reason": node.reason,
        "children": node.children.iter().map(|it| tree(it, view)).collect::<Vec<_>>(),
    })
}

/// The people's name of the chat that an actor of the path `chats/03/-100123` serves.
fn titled(path: &str, view: &View) -> Option<String> {
    let id = path.strip_prefix("chats/")?.split_once('/')?.1.parse::<i64>().ok()?;
    let chat = view.chats.iter().find(|it| it.id == id).map(|it| it.title.clone());
    chat.or_else(|| view.people.iter().find(|it| it.id == id).map(|it| it.name.clone()))
}

const fn state(state: NodeState) -> &'static str {
    match state {
        NodeState::Starting => "starting",
        NodeState::Running => "running",
        NodeState::Backoff => "backoff",
        NodeState::Parked => "parked",
        NodeState::Stopping => "stopping",
        NodeState::Stopped => "stopped",
    }
}

/// The quarantine.
pub(super) fn inbox(rows: &[InboxRow]) -> Value {
    let row = |it: &InboxRow| json!({ "update": it.update, "chat": ChatId(it.chat), "crashes": it.crashes, "cause": it.cause });
    Value::Array(rows.iter().map(row).collect())
}

/// A line of the log; `n` counts them.
pub(super) fn line(n: u64, told: &Told) -> Value {
    let fields: Vec<String> = told.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    json!({
        "n": n,
        "at": told.text.get(..12).unwrap_or_default(),
        "level": told.level,
        "id": told.id,
        "actor": told.actor,
        "reason": told.reason,
        "fields": fields.join(" "),
        "next": told.next,
        "act": told.act,
    })
}
