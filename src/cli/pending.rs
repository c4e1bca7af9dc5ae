//! `majordomo pending`

use super::client::ask;
use super::out::{self, Look, Tone, age};
use super::{Exit, Source, table};
use crate::clock;
use crate::domain::types::Moment;
use crate::protocol::control::{PendingRow, PendingState, Request, Response};

/// What can be done with effects that are not done.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List effects that are owed, under way, or of unknown outcome
    List {
        /// For a script
        #[arg(long)]
        json: bool,
    },
    /// Do one of unknown outcome again, or let one go on that is held; people may see it twice
    #[command(visible_alias = "release")]
    Resend {
        /// Its id, as the list shows it; `all`: each that waits for a decision
        id: String,
    },
    /// Forget one
    Drop {
        /// Its id, as the list shows it; `all`: each that waits for a decision
        id: String,
    },
}

pub(super) fn run(source: &Source, command: Command) -> Exit {
    match command {
        Command::List { json } => ask(source, Request::PendingList, |response| match response {
            Response::Pending(rows) if json => Some(out::print_json(&rows)),
            Response::Pending(rows) => Some(out::print(list(&rows, clock::now(), Look::now()))),
            _ => None,
        }),
        Command::Resend { id } => decide(source, id, |id| Request::PendingResend { id }),
        Command::Drop { id } => decide(source, id, |id| Request::PendingDrop { id }),
    }
}

/// One, or each that waits for a decision.
fn decide(source: &Source, id: String, request: impl Fn(String) -> Request) -> Exit {
    if id != "all" {
        return ask(source, request(id), |_| None);
    }
    let mut waiting = Vec::new();
    let listed = ask(source, Request::PendingList, |response| match response {
        Response::Pending(rows) => {
            waiting = rows.into_iter().filter(|it| waits(it.state)).map(|it| it.id).collect();
            Some(Exit::Ok)
        }
        _ => None,
    });
    if listed == Exit::Ok && waiting.is_empty() {
        return out::print("Nothing waits for a decision.\n");
    }
    waiting.into_iter().fold(listed, |exit, id| match ask(source, request(id), |_| None) {
        Exit::Ok => exit,
        failed => failed,
    })
}

/// Whether a person decides.
const fn waits(state: PendingState) -> bool {
    match state {
        PendingState::Unknown | PendingState::Held => true,
        PendingState::Owed | PendingState::Sending => false,
    }
}

fn list(rows: &[PendingRow], now: Moment, look: Look) -> String {
    if rows.is_empty() {
        return "Nothing is pending: everything owed is done.\n".into();
    }
    let cells = rows.iter().map(|it| {
        let chat = it.chat.map_or_else(|| "-".into(), |it| it.to_string());
        let ago = age(now.since_ms(Moment(it.since)));
        [it.id.clone(), state(it.state).into(), it.method.clone(), chat, it.attempts.to_string(), ago, it.why.clone()]
    });
    let table = table::draw(["ID", "STATE", "METHOD", "CHAT", "TRIES", "AGE", "WHY"], &cells.collect::<Vec<_>>(), look);
    let unknown = rows.iter().any(|it| it.state == PendingState::Unknown);
    let held = rows.iter().any(|it| it.state == PendingState::Held);
    let hint = match (held, unknown) {
        (true, _) => {
            "What is `held` was owed in a backup that was restored, and may have been done since: \
             majordomo pending release <id>, or drop <id>, or `all`."
        }
        (false, true) => "Of `unknown` nobody knows whether it was done: majordomo pending resend <id>, or drop <id>.",
        (false, false) => "All of these are done by themselves.",
    };
    format!("{table}{}\n", look.paint(Tone::Dim, hint))
}

const fn state(state: PendingState) -> &'static str {
    match state {
        PendingState::Owed => "owed",
        PendingState::Sending => "sending",
        PendingState::Unknown => "unknown",
        PendingState::Held => "held",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_aligned_and_says_what_can_be_done() {
        let row = |id: &str, state| PendingRow {
            id: id.into(),
            chat: Some(-1001),
            method: "sendMessage".into(),
            state,
            since: 0,
            attempts: 2,
            why: "the answer was cut off\u{1b}".into(),
        };
        let listed = list(
            &[row("7-1", PendingState::Owed), row("12-40", PendingState::Unknown)],
            Moment(90_000),
            Look::default(),
        );
        let expected = "\
ID     STATE    METHOD       CHAT   TRIES  AGE  WHY
7-1    owed     sendMessage  -1001  2      90s  the answer was cut off\\u{1b}
12-40  unknown  sendMessage  -1001  2      90s  the answer was cut off\\u{1b}
Of `unknown` nobody knows whether it was done: majordomo pending resend <id>, or drop <id>.
";
        assert_eq!(listed, expected);
        assert_eq!(list(&[], Moment(0), Look::default()), "Nothing is pending: everything owed is done.\n");
    }
}
