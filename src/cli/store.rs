//! `majordomo store`

use super::client::fail;
use super::out::{self, Look, Tone};
use super::{Exit, Source, backup, jobs, salvage};
use crate::app;
use crate::clock;
use crate::protocol::control::Request;
use crate::store::backup::{self as backups, Why};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What can be done with the store.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Count what is in it, by kind
    Stats {
        /// For a script
        #[arg(long)]
        json: bool,
    },
    /// Look at every row, whether a house runs or not; nothing is changed
    Verify {
        /// For a script
        #[arg(long)]
        json: bool,
    },
    /// Write it as text, a line of JSON for each row
    Export {
        /// The file, which must not be there; `-` for standard output
        file: PathBuf,
        /// Of this backup instead of the store
        #[arg(long, value_name = "BACKUP")]
        from: Option<PathBuf>,
    },
    /// Take over what can still be read of a damaged store into the empty folder store.path
    Salvage(salvage::Args),
    /// Make a store of such a text, in the empty folder store.path; what was owed is held back
    Import {
        /// The file
        file: PathBuf,
        /// For a script
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(source: &Source, command: Command) -> Exit {
    match command {
        Command::Stats { json } => look(source, json, false),
        Command::Verify { json } => look(source, json, true),
        Command::Export { file, from } => export(source, &file, from.as_deref()),
        Command::Salvage(args) => salvage::run(source, &args),
        Command::Import { file, json } => {
            backup::restore(source, |settings| app::restore_from(settings, app::From::Export(&file)), json)
        }
    }
}

fn look(source: &Source, json: bool, verdict: bool) -> Exit {
    let job = match jobs::perform(source, Request::StoreLook, "read") {
        Ok(job) => job,
        Err(exit) => return exit,
    };
    if json {
        return out::print_json(&serde_json::json!({ "whole": true, "rows": job.rows, "kinds": job.kinds }));
    }
    let look = Look::now();
    let table = jobs::kinds(&job.kinds, look);
    if !verdict {
        return out::print(table);
    }
    let pass = look.paint(Tone::Good, "PASS");
    out::print(format_args!("{pass}  all {} rows are what was written, and none is missing\n{table}", job.rows))
}

/// A store that is in use is exported by way of a backup, so that all rows are of one moment.
fn export(source: &Source, file: &Path, from: Option<&Path>) -> Exit {
    if let Some(from) = from {
        return written(file, from);
    }
    let loaded = match source.load() {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let folder = loaded.settings.backup.folder(&loaded.settings.store);
    let Ok(folder) = std::path::absolute(&folder) else { return fail("the working directory is gone".into()) };
    let to = backups::free_name(&folder, clock::now(), Why::Manual);
    let job = match jobs::perform(source, Request::BackupCreate { to: Some(to) }, "read") {
        Ok(job) => job,
        Err(exit) => return exit,
    };
    let Some(made) = job.path else { return fail("the house did not say where the rows are".into()) };
    let exit = written(file, &made);
    let _ = fs::remove_file(&made); // else it stays as one backup more
    exit
}

fn written(file: &Path, from: &Path) -> Exit {
    let exported = if file.as_os_str() == "-" {
        let mut out = BufWriter::new(io::stdout().lock());
        backups::export(from, &mut out, file).and_then(|it| finished(out.flush(), file).map(|()| it))
    } else {
        exported_to(file, from)
    };
    match exported {
        Ok(_) if file.as_os_str() == "-" => Exit::Ok,
        Ok(rows) => {
            out::print(format_args!("{rows} rows are in {}, which is as secret as the store\n", file.display()))
        }
        Err(error) => {
            out::complain(out::escaped_lines(&error.to_string()));
            Exit::Store
        }
    }
}

fn exported_to(file: &Path, from: &Path) -> Result<u64, backups::RestoreError> {
    let mut options = OpenOptions::new();
    let opened = options.create_new(true).write(true).mode(0o600).open(file);
    let mut to = BufWriter::new(opened.map_err(backups::disk("make", file))?);
    let rows = backups::export(from, &mut to, file)?;
    let to = to.into_inner().map_err(|it| backups::disk("write", file)(it.into_error()))?;
    finished(File::sync_all(&to), file)?;
    Ok(rows)
}

fn finished(done: io::Result<()>, file: &Path) -> Result<(), backups::RestoreError> {
    Ok(done.map_err(backups::disk("write", file))?)
}
