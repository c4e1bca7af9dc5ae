//! Tasks over the whole store that take their time: asked for, watched, and what they found.

use super::client::{Asked, Client, fail, offline};
use super::out::{Look, size};
use super::{Exit, Source, table};
use crate::protocol::backup::{Job, Phase};
use crate::protocol::control::{Request, Response};
use crate::store::backup::KindCount;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// How often a running house is asked how far it is.
const EVERY: Duration = Duration::from_millis(200);

/// Has a running house do it, and shows how far it is; without one it is done here.
pub(super) fn perform(source: &Source, request: Request, done: &str) -> Result<Job, Exit> {
    let loaded = source.load()?;
    let answer = match super::client::ask_or(&loaded, &request) {
        Asked::Answered(client, response) => watched(client, *response, done),
        Asked::NotRunning(why) => match offline(&loaded, &request, &why)? {
            Response::Job(job) => Ok(job),
            Response::Refused(why) => Err(fail(why)),
            _ => Err(fail("the answer does not fit the question".into())),
        },
        Asked::Failed(why) => Err(fail(why)),
    }?;
    match answer.phase {
        Phase::Failed => {
            fail(answer.why.unwrap_or_else(|| "it failed; the log of the house says why".into()));
            Err(Exit::Store)
        }
        Phase::Waiting | Phase::Copying | Phase::Checking | Phase::Done => Ok(answer),
    }
}

fn watched(mut client: Client, first: Response, done: &str) -> Result<Job, Exit> {
    let mut response = first;
    let shows = std::io::stderr().is_terminal();
    loop {
        let job = match response {
            Response::Job(job) => job,
            Response::Refused(why) => return Err(fail(why)),
            Response::NotFound => return Err(fail(
                "the house does not know of it any more: it was restarted, or another one has followed; read its log"
                    .into(),
            )),
            _ => return Err(fail("the answer does not fit the question".into())),
        };
        if shows {
            let _nobody_reads = write!(std::io::stderr(), "\r\x1b[K{}", progress(&job, done));
        }
        if matches!(job.phase, Phase::Done | Phase::Failed) {
            if shows {
                let _nobody_reads = write!(std::io::stderr(), "\r\x1b[K");
            }
            return Ok(job);
        }
        #[expect(clippy::disallowed_methods, reason = "a command waits here for a running house")]
        std::thread::sleep(EVERY);
        response = client.ask(Request::Job { id: job.id }).map_err(|it| fail(it.to_string()))?;
    }
}

fn progress(job: &Job, done: &str) -> String {
    match job.phase {
        Phase::Waiting => "waits for its turn".into(),
        Phase::Copying => format!("{} rows read, {} written", job.rows, size(job.bytes)),
        Phase::Checking => format!("{} rows {done}, {}; reading it again", job.rows, size(job.bytes)),
        Phase::Done | Phase::Failed => String::new(),
    }
}

/// Rows and bytes by kind, as a table.
pub(super) fn kinds(kinds: &BTreeMap<String, KindCount>, look: Look) -> String {
    let total = kinds
        .values()
        .fold(KindCount::default(), |all, it| KindCount { rows: all.rows + it.rows, bytes: all.bytes + it.bytes });
    let line = |name: &str, it: &KindCount| [name.to_owned(), it.rows.to_string(), size(it.bytes)];
    let mut rows: Vec<_> = kinds.iter().map(|(name, it)| line(name, it)).collect();
    rows.push(line("all", &total));
    table::draw(["KIND", "ROWS", "BYTES"], &rows, look)
}
