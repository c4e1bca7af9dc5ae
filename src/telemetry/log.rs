//! The log of this process: what is shown, folding, the last lines in memory, those who listen.

use super::events::LOG_DROPPED;
use super::fold::{FoldLimits, Folder, Repeats};
use super::line::{Line, Parts};
use super::sink::{Queue, Sink};
use super::{format, names, text};
use crate::clock;
use crate::config::{LogFormat, LogLevel};
use jiff::tz::TimeZone;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::broadcast;

/// Lines kept in memory.
const RING_LINES: usize = 1000;
/// How often the writer looks for repeats that are due.
const TICK: Duration = Duration::from_secs(1);
/// How long [`flush`] waits for a slow reader.
const FLUSH: Duration = Duration::from_secs(2);

/// How the log of this process is written.
pub struct Options {
    /// `Auto` is pretty on a terminal, else JSON.
    pub format: LogFormat,
    /// The least level shown.
    pub level: LogLevel,
    /// Literals that must never be read in a line, see [`super::keep_secret`].
    pub secrets: Vec<String>,
    /// Where lines go.
    pub sink: Sink,
    /// The time zone's name for pretty lines, as `TZ` has it; else the machine's, else UTC.
    pub zone: Option<String>,
}

/// The log was begun before; the first one goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log of this process is already being written")]
pub struct AlreadyBegun;

/// A line as it was told, for pages and tests.
#[derive(Clone, Debug)]
pub struct Told {
    /// The event's id.
    pub id: &'static str,
    /// Its level.
    pub level: LogLevel,
    /// Whom it is about, with generation.
    pub actor: String,
    /// The cause, in words.
    pub reason: String,
    /// The fields, in order.
    pub fields: Vec<(&'static str, String)>,
    /// What happens next.
    pub next: String,
    /// What to do.
    pub act: String,
    /// The whole line in the pretty shape, without colours.
    pub text: String,
}

impl Told {
    /// The value of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

static LOG: LazyLock<Log> = LazyLock::new(Log::new);
static BOOT: LazyLock<String> = LazyLock::new(|| data_encoding::BASE32_NOPAD.encode(&clock::random::<8>()));

/// Begins to write the log of this process. Before that, lines are kept in memory, and warnings go to standard error.
///
/// # Errors
/// When it was begun before.
pub fn init(options: Options) -> Result<(), AlreadyBegun> {
    LOG.begin(options)
}

/// Changes the least level shown.
pub fn set_level(level: LogLevel) {
    LOG.0.level.store(level as u8, Relaxed);
}

/// Tells the repeats held back, and waits up to two seconds until all is written: for the end of the process.
pub fn flush() {
    LOG.flush_within(FLUSH);
}

/// The same with another limit than two seconds.
pub fn flush_within(limit: Duration) {
    LOG.flush_within(limit);
}

/// The last lines, oldest first, at most 1,000.
#[must_use]
pub fn tail(count: usize) -> Vec<Arc<Told>> {
    let ring = lock(&LOG.0.ring);
    ring.iter().skip(ring.len().saturating_sub(count)).cloned().collect()
}

/// All lines from now on, after folding. One who listens too slowly misses lines and is told how many.
#[must_use]
pub fn subscribe() -> broadcast::Receiver<Arc<Told>> {
    LOG.0.listeners.subscribe()
}

/// All lines from now on, of every level, before folding: for tests. Others of the same process are among them.
#[must_use]
pub fn capture() -> Capture {
    LOG.capture()
}

/// A random name of this run of the process, in every JSON line.
#[must_use]
pub fn boot_id() -> &'static str {
    &BOOT
}

pub(super) fn is_shown(level: LogLevel) -> bool {
    LOG.is_shown(level)
}

pub(super) fn take(parts: Parts) {
    LOG.take(parts);
}

type Caught = Mutex<Vec<Arc<Told>>>;

/// Lines caught for a test, until it is dropped.
#[derive(Debug)]
pub struct Capture {
    lines: Arc<Caught>,
    count: Weak<AtomicUsize>,
}

impl Capture {
    /// What was caught so far.
    #[must_use]
    pub fn lines(&self) -> Vec<Arc<Told>> {
        lock(&self.lines).clone()
    }

    /// What was caught of one event.
    #[must_use]
    pub fn of(&self, id: &str) -> Vec<Arc<Told>> {
        lock(&self.lines).iter().filter(|it| it.id == id).cloned().collect()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        if let Some(count) = self.count.upgrade() {
            count.fetch_sub(1, Relaxed);
        }
    }
}

/// Event, family of actors, cause: what counts as "the same again".
type FoldKey = (&'static str, String, String);

fn fold_key(parts: &Parts) -> FoldKey {
    let cause = parts.cause.as_ref().unwrap_or(&parts.reason);
    (parts.kind.id, family(&parts.actor), without_numbers(cause))
}

/// All chats are one family, whatever their generation; the parts of the house, its shards too, are several.
fn family(actor: &str) -> String {
    let path = actor.split('#').next().unwrap_or(actor);
    if path.split('/').count() > 2 { without_numbers(path) } else { path.to_owned() }
}

/// A text with `#` for each number, so that durations make no new cause; a line of our source (`rules.rs:212`) keeps its number.
fn without_numbers(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut kept = false;
    for letter in text.chars() {
        kept = if letter.is_ascii_digit() { kept || plain.ends_with(".rs:") } else { false };
        match letter {
            '0'..='9' if !kept && plain.ends_with('#') => {}
            '0'..='9' if !kept => plain.push('#'),
            other => plain.push(other),
        }
    }
    plain
}

/// A log; the process has one, tests make their own.
struct Log(Arc<Shared>);

struct Shared {
    level: AtomicU8,
    folder: Mutex<Folder<FoldKey, Parts>>,
    ring: Mutex<VecDeque<Arc<Told>>>,
    listeners: broadcast::Sender<Arc<Told>>,
    captures: Mutex<Vec<Weak<Caught>>>,
    capture_count: Arc<AtomicUsize>,
    out: OnceLock<Out>,
}

/// How lines are shaped, and the queue to the thread that writes them.
struct Out {
    queue: Arc<Queue>,
    is_json: bool,
    has_colour: bool,
    zone: TimeZone,
}

impl Log {
    fn new() -> Self {
        Self(Arc::new(Shared {
            level: AtomicU8::new(LogLevel::Info as u8),
            folder: Mutex::new(Folder::new(FoldLimits::default())),
            ring: Mutex::new(VecDeque::with_capacity(RING_LINES)),
            listeners: broadcast::channel(RING_LINES).0,
            captures: Mutex::default(),
            capture_count: Arc::default(),
            out: OnceLock::new(),
        }))
    }

    fn begin(&self, options: Options) -> Result<(), AlreadyBegun> {
        options.secrets.iter().for_each(|it| text::keep_secret(it));
        let is_terminal = options.sink.is_terminal();
        let is_json = match options.format {
            LogFormat::Auto => !is_terminal,
            LogFormat::Pretty => false,
            LogFormat::Json => true,
        };
        let zone = local_zone(options.zone.as_deref());
        let queue = Arc::<Queue>::default();
        let out = Out { queue: queue.clone(), is_json, has_colour: is_terminal && !is_json, zone };
        self.0.out.set(out).map_err(|_| AlreadyBegun)?;
        self.0.level.store(options.level as u8, Relaxed);
        let log = Arc::downgrade(&self.0);
        let writer = std::thread::Builder::new().name("log".into());
        // Without a thread there is no log, but the house can work: lines stay in memory.
        drop(writer.spawn(move || write(&log, &queue, options.sink)));
        Ok(())
    }

    fn is_shown(&self, level: LogLevel) -> bool {
        level as u8 >= self.0.level.load(Relaxed) || self.0.capture_count.load(Relaxed) > 0
    }

    fn take(&self, parts: Parts) {
        self.0.take(parts);
    }

    fn flush_within(&self, limit: Duration) {
        self.0.tell_repeats(lock(&self.0.folder).flush(clock::tick_ms()));
        if let Some(out) = self.0.out.get() {
            out.queue.drain(limit);
        }
    }

    fn capture(&self) -> Capture {
        let lines = Arc::default();
        lock(&self.0.captures).push(Arc::downgrade(&lines));
        self.0.capture_count.fetch_add(1, Relaxed);
        Capture { lines, count: Arc::downgrade(&self.0.capture_count) }
    }
}

impl Shared {
    fn take(&self, parts: Parts) {
        if self.capture_count.load(Relaxed) > 0 {
            self.catch(&parts);
        }
        let level = parts.kind.level;
        if (level as u8) < self.level.load(Relaxed) {
            return;
        }
        if level == LogLevel::Debug {
            return self.tell(&parts); // who asks for details wants them all
        }
        let key = fold_key(&parts);
        let shown = lock(&self.folder).record(clock::tick_ms(), key, parts);
        self.tell_repeats(shown.pushed_out);
        if let Some(parts) = shown.whole {
            self.tell(&parts);
        }
    }

    fn tell_repeats(&self, all: impl IntoIterator<Item = Repeats<Parts>>) {
        for Repeats { newest, count, span_ms } in all {
            let repeats = Some((count, span_ms.div_ceil(1000)));
            self.tell(&Parts { at_us: clock::now_us(), repeats, ..newest });
        }
    }

    fn tell(&self, parts: &Parts) {
        let told = Arc::new(self.told(parts));
        match self.out.get() {
            Some(out) => out.queue.push(told.level, out.shaped(parts, &told)),
            None if told.level >= LogLevel::Warn => Sink::Stderr.write(&format!("{}\n", told.text)),
            None => {}
        }
        let mut ring = lock(&self.ring);
        if ring.len() >= RING_LINES {
            ring.pop_front();
        }
        ring.push_back(told.clone());
        drop(ring);
        drop(self.listeners.send(told)); // nobody listening is no error
    }

    fn catch(&self, parts: &Parts) {
        let told = Arc::new(self.told(parts));
        lock(&self.captures).retain(|it| it.upgrade().map(|lines| lock(&lines).push(told.clone())).is_some());
    }

    fn told(&self, parts: &Parts) -> Told {
        let utc = TimeZone::UTC;
        let zone = self.out.get().map_or(&utc, |it| &it.zone);
        Told {
            id: parts.kind.id,
            level: parts.kind.level,
            actor: parts.actor.clone(),
            reason: parts.reason.clone(),
            fields: parts.fields.clone(),
            next: parts.next.clone(),
            act: parts.act.clone(),
            text: format::pretty(parts, zone, false),
        }
    }
}

impl Out {
    fn shaped(&self, parts: &Parts, told: &Told) -> String {
        let mut line = match (self.is_json, self.has_colour) {
            (true, _) => format::json(parts, boot_id()),
            (false, true) => format::pretty(parts, &self.zone, true),
            (false, false) => told.text.clone(),
        };
        line.push('\n');
        line
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(out) = self.0.out.get() {
            out.queue.close();
        }
    }
}

/// The writer thread: lines as they come, and once a second the repeats that are due.
fn write(log: &Weak<Shared>, queue: &Queue, mut sink: Sink) {
    while let Some(lines) = queue.next(TICK) {
        lines.iter().for_each(|it| sink.write(it));
        let dropped = queue.written();
        let Some(log) = log.upgrade() else { continue };
        if dropped > 0 {
            ::metrics::counter!(names::LOG_DROPPED).increment(dropped);
            let line = Line::new(&LOG_DROPPED).actor("log").field("lines", dropped);
            line.finished().into_iter().for_each(|it| log.take(it));
        }
        log.tell_repeats(lock(&log.folder).due(clock::tick_ms()));
    }
}

fn local_zone(name: Option<&str>) -> TimeZone {
    let name = name.map(|it| it.trim_start_matches(':')).filter(|it| !it.is_empty());
    let path = match name {
        None => "/etc/localtime".into(),
        Some(name) if name.contains("..") => return TimeZone::UTC,
        Some(name) => Path::new("/usr/share/zoneinfo").join(name),
    };
    let zone = std::fs::read(path).ok().and_then(|bytes| TimeZone::tzif("local", &bytes).ok());
    zone.unwrap_or(TimeZone::UTC)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
