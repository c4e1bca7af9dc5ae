//! Is a backup whole? Every part, every row, the sum over all rows, the counts of the manifest, the sum at the end.

use super::format::{FORMAT, Head, Tag};
use super::manifest::Manifest;
use super::parts;
use super::read::{Damage, Found, Part, read};
use super::tally::Tally;
use super::{RestoreError, error};
use std::path::Path;

/// What a look at a whole backup found.
#[derive(Debug)]
pub struct Verdict {
    /// What it says it holds; `None` when that part is damaged.
    pub manifest: Option<Manifest>,
    /// Everything that is wrong, and where. Nothing: it is whole.
    pub damage: Vec<Damage>,
    /// Parts that are whole.
    pub parts: u64,
    /// The length of the file.
    pub bytes: u64,
}

/// Reads all of it.
///
/// # Errors
/// When it cannot be read, is no backup, or is one of a later version.
pub fn verify(path: &Path) -> Result<Verdict, RestoreError> {
    let mut tally = Tally::default();
    let found = read(path, &mut |part| look(part, &mut tally)).map_err(error::disk("read", path))?;
    known(path, &found)?;
    let Found { manifest, mut damage, parts, bytes, .. } = found;
    if damage.is_empty() {
        damage.extend(manifest.as_ref().and_then(|it| differs(it, &tally)).map(|what| Damage { at: 0, what }));
    }
    Ok(Verdict { manifest, damage, parts, bytes })
}

/// Whether this is something that can be looked at at all.
pub(super) fn known(path: &Path, found: &Found) -> Result<(), RestoreError> {
    match found.head {
        Head::Newer(format) => Err(RestoreError::Newer { path: path.to_path_buf(), format, ours: FORMAT }),
        Head::Unknown if found.parts == 0 => Err(RestoreError::NoBackup { path: path.to_path_buf() }),
        Head::Ours | Head::Unknown => Ok(()),
    }
}

fn look(part: &Part<'_>, tally: &mut Tally) -> Result<(), String> {
    match part.tag {
        Tag::Rows | Tag::Changes => {
            let rows = parts::rows(part.plain).ok_or("its rows cannot be told apart")?;
            rows.iter().try_for_each(|it| tally.put(&it.key, it.value.as_deref()))
        }
        Tag::File => parts::read_file(part.plain).map(|_| ()).ok_or_else(|| "it has no name".to_owned()),
        Tag::Manifest => Ok(()),
    }
}

/// Every part fits, but do they fit to each other?
fn differs(manifest: &Manifest, tally: &Tally) -> Option<String> {
    if !tally.adds_up() || format!("{:x}", tally.sum()) != manifest.sum {
        return Some(
            "the rows together are not what the store was: some are missing or older than they should be".into(),
        );
    }
    (tally.kinds() != manifest.rows).then(|| "the rows are not those that the manifest counts".into())
}
