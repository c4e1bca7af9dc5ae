//! The store's folder: who may read it, how much room there is, how long a real sync takes.

use super::Finding;
use crate::clock;
use crate::config::{Loaded, Store};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Writes that are timed.
const SYNCS: usize = 20;
/// A sync that takes longer than this slows every decision that must be kept, in µs.
const SLOW_US: u64 = 20_000;
/// A sync that takes longer than this makes the house unusable, in µs.
const TOO_SLOW_US: u64 = 250_000;
/// Room below which it is worth a look, in bytes.
const LITTLE: u64 = 1 << 30;
/// Files of the folder that are looked at, at most.
const FILES: usize = 2000;

/// Who may read the folder, the secrets in it, and the configuration.
pub(super) fn modes(loaded: &Loaded) -> Vec<Finding> {
    let mut findings = vec![folder_mode(&loaded.settings.store.path)];
    if let (Some(file), false) = (&loaded.file, loaded.settings.telegram.token.is_empty()) {
        let from_file = matches!(loaded.origins.get("telegram.token"), Some(crate::config::Origin::File(_)));
        if from_file && mode_of(file).is_ok_and(|it| it & 0o077 != 0) {
            let name = file.display();
            let cause = format!("{name} holds the token and others may read it");
            findings.push(Finding::warn("file modes", cause, format!("chmod 600 {name}")));
        }
    }
    findings
}

fn folder_mode(folder: &Path) -> Finding {
    let check = "file modes";
    let name = folder.display();
    let mode = match mode_of(folder) {
        Ok(mode) => mode,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Finding::pass(check, format!("{name} does not exist yet; it is made with mode 0700"));
        }
        Err(error) => {
            return Finding::fail(check, format!("{name}: {error}"), format!("see who owns it: ls -ld {name}"));
        }
    };
    if !folder.is_dir() {
        return Finding::fail(
            check,
            format!("{name} is no folder"),
            "set store.path to a folder, or move the file aside",
        );
    }
    let us = rustix::process::geteuid().as_raw();
    if fs::metadata(folder).is_ok_and(|it| it.uid() != us && us != 0) {
        return Finding::fail(check, format!("{name} belongs to another user"), format!("chown -R $(id -un) {name}"));
    }
    if mode & 0o077 != 0 {
        return Finding::fail(
            check,
            format!("{name} has mode {mode:04o}: others may look into it"),
            format!("chmod 700 {name}"),
        );
    }
    let open = open_to_others(folder);
    match open.first() {
        Some(first) => {
            let cause =
                format!("{} of the files in {name} have looser modes than 0600, {} first", open.len(), first.display());
            Finding::warn(check, cause, format!("chmod -R go-rwx {name}"))
        }
        None => Finding::pass(check, format!("{name} has mode 0700, and its secrets 0600")),
    }
}

/// Secrets, sockets and keys that others could read if the folder were opened. The engine's own files are
/// kept from others by the folder alone.
fn open_to_others(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.flatten().take(FILES).map(|it| it.path());
    let secret = |it: &PathBuf| {
        let name = it.file_name().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
        ["secret", "key", "token", ".sock"].iter().any(|word| name.contains(word))
    };
    files.filter(secret).filter(|it| mode_of(it).is_ok_and(|mode| mode & 0o077 != 0)).collect()
}

fn mode_of(path: &Path) -> io::Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o7777)
}

/// Room and speed of the disk.
pub(super) fn examine(store: &Store) -> Vec<Finding> {
    let Some(folder) = existing(&store.path) else {
        let cause = format!("{} cannot be reached", store.path.display());
        return vec![Finding::fail("disk space", cause, "set store.path to a folder that can be made")];
    };
    vec![space(&folder, store), sync_latency(&folder)]
}

/// The folder, or the nearest one above it that exists.
fn existing(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors().find(|it| it.is_dir()).map(Path::to_owned)
}

fn space(folder: &Path, store: &Store) -> Finding {
    let check = "disk space";
    let free = match rustix::fs::statvfs(folder) {
        Ok(about) => about.f_bavail.saturating_mul(about.f_frsize),
        Err(error) => {
            return Finding::warn(check, format!("cannot be known: {error}"), format!("df {}", folder.display()));
        }
    };
    let cause = format!("{} MiB are free at {}", free >> 20, folder.display());
    let remedy = format!("make room there, or set store.path to a larger disk: df -h {}", folder.display());
    if free <= store.reserve_bytes {
        let reserve = store.reserve_bytes >> 20;
        Finding::fail(check, format!("{cause}; below store.reserve_bytes ({reserve} MiB) no update is taken"), remedy)
    } else if free < LITTLE.max(store.reserve_bytes.saturating_mul(2)) {
        Finding::warn(check, cause, remedy)
    } else {
        Finding::pass(check, cause)
    }
}

fn sync_latency(folder: &Path) -> Finding {
    let check = "sync latency";
    let (median, worst) = match time_syncs(folder) {
        Ok(times) => times,
        Err(error) => {
            let cause = format!("nothing can be written to {}: {error}", folder.display());
            return Finding::fail(check, cause, format!("ls -ld {0}; df -h {0}", folder.display()));
        }
    };
    let ms = |us: u64| format!("{}.{} ms", us / 1000, us % 1000 / 100);
    let cause = format!("a write and sync takes {} (median of {SYNCS}), {} at worst", ms(median), ms(worst));
    match median {
        TOO_SLOW_US.. => {
            Finding::fail(check, cause, "use a local SSD for store.path; network and overlay disks are too slow")
        }
        SLOW_US.. => {
            Finding::warn(check, cause, "see what else keeps the disk busy (iostat -x 1), or move store.path to an SSD")
        }
        _ => Finding::pass(check, cause),
    }
}

/// Median and worst time of a small write that is really synced, in µs.
fn time_syncs(folder: &Path) -> io::Result<(u64, u64)> {
    let path = folder.join(format!(".doctor-{}", std::process::id()));
    let mut file = File::create_new(&path)?;
    let timed = (0..SYNCS).map(|_| time_one(&mut file)).collect::<io::Result<Vec<u64>>>();
    fs::remove_file(&path)?;
    let mut times = timed?;
    times.sort_unstable();
    Ok((times[SYNCS / 2], times[SYNCS - 1]))
}

fn time_one(file: &mut File) -> io::Result<u64> {
    let begin = clock::tick_us();
    file.write_all(&[7; 512])?;
    file.sync_data()?;
    Ok(clock::tick_us() - begin)
}
