//! What the page is told about the house: tree, quarantine and log as JSON.

use crate::playground::telegram::View;
use crate::protocol::control::{InboxRow, NodeState, PendingRow, TreeNode};
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

/// The people's name of the chat that an actor serves; it is named by the chat's id.
fn titled(path: &str, view: &View) -> Option<String> {
    let id = path.rsplit('/').next()?.parse::<i64>().ok()?;
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

/// What waits for a person: the quarantine, and effects of which nobody knows whether they happened.
pub(super) fn inbox(rows: &[InboxRow], doubts: &[PendingRow]) -> Value {
    let row = |it: &InboxRow| json!({ "update": it.update, "chat": it.chat, "crashes": it.crashes, "cause": it.cause });
    let doubt = |it: &PendingRow| json!({ "id": it.id, "chat": it.chat, "method": it.method, "why": it.why });
    json!({
        "aside": rows.iter().map(row).collect::<Vec<_>>(),
        "doubts": doubts.iter().map(doubt).collect::<Vec<_>>(),
    })
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
