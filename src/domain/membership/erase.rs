//! We are out of a group: what we knew of its people is deleted, some rows at a time.

use super::super::effect::Effect;
use super::draft::Draft;

/// The alarm clock of the steps.
pub(super) const WAKE: &str = "erase";
/// Rows that one step deletes.
const STEP: u32 = 100;
/// Between two steps, in ms.
const PAUSE_MS: u64 = 200;
/// All rows: every key begins with a small letter.
const ALL: std::ops::Range<&str> = "a".."{";

/// Begins.
pub(super) fn begin(draft: &mut Draft<'_>) {
    let at = draft.now();
    draft.add(Effect::WakeAt { key: WAKE.to_owned(), at });
}

/// Deletes the next rows, unless the group is guarded again.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    if !draft.state().channels.is_empty() || draft.state().setting_up {
        return;
    }
    let Some(rows) = draft.rows(ALL.start, ALL.end, STEP) else { return };
    for (key, _) in rows {
        draft.drop_row(key.clone());
    }
    if !rows.is_empty() {
        let at = draft.now().plus_ms(PAUSE_MS);
        draft.add(Effect::WakeAt { key: WAKE.to_owned(), at });
    }
}
