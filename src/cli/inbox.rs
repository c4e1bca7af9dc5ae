//! `majordomo inbox`

use super::client::ask;
use super::out::{self, Look, Tone, age, escaped, escaped_lines, moment};
use super::{Exit, Source, table};
use crate::clock;
use crate::domain::types::Moment;
use crate::protocol::control::{InboxRow, Request, Response};

/// What can be done with the quarantine.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the updates in quarantine
    List {
        /// For a script
        #[arg(long)]
        json: bool,
    },
    /// Show one whole, with what Telegram delivered
    Show {
        /// The update's id
        id: u64,
        /// For a script
        #[arg(long)]
        json: bool,
    },
    /// Hand one to its chat again, after the cause is mended
    Release {
        /// The update's id
        id: u64,
    },
    /// Delete one for good
    Drop {
        /// The update's id
        id: u64,
    },
}

pub(super) fn run(source: &Source, command: Command) -> Exit {
    match command {
        Command::List { json } => ask(source, Request::InboxList, |response| match response {
            Response::Inbox(rows) if json => Some(out::print_json(&rows)),
            Response::Inbox(rows) => Some(out::print(list(&rows, clock::now(), Look::now()))),
            _ => None,
        }),
        Command::Show { id, json } => ask(source, Request::InboxShow { id }, |response| match response {
            Response::InboxItem(rows) if json => Some(out::print_json(&rows)),
            Response::InboxItem(rows) => Some(out::print(page(&rows, Look::now()))),
            _ => None,
        }),
        Command::Release { id } => ask(source, Request::InboxRelease { id }, |_| None),
        Command::Drop { id } => ask(source, Request::InboxDrop { id }, |_| None),
    }
}

fn list(rows: &[InboxRow], now: Moment, look: Look) -> String {
    if rows.is_empty() {
        return "The quarantine is empty: no update has crashed its chat too often.\n".into();
    }
    let cells = rows.iter().map(|it| {
        let ago = age(now.since_ms(Moment(it.at)));
        [
            it.update.to_string(),
            it.feature.clone(),
            it.chat.to_string(),
            it.kind.clone(),
            it.crashes.to_string(),
            ago,
            it.cause.clone(),
        ]
    });
    let table =
        table::draw(["UPDATE", "FEATURE", "CHAT", "KIND", "CRASHES", "AGE", "CAUSE"], &cells.collect::<Vec<_>>(), look);
    let hint = "Whole: majordomo inbox show <update>. Again: majordomo inbox release <update>.";
    format!("{table}{}\n", look.paint(Tone::Dim, hint))
}

fn page(rows: &[InboxRow], look: Look) -> String {
    let mut page = String::new();
    for row in rows {
        let title =
            look.paint(Tone::Strong, &format!("update {} in quarantine of {}", row.update, escaped(&row.feature)));
        page += &format!("{title}\n");
        page += &format!("  chat     {}\n  kind     {}\n", row.chat, escaped(&row.kind));
        page +=
            &format!("  crashes  {}\n  since    {}\n  cause    {}\n", row.crashes, moment(row.at), escaped(&row.cause));
    }
    let payload = rows.iter().find_map(|it| it.payload.as_deref()).unwrap_or("(the payload is not kept)");
    page + "\n" + &escaped_lines(&pretty(payload)) + "\n"
}

/// JSON laid out for reading; what is no JSON stays as it is.
fn pretty(payload: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(payload);
    value.and_then(|it| serde_json::to_string_pretty(&it)).unwrap_or_else(|_| payload.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(payload: Option<&str>) -> InboxRow {
        InboxRow {
            update: 901,
            feature: "membership".into(),
            chat: -1001,
            kind: "message".into(),
            crashes: 3,
            cause: "index out of bounds at rules.rs:212".into(),
            at: 1_000_000,
            payload: payload.map(String::from),
        }
    }

    #[test]
    fn the_list_is_aligned_and_an_empty_one_says_so_kindly() {
        let listed = list(&[row(None), InboxRow { update: 7, ..row(None) }], Moment(1_180_000), Look::default());
        let expected = "\
UPDATE  FEATURE     CHAT   KIND     CRASHES  AGE  CAUSE
901     membership  -1001  message  3        3m   index out of bounds at rules.rs:212
7       membership  -1001  message  3        3m   index out of bounds at rules.rs:212
";
        assert!(listed.starts_with(expected), "{listed}");
        assert!(list(&[], Moment(0), Look::default()).starts_with("The quarantine is empty"));
    }

    #[test]
    fn a_payload_is_shown_whole_and_harmless() {
        let shown = page(&[row(Some("{\"text\":\"\u{202e}evil\\u001b[2J\",\"n\":1}"))], Look::default());
        assert!(shown.contains("\n  \"n\": 1,\n"), "{shown}");
        assert!(shown.contains("\\u{202e}evil"), "{shown}");
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
        let shown = page(&[row(Some("no json \u{1b}[2J"))], Look::default());
        assert!(shown.contains("no json \\u{1b}[2J"), "{shown}");
    }
}
