//! The census as a tree, for the operator.

use super::census::{Node, State};
use crate::protocol::control::{NodeState, TreeNode};

/// Puts every node below its parent. Chats in trouble hang below their shard.
#[must_use]
pub fn draw(nodes: &[Node], now_ms: u64) -> TreeNode {
    let mut root = TreeNode { path: "majordomo".into(), since_ms: now_ms, ..TreeNode::default() };
    for node in nodes.iter().filter(|it| !it.path.is_empty()) {
        let mut drawn = TreeNode {
            path: node.path.clone(),
            state: state(node.state),
            generation: node.generation,
            restarts: u32::try_from(node.restarts).unwrap_or(u32::MAX),
            since_ms: now_ms.saturating_sub(node.since_ms),
            reason: node.last_reason.clone(),
            children: Vec::new(),
        };
        if let Some(shard) = &node.shard {
            let storm = if shard.storm { ", storm" } else { "" };
            drawn.reason = Some(format!("awake: {}, crashes: {}{storm}", shard.running, shard.crashes));
            let troubled = shard.troubled.iter().map(|(path, it)| TreeNode {
                path: path.clone(),
                state: state(it.state),
                generation: it.generation,
                since_ms: now_ms.saturating_sub(it.since_ms),
                reason: Some(it.why.clone()),
                ..TreeNode::default()
            });
            drawn.children = troubled.collect();
        }
        place(&mut root, drawn);
    }
    root
}

/// Nodes come in order of their paths, so a parent is there before its children.
fn place(root: &mut TreeNode, node: TreeNode) {
    let below =
        |parent: &TreeNode, path: &str| path.strip_prefix(parent.path.as_str()).is_some_and(|it| it.starts_with('/'));
    let mut parent = root;
    while let Some(index) = parent.children.iter().position(|it| below(it, &node.path)) {
        parent = &mut parent.children[index];
    }
    parent.children.push(node);
}

const fn state(state: State) -> NodeState {
    match state {
        State::Starting => NodeState::Starting,
        State::Running => NodeState::Running,
        State::Backoff => NodeState::Backoff,
        State::Parked => NodeState::Parked,
        State::Stopping => NodeState::Stopping,
        State::Stopped => NodeState::Stopped,
    }
}
