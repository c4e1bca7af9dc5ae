//! An engine with a journal before it: a group costs one short write and one sync, and what comes and goes
//! within seconds (a debt, an event that waits) never reaches the engine.
//!
//! What is in the journal is in memory too, and is looked at first. When that is a lot, or the journal is
//! long, all of it goes to the engine, and the journal begins anew. The engine never has what the journal has not,
//! so going over the journal again after a crash ends where it ended. The engine is never asked to write
//! more than there is room for: sled may wait for ever for a write that failed.

use super::disk::free_bytes;
use super::engine::{Engine, EngineError, Pair, Sizes, Write, above};
use super::filter::Filter;
use super::journal::Journal;
use super::own::Ledger;
use super::sled_engine::io_said;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

/// What the engine does not have yet.
#[derive(Default)]
struct Recent {
    rows: BTreeMap<Vec<u8>, Kept>,
    /// Of all keys and values.
    bytes: u64,
}

/// A row that the engine does not have yet.
struct Kept {
    /// `None` is a deletion.
    value: Option<Vec<u8>>,
    /// The engine may have an older row there. One that it never had and that is gone need not be deleted.
    below: bool,
}

impl Recent {
    fn extend(&mut self, writes: impl IntoIterator<Item = Write>) {
        for Write { key, value, fresh } in writes {
            let kept = self.rows.get(&key);
            let below = kept.map_or(!fresh, |it| it.below);
            self.bytes -= kept.map_or(0, |it| weight(&key, it.value.as_deref()));
            if value.is_some() || below {
                self.bytes += weight(&key, value.as_deref());
                self.rows.insert(key, Kept { value, below });
            } else {
                self.rows.remove(&key);
            }
        }
    }
}

/// Beside what is handed over once as it is and once as rewritten pages, sled needs this much, in bytes.
const ROOM: u64 = 1 << 20;
/// Rows handed to the engine at once.
const PART: usize = 256;
/// All is handed over when it is as long as this, in bytes, or when the journal is.
const RECENT: u64 = 2 << 20;
/// Rows read at once from an engine that is opened.
const PAGE: usize = 1_000;

/// The engine, the journal, and what is in the journal.
pub(super) struct Fronted<E: Engine> {
    engine: E,
    /// Where both have their files.
    folder: PathBuf,
    journal: Mutex<Journal>,
    recent: RwLock<Recent>,
    /// The keys that the engine may have.
    below: Filter,
    /// It was opened and nothing has failed: only then is the journal emptied at the end.
    well: AtomicBool,
}

impl<E: Engine> Fronted<E> {
    /// Hands the engine what the journal in this folder has for it, unless less is there than was acknowledged:
    /// then nothing is changed, so that all that is left can still be read.
    pub(super) fn open(engine: E, folder: &Path, acknowledged: u64) -> Result<Self, EngineError> {
        let (journal, writes) = Journal::open(&folder.join("journal")).map_err(|it| io_said(&it))?;
        let folder = folder.to_path_buf();
        let mut recent = Recent::default();
        recent.extend(writes);
        let well = AtomicBool::new(false);
        let below = Filter::new();
        let this = Self { engine, folder, journal: Mutex::new(journal), recent: RwLock::new(recent), below, well };
        this.look_below()?;
        let found = Ledger::read(&this)?.unwrap_or_default().group;
        if found < acknowledged {
            let why = format!("its log ends at group {found}, but group {acknowledged} was acknowledged");
            return Err(EngineError::Corrupt(why));
        }
        this.hand_over()?;
        let mut journal = this.journal();
        if !journal.is_begun() {
            journal.begin()?;
        }
        drop(journal);
        this.well.store(true, Ordering::Release);
        Ok(this)
    }

    /// Learns which keys the engine has.
    fn look_below(&self) -> Result<(), EngineError> {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.engine.scan(b"", after.as_deref(), PAGE)?;
            page.iter().for_each(|(key, _)| self.below.add(key));
            match page.into_iter().next_back() {
                Some((last, _)) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    fn recent(&self) -> RwLockReadGuard<'_, Recent> {
        self.recent.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the engine what is recent, and begins the journal anew once the engine has it for good.
    fn hand_over(&self) -> Result<(), EngineError> {
        let mut journal = self.journal();
        if journal.is_empty() {
            return Ok(());
        }
        self.has_room_for(self.recent().bytes)?;
        self.recent().rows.keys().for_each(|it| self.below.add(it));
        self.hand_over_in_parts()?;
        self.engine.sync()?;
        journal.begin()?;
        *self.recent.write().unwrap_or_else(PoisonError::into_inner) = Recent::default();
        Ok(())
    }

    /// Not at once: the engine keeps what it replaces until the end of a batch. A part alone is never seen, since
    /// what is recent is looked at first, and the journal has all of it until the engine has it for good.
    fn hand_over_in_parts(&self) -> Result<(), EngineError> {
        let recent = self.recent();
        let mut steps = recent.rows.iter().map(|(key, it)| (&**key, it.value.as_deref())).peekable();
        while steps.peek().is_some() {
            self.engine.apply_steps(&mut steps.by_ref().take(PART))?;
        }
        Ok(())
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        if !self.take(&writes)? {
            self.hand_over()?;
            if !self.take(&writes)? {
                // Longer than the journal ever gets: the engine is atomic by itself.
                self.has_room_for(length(&writes))?;
                writes.iter().for_each(|it| self.below.add(&it.key));
                self.engine.apply(writes)?;
                return self.engine.sync();
            }
        }
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.extend(writes);
        Ok(())
    }

    /// Puts a group into the journal, as long as there is room to hand all of it over later.
    fn take(&self, writes: &[Write]) -> Result<bool, EngineError> {
        let mut journal = self.journal();
        let room = self.has_room_for(self.recent().bytes + length(writes)).is_ok();
        if room { journal.append(writes) } else { Ok(false) }
    }

    fn has_room_for(&self, bytes: u64) -> Result<(), EngineError> {
        let needed = bytes.saturating_mul(2).saturating_add(ROOM);
        match free_bytes(&self.folder) {
            Ok(free) if free < needed => Err(EngineError::Full(format!("{free} bytes are free, {needed} are needed"))),
            // Where it cannot be known, the engine finds out.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// After a failure nothing is known that could be handed over.
    fn noted<T>(&self, done: Result<T, EngineError>) -> Result<T, EngineError> {
        if done.is_err() {
            self.well.store(false, Ordering::Release);
        }
        done
    }
}

impl<E: Engine> Engine for Fronted<E> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        if let Some(kept) = self.recent().rows.get(key) {
            return Ok(kept.value.clone());
        }
        if self.below.may_have(key) { self.engine.get(key) } else { Ok(None) }
    }

    fn at_hand(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        let recent = self.recent.try_read().ok()?;
        match recent.rows.get(key) {
            Some(kept) => Some(kept.value.clone()),
            None => (!self.below.may_have(key)).then_some(None),
        }
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, EngineError> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let recent = self.recent();
        let ours = recent.rows.range::<[u8], _>((from, Bound::Unbounded)).take_while(|it| it.0.starts_with(prefix));
        let mut ours = ours.peekable();
        let mut theirs = Rows::new(&self.engine, prefix, after, limit);
        let mut rows = Vec::new();
        while rows.len() < limit {
            theirs.fill()?;
            let first = match (ours.peek(), theirs.first()) {
                (Some((ours, _)), Some(theirs)) => *ours <= theirs,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => break,
            };
            if !first {
                rows.extend(theirs.next());
                continue;
            }
            let Some((key, Kept { value, .. })) = ours.next() else { break };
            if theirs.first() == Some(key) {
                theirs.next();
            }
            rows.extend(value.as_ref().map(|it| (key.clone(), it.clone())));
        }
        Ok(rows)
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<Pair>, EngineError> {
        let bound = above(prefix);
        let to = bound.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let recent = self.recent();
        let mut ours = recent.rows.range::<[u8], _>((Bound::Included(prefix), to)).rev();
        let ours = ours.find_map(|(key, it)| Some((key.clone(), it.value.clone()?)));
        let theirs = self.engine.last(prefix)?;
        if theirs.as_ref().is_some_and(|(key, _)| recent.rows.get(key).is_some_and(|it| it.value.is_none())) {
            // The engine's last is deleted, and it cannot say which one is before that.
            drop(recent);
            return Ok(self.scan(prefix, None, usize::MAX)?.pop());
        }
        Ok(match (ours, theirs) {
            (Some(ours), Some(theirs)) if theirs.0 > ours.0 => Some(theirs),
            (None, theirs) => theirs,
            (ours, _) => ours,
        })
    }

    fn apply(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        self.noted(self.write(writes))
    }

    fn sync(&self) -> Result<(), EngineError> {
        let journal = self.journal();
        let gone = || EngineError::Broken("its files were deleted while they were in use".to_owned());
        self.noted(if journal.is_deleted() { Err(gone()) } else { journal.sync() })
    }

    fn rest(&self) -> Result<(), EngineError> {
        let long = self.recent().bytes > RECENT || self.journal().is_long();
        if long { self.noted(self.hand_over()) } else { Ok(()) }
    }

    fn sizes(&self) -> Sizes {
        let Sizes { db, blobs } = self.engine.sizes();
        Sizes { db: db + self.journal().size(), blobs }
    }
}

impl<E: Engine> Drop for Fronted<E> {
    /// The next start is quicker; if it does not work, that start does it.
    fn drop(&mut self) {
        if self.well.load(Ordering::Acquire) {
            let _ = self.hand_over();
        }
    }
}

fn length(writes: &[Write]) -> u64 {
    writes.iter().map(|it| weight(&it.key, it.value.as_deref())).sum()
}

fn weight(key: &[u8], value: Option<&[u8]>) -> u64 {
    (key.len() + value.map_or(0, <[u8]>::len)) as u64
}

/// The engine's rows, some at a time.
struct Rows<'a, E: Engine> {
    engine: &'a E,
    prefix: &'a [u8],
    after: Option<Vec<u8>>,
    page: usize,
    waiting: VecDeque<Pair>,
    over: bool,
}

impl<'a, E: Engine> Rows<'a, E> {
    fn new(engine: &'a E, prefix: &'a [u8], after: Option<&[u8]>, limit: usize) -> Self {
        let after = after.map(<[u8]>::to_vec);
        Self { engine, prefix, after, page: limit, waiting: VecDeque::new(), over: limit == 0 }
    }

    fn fill(&mut self) -> Result<(), EngineError> {
        if !self.waiting.is_empty() || self.over {
            return Ok(());
        }
        self.waiting = self.engine.scan(self.prefix, self.after.as_deref(), self.page)?.into();
        self.over = self.waiting.len() < self.page;
        self.after = self.waiting.back().map(|it| it.0.clone());
        Ok(())
    }

    fn first(&self) -> Option<&Vec<u8>> {
        self.waiting.front().map(|it| &it.0)
    }

    fn next(&mut self) -> Option<Pair> {
        self.waiting.pop_front()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::memory::Memory;
    use super::*;
    use proptest::prelude::*;

    fn write(key: u8, value: Option<u8>) -> Write {
        Write { key: vec![b'k', key / 4, key], value: value.map(|it| vec![it; usize::from(it)]), fresh: false }
    }

    fn same(fronted: &Fronted<Memory>, plain: &Memory) {
        for limit in [0, 1, 3, 1000] {
            for prefix in [&b""[..], b"k", &[b'k', 1], &[b'k', 2, 9], b"z"] {
                for after in [None, Some(&b"k"[..]), Some(&[b'k', 1, 5][..]), Some(&[b'k', 2][..])] {
                    let found = fronted.scan(prefix, after, limit).unwrap();
                    assert_eq!(found, plain.scan(prefix, after, limit).unwrap(), "{prefix:?} {after:?} {limit}");
                }
                assert_eq!(fronted.last(prefix).unwrap(), plain.last(prefix).unwrap(), "{prefix:?}");
            }
        }
        for key in 0..16 {
            let key = write(key, None).key;
            let value = plain.get(&key).unwrap();
            assert_eq!(fronted.get(&key).unwrap(), value);
            assert!(fronted.at_hand(&key).is_none_or(|it| it == value), "what is at hand is true");
        }
    }

    proptest! {
        #[test]
        fn nobody_can_tell_it_from_the_engine_alone(
            groups in proptest::collection::vec(
                (proptest::collection::btree_map(0_u8..16, proptest::option::of(any::<u8>()), 1..4), 0_u8..4),
                1..20,
            ),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            let plain = Memory::default();
            let mut fronted = Fronted::open(Memory::default(), path, 0).unwrap();
            for (group, then) in groups {
                let known = |it: Write| Write { fresh: plain.get(&it.key).unwrap().is_none(), ..it };
                let writes: Vec<_> = group.into_iter().map(|(key, value)| known(write(key, value))).collect();
                plain.apply(writes.clone()).unwrap();
                fronted.apply(writes).unwrap();
                fronted.sync().unwrap();
                match then {
                    0 => fronted.hand_over().unwrap(),
                    // A crash: the engine has what it was handed, and the journal the rest.
                    1 => {
                        let kept = Memory::default();
                        let rows = fronted.engine.scan(b"", None, 1000).unwrap();
                        kept.apply(rows.into_iter().map(|(key, it)| Write { key, value: Some(it), fresh: false }).collect()).unwrap();
                        fronted.well.store(false, Ordering::Release);
                        drop(fronted);
                        fronted = Fronted::open(kept, path, 0).unwrap();
                    }
                    _ => {}
                }
                same(&fronted, &plain);
            }
        }
    }

    #[test]
    fn what_comes_and_goes_is_not_handed_over_and_what_the_engine_has_is_deleted_there() {
        let folder = tempfile::tempdir().unwrap();
        let fronted = Fronted::open(Memory::default(), folder.path(), 0).unwrap();
        let set = |key, value, fresh| fronted.apply(vec![Write { fresh, ..write(key, value) }]).unwrap();
        set(1, Some(1), true);
        fronted.hand_over().unwrap();
        set(1, None, false);
        set(2, Some(2), true);
        set(2, Some(3), false);
        set(2, None, false);
        let waiting: Vec<_> = fronted.recent().rows.keys().cloned().collect();
        assert_eq!(waiting, [write(1, None).key]);
        fronted.hand_over().unwrap();
        assert_eq!(fronted.engine.scan(b"", None, 9).unwrap(), []);
    }

    #[test]
    fn groups_longer_than_the_journal_and_many_short_ones_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, fronted) = (Memory::default(), Fronted::open(Memory::default(), folder.path(), 0).unwrap());
        for turn in 0..60_u8 {
            let rows = if turn == 30 { 17 } else { 1 };
            let big = |row: u8| Write { key: vec![b'k', 1, turn, row], value: Some(vec![turn; 1 << 20]), fresh: false };
            let writes: Vec<_> = (0..rows).map(big).chain([write(turn % 16, Some(turn))]).collect();
            plain.apply(writes.clone()).unwrap();
            fronted.apply(writes).unwrap();
            fronted.rest().unwrap();
        }
        same(&fronted, &plain);
    }
}
