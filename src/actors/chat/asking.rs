//! An event together with what has been learned for it so far.

use crate::actors::intake::item::Item;
use crate::domain::fact::{Fact, Need};
use crate::domain::feature::Pace;
use std::sync::Arc;

/// An event between its features.
pub(super) struct Pending {
    /// The event.
    pub(super) item: Arc<Item>,
    /// The feature that is being asked.
    pub(super) feature: usize,
    /// What that feature asked for and was told.
    pub(super) known: Vec<(Need, Fact)>,
    /// How often it has been asked what it needs.
    pub(super) rounds: usize,
    /// How its sender's requests stand.
    pub(super) pace: Pace,
    /// What is still to come.
    missing: Vec<Need>,
}

impl Pending {
    /// An event that no feature has seen yet.
    pub(super) fn new(item: Arc<Item>) -> Self {
        Self { item, feature: 0, known: Vec::new(), rounds: 0, pace: Pace::Free, missing: Vec::new() }
    }

    /// Whether nobody has looked at it yet.
    pub(super) const fn is_new(&self) -> bool {
        self.feature == 0 && self.rounds == 0
    }

    /// The next feature's turn: what the last one learned is forgotten.
    pub(super) fn next_feature(&mut self) {
        self.feature += 1;
        self.known.clear();
        self.rounds = 0;
    }

    /// Notes that a fact was asked for.
    pub(super) fn expect(&mut self, need: Need) {
        self.missing.push(need);
    }

    /// Takes an answer. Answers whether nothing is missing any more.
    pub(super) fn learn(&mut self, need: Need, fact: Fact) -> bool {
        let before = self.missing.len();
        self.missing.retain(|it| *it != need);
        if self.missing.len() < before {
            self.known.push((need, fact));
        }
        self.missing.is_empty()
    }

    /// Forgets rows: they are read again right before the decision, since another event may have changed them.
    pub(super) fn forget_rows(&mut self) {
        self.known.retain(|(need, _)| !matches!(need, Need::Row(_) | Need::Rows { .. }));
    }

    /// Whether something is missing.
    pub(super) fn waits(&self) -> bool {
        !self.missing.is_empty()
    }
}
