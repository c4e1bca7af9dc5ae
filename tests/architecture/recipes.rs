//! What an addition costs: each recipe of `docs/recipes` is a patch that applies to this tree and touches two places.
//! `.ci/recipes` applies them to a copy, compiles it and runs what they have added.

use super::root;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// By hand at most; the words in each language and what the program prints of itself come on top.
const PLACES_MAX: usize = 2;

/// Each recipe, and the places it touches by hand.
const RECIPES: [(&str, &[&str]); 4] = [
    ("command", &["src/domain/house/mod.rs", "src/domain/house/tests.rs"]),
    ("feature", &["src/domain/bell/", "src/domain/mod.rs"]),
    ("provider", &["src/ai/kinds.rs", "src/ai/kinds/mistral.rs"]),
    ("setting", &["src/config/backup.rs"]),
];

/// A file as a place: a new folder is one, with all that is in it.
fn place(file: &str) -> String {
    let folder = file.rsplit_once('/').map_or("", |it| it.0);
    let is_new = !root().join(folder).exists();
    if is_new { format!("{folder}/") } else { file.to_owned() }
}

#[test]
fn a_recipe_touches_two_places() {
    let found = fs::read_dir(root().join("docs/recipes")).unwrap().count();
    assert_eq!(found, RECIPES.len(), "a recipe that is not in the list");
    for (name, expected) in RECIPES {
        let patch = super::page(&format!("docs/recipes/{name}.patch"));
        let files = patch.lines().filter_map(|it| it.strip_prefix("+++ b/"));
        let by_hand = files.filter(|it| !it.starts_with("locales/") && *it != "config.toml");
        let places: BTreeSet<_> = by_hand.map(place).collect();
        assert!((1..=PLACES_MAX).contains(&places.len()), "{name} touches {places:?}");
        assert_eq!(places.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{name}");
    }
}

#[test]
fn a_recipe_applies_to_this_tree() {
    for (name, _) in RECIPES {
        let patch = root().join(format!("docs/recipes/{name}.patch"));
        let mut git = Command::new("git");
        git.args(["apply", "--check"]).arg(&patch).current_dir(root());
        // A tree within somebody else's repository is none of it.
        git.env("GIT_CEILING_DIRECTORIES", root().parent().unwrap_or(root()));
        let Ok(output) = git.output() else { return eprintln!("skipped: there is no git here") };
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: make it again for what has changed around it\n{told}");
    }
}
