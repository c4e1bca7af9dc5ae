//! The supervision tree drawn with lines, a row per actor.

use crate::cli::out::{Look, Tone, age, cut, escaped};
use crate::protocol::control::{NodeState, TreeNode};

/// How deep the drawing goes; the tree itself is about five deep.
const DEPTH: usize = 16;
/// The widest name column.
const NAME_WIDTH: usize = 44;

/// One actor, before columns are known.
struct Row<'a> {
    /// The lines that lead to it.
    branch: String,
    name: String,
    node: &'a TreeNode,
}

/// The drawing, one string per line, not wider than the terminal.
pub(super) fn lines(root: &TreeNode, look: Look) -> Vec<String> {
    let mut rows = Vec::new();
    collect(root, "", "", 0, &mut rows);
    let widest = rows.iter().map(|it| it.branch.chars().count() + it.name.chars().count()).max().unwrap_or(0);
    let room = if look.width() < 60 { look.width() / 3 } else { NAME_WIDTH };
    let width = widest.min(room);
    let summary = look.paint(Tone::Strong, &cut(&summary(&rows), look.width()));
    std::iter::once(summary).chain(rows.iter().map(|it| it.line(width, look))).collect()
}

fn collect<'a>(node: &'a TreeNode, lead: &str, below: &str, depth: usize, rows: &mut Vec<Row<'a>>) {
    let name = node.path.rsplit('/').next().unwrap_or(&node.path);
    let name = if name.is_empty() { "root" } else { name };
    rows.push(Row { branch: lead.into(), name: escaped(name), node });
    if depth == DEPTH {
        return;
    }
    let last = node.children.len().saturating_sub(1);
    for (at, child) in node.children.iter().enumerate() {
        let (lead, further) = if at == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        collect(child, &format!("{below}{lead}"), &format!("{below}{further}"), depth + 1, rows);
    }
}

/// How many are how: `14 actors: 12 running, 1 backoff, 1 parked`.
fn summary(rows: &[Row<'_>]) -> String {
    let states = [
        NodeState::Running,
        NodeState::Starting,
        NodeState::Backoff,
        NodeState::Parked,
        NodeState::Stopping,
        NodeState::Stopped,
    ];
    let counted = states.map(|state| (rows.iter().filter(|it| it.node.state == state).count(), word(state).0));
    let told: Vec<String> =
        counted.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let noun = if rows.len() == 1 { "actor" } else { "actors" };
    format!("{} {noun}: {}", rows.len(), told.join(", "))
}

impl Row<'_> {
    fn line(&self, width: usize, look: Look) -> String {
        let (state, tone) = word(self.node.state);
        let name = cut(&self.name, width.saturating_sub(self.branch.chars().count()).max(1));
        let padding = " ".repeat(width.saturating_sub(self.branch.chars().count() + name.chars().count()));
        let restarts = match self.node.restarts {
            0 => String::new(),
            1 => "1 restart".into(),
            many => format!("{many} restarts"),
        };
        let reason = self.node.reason.as_deref().map(escaped).unwrap_or_default();
        let generation = format!("  #{:<4}", self.node.generation);
        let age = format!("{:>5}", age(self.node.since_ms));
        let cells = [
            (Tone::Dim, self.branch.clone()),
            (if self.node.children.is_empty() { Tone::Plain } else { Tone::Strong }, name),
            (tone, format!("{padding}  {state:<8}")),
            (Tone::Plain, age),
            (Tone::Dim, generation),
            (Tone::Warning, format!("{restarts:<12}")),
            (Tone::Plain, reason),
        ];
        fit(cells, look)
    }
}

/// Joins the cells, cut where the terminal ends.
fn fit<const N: usize>(cells: [(Tone, String); N], look: Look) -> String {
    let (mut line, mut room) = (String::new(), look.width());
    for (tone, text) in &cells {
        let shown = cut(text, room);
        room -= shown.chars().count();
        line += &look.paint(*tone, &shown);
        if room == 0 {
            break;
        }
    }
    if look.color { line } else { line.trim_end().into() }
}

const fn word(state: NodeState) -> (&'static str, Tone) {
    match state {
        NodeState::Starting => ("starting", Tone::Warning),
        NodeState::Running => ("running", Tone::Good),
        NodeState::Backoff => ("backoff", Tone::Warning),
        NodeState::Parked => ("parked", Tone::Bad),
        NodeState::Stopping => ("stopping", Tone::Warning),
        NodeState::Stopped => ("stopped", Tone::Dim),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn node(path: &str, state: NodeState, children: Vec<TreeNode>) -> TreeNode {
        TreeNode { path: path.into(), state, generation: 1, restarts: 0, since_ms: 65_000, reason: None, children }
    }

    /// A house with something amiss.
    pub(in crate::cli) fn house() -> TreeNode {
        let mut chat = node("chats/02/-1001234567890", NodeState::Backoff, vec![]);
        chat.generation = 7;
        chat.restarts = 2;
        chat.reason = Some("panic \"index out of bounds: len 3\" at rules.rs:212".into());
        let mut client = node("upstreams/telegram/client", NodeState::Parked, vec![]);
        client.restarts = 1;
        let telegram = node("upstreams/telegram", NodeState::Running, vec![client]);
        let shard = node("chats/02", NodeState::Running, vec![chat]);
        let children = vec![
            node("store", NodeState::Running, vec![]),
            node("upstreams", NodeState::Running, vec![telegram]),
            node("chats", NodeState::Running, vec![shard]),
            node("web", NodeState::Stopped, vec![]),
        ];
        node("", NodeState::Running, children)
    }

    #[test]
    fn the_tree_is_drawn_with_lines_states_ages_restarts_and_reasons() {
        let expected = "\
9 actors: 6 running, 1 backoff, 1 parked, 1 stopped
root                     running   65s  #1
├─ store                 running   65s  #1
├─ upstreams             running   65s  #1
│  └─ telegram           running   65s  #1
│     └─ client          parked    65s  #1   1 restart
├─ chats                 running   65s  #1
│  └─ 02                 running   65s  #1
│     └─ -1001234567890  backoff   65s  #7   2 restarts  panic \"index out of bounds: len 3\" at rules.rs:212
└─ web                   stopped   65s  #1";
        assert_eq!(lines(&house(), Look::default()).join("\n"), expected);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in 1..120 {
            for line in lines(&house(), Look { color: false, size: Some((columns, 24)) }) {
                assert!(line.chars().count() <= columns, "{columns}: {line}");
            }
        }
    }

    #[test]
    fn states_have_colours_where_colours_are_shown() {
        let drawn = lines(&house(), Look { color: true, size: Some((100, 24)) }).join("\n");
        assert!(drawn.contains("\x1b[32m"), "good: {drawn}");
        assert!(drawn.contains("\x1b[1;31m"), "bad: {drawn}");
    }

    #[test]
    fn names_from_outside_cannot_move_the_cursor() {
        let mut root = house();
        root.children[0].path = "a\x1b[2Jb".into();
        root.children[0].reason = Some("c\u{202e}d".into());
        let drawn = lines(&root, Look::default()).join("\n");
        assert!(!drawn.contains('\x1b') && !drawn.contains('\u{202e}'), "{drawn}");
    }
}
