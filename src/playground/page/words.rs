//! The page's texts: `locales/<lang>/demo.ftl`, as the page's script and the people of the story need them.

use crate::domain::text::{Arg, Text};
use crate::domain::types::Language;
use crate::telegram::catalogue::plain;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Which keys there are; every language has the same.
const KEYS: &str = include_str!("../../../locales/en/demo.ftl");

/// A text without arguments.
pub(super) fn word(language: Language, key: &'static str) -> String {
    plain(&Text::new(language, key))
}

/// A text with one argument.
pub(super) fn word_with(language: Language, key: &'static str, name: &'static str, value: &str) -> String {
    plain(&Text::new(language, key).with(name, Arg::Word(value.to_owned())))
}

/// Every text by its key; an argument `x` stands as `{x}` in it.
pub(super) fn all(language: Language) -> Map<String, Value> {
    let rendered = |(key, args): (String, Vec<String>)| {
        let args = args.into_iter().map(|it| (Cow::Owned(it.clone()), Arg::Word(format!("{{{it}}}")))).collect();
        let text = plain(&Text { key: Cow::Owned(key.clone()), language, args });
        (key, Value::String(text))
    };
    keys().into_iter().map(rendered).collect()
}

/// A page with `[[key]]` for each text.
pub(super) fn fill(template: &str, language: Language) -> String {
    let texts = all(language);
    let mut page = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("[[") {
        let (key, after) = after.split_once("]]").unwrap_or((after, ""));
        page.push_str(before);
        page.push_str(&escape(texts.get(key).and_then(Value::as_str).unwrap_or(key)));
        rest = after;
    }
    page.push_str(rest);
    page
}

/// Text that is safe in HTML, also within quotes.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// Each key with its arguments.
fn keys() -> Vec<(String, Vec<String>)> {
    let mut keys: Vec<(String, Vec<String>)> = Vec::new();
    for line in KEYS.lines().filter(|it| !it.starts_with('#')) {
        let name = line.split_once(" =").map(|it| it.0).filter(|it| it.starts_with("demo-"));
        keys.extend(name.map(|it| (it.to_owned(), Vec::new())));
        let Some((_, args)) = keys.last_mut() else { continue };
        for word in line.split('$').skip(1) {
            let end = word.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(word.len());
            args.push(word[..end].to_owned());
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_text_is_there_in_every_language_and_the_languages_differ() {
        let (english, russian) = (all(Language::En), all(Language::Ru));
        assert!(english.len() > 60, "{}", english.len());
        assert_eq!(english.keys().collect::<Vec<_>>(), russian.keys().collect::<Vec<_>>());
        let names = ["Majordomo", "Telegram"];
        let same = english.iter().filter(|(key, text)| russian[*key] == **text).filter_map(|it| it.1.as_str());
        let same: Vec<_> = same.filter(|it| !it.starts_with('/') && !names.contains(it)).collect();
        assert!(same.is_empty(), "not translated: {same:?}");
        assert!(english["demo-refused-muted"].as_str().unwrap().contains("{who}"));
    }

    #[test]
    fn a_template_is_filled_and_its_texts_are_harmless() {
        assert_eq!(fill("<h1>[[demo-channel]]</h1> [[no-such]]", Language::En), "<h1>News</h1> no-such");
        assert_eq!(escape("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
    }
}
