//! The house rules, read from the source: who may know whom, what stands where, what the documents promise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "architecture/lengths.rs"]
mod lengths;
#[path = "architecture/recipes.rs"]
mod recipes;

use majordomo::config;
use majordomo::telemetry::{events, names};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Each room and the rooms it may use besides itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("clock", &["domain"]),
    ("domain", &[]),
    ("config", &["clock", "domain"]),
    ("telemetry", &["clock", "config", "domain"]),
    ("store", &["clock", "config", "domain", "telemetry"]),
    ("ai", &["clock", "config", "domain"]),
    ("protocol", &["ai", "clock", "config", "domain", "store", "telemetry"]),
    ("telegram", &["clock", "config", "domain", "protocol", "telemetry"]),
    ("web", &["clock", "config", "domain", "protocol", "telemetry"]),
    ("actors", &["ai", "clock", "config", "domain", "protocol", "store", "telegram", "telemetry"]),
    ("supervisors", &["actors", "clock", "config", "domain", "protocol", "store", "telegram", "telemetry", "web"]),
    (
        "app",
        &[
            "actors",
            "ai",
            "clock",
            "config",
            "domain",
            "protocol",
            "store",
            "supervisors",
            "telegram",
            "telemetry",
            "web",
        ],
    ),
    ("cli", &["ai", "app", "clock", "config", "domain", "playground", "protocol", "store", "telegram", "telemetry"]),
    ("playground", &["app", "clock", "config", "domain", "protocol", "telegram", "telemetry"]),
];

/// A file of the source.
struct Source {
    /// `src/domain/types.rs`
    path: String,
    text: String,
    /// Whether it is only there for tests.
    is_test: bool,
}

impl Source {
    /// `domain`, of `src/domain/types.rs` and of `src/domain.rs`.
    fn room(&self) -> &str {
        let inside = self.path.trim_start_matches("src/");
        inside.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// What is built into the program.
    fn program(&self) -> &str {
        &self.text[..self.end()]
    }

    /// What is only built for tests.
    fn tests(&self) -> &str {
        &self.text[self.end()..]
    }

    /// Where the tests begin that stand in the file itself; tests in files of their own are only named in it.
    fn end(&self) -> usize {
        let mut inside = self.text.match_indices("\n#[cfg(test)]\nmod ").map(|it| it.0);
        let begins = |at: &usize| self.text[*at..].lines().nth(2).is_some_and(|it| it.ends_with('{'));
        if self.is_test { 0 } else { inside.find(begins).unwrap_or(self.text.len()) }
    }

    /// The lines that are built into the program, without comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.program().lines().enumerate();
        lines.map(|(n, line)| (n + 1, line.trim())).filter(|(_, line)| !line.starts_with("//"))
    }

    fn has(&self, words: &[&str]) -> Vec<String> {
        let found = self.code().filter(|(_, line)| words.iter().any(|it| line.contains(it)));
        found.map(|(n, line)| format!("{}:{n}: {line}", self.path)).collect()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    entries.flat_map(|it| if it.is_dir() { files(&it) } else { vec![it] }).collect()
}

fn source() -> Vec<Source> {
    let rust = files(&root().join("src")).into_iter().filter(|it| it.extension().is_some_and(|it| it == "rs"));
    let mut all: Vec<_> = rust.map(read).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(all.len() > 150, "the source was not found: {} files", all.len());
    all
}

fn read(file: PathBuf) -> Source {
    let path = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    let test = ["/tests/", "/tests.rs", "_tests.rs", "/conformance/", "/testkit.rs", "/domain/play.rs"];
    let is_test = test.iter().any(|it| path.contains(it));
    Source { text: fs::read_to_string(file).unwrap(), is_test, path }
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|it| panic!("{name}: {it}"))
}

/// The rooms named after `crate::`, also within braces.
fn rooms_in(line: &str) -> Vec<&str> {
    let mut rooms = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let named = rest.strip_prefix('{').map_or(vec![rest], |inside| inside.split(", ").collect());
        rooms.extend(named.into_iter().map(word));
    }
    rooms
}

fn word(text: &str) -> &str {
    let end = text.find(|it: char| !it.is_ascii_lowercase() && it != '_').unwrap_or(text.len());
    &text[..end]
}

fn assert_none(rule: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn rooms_know_only_whom_they_may_know() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for source in source().iter().filter(|it| !["lib", "main"].contains(&it.room())) {
        let (room, may) = ARROWS.iter().find(|it| it.0 == source.room()).expect("every room has its arrows");
        for (n, line) in source.code() {
            for other in rooms_in(line).into_iter().filter(|it| ARROWS.iter().any(|(room, _)| room == it)) {
                seen.insert((*room, other.to_owned()));
                if other != *room && !may.contains(&other) {
                    wrong.push(format!("{}:{n}: {room} -> {other}", source.path));
                }
            }
        }
    }
    assert_none("an arrow that is not in the plan", wrong);
    assert!(seen.contains(&("cli", "app".into())) && seen.contains(&("actors", "domain".into())), "{seen:?}");
}

#[test]
fn every_room_is_declared_and_on_the_map() {
    let (lib, map) = (page("src/lib.rs"), page("ARCHITECTURE.md"));
    let declared: Vec<_> = lib.lines().filter_map(|it| it.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(declared.len(), ARROWS.len(), "{declared:?}");
    for room in declared {
        assert!(ARROWS.iter().any(|it| it.0 == room), "{room} has no arrows");
        let on_map = [format!("  {room}/"), format!("  {room}.rs")].iter().any(|it| map.contains(it));
        assert!(on_map, "{room} is not on the map in ARCHITECTURE.md");
    }
}

#[test]
fn the_domain_is_pure() {
    let world = [
        "tokio",
        "ractor",
        "sled",
        "axum",
        "hyper",
        "reqwest",
        "moka",
        "metrics::",
        "std::env",
        "std::fs",
        "std::net",
        "std::thread::spawn",
        "Instant",
        "SystemTime",
        "getrandom",
        "println!",
        "async ",
        ".await",
    ];
    let sources = source();
    let domain: Vec<_> = sources.iter().filter(|it| it.room() == "domain").collect();
    assert!(domain.len() > 20, "{}", domain.len());
    assert_none("the domain touches the world", domain.iter().flat_map(|it| it.has(&world)).collect());
}

#[test]
fn actors_name_no_feature_and_supervisors_no_business() {
    let offices: Vec<_> = fs::read_dir(root().join("src/domain")).unwrap().map(|it| it.unwrap().file_name()).collect();
    for feature in ["membership", "drill", "house"] {
        assert!(offices.iter().any(|it| it == feature), "{feature} has moved: change this test");
    }
    let features =
        ["domain::membership", "domain::drill", "domain::house", "\"membership\"", "\"drill\"", "Membership"];
    let business = ["membership", "drill", "subscri", "protect", "mute_", "unmute", "notice", "channel_id", "Said"];
    let sources = source();
    let of = |room: &'static str| sources.iter().filter(move |it| it.room() == room);
    assert_none("an actor names a feature", of("actors").flat_map(|it| it.has(&features)).collect());
    assert_none("a supervisor knows business", of("supervisors").flat_map(|it| it.has(&business)).collect());
}

#[test]
fn only_the_clock_reads_time_and_only_the_configuration_reads_the_environment() {
    // tokio's own clock, for one deadline over several waits: it stands still in tests that hold time.
    let waits = ["src/supervisors/shard.rs"];
    let sources = source();
    let time = ["Instant::now", "SystemTime", ".elapsed()", "getrandom::", "thread_rng", "rand::"];
    let readers = sources.iter().filter(|it| it.room() != "clock" && !waits.contains(&it.path.as_str()));
    assert_none("time or chance is read outside of the clock", readers.flat_map(|it| it.has(&time)).collect());
    let env = ["env::var", "env::args", "env::current_dir", "option_env!"];
    let readers = sources.iter().filter(|it| it.room() != "config");
    assert_none("the environment is read outside of config", readers.flat_map(|it| it.has(&env)).collect());
}

#[test]
fn only_the_store_and_telemetry_reach_their_engines() {
    let cases: [(&[&str], &[&str]); 4] = [
        (&["sled::"], &["store"]),
        (&["reqwest::Client", "reqwest::get"], &["ai", "telegram", "cli"]), // the doctor must do without the house
        (&["axum::"], &["web", "playground"]),
        (&["println!", "eprintln!", "print!(", "dbg!"], &["cli", "app", "playground", "main"]),
    ];
    let sources = source();
    for (words, rooms) in cases {
        let others = sources.iter().filter(|it| !rooms.contains(&it.room()));
        assert_none("this belongs elsewhere", others.flat_map(|it| it.has(words)).collect());
    }
}

#[test]
fn only_a_chat_touches_its_rows() {
    let words = ["keys::row(", "keys::row_name(", "Kind::Row"];
    let sources = source();
    let users = sources.iter().filter(|it| it.path != "src/store/keys.rs");
    let (chats, others): (Vec<_>, Vec<_>) = users.partition(|it| it.path.starts_with("src/actors/chat/"));
    assert!(chats.iter().any(|it| !it.has(&words).is_empty()), "it is done elsewhere now: change this test");
    // Where keys are made, nothing is read or written.
    let others = others.iter().filter(|it| it.path != "src/store/keys.rs");
    assert_none("a chat's memory would not know of it", others.flat_map(|it| it.has(&words)).collect());
}

#[test]
fn nothing_is_left_for_later() {
    let later = ["todo!", "unimplemented!", "TODO", "FIXME", "XXX", "HACK"];
    for source in source() {
        let found = later.iter().find(|it| source.text.contains(*it));
        assert!(found.is_none(), "{}: {found:?}", source.path);
    }
}

#[test]
fn every_metric_that_is_recorded_is_in_the_catalogue() {
    let mut recorded = BTreeSet::new();
    for source in source().iter().filter(|it| it.path != "src/telemetry/names.rs") {
        let text: String = source.code().map(|(_, line)| line).collect();
        for before in ["counter!(", "gauge!(", "histogram!(", ": &str = "] {
            for (at, _) in text.match_indices(before) {
                let Some(rest) = text[at + before.len()..].strip_prefix('"') else { continue };
                recorded.insert(rest.split('"').next().unwrap().to_owned());
            }
        }
    }
    recorded.retain(|it| ["bot_", "store_", "db_", "breaker_"].iter().any(|family| it.starts_with(family)));
    assert!(recorded.len() > 10, "{recorded:?}");
    let unknown: Vec<_> = recorded.into_iter().filter(|it| names::ALL.iter().all(|known| known.name != it)).collect();
    assert_none("not in telemetry::names", unknown);
}

#[test]
fn every_event_can_be_explained_and_those_in_the_documents_exist() {
    for kind in events::ALL.iter() {
        assert!(events::explain(kind.id).is_some_and(|it| it.contains(kind.remedy)), "{}", kind.id);
    }
    let roots: BTreeSet<_> = events::ALL.iter().map(|it| it.id.split('.').next().unwrap()).collect();
    let mut checked = 0;
    for (name, span) in spans(&["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"]) {
        let plain = span.bytes().all(|it| it.is_ascii_lowercase() || it == b'.' || it == b'_');
        let is_file = [".rs", ".toml"].iter().any(|it| span.ends_with(it));
        if !plain || is_file || !span.contains('.') || !roots.contains(span.split('.').next().unwrap()) {
            continue;
        }
        let is_known = events::find(&span).is_some() || config::keys().contains(&span);
        assert!(is_known, "{name} names `{span}`, which is neither an event nor a setting");
        checked += 1;
    }
    assert!(checked > 4, "{checked}");
}

#[test]
fn every_event_is_told_by_the_program_and_brought_about_by_a_test() {
    let sources = source();
    let declared = sources.iter().filter(|it| it.path.starts_with("src/telemetry/events/"));
    let names: BTreeMap<String, String> = declared.flat_map(Source::code).filter_map(|(_, line)| named(line)).collect();
    assert_eq!(names.len(), events::ALL.len());
    let others = sources.iter().filter(|it| !it.path.starts_with("src/telemetry/events/"));
    let others: Vec<_> = others.map(|it| (it.program(), it.tests())).collect();
    let stories = files(&root().join("tests/it")).into_iter().map(|it| fs::read_to_string(it).unwrap());
    let program: String = others.iter().map(|it| it.0).collect();
    let tests: String = others.iter().map(|it| it.1.to_owned()).chain(stories).collect();
    let (program, words): (BTreeSet<_>, BTreeSet<_>) = (idents(&program).collect(), idents(&tests).collect());
    let never = |it: &&String| !program.contains(names[*it].as_str());
    assert_none("never told", names.keys().filter(never).cloned().collect());
    let tried = |id: &String| tests.contains(&format!("\"{id}\"")) || words.contains(names[id].as_str());
    assert_none("no test brings it about", names.keys().filter(|it| !tried(it)).cloned().collect());
}

/// Id and name of an event that is declared in this line.
fn named(line: &str) -> Option<(String, String)> {
    let (name, rest) = line.split_once(" = \"")?;
    let (id, _) = rest.split_once("\", ")?;
    let is_name = name.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
    (is_name && rest.ends_with('{')).then(|| (id.to_owned(), name.to_owned()))
}

fn idents(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_')
}

#[test]
fn settings_in_the_documents_exist() {
    let mut checked = 0;
    for name in ["README.md", "config.toml"] {
        for (at, _) in page(name).match_indices("MAJORDOMO_") {
            let text = page(name);
            let rest = &text[at..];
            let end = rest.find(|it: char| !it.is_ascii_uppercase() && it != '_').unwrap_or(rest.len());
            let variable = &rest[..end];
            let is_known = variable == "MAJORDOMO_" || config::is_variable(variable);
            assert!(is_known, "{name}: there is no {variable}");
            checked += 1;
        }
    }
    assert!(checked > 5, "{checked}");
}

#[test]
fn commands_in_the_readme_exist() {
    let mut checked = BTreeSet::new();
    for (_, span) in spans(&["README.md"]) {
        let Some(said) = span.strip_prefix("majordomo ") else { continue };
        let words: Vec<_> = said.split(' ').take_while(|it| it.bytes().all(|b| b.is_ascii_lowercase())).collect();
        if words.is_empty() || !checked.insert(words.join(" ")) {
            continue;
        }
        let mut majordomo = Command::new(env!("CARGO_BIN_EXE_majordomo"));
        let status = majordomo.args(&words).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(status.unwrap().success(), "majordomo {}", words.join(" "));
    }
    assert!(checked.len() > 8, "{checked:?}");
}

#[test]
fn links_and_paths_in_the_documents_lead_somewhere() {
    let mut checked = 0;
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = page(name);
        let links = text.split("](").skip(1).filter_map(|it| it.split(')').next());
        let links = links.filter(|it| !it.starts_with("https://")).map(ToOwned::to_owned);
        let paths = spans(&[name]).into_iter().map(|it| it.1).filter(|it| {
            let folder = ["src/", "tests/", "locales/", "benches/", ".ci/"].iter().any(|f| it.starts_with(f));
            folder && !it.contains([' ', '{', '*', '<'])
        });
        for path in links.chain(paths) {
            assert!(root().join(&path).exists(), "{name}: {path} is not there");
            checked += 1;
        }
    }
    assert!(checked > 15, "{checked}");
}

#[test]
fn every_kind_of_row_is_in_the_architecture() {
    let (keys, map) = (page("src/store/keys.rs"), page("ARCHITECTURE.md"));
    let kinds: Vec<_> = keys.split("= b'").skip(1).filter_map(|it| it.chars().next()).collect();
    assert!(kinds.len() > 10, "{kinds:?}");
    assert_eq!(kinds.len(), kinds.iter().collect::<BTreeSet<_>>().len(), "a byte is used twice: {kinds:?}");
    for kind in kinds {
        assert!(map.contains(&format!("`{kind}`")), "rows of kind `{kind}` are not in ARCHITECTURE.md");
    }
}

#[test]
fn a_build_that_cannot_catch_panics_is_refused() {
    assert!(page("src/lib.rs").contains("#[cfg(panic = \"abort\")]\ncompile_error!"));
    assert_eq!(page("Cargo.toml").matches("panic = \"unwind\"").count(), 2, "dev and release");
}

/// Everything between single backticks, with the page it is on; blocks of code are left out.
fn spans(pages: &[&'static str]) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for name in pages {
        let text = page(name);
        let prose = text.split("```").step_by(2);
        let inside = prose.flat_map(|it| it.lines()).flat_map(|it| it.split('`').skip(1).step_by(2));
        all.extend(inside.map(|it| (*name, it.to_owned())));
    }
    all
}
