//! What a panic said and where, kept until a supervisor asks; and what the process says before it ends itself.
//!
//! Ractor reports a panic as bare text. The hook keeps the newest panics with file and line, and the
//! supervisor finds the one that belongs to its child by that text.

use crate::clock;
use crate::telemetry::{Line, events};
use std::backtrace::Backtrace;
use std::collections::VecDeque;
use std::fmt;
use std::io::Write;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};

/// Panics kept until somebody asks.
const KEPT: usize = 64;
/// Characters of a message that are shown.
const SHOWN_CHARS: usize = 200;
/// Bytes of a backtrace that are kept.
const TRACE_BYTES: usize = 16 * 1024;
/// The exit code of a process that supervision ended.
pub const EXIT_GAVE_UP: i32 = 70;

/// One panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// What it said, fit for the log.
    pub message: String,
    /// The source file: its name, and its folder where the name is `mod.rs`.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The backtrace; empty when the newest panics came faster than one in 100 ms.
    pub backtrace: String,
    raw: String,
    at_ms: u64,
}

impl fmt::Display for Panic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "panic \"{}\" at {}:{}", self.message, self.file, self.line)
    }
}

static PANICS: Mutex<VecDeque<Panic>> = Mutex::new(VecDeque::new());
static LAST_TRACE_MS: Mutex<Option<u64>> = Mutex::new(None);
static FILE: OnceLock<PathBuf> = OnceLock::new();
static HOOK: Once = Once::new();

/// Catches the place of every panic from now on. The standard message on standard error is replaced: the
/// supervisor tells each panic once, in its own line.
pub fn install() {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            remember(info);
            if cfg!(test) {
                before(info);
            }
        }));
    });
}

/// Names the folder in which `last-words.txt` is written.
pub fn keep_in(folder: &Path) {
    let _already_named = FILE.set(folder.join("last-words.txt"));
}

/// Takes the oldest panic with this message, as ractor reports it.
#[must_use]
pub fn take(raw: &str) -> Option<Panic> {
    let mut panics = lock(&PANICS);
    let index = panics.iter().position(|it| it.raw == raw)?;
    panics.remove(index)
}

/// Takes the panics that nobody has asked for in so many ms: they did not happen in a supervised actor.
#[must_use]
pub fn orphans(older_than_ms: u64) -> Vec<Panic> {
    let now = clock::tick_ms();
    let mut panics = lock(&PANICS);
    let is_old = |it: &Panic| now.saturating_sub(it.at_ms) > older_than_ms;
    let (old, young) = panics.drain(..).partition::<Vec<_>, _>(is_old);
    *panics = young.into();
    old
}

/// Says why the process ends: into the log, and into `last-words.txt` with the newest backtrace.
pub fn write(reason: &str) {
    let newest = lock(&PANICS).back().cloned();
    if let Some(file) = FILE.get() {
        let written = write_file(file, reason, newest.as_ref());
        tell(reason, written.err().map(|it| format!("not written to {}: {it}", file.display())));
    } else {
        tell(reason, Some("no store folder yet, so not written".into()));
    }
}

/// Says why, and ends the process with [`EXIT_GAVE_UP`].
#[expect(clippy::disallowed_methods, reason = "the last words are written")]
pub fn die(reason: &str) -> ! {
    write(reason);
    crate::telemetry::flush();
    std::process::exit(EXIT_GAVE_UP)
}

/// Makes text fit for a log line: no control characters, nothing quoted, nothing that looks like a token,
/// at most 200 characters.
///
/// What is quoted goes because panics quote data: the text of a message, the URL of a call.
#[must_use]
pub fn fit(text: &str) -> String {
    let text = text.split_once(" of `").map_or(text, |(head, _the_data_itself)| head);
    let mut out = String::with_capacity(text.len().min(SHOWN_CHARS));
    for (index, part) in text.split('"').enumerate() {
        match index % 2 {
            0 => out.push_str(part),
            _ if part.is_empty() => {}
            _ => out.push('…'),
        }
    }
    let words: Vec<&str> = out.split(' ').map(|word| if is_secret(word) { "<secret>" } else { word }).collect();
    let plain = words.join(" ").chars().flat_map(escape).take(SHOWN_CHARS + 1).collect::<String>();
    match plain.char_indices().nth(SHOWN_CHARS) {
        Some((cut, _)) => format!("{}…", &plain[..cut]),
        None => plain,
    }
}

/// A bot token is digits, a colon, and 30 or more letters; a URL may carry one.
fn is_secret(word: &str) -> bool {
    let tail = word
        .split(':')
        .skip(1)
        .any(|it| it.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).count() >= 30);
    tail || word.contains("://")
}

fn escape(letter: char) -> Vec<char> {
    let bidi = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if letter.is_control() || bidi { letter.escape_unicode().collect() } else { vec![letter] }
}

fn remember(info: &PanicHookInfo<'_>) {
    let raw = message(info);
    let (file, line) = info.location().map_or(("unknown", 0), |it| (it.file(), it.line()));
    let file = short(Path::new(file));
    let panic = Panic { message: fit(&raw), file, line, backtrace: backtrace(), raw, at_ms: clock::tick_ms() };
    let mut panics = lock(&PANICS);
    if panics.len() >= KEPT {
        panics.pop_front();
    }
    panics.push_back(panic);
}

/// The file's name; with its folder where it is one of many `mod.rs`.
fn short(file: &Path) -> String {
    let name = file.file_name().map_or_else(|| "unknown".into(), |it| it.to_string_lossy());
    let folder = file.parent().and_then(Path::file_name).filter(|_| name == "mod.rs");
    folder.map_or_else(|| name.to_string(), |it| format!("{}/{name}", it.to_string_lossy()))
}

fn message(info: &PanicHookInfo<'_>) -> String {
    info.payload_as_str().map_or_else(
        || "Unknown panic occurred which couldn't be coerced to a string".to_owned(), // ractor's words, to be found by
        str::to_owned,
    )
}

/// Resolving names takes milliseconds, so a storm of crashes must not pay for each.
fn backtrace() -> String {
    let now = clock::tick_ms();
    let mut last = lock(&LAST_TRACE_MS);
    if last.is_some_and(|it| now.saturating_sub(it) < 100) {
        return String::new();
    }
    *last = Some(now);
    drop(last);
    let mut text = Backtrace::force_capture().to_string();
    let mut cut = text.len().min(TRACE_BYTES);
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    text.truncate(cut);
    text
}

fn write_file(path: &Path, reason: &str, newest: Option<&Panic>) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    writeln!(file, "at {} ms since 1970: {reason}", clock::now().0)?;
    if let Some(panic) = newest {
        writeln!(file, "newest panic: {panic}\n{}", panic.backtrace)?;
    }
    file.sync_all()
}

fn tell(reason: &str, trouble: Option<String>) {
    let line = Line::new(&events::APP_LAST_WORDS).reason(reason);
    let line = match (trouble, FILE.get()) {
        (None, Some(file)) => line.field("file", file.display()),
        (trouble, _) => line.field("file", trouble.unwrap_or_default()),
    };
    line.next("the process exits with code 70; whoever started it starts it again")
        .act("majordomo explain app.last_words")
        .emit();
}

fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn a_panic_is_found_once_by_its_message_with_file_and_line() {
        install();
        let line = line!() + 2;
        let found = (0..20).find_map(|_| {
            let caught = std::panic::catch_unwind(|| panic!("no such chair: {}", 7));
            assert!(caught.is_err());
            take("no such chair: 7") // other tests panic at the same time, and may crowd it out
        });
        let found = found.unwrap();
        assert_eq!(found.to_string(), format!("panic \"no such chair: 7\" at last_words.rs:{line}"));
        assert_eq!(take("no such chair: 7"), None);
    }

    #[test]
    fn panics_nobody_asks_for_are_forgotten() {
        install();
        for it in 0..KEPT * 2 {
            assert!(std::panic::catch_unwind(|| panic!("unasked {it}")).is_err());
        }
        assert_eq!(take("unasked 0"), None);
        assert!(lock(&PANICS).len() <= KEPT);
    }

    #[test]
    fn a_file_is_known_by_its_name_or_its_folder() {
        for (file, expected) in
            [("src/domain/rules.rs", "rules.rs"), ("src/domain/drill/mod.rs", "drill/mod.rs"), ("mod.rs", "mod.rs")]
        {
            assert_eq!(short(Path::new(file)), expected);
        }
    }

    #[test]
    fn old_panics_nobody_asked_for_are_handed_out_as_orphans() {
        install();
        let found = (0..20).any(|_| {
            assert!(std::panic::catch_unwind(|| panic!("an orphan")).is_err());
            assert!(orphans(60_000).iter().all(|it| it.message != "an orphan"), "it is too young");
            #[expect(clippy::disallowed_methods, reason = "a test on its own thread")]
            std::thread::sleep(std::time::Duration::from_millis(5));
            orphans(1).iter().any(|it| it.message == "an orphan") // others may crowd it out
        });
        assert!(found);
    }

    #[test]
    fn text_is_made_fit_for_the_log() {
        let long = "x".repeat(300);
        let cut = format!("{}…", "x".repeat(200));
        let table = [
            ("index out of bounds: the len is 3", "index out of bounds: the len is 3"),
            ("called `Option::unwrap()` on a `None` value", "called `Option::unwrap()` on a `None` value"),
            (
                "byte index 1 is not a char boundary; it is inside 'é' (bytes 0..2) of `école`",
                "byte index 1 is not a char boundary; it is inside 'é' (bytes 0..2)",
            ),
            ("bad text: Error(\"my secret\", 3)", "bad text: Error(…, 3)"),
            ("an open \"quote to the end", "an open …"),
            ("two\nlines\u{202e}", "two\\u{a}lines\\u{202e}"),
            ("GET https://api.telegram.org/bot1:x failed", "GET <secret> failed"),
            ("token 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2 refused", "token <secret> refused"),
            (long.as_str(), cut.as_str()),
        ];
        for (text, expected) in table {
            assert_eq!(fit(text), expected);
        }
    }

    #[test]
    fn last_words_are_written_with_the_newest_backtrace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("last-words.txt");
        let panic = Panic {
            message: "boom".into(),
            file: "a.rs".into(),
            line: 3,
            backtrace: "frames".into(),
            raw: String::new(),
            at_ms: 0,
        };
        write_file(&path, "the store gave up", Some(&panic)).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("the store gave up") && text.contains("panic \"boom\" at a.rs:3\nframes"), "{text}");
    }
}
