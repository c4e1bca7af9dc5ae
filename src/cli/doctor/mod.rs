//! `majordomo doctor`: is everything in order, and if not, why and what to do.

use super::out::{self, Look, Tone, escaped};
use super::{Exit, Source};
use crate::config::{Loaded, from_environment};
use serde::Serialize;

mod disk;
mod house;
mod listen;
mod machine;
mod telegram;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// For a script
    #[arg(long)]
    json: bool,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Verdict {
    /// All is well.
    Pass,
    /// It works, and something should be looked at.
    Warn,
    /// It does not work.
    Fail,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Finding {
    /// What was checked.
    check: &'static str,
    verdict: Verdict,
    /// What was found, in a sentence.
    cause: String,
    /// What to do, a command where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Finding {
    fn pass(check: &'static str, cause: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Pass, cause: cause.into(), remedy: None }
    }

    fn warn(check: &'static str, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warn, cause: cause.into(), remedy: Some(remedy.into()) }
    }

    fn fail(check: &'static str, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Fail, cause: cause.into(), remedy: Some(remedy.into()) }
    }
}

pub(super) fn run(source: &Source, args: Args) -> Exit {
    let findings = match from_environment(source.0.as_deref()) {
        Ok(loaded) => examine(&loaded),
        Err(error) => {
            let remedy = "correct the settings, then: majordomo config check; the other checks need them";
            vec![Finding::fail("config", error.to_string(), remedy)]
        }
    };
    let printed = if args.json { out::print_json(&findings) } else { out::print(report(&findings, Look::now())) };
    let failed = findings.iter().any(|it| it.verdict == Verdict::Fail);
    if failed { Exit::Failed } else { printed }
}

fn examine(loaded: &Loaded) -> Vec<Finding> {
    let house = house::ask(loaded);
    let mut findings = vec![config(loaded)];
    findings.extend(disk::modes(loaded));
    findings.extend(telegram::examine(&loaded.settings.telegram));
    findings.extend(disk::examine(&loaded.settings.store));
    findings.push(house::store(loaded, &house));
    findings.push(house::backup(loaded));
    findings.extend(listen::examine(&loaded.settings, house.is_running()));
    findings.push(machine::open_files());
    findings
}

fn config(loaded: &Loaded) -> Finding {
    let file = loaded.file.as_ref().map_or_else(|| "no file".into(), |it| it.display().to_string());
    Finding::pass("config", format!("{file}, {} settings set, the others are defaults", loaded.origins.len()))
}

fn report(findings: &[Finding], look: Look) -> String {
    let width = findings.iter().map(|it| it.check.len()).max().unwrap_or(0);
    let mut report = String::new();
    for finding in findings {
        let (word, tone) = match finding.verdict {
            Verdict::Pass => ("PASS", Tone::Good),
            Verdict::Warn => ("WARN", Tone::Warning),
            Verdict::Fail => ("FAIL", Tone::Bad),
        };
        let indent = format!("\n{}", " ".repeat(width + 8));
        let cause = finding.cause.lines().map(escaped).collect::<Vec<_>>().join(&indent);
        report += &format!("{}  {:width$}  {cause}\n", look.paint(tone, word), finding.check);
        if let Some(remedy) = &finding.remedy {
            report +=
                &format!("{}{}\n", " ".repeat(width + 8), look.paint(Tone::Strong, &format!("-> {}", escaped(remedy))));
        }
    }
    let count = |verdict| findings.iter().filter(|it| it.verdict == verdict).count();
    let (warnings, failures) = (count(Verdict::Warn), count(Verdict::Fail));
    report + &format!("{} checks: {warnings} to look at, {failures} failed\n", findings.len())
}

#[cfg(test)]
mod tests;
