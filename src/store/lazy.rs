//! Writes that may wait: merged while they do, so that they take the room of their keys, not of their number.

use super::{Batch, Op};
use std::collections::{HashMap, HashSet};

/// Batches given to `later`, in order.
///
/// Neighbouring batches without assertions become one, in which a later step on a key replaces an earlier
/// one. Nothing is counted and dropped: what waits is bounded by the number of different keys, and the
/// writer is woken early when there is much of it.
#[derive(Default)]
pub(super) struct Lazy {
    batches: Vec<Waiting>,
    steps: usize,
}

#[derive(Default)]
struct Waiting {
    batch: Batch,
    /// What was last done to each key; `None` for a batch with assertions, into which nothing is merged.
    last: Option<HashMap<Vec<u8>, Last>>,
}

/// The last step on a key.
enum Last {
    /// A put or deletion, at this place of the batch.
    Whole(usize),
    /// These bits have been set since.
    Bits(HashSet<u16>),
}

impl Lazy {
    /// Adds a batch.
    pub(super) fn add(&mut self, batch: Batch) {
        if batch.0.iter().any(asserts) {
            self.steps += batch.0.len();
            self.batches.push(Waiting { batch, last: None });
            return;
        }
        if self.batches.last().is_none_or(|it| it.last.is_none()) {
            self.batches.push(Waiting { batch: Batch::default(), last: Some(HashMap::new()) });
        }
        let Some(Waiting { batch: merged, last: Some(last) }) = self.batches.last_mut() else { return };
        for op in batch.0 {
            self.steps += usize::from(merge(merged, last, op));
        }
    }

    /// Puts back what could not be written, before all that came since.
    pub(super) fn give_back(&mut self, batches: Vec<Batch>) {
        let since = std::mem::take(self);
        for batch in batches.into_iter().chain(since.batches.into_iter().map(|it| it.batch)) {
            self.add(batch);
        }
    }

    /// Takes all.
    pub(super) fn take(&mut self) -> Vec<Batch> {
        std::mem::take(self).batches.into_iter().map(|it| it.batch).collect()
    }

    /// Steps that wait.
    pub(super) fn len(&self) -> usize {
        self.steps
    }
}

fn asserts(op: &Op) -> bool {
    match op {
        Op::Put { expect, .. } => expect.is_some(),
        Op::Delete { .. } => false,
        Op::SetBit { only_once, .. } => *only_once,
        Op::ExpectClear { .. } => true,
    }
}

/// Returns whether the step takes a new place.
fn merge(merged: &mut Batch, last: &mut HashMap<Vec<u8>, Last>, op: Op) -> bool {
    match &op {
        Op::Put { key, .. } | Op::Delete { key } => {
            if let Some(Last::Whole(place)) = last.get(key) {
                merged.0[*place] = op;
                return false;
            }
            last.insert(key.clone(), Last::Whole(merged.0.len()));
        }
        Op::SetBit { key, bit, .. } | Op::ExpectClear { key, bit } => {
            if let Some(Last::Bits(bits)) = last.get_mut(key) {
                if !bits.insert(*bit) {
                    return false;
                }
            } else {
                last.insert(key.clone(), Last::Bits(HashSet::from([*bit])));
            }
        }
    }
    merged.0.push(op);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: &[u8], value: &[u8]) -> Op {
        Op::Put { key: key.to_vec(), value: value.to_vec(), expect: None }
    }

    fn bit(bit: u16) -> Op {
        Op::SetBit { key: b"row".to_vec(), bit, only_once: false }
    }

    fn lazy(batches: &[Vec<Op>]) -> Lazy {
        let mut lazy = Lazy::default();
        for ops in batches {
            lazy.add(Batch(ops.clone()));
        }
        lazy
    }

    #[test]
    fn later_steps_on_a_key_replace_earlier_ones() {
        let mut lazy = lazy(&[
            vec![put(b"a", b"1"), put(b"b", b"1")],
            vec![put(b"a", b"2")],
            vec![Op::Delete { key: b"b".to_vec() }],
        ]);
        assert_eq!(lazy.len(), 2);
        assert_eq!(lazy.take(), [Batch(vec![put(b"a", b"2"), Op::Delete { key: b"b".to_vec() }])]);
        assert_eq!(lazy.len(), 0);
    }

    #[test]
    fn bits_and_whole_rows_keep_their_order() {
        let mut lazy =
            lazy(&[vec![bit(1), bit(1), put(b"row", b"x")], vec![bit(1), bit(2), bit(1)], vec![put(b"row", b"y")]]);
        let expected = vec![bit(1), put(b"row", b"x"), bit(1), bit(2), put(b"row", b"y")];
        assert_eq!(lazy.take(), [Batch(expected)]);
    }

    #[test]
    fn a_batch_with_assertions_stays_alone_and_in_its_place() {
        let asserted = vec![Op::Put { key: b"a".to_vec(), value: b"2".to_vec(), expect: Some(1) }];
        let mut lazy = lazy(&[vec![put(b"a", b"1")], asserted.clone(), vec![put(b"a", b"3")], vec![put(b"b", b"1")]]);
        let expected = [Batch(vec![put(b"a", b"1")]), Batch(asserted), Batch(vec![put(b"a", b"3"), put(b"b", b"1")])];
        assert_eq!(lazy.take(), expected);
    }

    #[test]
    fn what_is_given_back_goes_before_what_came_since() {
        let mut lazy = lazy(&[vec![put(b"a", b"new")]]);
        lazy.give_back(vec![Batch(vec![put(b"a", b"old"), put(b"b", b"old")])]);
        assert_eq!(lazy.take(), [Batch(vec![put(b"a", b"new"), put(b"b", b"old")])]);
    }
}
