//! What an engine must do for the store: ordered bytes, atomic writes, a real sync.

/// A key with its value, as the engine keeps them.
pub type Pair = (Vec<u8>, Vec<u8>);

/// One change; `None` deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Where.
    pub key: Vec<u8>,
    /// What stands there afterwards.
    pub value: Option<Vec<u8>>,
    /// It is known that nothing stands there before.
    pub fresh: bool,
}

/// A change on its way to the medium: a key and what stands there afterwards.
pub type Step<'a> = (&'a [u8], Option<&'a [u8]>);

/// Why the engine did not do it. Each kind is answered differently, so the engine must tell them apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// No room: the handle is useless from now on and is opened anew when there is some.
    #[error("no room on the disk: {0}")]
    Full(String),
    /// What is kept does not add up.
    #[error("damaged data: {0}")]
    Corrupt(String),
    /// The disk or the engine failed; nothing is known about what was written last.
    #[error("{0}")]
    Broken(String),
}

/// An ordered map on some medium. One thread writes, several read.
///
/// # Errors
/// Of all its methods: [`EngineError`] says whether one may go on.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
pub trait Engine: Send + Sync + 'static {
    /// Reads one value.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError>;

    /// The value as far as it is known without waiting for the medium: `Some(None)` is "there is none".
    fn at_hand(&self, _key: &[u8]) -> Option<Option<Vec<u8>>> {
        None
    }

    /// Reads up to `limit` pairs whose keys start with `prefix`, in order, `after` excluded.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, EngineError>;

    /// Reads the last pair whose key starts with `prefix`.
    fn last(&self, prefix: &[u8]) -> Result<Option<Pair>, EngineError>;

    /// Makes all changes or none, also across a crash. No key may occur twice.
    fn apply(&self, writes: Vec<Write>) -> Result<(), EngineError>;

    /// The same with changes that somebody else keeps.
    fn apply_steps(&self, steps: &mut dyn Iterator<Item = Step<'_>>) -> Result<(), EngineError> {
        let write = |(key, value): Step<'_>| Write { key: key.into(), value: value.map(Into::into), fresh: false };
        self.apply(steps.map(write).collect())
    }

    /// Returns when everything applied so far survives a power cut.
    fn sync(&self) -> Result<(), EngineError>;

    /// There is nothing to do at the moment: what has been put off may be done.
    fn rest(&self) -> Result<(), EngineError> {
        Ok(())
    }

    /// What it takes on the medium, in bytes, by kind of file.
    fn sizes(&self) -> Sizes;
}

/// What an engine takes on its medium, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The log of pages.
    pub db: u64,
    /// Pages that were too large for the log.
    pub blobs: u64,
}

/// The least key above all keys that start with `prefix`; `None` when there is no such bound.
#[must_use]
pub fn above(prefix: &[u8]) -> Option<Vec<u8>> {
    let keep = prefix.iter().rposition(|it| *it < u8::MAX)?;
    let mut bound = prefix[..=keep].to_vec();
    bound[keep] += 1;
    Some(bound)
}

#[cfg(test)]
mod tests {
    use super::above;

    #[test]
    fn the_bound_above_a_prefix_carries_over_full_bytes() {
        let cases: [(&[u8], Option<&[u8]>); 5] =
            [(b"a", Some(b"b")), (b"ab", Some(b"ac")), (&[1, 0xff], Some(&[2])), (&[0xff, 0xff], None), (b"", None)];
        for (prefix, expected) in cases {
            assert_eq!(above(prefix).as_deref(), expected, "{prefix:?}");
        }
    }
}
