//! A waiting line in which those who pay more go first, and nobody waits for ever.

use crate::domain::account::Tier;
use std::collections::VecDeque;

/// A line in three lanes, each first come, first served.
///
/// The highest lane that has somebody is served first. But whoever stands first in a lower lane is overtaken by at
/// most so many; then it is their turn. The line is bounded: the last tenth of its places is kept for enterprise,
/// the tenth before it for premium and enterprise, so that a crowd of one tier never shuts out those above it.
#[derive(Clone, Debug)]
pub struct Fair<T> {
    lanes: [Lane<T>; 3],
    places: usize,
    overtakes: u32,
}

#[derive(Clone, Debug)]
struct Lane<T> {
    waiting: VecDeque<T>,
    /// How many of higher lanes have been served since the first here came to the front.
    overtaken: u32,
}

/// There is no place left for this tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Full<T> {
    /// Who could not be let in.
    pub item: T,
    /// How many wait already.
    pub waiting: usize,
    /// Places that this tier may use.
    pub places: usize,
}

impl<T> Fair<T> {
    /// An empty line of so many places; whoever is first in a lane is overtaken at most so often.
    #[must_use]
    pub fn new(places: usize, overtakes: u32) -> Self {
        let lane = || Lane { waiting: VecDeque::new(), overtaken: 0 };
        Self { lanes: [lane(), lane(), lane()], places, overtakes }
    }

    /// Lets somebody in at the end of their lane.
    ///
    /// # Errors
    /// Hands the item back when the places of its tier are taken: it stays on disk, and its person is told.
    pub fn push(&mut self, tier: Tier, item: T) -> Result<(), Full<T>> {
        let (waiting, places) = (self.len(), self.places_of(tier));
        if waiting >= places {
            return Err(Full { item, waiting, places });
        }
        self.lanes[tier as usize].waiting.push_back(item);
        Ok(())
    }

    /// Whose turn it is. They leave the line.
    pub fn pop(&mut self) -> Option<(Tier, T)> {
        let tier = self.next()?;
        let item = self.lanes[tier as usize].waiting.pop_front()?;
        self.lanes[tier as usize].overtaken = 0;
        for lane in self.lanes.iter_mut().take(tier as usize).filter(|it| !it.waiting.is_empty()) {
            lane.overtaken = lane.overtaken.saturating_add(1);
        }
        Some((tier, item))
    }

    /// Whose turn it is. They stay.
    #[must_use]
    pub fn peek(&self) -> Option<(Tier, &T)> {
        let tier = self.next()?;
        self.lanes[tier as usize].waiting.front().map(|it| (tier, it))
    }

    /// Takes those out that do not want to wait any longer.
    pub fn retain(&mut self, mut stays: impl FnMut(&T) -> bool) {
        for lane in &mut self.lanes {
            lane.waiting.retain(&mut stays);
            lane.overtaken = if lane.waiting.is_empty() { 0 } else { lane.overtaken };
        }
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lanes.iter().map(|it| it.waiting.len()).sum()
    }

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of this tier wait.
    #[must_use]
    pub fn len_of(&self, tier: Tier) -> usize {
        self.lanes[tier as usize].waiting.len()
    }

    /// Places that this tier may use; at least one, where there is any.
    #[must_use]
    pub fn places_of(&self, tier: Tier) -> usize {
        let tenth = self.places / 10;
        match tier {
            Tier::Enterprise => self.places,
            Tier::Premium => self.places - tenth,
            Tier::Free => self.places - 2 * tenth,
        }
    }

    /// The lane that was overtaken often enough, the lowest first; else the highest.
    fn next(&self) -> Option<Tier> {
        let waits = |it: &Tier| !self.lanes[*it as usize].waiting.is_empty();
        let starved = |it: &Tier| waits(it) && self.lanes[*it as usize].overtaken >= self.overtakes;
        Tier::ALL.into_iter().find(starved).or_else(|| Tier::ALL.into_iter().rev().find(waits))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn line(places: usize, overtakes: u32) -> Fair<u32> {
        Fair::new(places, overtakes)
    }

    #[test]
    fn enterprise_goes_before_premium_before_free_and_each_in_order() {
        let mut line = line(100, 50);
        for (n, tier) in (0..).zip([Tier::Free, Tier::Premium, Tier::Free, Tier::Enterprise, Tier::Premium]) {
            line.push(tier, n).unwrap();
        }
        let served: Vec<_> = std::iter::from_fn(|| line.pop()).map(|it| it.1).collect();
        assert_eq!(served, [3, 1, 4, 0, 2]);
    }

    #[test]
    fn whoever_is_first_in_a_lower_lane_is_overtaken_only_so_often() {
        let mut line = line(100, 3);
        line.push(Tier::Free, 900).unwrap();
        line.push(Tier::Free, 901).unwrap();
        (0..20).for_each(|n| line.push(Tier::Enterprise, n).unwrap());
        let served: Vec<_> = std::iter::from_fn(|| line.pop()).map(|it| it.1).take(9).collect();
        assert_eq!(served, [0, 1, 2, 900, 3, 4, 5, 901, 6]);
    }

    #[test]
    fn a_full_line_says_so_and_hands_back_and_keeps_room_for_those_above() {
        let mut line = line(10, 3);
        (0..8).for_each(|n| line.push(Tier::Free, n).unwrap());
        assert_eq!(line.push(Tier::Free, 8), Err(Full { item: 8, waiting: 8, places: 8 }));
        line.push(Tier::Premium, 9).unwrap();
        assert_eq!(line.push(Tier::Premium, 10), Err(Full { item: 10, waiting: 9, places: 9 }));
        line.push(Tier::Enterprise, 11).unwrap();
        assert_eq!(line.push(Tier::Enterprise, 12), Err(Full { item: 12, waiting: 10, places: 10 }));
        assert_eq!((line.len(), line.len_of(Tier::Free), line.peek()), (10, 8, Some((Tier::Enterprise, &11))));
    }

    #[test]
    fn those_who_give_up_leave() {
        let mut line = line(10, 3);
        (0..6).for_each(|n| line.push(Tier::Free, n).unwrap());
        line.retain(|it| it % 2 == 0);
        let served: Vec<_> = std::iter::from_fn(|| line.pop()).map(|it| it.1).collect();
        assert_eq!(served, [0, 2, 4]);
        assert!(line.is_empty() && line.pop().is_none());
    }

    proptest! {
        #[test]
        fn nobody_is_lost_none_overtakes_in_a_lane_and_none_waits_longer_than_promised(
            steps in proptest::collection::vec((0_usize..4, any::<bool>()), 1..400), overtakes in 0_u32..6,
        ) {
            let mut line: Fair<u32> = Fair::new(50, overtakes);
            let mut waiting: BTreeMap<u32, (Tier, u32)> = BTreeMap::new();
            for (n, (kind, _)) in (0..).zip(steps) {
                if kind < 3 {
                    let tier = Tier::ALL[kind];
                    if line.push(tier, n).is_ok() {
                        waiting.insert(n, (tier, 0));
                    }
                } else if let Some((tier, item)) = line.pop() {
                    prop_assert_eq!(waiting.remove(&item).map(|it| it.0), Some(tier));
                    let ahead = waiting.iter().filter(|(it, (lane, _))| *lane == tier && **it < item).count();
                    prop_assert_eq!(ahead, 0);
                    for lane in Tier::ALL.into_iter().filter(|it| *it < tier) {
                        if let Some((_, (_, passed))) = waiting.iter_mut().find(|it| it.1.0 == lane) {
                            *passed += 1;
                            prop_assert!(*passed <= overtakes, "{lane:?} was overtaken {passed} times");
                        }
                    }
                }
                prop_assert_eq!(line.len(), waiting.len());
                prop_assert!(line.len() <= 50);
            }
        }
    }
}
