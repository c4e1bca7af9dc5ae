//! `majordomo explain`

use super::out::{self, Look, Tone};
use super::{Exit, table};
use crate::config::LogLevel;
use crate::config::nearest::nearest;
use crate::telemetry::events::{ALL, Kind};

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The event's id, as the log shows it: `sup.gave_up`. Without it, all are listed
    event: Option<String>,
}

pub(super) fn run(args: &Args) -> Exit {
    let look = Look::now();
    let Some(id) = args.event.as_deref().map(str::trim) else { return out::print(list(look)) };
    if let Some(kind) = ALL.iter().find(|it| it.id == id) {
        return out::print(page(kind, look));
    }
    let hint = match nearest(id, ALL.iter().map(|it| it.id)) {
        Some(near) => format!("did you mean `{near}`? All of them: majordomo explain"),
        None => "all of them: majordomo explain".into(),
    };
    out::complain(format_args!("there is no event `{}`; {hint}", out::escaped(id)));
    Exit::Usage
}

fn list(look: Look) -> String {
    let rows: Vec<_> = ALL.iter().map(|it| [it.id.into(), level(it.level).into(), it.meaning.into()]).collect();
    table::draw(["EVENT", "LEVEL", "MEANING"], &rows, look)
}

fn page(kind: &Kind, look: Look) -> String {
    let title = |text: &str| look.paint(Tone::Strong, text);
    let mut page = format!("{}  {}\n\n{}\n", title(kind.id), level(kind.level), kind.meaning);
    if !kind.causes.is_empty() {
        page += &format!("\n{}\n", title("Usual causes"));
        page.extend(kind.causes.iter().map(|it| format!("  - {it}\n")));
    }
    if !kind.next.is_empty() {
        page += &format!("\n{}\n  {}\n", title("What happens next"), kind.next);
    }
    if !kind.remedy.is_empty() {
        page += &format!("\n{}\n  {}\n", title("What to do"), kind.remedy);
    }
    page
}

const fn level(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "DEBUG",
        LogLevel::Info => "INFO",
        LogLevel::Warn => "WARN",
        LogLevel::Error => "ERROR",
    }
}
