//! The features' rows that a chat has written lately: what it knows anyway is not read again.
//!
//! Only the chat writes them. What it has read is not kept: a commit of its last life may still be on its way.

use std::collections::VecDeque;

/// Longer rows are not remembered, in bytes.
const ROW_BYTES: usize = 1024;

/// A row's feature and the feature's own key.
type Name = (usize, String);

/// The newest rows, the newest last.
pub(super) struct Rows {
    rows: VecDeque<(Name, Option<Vec<u8>>)>,
    most: usize,
}

impl Rows {
    /// Remembers nothing yet, and so many at most.
    pub(super) const fn new(most: usize) -> Self {
        Self { rows: VecDeque::new(), most }
    }

    /// The row, if it is remembered; inside, `None` when there is none on the disk.
    pub(super) fn get(&self, feature: usize, key: &str) -> Option<Option<Vec<u8>>> {
        let mut newest = self.rows.iter().rev();
        newest.find(|((of, name), _)| *of == feature && name == key).map(|(_, value)| value.clone())
    }

    /// Remembers what has come to the disk.
    pub(super) fn put(&mut self, feature: usize, key: String, value: Option<Vec<u8>>) {
        self.rows.retain(|((of, name), _)| *of != feature || *name != key);
        if self.most == 0 || value.as_ref().is_some_and(|it| it.len() > ROW_BYTES) {
            return;
        }
        if self.rows.len() >= self.most {
            self.rows.pop_front();
        }
        self.rows.push_back(((feature, key), value));
    }

    /// Forgets everything: somebody else may have written.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_rows_are_remembered_as_they_were_written_last() {
        let mut rows = Rows::new(2);
        let value = |n: u8| Some(vec![n]);
        rows.put(0, "a".into(), value(1));
        rows.put(1, "a".into(), None);
        rows.put(0, "a".into(), value(2));
        assert_eq!(rows.get(0, "a"), Some(value(2)));
        assert_eq!(rows.get(1, "a"), Some(None), "there is none on the disk");
        rows.put(0, "b".into(), value(3));
        assert_eq!(rows.get(1, "a"), None, "the oldest made room");
        rows.put(0, "a".into(), Some(vec![0; ROW_BYTES + 1]));
        assert_eq!(rows.get(0, "a"), None, "too long, and what was known of it is old");
        rows.clear();
        assert_eq!(rows.get(0, "b"), None);
    }

    #[test]
    fn none_may_be_kept() {
        let mut rows = Rows::new(0);
        rows.put(0, "a".into(), None);
        assert_eq!(rows.get(0, "a"), None);
    }
}
