//! A chat's rows in memory: what was read or written lately, and what is kept there before it is written.
//!
//! A plain value. Only the chat writes its rows, so what is here is what the store has, or newer.

use super::held::Held;
use crate::config::ChatLimits;
use std::collections::HashMap;
use std::sync::Arc;

/// A row as its feature wrote it. Shared, not copied.
pub(super) type Value = Arc<[u8]>;

/// The rows of one life of a chat.
#[derive(Debug)]
pub(super) struct Rows {
    limits: ChatLimits,
    /// What all chats hold, these rows included.
    held: Arc<Held>,
    /// By the feature's place in the list, then by its own key.
    rows: Vec<HashMap<Box<str>, Row>>,
    /// The sum of [`weight`] over all rows.
    weight: usize,
    /// Counts uses, so that the oldest can be told.
    uses: u64,
    /// Rows that are not written yet.
    kept: usize,
    /// Since when the oldest of them is not, in monotonic ms.
    since_ms: Option<u64>,
}

#[derive(Debug)]
struct Row {
    /// `None`: there is surely no such row.
    value: Option<Value>,
    /// Newer than what the store has.
    kept: bool,
    used: u64,
}

impl Rows {
    /// No rows yet, of so many features.
    pub(super) fn new(features: usize, limits: ChatLimits, held: Arc<Held>) -> Self {
        held.enter();
        let rows = (0..features).map(|_| HashMap::new()).collect();
        Self { limits, held, rows, weight: 0, uses: 0, kept: 0, since_ms: None }
    }

    /// The row, where it is known: `Some(None)` when there is none.
    pub(super) fn get(&mut self, feature: usize, key: &str) -> Option<Option<Value>> {
        let row = self.rows[feature].get_mut(key)?;
        self.uses += 1;
        row.used = self.uses;
        Some(row.value.clone())
    }

    /// The store has this, as it was read or written.
    pub(super) fn stored(&mut self, feature: usize, key: &str, value: Option<Value>) {
        self.set(feature, key, value, false);
        if self.kept == 0 {
            self.since_ms = None;
        }
    }

    /// A row that is to be written some time soon.
    pub(super) fn keep(&mut self, feature: usize, key: &str, value: Value, now_ms: u64) {
        self.set(feature, key, Some(value), true);
        self.since_ms.get_or_insert(now_ms);
    }

    fn set(&mut self, feature: usize, key: &str, value: Option<Value>, kept: bool) {
        self.uses += 1;
        let weighed = self.weight;
        self.weight += weight(key, value.as_ref());
        self.kept += usize::from(kept);
        let row = Row { value, kept, used: self.uses };
        let before = self.rows[feature].insert(key.into(), row);
        if let Some(before) = before {
            self.weight -= weight(key, before.value.as_ref());
            self.kept -= usize::from(before.kept);
        }
        self.held.change(weighed, self.weight);
    }

    /// What is to be written: feature, key and row.
    pub(super) fn kept(&self) -> impl Iterator<Item = (usize, &str, &Value)> {
        // Most batches find nothing here, and should not look at every row for it.
        let rows = if self.kept == 0 { &[][..] } else { &self.rows[..] };
        let rows = rows.iter().enumerate().flat_map(|(n, rows)| rows.iter().map(move |it| (n, it)));
        rows.filter(|(_, (_, row))| row.kept).filter_map(|(n, (key, row))| Some((n, &**key, row.value.as_ref()?)))
    }

    /// All that was kept is written now.
    pub(super) fn written(&mut self) {
        if self.kept > 0 {
            self.rows.iter_mut().flat_map(HashMap::values_mut).for_each(|it| it.kept = false);
        }
        self.kept = 0;
        self.since_ms = None;
    }

    /// When what is kept must be written at the latest, in monotonic ms.
    pub(super) fn due_ms(&self) -> Option<u64> {
        self.since_ms.map(|it| it.saturating_add(self.limits.keep_ms))
    }

    /// Puts what is kept over what the store has in a range: ascending, at most `limit`. `stored` is ascending
    /// and holds the first `limit` rows of the range, or all.
    pub(super) fn over(
        &self,
        feature: usize,
        from: &str,
        before: &str,
        limit: usize,
        stored: Vec<(String, Vec<u8>)>,
    ) -> Vec<(String, Vec<u8>)> {
        let within = self.kept().filter(|(n, key, _)| *n == feature && *key >= from && *key < before);
        let mut ours = within.map(|(_, key, row)| (key.to_owned(), row.to_vec())).collect::<Vec<_>>();
        if ours.is_empty() {
            return stored;
        }
        let is_new = |it: &(String, Vec<u8>)| self.rows[feature].get(it.0.as_str()).is_none_or(|it| !it.kept);
        ours.extend(stored.into_iter().filter(is_new));
        ours.sort_unstable();
        ours.truncate(limit);
        ours
    }

    /// Drops the rows whose last use is longest ago, when there are too many. Answers false, and drops nothing,
    /// when one of them is kept: that is to be written first.
    pub(super) fn make_room(&mut self) -> bool {
        let most = self.held.share(&self.limits);
        if self.weight <= most {
            return true;
        }
        // A little more than must be, so that not every new row has to look for the oldest.
        let target = most - most / 8;
        let Some(last) = self.oldest_down_to(target) else { return false };
        let weighed = self.weight;
        for rows in &mut self.rows {
            rows.retain(|key, row| {
                let stays = row.used > last;
                self.weight -= if stays { 0 } else { weight(key, row.value.as_ref()) };
                stays
            });
        }
        self.held.change(weighed, self.weight);
        true
    }

    /// The use up to which rows must go so that the rest weighs no more than that; `None` when a kept one is
    /// among them.
    fn oldest_down_to(&self, target: usize) -> Option<u64> {
        let rows = self.rows.iter().flatten();
        let mut rows: Vec<_> = rows.map(|(key, it)| (it.used, it.kept, weight(key, it.value.as_ref()))).collect();
        rows.sort_unstable();
        let (mut left, mut last) = (self.weight, 0);
        for (used, kept, weight) in rows {
            if left <= target {
                break;
            }
            if kept {
                return None;
            }
            left -= weight;
            last = used;
        }
        Some(last)
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        self.held.leave(self.weight);
    }
}

/// What a row counts: one, and one more for each KiB.
fn weight(key: &str, value: Option<&Value>) -> usize {
    1 + (key.len() + value.map_or(0, |it| it.len())) / 1024
}

#[cfg(test)]
mod tests;
