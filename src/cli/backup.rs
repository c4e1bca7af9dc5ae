//! `majordomo backup`

use super::client;
use super::out::{self, Look, Tone, escaped, moment};
use super::{Exit, Source, jobs, table};
use crate::app;
use crate::protocol::control::Request;
use crate::store::backup::{self as backups, Listed, Manifest, RestoreError, Restored, Verdict};
use std::path::{Path, PathBuf};

/// What can be done with backups.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make one, whether a house runs or not; it holds the store as it is at the end
    Create {
        /// The file [default: one in backup.folder, named after the time]
        file: Option<PathBuf>,
        /// For a script
        #[arg(long)]
        json: bool,
    },
    /// Read all of one, and say exactly what is wrong and where
    Verify {
        /// The file
        file: PathBuf,
        /// For a script
        #[arg(long)]
        json: bool,
    },
    /// Make the store of one, in the empty folder store.path; what was owed is held back
    Restore {
        /// The file
        file: PathBuf,
        /// Save what can be saved of a damaged one
        #[arg(long)]
        salvage: bool,
        /// For a script
        #[arg(long)]
        json: bool,
    },
    /// List those in backup.folder
    List {
        /// For a script
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(source: &Source, command: Command) -> Exit {
    match command {
        Command::Create { file, json } => create(source, file, json),
        Command::Verify { file, json } => verify(&file, json),
        Command::Restore { file, salvage, json } => {
            restore(source, |settings| app::restore_from(settings, app::From::Backup(&file, salvage)), json)
        }
        Command::List { json } => list(source, json),
    }
}

fn create(source: &Source, file: Option<PathBuf>, json: bool) -> Exit {
    // The house may have another working directory.
    let to = match file.map(|it| named(&it)).transpose() {
        Ok(to) => to,
        Err(error) => return client::fail(error.to_string()),
    };
    let job = match jobs::perform(source, Request::BackupCreate { to }, "backed up") {
        Ok(job) => job,
        Err(exit) => return exit,
    };
    if json {
        return out::print_json(&job);
    }
    let path = job.path.as_deref().unwrap_or(Path::new("?"));
    let text = job.manifest.as_ref().map(|it| contents(it, Look::now())).unwrap_or_default();
    out::print(format_args!("{} ({}), whole\n{text}", path.display(), out::size(job.bytes)))
}

/// A folder gets a file with the time in its name.
fn named(file: &Path) -> std::io::Result<PathBuf> {
    let path = std::path::absolute(file)?;
    let why = backups::Why::Manual;
    Ok(if path.is_dir() { backups::free_name(&path, crate::clock::now(), why) } else { path })
}

fn verify(file: &Path, json: bool) -> Exit {
    let verdict = match backups::verify(file) {
        Ok(verdict) => verdict,
        Err(error) => return refused(&error),
    };
    let whole = verdict.damage.is_empty();
    let printed = if json {
        let report = serde_json::json!({
            "file": file, "whole": whole, "bytes": verdict.bytes, "parts": verdict.parts,
            "damage": verdict.damage, "manifest": verdict.manifest,
        });
        out::print_json(&report)
    } else {
        out::print(report(file, &verdict, Look::now()))
    };
    if whole { printed } else { Exit::Store }
}

fn report(file: &Path, verdict: &Verdict, look: Look) -> String {
    let name = escaped(&file.display().to_string());
    let size = out::size(verdict.bytes);
    let mut text = if verdict.damage.is_empty() {
        format!("{}  {name} is whole: {size}, {} parts\n", look.paint(Tone::Good, "PASS"), verdict.parts)
    } else {
        format!("{}  {name} is damaged: {size}, {} parts are whole\n", look.paint(Tone::Bad, "FAIL"), verdict.parts)
    };
    for it in &verdict.damage {
        text += &format!("      {}\n", escaped(&it.to_string()));
    }
    if !verdict.damage.is_empty() {
        text += "      -> take another one: majordomo backup list; to save what is whole: majordomo backup restore --salvage\n";
    }
    text + &verdict.manifest.as_ref().map(|it| contents(it, look)).unwrap_or_default()
}

/// What a manifest says, for people.
pub(super) fn contents(manifest: &Manifest, look: Look) -> String {
    let head = format!(
        "made {} by majordomo {} ({}), with {} changes that came meanwhile\n",
        moment(manifest.at.0),
        escaped(&manifest.program),
        escaped(&manifest.why),
        manifest.changes
    );
    head + &jobs::kinds(&manifest.rows, look)
}

/// Makes a store anew, and says what came of it.
pub(super) fn restore(
    source: &Source,
    restore: impl FnOnce(&crate::config::Settings) -> Result<Restored, RestoreError>,
    json: bool,
) -> Exit {
    let loaded = match source.load() {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    match restore(&loaded.settings) {
        Ok(restored) if json => out::print_json(&restored),
        Ok(restored) => out::print(told(&restored, &loaded.settings.store.path)),
        Err(error) => refused(&error),
    }
}

fn told(restored: &Restored, store: &Path) -> String {
    let mut text = format!("{} rows are in {} now.\n", restored.rows, store.display());
    for it in &restored.damage {
        text += &format!("Not saved: {}\n", escaped(&it.to_string()));
    }
    text += match restored.held {
        0 => "Nothing was owed at that moment. Start the house: majordomo run\n".to_owned(),
        held => format!(
            "{held} things were owed at that moment. They may have been done since, so they are held back: \
             majordomo pending list, then release or drop.\nStart the house: majordomo run\n"
        ),
    }
    .as_str();
    text
}

fn refused(error: &RestoreError) -> Exit {
    out::complain(out::escaped_lines(&error.to_string()));
    Exit::Store
}

fn list(source: &Source, json: bool) -> Exit {
    let loaded = match source.load() {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let folder = loaded.settings.backup.folder(&loaded.settings.store);
    match backups::list(&folder) {
        Ok(found) if json => out::print_json(&found),
        Ok(found) => out::print(listed(&folder, &found, Look::now())),
        Err(error) => client::fail(error.to_string()),
    }
}

fn listed(folder: &Path, found: &[Listed], look: Look) -> String {
    if found.is_empty() {
        return format!("There is no backup in {}. Make one: majordomo backup create\n", folder.display());
    }
    let cells = found
        .iter()
        .map(|it| [moment(it.at.0), it.why.text().to_owned(), out::size(it.bytes), it.path.display().to_string()]);
    let table = table::draw(["MADE", "WHY", "SIZE", "FILE"], &cells.collect::<Vec<_>>(), look);
    let hint = "Is one whole? majordomo backup verify <file>. Back to it: majordomo backup restore <file>.";
    format!("{table}{}\n", look.paint(Tone::Dim, hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::types::Moment;
    use crate::store::backup::{Damage, Why};

    #[test]
    fn a_damaged_one_is_reported_with_places_and_the_way_out() {
        let damage = vec![Damage { at: 4096, what: "part 3 (rows) is not what was written\u{1b}".into() }];
        let verdict = Verdict { manifest: None, damage, parts: 7, bytes: 3 << 20 };
        let shown = report(Path::new("x.backup"), &verdict, Look::default());
        assert!(shown.starts_with("FAIL  x.backup is damaged: 3.0 MiB, 7 parts are whole\n"), "{shown}");
        assert!(shown.contains("      at byte 4096: part 3 (rows) is not what was written\\u{1b}\n"), "{shown}");
        assert!(shown.contains("--salvage"), "{shown}");
    }

    #[test]
    fn the_list_is_aligned_and_an_empty_one_says_how_to_make_one() {
        let one = Listed { path: "b/x".into(), at: Moment(1_767_236_400_000), why: Why::Daily, bytes: 2048 };
        let shown = listed(Path::new("b"), &[one], Look::default());
        assert!(
            shown
                .starts_with("MADE                  WHY    SIZE     FILE\n2026-01-01T03:00:00Z  daily  2.0 KiB  b/x\n"),
            "{shown}"
        );
        assert!(listed(Path::new("b"), &[], Look::default()).contains("majordomo backup create"));
    }
}
