//! The catalogue is complete in every language, and no name breaks a text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use proptest::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn text(language: Language, key: &str, args: Vec<(&'static str, Arg)>) -> Text {
    let args = args.into_iter().map(|(name, arg)| (Cow::Borrowed(name), arg)).collect();
    Text { key: Cow::Owned(key.to_owned()), language, args }
}

/// The part of a text that an entity covers, found the way Telegram does.
fn covered(rendered: &Rendered, entity: &Entity) -> String {
    let units: Vec<u16> = rendered.text.encode_utf16().collect();
    String::from_utf16(&units[entity.offset..entity.offset + entity.length]).expect("no surrogate is split")
}

/// `core-failed` shows its one argument, whatever that is.
fn showing(arg: Arg) -> Rendered {
    render(&text(Language::En, "core-failed", vec![("reference", arg)]))
}

/// Every message of one language: its variables by key, over all files found.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language.code());
    let (mut found, mut inside) = (BTreeMap::<String, BTreeSet<String>>::new(), Vec::new());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.display().to_string();
        assert_eq!(path.extension().unwrap(), "ftl", "{file}");
        let source = fs::read_to_string(&path).unwrap();
        assert!(!source.chars().any(is_stand_in), "{file} has a private character");
        let mut key = None;
        for line in source.lines().filter(|it| !it.starts_with('#')) {
            if line.starts_with(|it: char| it.is_ascii_alphabetic()) {
                let name = line.split_once('=').unwrap_or_else(|| panic!("{file}: {line}")).0.trim().to_owned();
                assert!(found.insert(name.clone(), BTreeSet::new()).is_none(), "{file}: {name} is there twice");
                key = Some(name);
            }
            let Some(variables) = key.as_ref().and_then(|it| found.get_mut(it)) else { continue };
            variables.extend(line.split('$').skip(1).map(word));
            inside.extend(line.split("{ ").skip(1).map(|it| (key.clone().unwrap_or_default(), word(it))));
        }
    }
    // A message that stands in another one brings its variables along.
    for (outer, inner) in inside {
        let brought = found.get(&inner).cloned().unwrap_or_default();
        found.entry(outer).or_default().extend(brought);
    }
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|it| it.is_ascii_alphanumeric() || "-_".contains(*it)).collect()
}

#[test]
fn every_language_has_the_same_keys_with_the_same_arguments() {
    // How many there are matters to the nouns of some languages and not to those of others.
    let needed = |language| {
        let mut all = messages(language);
        all.values_mut().for_each(|it| it.retain(|name| name != "count"));
        all
    };
    let english = needed(Language::En);
    assert!(english.len() > 5, "the catalogue was not found");
    for language in Language::ALL {
        assert_eq!(needed(language), english, "{language:?}");
    }
}

#[test]
fn every_key_is_rendered_in_its_own_language_with_any_kind_of_argument() {
    let kinds = [Arg::Number(1), Arg::Number(5), Arg::Word("a word".into()), Arg::Code("123".into())];
    for language in Language::ALL {
        for (key, variables) in messages(language) {
            for kind in &kinds {
                let args = variables.iter().map(|it| (Cow::Owned(it.clone()), kind.clone())).collect();
                let rendered = render(&Text { key: Cow::Owned(key.clone()), language, args });
                assert_eq!(rendered.faults, [""; 0], "{language:?} {key} {kind:?}");
                assert!(!rendered.text.is_empty() && rendered.text != key, "{language:?} {key}");
                assert!(!rendered.text.chars().any(is_stand_in), "{language:?} {key}: {}", rendered.text);
            }
        }
    }
}

#[test]
fn numbers_choose_the_form_of_the_noun() {
    let cases = [
        (Language::En, 1, "1 member"),
        (Language::En, 2, "2 members"),
        (Language::Ru, 1, "1 участник"),
        (Language::Ru, 3, "3 участника"),
        (Language::Ru, 11, "11 участников"),
        (Language::Ru, 21, "21 участник"),
        (Language::Ru, 1_000_000, "1000000 участников"),
    ];
    for (language, count, expected) in cases {
        assert_eq!(plain(&text(language, "core-members", vec![("count", Arg::Number(count))])), expected);
    }
}

#[test]
fn a_missing_key_shows_itself_and_is_reported() {
    let rendered = render(&Text::new(Language::Ru, "no-such-key").with("who", Arg::Word("eve".into())));
    assert_eq!((rendered.text.as_str(), rendered.faults), ("no-such-key", vec!["no-such-key".to_owned()]));
}

#[test]
fn a_missing_argument_is_a_fault_and_no_panic() {
    let rendered = render(&Text::new(Language::En, "core-failed"));
    assert_eq!(rendered.faults, ["core-failed"]);
    assert_eq!(rendered.text, "core-failed");
}

#[test]
fn entities_are_counted_in_utf16_units() {
    let id = UserId(7);
    let rendered = showing(Arg::Person { id, name: "Ева 🦊".into() });
    let [entity] = rendered.entities.as_slice() else { panic!("one entity: {rendered:?}") };
    assert_eq!(entity.kind, EntityKind::Mention { user: id });
    assert_eq!((covered(&rendered, entity), entity.length), ("Ева 🦊".into(), 6));
}

#[test]
fn every_kind_of_argument_has_its_entity() {
    let link = |url: &str| Arg::Link { label: "News".into(), url: url.into() };
    let url = "https://t.me/news".to_owned();
    let cases = [
        (Arg::Word("w".into()), None),
        (link(&url), Some(EntityKind::Link { url: url.clone() })),
        (link("javascript:alert(1)"), None),
        (link("https://a b"), None),
        (Arg::Code("/protect".into()), Some(EntityKind::Code)),
        (Arg::Code(String::new()), None),
        (Arg::Bold("News".into()), Some(EntityKind::Bold)),
        (Arg::Person { id: UserId(0), name: "nobody".into() }, None),
        (Arg::Time(Moment(1_700_000_000_999)), Some(EntityKind::Time { unix_s: 1_700_000_000 })),
    ];
    for (arg, expected) in cases {
        let kinds: Vec<_> = showing(arg.clone()).entities.into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds, expected.into_iter().collect::<Vec<_>>(), "{arg:?}");
    }
}

#[test]
fn a_moment_reads_in_utc_where_an_app_does_not_show_it() {
    for (at, expect) in [(0, "1970-01-01 00:00 UTC"), (1_700_000_000_000, "2023-11-14 22:13 UTC")] {
        let rendered = showing(Arg::Time(Moment(at)));
        assert_eq!(covered(&rendered, &rendered.entities[0]), expect);
    }
    assert!(showing(Arg::Time(Moment(u64::MAX))).text.contains("UTC"), "whatever a moment is, it is no panic");
}

#[test]
fn lines_are_texts_of_their_own_with_their_own_entities() {
    let line = |name: &str| {
        let who = Arg::Person { id: UserId(5), name: name.into() };
        Text::new(Language::Ru, "core-failed").with("reference", who)
    };
    let rendered = showing(Arg::Lines(vec![line("анна"), line("боб")]));
    let names: Vec<_> = rendered.entities.iter().map(|it| covered(&rendered, it)).collect();
    assert_eq!(names, ["анна", "боб"]);
    assert_eq!(rendered.text.lines().count(), 2);
}

#[test]
fn lines_within_lines_end_somewhere() {
    let mut nested = Text::new(Language::En, "core-language-name");
    for _ in 0..50 {
        nested = Text::new(Language::En, "core-failed").with("reference", Arg::Lines(vec![nested]));
    }
    assert!(render(&nested).text.contains('…'));
}

#[test]
fn names_are_made_harmless() {
    let long = "я".repeat(80);
    let cases = [
        ("", "…"),
        ("\u{200B}\u{3164} ", "…"),
        ("  Eve\n Adams\t", "Eve  Adams"),
        ("\u{202E}live\u{2066}", "live"),
        ("{ $count } <b>*x*</b>", "{ $count } <b>*x*</b>"),
        ("a\u{0}\u{1b}[31mb", "a[31mb"),
        (&*long, &*format!("{}…", "я".repeat(63))),
    ];
    for (raw, shown) in cases {
        assert_eq!(name(raw, NAME_CHARS), shown);
    }
}

#[test]
fn a_text_that_is_too_long_is_cut_before_the_entity_it_would_split() {
    let word = Arg::Word("🦊".repeat(250));
    let mention = Arg::Person { id: UserId(5), name: "🦊".repeat(60) };
    let mut lines: Vec<_> =
        (0..7).map(|_| Text::new(Language::En, "core-failed").with("reference", word.clone())).collect();
    lines.extend((0..9).map(|_| Text::new(Language::En, "core-failed").with("reference", mention.clone())));
    let rendered = showing(Arg::Lines(lines));
    assert!(units(&rendered.text) <= MAX_TEXT_UNITS && rendered.text.ends_with('…'));
    for entity in &rendered.entities {
        assert_eq!(covered(&rendered, entity), "🦊".repeat(60));
    }
}

#[test]
fn a_text_is_shortened_between_characters() {
    for (text, limit, expected) in
        [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("🦊🦊", 3, "🦊…"), ("🦊🦊🦊", 4, "🦊…"), ("", 0, "")]
    {
        assert_eq!(words::shorten(text.to_owned(), limit), expected);
    }
}

proptest! {
    #[test]
    fn an_entity_always_covers_exactly_the_name(raw in any::<String>(), id in 1_i64.., language in 0_usize..2) {
        let who = Arg::Person { id: UserId(id), name: raw.clone() };
        let rendered = render(&text(Language::ALL[language], "core-failed", vec![("reference", who)]));
        prop_assert_eq!(rendered.entities.len(), 1);
        let shown = covered(&rendered, &rendered.entities[0]);
        prop_assert_eq!(&shown, &name(&raw, NAME_CHARS));
        prop_assert!(shown.chars().count() <= NAME_CHARS && !shown.chars().any(char::is_control));
    }

    #[test]
    fn any_arguments_give_a_text_within_limits(
        words in proptest::collection::vec(any::<String>(), 0..40),
        ids in proptest::collection::vec(any::<i64>(), 40),
    ) {
        let line = |(raw, id): (String, i64)| {
            let arg = match id.rem_euclid(4) {
                0 => Arg::Person { id: UserId(id), name: raw },
                1 => Arg::Link { label: raw, url: "https://t.me/x".into() },
                2 => Arg::Code(raw),
                _ => Arg::Word(raw.repeat(9)),
            };
            Text::new(Language::En, "core-failed").with("reference", arg)
        };
        let rendered = showing(Arg::Lines(words.into_iter().zip(ids).map(line).collect()));
        let length = units(&rendered.text);
        prop_assert!(length <= MAX_TEXT_UNITS);
        let mut end = 0;
        for entity in &rendered.entities {
            prop_assert!(entity.offset >= end && entity.length > 0);
            end = entity.offset + entity.length;
            covered(&rendered, entity);
        }
        prop_assert!(end <= length);
    }
}
