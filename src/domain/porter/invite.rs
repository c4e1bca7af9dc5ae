//! Invitations: a code that lets in so many people for so long, and what becomes of somebody who guesses.

use crate::domain::account::Tier;
use crate::domain::types::{Moment, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A code's hash. The code itself is kept nowhere.
pub type Hash = [u8; 32];

/// An open invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Of the code.
    pub hash: Hash,
    /// What whoever comes with it gets.
    pub tier: Tier,
    /// How many may still come.
    pub uses: u32,
    /// When it was made.
    pub made: Moment,
    /// How long it is good for, in ms.
    pub life_ms: u64,
}

/// What a code that somebody sent is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// They come in, into this tier.
    Accepted(Tier),
    /// It is no code of ours.
    Wrong,
    /// It was one, and is too old or used up.
    Over,
    /// This person has sent too many wrong ones, or everybody together has: whatever they send now is not looked at.
    Exhausted,
}

/// Open invitations, and who has guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Invitations {
    /// The oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Invitation>,
    /// Since when guesses are counted.
    since: Moment,
    /// Wrong codes since then.
    wrong: u32,
    /// And by whom.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    by: Vec<(UserId, u32)>,
}

/// Letters that a code has at least.
pub const CODE_MIN: usize = 8;
/// Letters that a code has at most.
pub const CODE_MAX: usize = 64;
/// Invitations that are open at once at most; they stand in the house's hot cell.
pub const OPEN_MAX: usize = 10;
/// People whose guesses are counted by name.
const GUESSERS_MAX: usize = 50;
/// For how long guesses are counted, in ms.
const WINDOW_MS: u64 = 3_600_000;
/// Everybody's wrong codes in that time are at most so many times one person's.
const ALL_TIMES: u32 = 10;

/// The hash of a code, however it is written. `None` when it can be no code.
#[must_use]
pub fn hash(code: &str) -> Option<Hash> {
    let code = code.trim().to_lowercase();
    let sound = (CODE_MIN..=CODE_MAX).contains(&code.chars().count()) && !code.contains(char::is_whitespace);
    sound.then(|| Sha256::digest(format!("majordomo invitation {code}")).into())
}

impl Invitation {
    /// Until when it is good; a clock that was set back makes it no longer than it was meant.
    #[must_use]
    pub const fn until(&self) -> Moment {
        self.made.plus_ms(self.life_ms)
    }

    const fn is_good(&self, now: Moment) -> bool {
        self.uses > 0 && self.until().holds(now, self.life_ms)
    }
}

impl Invitations {
    /// Opens one; another with the same code is replaced, and the oldest goes when there are too many.
    pub fn open(&mut self, invitation: Invitation) {
        self.open.retain(|it| it.hash != invitation.hash);
        if self.open.len() >= OPEN_MAX {
            self.open.remove(0);
        }
        self.open.push(invitation);
    }

    /// What the code of this hash is worth, sent by this person now; `tries` is how many wrong ones one person may
    /// send in an hour. Every open invitation is compared in full, so that time tells nothing about them.
    pub fn take(&mut self, hash: Option<Hash>, who: UserId, tries: u32, now: Moment) -> Worth {
        if !self.since.is_within(now, WINDOW_MS) {
            (self.since, self.wrong, self.by) = (now, 0, Vec::new());
        }
        let mine = self.by.iter().find(|it| it.0 == who).map_or(0, |it| it.1);
        if mine >= tries || self.wrong >= tries.saturating_mul(ALL_TIMES) {
            return Worth::Exhausted;
        }
        let found = hash.and_then(|hash| {
            let equal = self.open.iter().map(|it| bool::from(it.hash.ct_eq(&hash))).collect::<Vec<_>>();
            equal.iter().position(|it| *it)
        });
        match found.and_then(|at| self.open.get_mut(at)) {
            Some(it) if it.is_good(now) => {
                it.uses -= 1;
                Worth::Accepted(it.tier)
            }
            Some(_) => Worth::Over,
            None => {
                self.count(who);
                Worth::Wrong
            }
        }
    }

    fn count(&mut self, who: UserId) {
        self.wrong = self.wrong.saturating_add(1);
        match self.by.iter_mut().find(|it| it.0 == who) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => {
                if self.by.len() >= GUESSERS_MAX {
                    self.by.remove(0);
                }
                self.by.push((who, 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Moment = Moment(1_700_000_000_000);
    const ANN: UserId = UserId(7);
    const HOUR: u64 = 3_600_000;

    fn invitation(code: &str, uses: u32) -> Invitation {
        Invitation { hash: hash(code).unwrap_or_default(), tier: Tier::Premium, uses, made: NOW, life_ms: HOUR }
    }

    fn with(code: &str, uses: u32) -> Invitations {
        let mut all = Invitations::default();
        all.open(invitation("another-code", 9));
        all.open(invitation(code, uses));
        all
    }

    #[test]
    fn a_code_is_long_enough_one_word_and_not_about_capitals() {
        assert_eq!(hash("Welcome-2026"), hash(" welcome-2026\n"));
        assert_ne!(hash("welcome-2026"), hash("welcome-2027"));
        for none in ["", "short", "two words of it", &"x".repeat(65)] {
            assert_eq!(hash(none), None, "{none:?}");
        }
    }

    #[test]
    fn a_code_lets_in_so_many_for_so_long_and_then_says_that_it_is_over() {
        let mut all = with("welcome-2026", 2);
        let mut send = |code: &str, after: u64| all.take(hash(code), ANN, 5, NOW.plus_ms(after));
        assert_eq!(send("welcome-2026", 0), Worth::Accepted(Tier::Premium));
        assert_eq!(send("WELCOME-2026", HOUR - 1), Worth::Accepted(Tier::Premium));
        assert_eq!(send("welcome-2026", 1), Worth::Over, "used up");
        assert_eq!(send("another-code", HOUR), Worth::Over, "too old");
        assert_eq!(send("no-such-code", 0), Worth::Wrong);
        assert_eq!(send("short", 0), Worth::Wrong);
    }

    #[test]
    fn whoever_guesses_too_often_is_not_heard_for_an_hour_not_even_with_the_right_code() {
        let mut all = with("welcome-2026", 9);
        for _ in 0..3 {
            assert_eq!(all.take(hash("guess-guess"), ANN, 3, NOW), Worth::Wrong);
        }
        assert_eq!(all.take(hash("welcome-2026"), ANN, 3, NOW), Worth::Exhausted);
        assert_eq!(all.take(hash("welcome-2026"), UserId(8), 3, NOW), Worth::Accepted(Tier::Premium), "others are");
        let mut later = with("welcome-2026", 9);
        later.open[1].life_ms = 9 * HOUR;
        (later.since, later.wrong, later.by) = (all.since, all.wrong, all.by.clone());
        assert_eq!(later.take(hash("welcome-2026"), ANN, 3, NOW.plus_ms(HOUR)), Worth::Accepted(Tier::Premium));
    }

    #[test]
    fn many_who_guess_together_are_stopped_too() {
        let mut all = with("welcome-2026", 9);
        for n in 0..30 {
            assert_eq!(all.take(hash("guess-guess"), UserId(100 + n), 3, NOW), Worth::Wrong);
        }
        assert_eq!(all.take(hash("welcome-2026"), ANN, 3, NOW), Worth::Exhausted);
    }

    #[test]
    fn the_oldest_of_too_many_goes_and_the_same_code_is_there_once() {
        let mut all = Invitations::default();
        (0..12).for_each(|n| all.open(invitation(&format!("code-number-{n}"), 1)));
        assert_eq!(all.open.len(), OPEN_MAX);
        all.open(invitation("code-number-5", 7));
        assert_eq!((all.open.len(), all.open.last().map(|it| it.uses)), (OPEN_MAX, Some(7)));
        let json = serde_json::to_vec(&all).map_or(0, |it| it.len());
        assert!(json < 4_000, "{json} bytes of 8 KiB");
    }

    proptest! {
        #[test]
        fn never_more_come_in_than_were_invited(
            sent in proptest::collection::vec((0_i64..20, 0_usize..3, 0_u64..3 * HOUR), 1..200), uses in 0_u32..9,
        ) {
            let mut all = with("welcome-2026", uses);
            let codes = ["welcome-2026", "wrong-wrong", "no"];
            let taken = sent.into_iter().filter(|(who, code, after)| {
                let worth = all.take(hash(codes[*code]), UserId(*who), 5, NOW.plus_ms(*after));
                matches!(worth, Worth::Accepted(_))
            });
            prop_assert!(taken.count() <= uses as usize);
        }
    }
}
