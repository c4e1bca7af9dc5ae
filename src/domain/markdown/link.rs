//! A link shows where it leads: its words, then its address in brackets. Nothing is hidden behind words.

use super::leaf::Leaf;
use super::page::Style;
use crate::domain::text::{is_blank, is_harmful};

/// A link or picture while its words are read.
pub(super) struct Link {
    /// The address, if it is one to be shown.
    address: Option<String>,
    /// Its first run in the leaf.
    since: usize,
}

impl Link {
    /// Its words begin here.
    pub(super) fn begin(target: &str, leaf: &mut Leaf) -> Self {
        leaf.seal();
        Self { address: address(target), since: leaf.runs.len() }
    }

    /// Its words end here: adds the address, if they are not the address already.
    pub(super) fn finish(self, leaf: &mut Leaf) {
        let Some(address) = self.address else { return };
        let label = leaf.plain(self.since);
        if label.trim().is_empty() {
            leaf.push(&address, Style::LITERAL);
        } else if label.trim().trim_end_matches('/') != address.trim_end_matches('/') {
            leaf.push(&format!(" ({address})"), Style::LITERAL);
        }
    }
}

/// What is shown of a link's target: pages and mail. Whatever opens something inside of Telegram (`tg:`) or runs something
/// is not shown: its words stand alone.
fn address(target: &str) -> Option<String> {
    let rest = |scheme: &str| {
        let head = target.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| &target[scheme.len()..]).filter(|it| !it.trim().is_empty())
    };
    if rest("https://").or_else(|| rest("http://")).is_some() {
        return Some(spelled(target));
    }
    let mail = rest("mailto:")?.split('?').next()?;
    mail.contains('@').then(|| spelled(mail))
}

/// In one word, and without what no reader sees.
fn spelled(address: &str) -> String {
    let mut word = String::with_capacity(address.len());
    for it in address.chars().filter(|it| !is_harmful(*it)) {
        match it {
            it if it.is_whitespace() => word.push_str("%20"),
            it if is_blank(it) => {}
            it => word.push(it),
        }
    }
    word
}
