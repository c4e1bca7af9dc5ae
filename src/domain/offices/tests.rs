//! The registry and its words.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Every office open, also those to come: each has a switch of this name.
fn all() -> Settings {
    switched(|_| true)
}

/// These offices open and no others, beside the house, which has no switch.
fn switched(open: impl Fn(&str) -> bool) -> Settings {
    let mut settings = serde_json::to_value(Settings::default()).unwrap();
    for (name, office) in settings.as_object_mut().unwrap() {
        *office.get_mut("enabled").expect(name) = open(name).into();
    }
    serde_json::from_value(settings).unwrap()
}

fn names(settings: &Settings) -> Vec<&'static str> {
    features(settings).iter().map(|it| it.name()).collect()
}

#[test]
fn guards_come_first_and_the_house_last() {
    let names = names(&all());
    assert!(names.len() > 2, "{names:?}");
    assert_eq!((names.first(), names.last()), (Some(&"membership"), Some(&"house")));
}

#[test]
fn an_office_is_open_when_its_switch_is_on() {
    assert_eq!(names(&switched(|_| false)), ["house"]);
    for office in names(&all()).into_iter().filter(|it| *it != "house") {
        assert_eq!(names(&switched(|it| it == office)), [office, "house"]);
    }
    assert!(!Settings::default().drill.enabled, "drills are off unless asked for");
}

#[test]
fn the_update_kinds_are_those_of_the_open_offices() {
    let kinds = [
        "callback_query",
        "chat_join_request",
        "chat_member",
        "edited_message",
        "message",
        "message_reaction",
        "my_chat_member",
    ];
    assert_eq!(updates(&features(&switched(|it| it == "membership"))), kinds);
    assert_eq!(updates(&features(&switched(|_| false))), ["callback_query", "message"]);
}

#[test]
fn a_name_means_one_thing_in_each_menu() {
    let features = features(&all());
    let menus = menus(&features, &[UserId(7)]);
    assert_eq!(menus.len(), 4 * Language::ALL.len());
    for menu in menus {
        let Call::SetCommands { scope, commands, language } = menu else { panic!("{menu:?}") };
        let mut seen = HashSet::new();
        assert!(!commands.is_empty(), "{scope:?}");
        for (name, help) in commands {
            assert!(seen.insert(name.clone()), "/{name} twice in {scope:?}");
            assert!((1..=32).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_'));
            assert_eq!(help.language, language.unwrap_or_default());
        }
    }
}

#[test]
fn each_menu_shows_what_works_there() {
    let commands = commands(&features(&all()));
    let shown = |scope| match menu(&commands, scope).into_iter().next() {
        Some(Call::SetCommands { commands, .. }) => commands.into_iter().map(|it| it.0).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    for (scope, has, lacks) in [
        (MenuScope::Private, ["groups", "help"], ["protect", "drill"]),
        (MenuScope::Groups, ["why", "help"], ["protect", "groups"]),
        (MenuScope::GroupAdmins, ["protect", "why"], ["groups", "drill"]),
        (MenuScope::Chat(ChatId(7)), ["groups", "drill"], ["protect", "why"]),
    ] {
        let shown = shown(scope);
        assert!(has.iter().all(|it| shown.contains(&(*it).to_owned())), "{scope:?} lacks one of {has:?}: {shown:?}");
        assert!(!lacks.iter().any(|it| shown.contains(&(*it).to_owned())), "{scope:?} has one of {lacks:?}: {shown:?}");
    }
    let everywhere: BTreeSet<_> =
        [MenuScope::GroupAdmins, MenuScope::Chat(ChatId(7))].into_iter().flat_map(shown).collect();
    assert!(commands.iter().all(|it| everywhere.contains(it.name)), "a command that no menu shows");
}

/// Our features' sources, tests left out.
fn sources() -> String {
    fn walk(folder: &Path, found: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                walk(&path, found);
            } else if path.extension().is_some_and(|it| it == "rs") && name != "tests.rs" {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push_str(text.split("#[cfg(test)]\nmod tests {").next().unwrap());
            }
        }
    }
    let mut found = String::new();
    for folder in names(&all()) {
        walk(&root().join("src/domain").join(folder), &mut found);
    }
    found.push_str(&std::fs::read_to_string(root().join("src/actors/outbox/words.rs")).unwrap());
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The catalogue of one language: key to words.
fn catalogue(language: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::<String, String>::new();
    for file in std::fs::read_dir(root().join("locales").join(language)).unwrap() {
        let path = file.unwrap().path();
        let file = path.file_stem().unwrap().to_str().unwrap();
        if !names(&all()).iter().any(|it| file.starts_with(it)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let mut key = String::new();
        for line in text.lines().filter(|it| !it.starts_with('#')) {
            let head = line.split_once(" =").filter(|_| line.starts_with(|it: char| it.is_ascii_lowercase()));
            if let Some((name, _)) = head {
                assert!(name.starts_with(file), "{name} stands in {file}.ftl");
                key = name.to_owned();
                assert!(found.insert(key.clone(), String::new()).is_none(), "{key} twice");
            }
            if let Some(words) = found.get_mut(&key) {
                words.push_str(line);
                words.push('\n');
            }
        }
    }
    found
}

/// The arguments that the words of a text name.
fn arguments(words: &str) -> BTreeSet<String> {
    let after = words.split("{ $").skip(1);
    after.map(|it| it.split([' ', '}']).next().unwrap().to_owned()).collect()
}

/// Every literal in the sources that is a key of the catalogue by its look.
fn keys_used() -> BTreeSet<String> {
    let text = sources();
    let literals = text.split('"').skip(1).step_by(2);
    let mut found: BTreeSet<String> = literals
        .filter(|it| names(&all()).iter().any(|name| it.strip_prefix(name).is_some_and(|it| it.starts_with('-'))))
        .map(str::to_owned)
        .collect();
    found.extend(
        commands(&features(&all())).iter().filter(|it| it.name != "start").map(|it| format!("{}-line", it.help)),
    );
    found
}

#[test]
fn every_text_exists_in_every_language_and_none_is_idle() {
    let used = keys_used();
    assert!(used.len() > 40, "the scan finds the keys: {used:?}");
    for language in Language::ALL {
        let known: BTreeSet<String> = catalogue(language.code()).into_keys().collect();
        let lost: Vec<_> = used.difference(&known).collect();
        let idle: Vec<_> = known.difference(&used).collect();
        assert!(lost.is_empty(), "{}: no words for {lost:?}", language.code());
        assert!(idle.is_empty(), "{}: nobody says {idle:?}", language.code());
    }
}

#[test]
fn every_argument_of_a_text_is_given() {
    let sources = sources();
    for language in Language::ALL {
        for (key, words) in catalogue(language.code()) {
            for name in arguments(&words) {
                assert!(sources.contains(&format!("with(\"{name}\"")), "{key}: nobody gives ${name}");
            }
        }
    }
}

#[test]
fn every_text_can_be_read_and_numbers_choose_their_form() {
    use fluent_templates::{ArcLoader, Loader, fluent_bundle::FluentValue};
    use std::borrow::Cow;
    let loader = ArcLoader::builder(&root().join("locales"), "en".parse().unwrap())
        .customize(|it| it.set_use_isolating(false))
        .build()
        .unwrap();
    let say = |language: Language, key: &str, numbers: &[(&'static str, i64)]| {
        let everything: String = catalogue(language.code()).into_values().collect(); // a text may hold another
        let mut args: HashMap<Cow<'static, str>, FluentValue<'_>> = HashMap::new();
        args.extend(arguments(&everything).into_iter().map(|it| {
            let value = if it.ends_with("count") || it == "people" { 1.into() } else { it.clone().into() };
            (Cow::from(it), value)
        }));
        args.extend(numbers.iter().map(|(name, number)| (Cow::from(*name), (*number).into())));
        loader.try_lookup_with_args(&language.code().parse().unwrap(), key, &args)
    };
    for language in Language::ALL {
        for key in keys_used() {
            let words = say(language, &key, &[]).unwrap_or_default();
            assert!(!words.is_empty() && !words.contains(['{', '$']), "{key} in {}: {words:?}", language.code());
        }
    }
    for (language, key, numbers, expect) in [
        (Language::En, "membership-crowd", [("people", 1)], "One person is waiting"),
        (Language::En, "membership-crowd", [("people", 2)], "2 people are waiting"),
        (Language::Ru, "membership-crowd", [("people", 1)], "1 человек ждёт"),
        (Language::Ru, "membership-crowd", [("people", 3)], "3 человека ждут"),
        (Language::Ru, "membership-crowd", [("people", 11)], "11 человек ждут"),
        (Language::Ru, "membership-crowd", [("people", 21)], "21 человек ждёт"),
        (Language::Ru, "membership-notice", [("count", 1)], "на канал channels"),
        (Language::Ru, "membership-notice", [("count", 2)], "на каналы channels"),
        (Language::Ru, "membership-released", [("left-count", 0)], "могут писать все"),
        (Language::Ru, "membership-released", [("left-count", 2)], "Пока нужна на left"),
        (Language::En, "house-help-help-line", [("count", 1)], "/help — what I can do"),
    ] {
        let words = say(language, key, &numbers).unwrap_or_default();
        assert!(words.contains(expect), "{key} {numbers:?}: {words:?}");
    }
}

#[test]
fn toasts_and_help_lines_are_within_telegrams_limits() {
    for language in Language::ALL {
        for (key, words) in catalogue(language.code()) {
            let length = words.split_once('=').map_or(0, |(_, it)| it.trim().encode_utf16().count());
            let limit = match key.as_str() {
                "membership-toast-lacks" | "membership-toast-may-not" => 100, // a title or several come on top
                "membership-not-allowed" => 200,
                it if it.contains("-toast-") || it.contains("-press-") => 200,
                it if it.contains("-help-") => 256,
                _ => 4_096,
            };
            assert!(length > 0 && length <= limit, "{key} in {}: {length}", language.code());
        }
    }
}
