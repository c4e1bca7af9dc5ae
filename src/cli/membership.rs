//! `majordomo membership`

mod list;

use super::client::{Client, Trouble};
use super::out::{self, escaped};
use super::{Exit, Source};
use crate::domain::offices::lists::{Lack, Outcome, Pair};
use crate::protocol::control::{Request, Response};
use list::{Line, Wrong};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// What can be done with groups from here.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Guard each group of a list for the subscribers of its channel; needs the running house
    #[command(after_help = "Each line: group, channel, and an invite link where the channel has no public name.\n\
        A chat is an id, an @name or a t.me link. Lines that begin with # are left out.\n\
        May be run again at any time: what is guarded already stays as it is.")]
    Import {
        /// The list
        #[arg(long, value_name = "FILE")]
        csv: PathBuf,
        /// Only say what would become of each line
        #[arg(long)]
        dry_run: bool,
        /// For a script: one JSON object per line
        #[arg(long)]
        json: bool,
    },
}

/// How often a line is asked about that the house could not answer in time, and the first pause between, in ms.
const TRIES: u32 = 4;
const PAUSE_MS: u64 = 1_000;

/// What became of a line.
#[derive(Debug, Serialize)]
struct Told<'a> {
    line: u64,
    group: &'a str,
    channel: &'a str,
    #[serde(flatten)]
    outcome: Option<&'a Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// How many lines ended how.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    protected: u32,
    already: u32,
    failed: u32,
}

pub(super) fn run(source: &Source, command: &Command) -> Exit {
    let Command::Import { csv, dry_run, json } = command;
    let loaded = match source.load() {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let lines = match std::fs::read(csv).map_err(|it| it.to_string()).and_then(|it| list::read(&it)) {
        Ok(lines) => lines,
        Err(why) => return fail(format!("{}: {why}", csv.display())),
    };
    let mut house = match Client::connect(&loaded) {
        Ok(house) => house,
        Err(trouble) => return fail(trouble.to_string()),
    };
    let mut sums = Sums::default();
    for line in &lines {
        let found = match &line.pair {
            Ok(pair) => ask(&mut house, pair, *dry_run),
            Err(wrong) => Ok(Err(wrong.to_string())),
        };
        let found = match found {
            Ok(found) => found,
            Err(trouble) => {
                return fail(format!("line {}: {trouble}; lines before it are done, so run this again", line.number));
            }
        };
        sums.count(&found);
        let written = if *json { json_line(line, &found) } else { words(line, &found, *dry_run) };
        if out::print(format_args!("{written}\n")) != Exit::Ok {
            return Exit::Failed;
        }
    }
    if !json {
        out::print(format_args!("{}\n", sums.words(*dry_run)));
    }
    if sums.failed == 0 { Exit::Ok } else { Exit::Failed }
}

/// Asks the house about a line; what it cannot answer in time is asked again, with growing pauses.
fn ask(house: &mut Client, pair: &Pair, dry_run: bool) -> Result<Result<Outcome, String>, Trouble> {
    let mut pause_ms = PAUSE_MS;
    let mut tried = 1;
    loop {
        let answer = house.ask(Request::Guard { pair: pair.clone(), dry_run })?;
        match answer {
            Response::Guarded(Outcome::Unavailable) if tried < TRIES => {}
            Response::Guarded(outcome) => return Ok(Ok(outcome)),
            Response::Refused(why) => return Ok(Err(why)),
            _ => return Ok(Err("the answer does not fit the question".into())),
        }
        rest(pause_ms);
        (pause_ms, tried) = (pause_ms * 2, tried + 1);
    }
}

#[expect(clippy::disallowed_methods, reason = "a command of its own process: no actor is on this thread")]
fn rest(pause_ms: u64) {
    std::thread::sleep(Duration::from_millis(pause_ms));
}

fn json_line(line: &Line, found: &Result<Outcome, String>) -> String {
    let told = Told {
        line: line.number,
        group: &line.group,
        channel: &line.channel,
        outcome: found.as_ref().ok(),
        error: found.as_ref().err().map(String::as_str),
    };
    serde_json::to_string(&told).unwrap_or_default()
}

fn words(line: &Line, found: &Result<Outcome, String>, dry_run: bool) -> String {
    let what = match found {
        Ok(Outcome::Protected) if dry_run => "would be protected".to_owned(),
        Ok(Outcome::Protected) => "protected".to_owned(),
        Ok(Outcome::Already) => "already".to_owned(),
        Ok(Outcome::Missing(lacks)) => lacks.iter().map(|it| lack(*it)).collect::<Vec<_>>().join("; "),
        Ok(Outcome::Unavailable) => "Telegram does not answer: run this again later".to_owned(),
        Err(why) => escaped(why),
    };
    format!("line {}: {} for {}: {what}", line.number, escaped(&line.group), escaped(&line.channel))
}

const fn lack(lack: Lack) -> &'static str {
    match lack {
        Lack::Group => "group not found: add the bot to it as an admin, and check the name or id",
        Lack::Supergroup => "not a supergroup: in the group's settings make its chat history visible to new members",
        Lack::Delete => "missing right in the group: let the bot delete messages",
        Lack::Restrict => "missing right in the group: let the bot ban users",
        Lack::Channel => "channel not found: make the bot its admin, and check the name or id",
        Lack::Kind => "the second column is no channel",
        Lack::Admin => "missing right in the channel: make the bot an admin of it",
        Lack::Invite => {
            "missing right in the channel: let the bot add subscribers, or give an invite link as third column"
        }
        Lack::Room => "the group requires as many channels as it may: /unprotect one there",
    }
}

impl Sums {
    const fn count(&mut self, found: &Result<Outcome, String>) {
        match found {
            Ok(Outcome::Protected) => self.protected += 1,
            Ok(Outcome::Already) => self.already += 1,
            Ok(Outcome::Missing(_) | Outcome::Unavailable) | Err(_) => self.failed += 1,
        }
    }

    fn words(&self, dry_run: bool) -> String {
        let Self { protected, already, failed } = self;
        let protected_word = if dry_run { "would be protected" } else { "protected" };
        let hint = if *failed == 0 { "" } else { " Mend what is said above and run this again: done lines stay done." };
        format!("{protected} {protected_word}, {already} already, {failed} failed.{hint}")
    }
}

fn fail(why: String) -> Exit {
    out::complain(why);
    Exit::Failed
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Self::Few => "write group, channel and, where it is needed, an invite link, with commas between them",
            Self::Many => "there are more than three columns: put quotes around what contains a comma",
            Self::Group => "the group cannot be read: write its id (-100...), @name or t.me link",
            Self::Channel => "the channel cannot be read: write its id (-100...), @name or t.me link",
            Self::Link => "the link cannot be read: write it as https://t.me/+...",
            Self::Text => "this line is no UTF-8 text: save the list as UTF-8",
        })
    }
}
