//! The shipped `config.toml`: every setting with its default, and above it what it means, as declared.

use super::{Settings, schema};
use crate::domain::settings::{ANY, Meaning, Section};
use std::fmt::Write;

const HEAD: &str = "\
# Majordomo: every setting with its default. The program also runs without this file.
#
# Another file: majordomo --config PATH. Every key can be set by an environment variable, which wins:
# MAJORDOMO_ and the key in capitals with __ for each dot, lists separated by commas, for example
# MAJORDOMO_TELEGRAM__TOKEN or MAJORDOMO_FEATURES__MEMBERSHIP__ENABLED.
# Is it right? majordomo config check. What holds, and who said so? majordomo config show.
";

/// What every key means, in the order of the file.
#[must_use]
pub fn meanings() -> Vec<Meaning> {
    let mut meanings = Vec::new();
    Settings::explain("", &mut meanings);
    meanings
}

/// The text of `config.toml`: valid, and of no effect.
#[must_use]
pub fn shipped() -> String {
    let (mut page, mut section) = (HEAD.to_owned(), String::new());
    for Meaning { key, lines } in meanings() {
        let (head, name) = key.rsplit_once('.').unwrap_or(("", &key));
        // What people name is not there until they do.
        let off = if key.contains(ANY) { "#" } else { "" };
        if section != head {
            let _ = writeln!(page, "\n{off}[{}]", head.replace(ANY, "NAME"));
            head.clone_into(&mut section);
        }
        for line in lines {
            let _ = writeln!(page, "#{off}{}", line.replace('`', ""));
        }
        let value = schema::default_of(&key).map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(page, "{off}{name} = {value}");
    }
    page
}
