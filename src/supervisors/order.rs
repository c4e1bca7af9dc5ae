//! Which children a strategy touches when one of them is restarted.

use super::spec::Strategy;

/// The first child that is restarted, when the child at `crashed` is; all after it are too.
/// None when only that child is.
#[must_use]
pub fn group_from(strategy: Strategy, crashed: usize) -> Option<usize> {
    match strategy {
        Strategy::OneForOne => None,
        Strategy::OneForAll => Some(0),
        Strategy::RestForOne => Some(crashed),
    }
}

/// Indexes of the children that are restarted, in the order of their start. They are stopped in reverse.
#[must_use]
pub fn touched(strategy: Strategy, crashed: usize, children: usize) -> Vec<usize> {
    match group_from(strategy, crashed) {
        None => vec![crashed],
        Some(from) => (from..children).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervisors::spec::Strategy;
    use proptest::prelude::*;

    #[test]
    fn each_strategy_touches_its_own() {
        let table: [(Strategy, &[usize]); 3] =
            [(Strategy::OneForOne, &[2]), (Strategy::OneForAll, &[0, 1, 2, 3]), (Strategy::RestForOne, &[2, 3])];
        for (strategy, expected) in table {
            assert_eq!(touched(strategy, 2, 4), expected, "{strategy:?}");
        }
    }

    proptest! {
        #[test]
        fn the_crashed_child_is_always_among_them(children in 1_usize..50, crashed in 0_usize..50) {
            prop_assume!(crashed < children);
            for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
                let touched = touched(strategy, crashed, children);
                prop_assert!(touched.contains(&crashed));
                prop_assert!(touched.is_sorted());
            }
        }
    }
}
