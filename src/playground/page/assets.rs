//! The files of the page, inside the binary; the list is the registry.

/// A file that a browser may load.
pub(super) struct Asset {
    /// Its name below `/`.
    pub(super) name: &'static str,
    /// Its kind.
    pub(super) mime: &'static str,
    /// Its content.
    pub(super) body: &'static str,
}

/// The page itself, a template: see [`super::words::fill`].
pub(super) const INDEX: &str = include_str!("assets/index.html");

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

macro_rules! assets {
    ($($name:literal $mime:expr),* $(,)?) => {
        &[$(Asset { name: $name, mime: $mime, body: include_str!(concat!("assets/", $name)) }),*]
    };
}

/// Everything that the page loads.
pub(super) const ASSETS: &[Asset] = assets![
    "base.css" STYLE,
    "layout.css" STYLE,
    "talk.css" STYLE,
    "house.css" STYLE,
    "tour.css" STYLE,
    "main.js" SCRIPT,
    "net.js" SCRIPT,
    "state.js" SCRIPT,
    "dom.js" SCRIPT,
    "words.js" SCRIPT,
    "panels.js" SCRIPT,
    "places.js" SCRIPT,
    "talk.js" SCRIPT,
    "message.js" SCRIPT,
    "composer.js" SCRIPT,
    "tree.js" SCRIPT,
    "log.js" SCRIPT,
    "faults.js" SCRIPT,
    "tour.js" SCRIPT,
    "steps.js" SCRIPT,
    "theme.js" SCRIPT,
    "icon.svg" PICTURE,
    "photo.svg" PICTURE,
];

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;
    use crate::domain::types::Language;
    use crate::playground::page::words;

    #[test]
    fn nothing_is_loaded_from_elsewhere_and_nothing_is_inline() {
        for (name, body) in ASSETS.iter().map(|it| (it.name, it.body)).chain([("index.html", INDEX)]) {
            let foreign = body.replace("http://www.w3.org/", "").replace("https://t.me/", "");
            assert!(!foreign.contains("http:") && !foreign.contains("https:"), "{name} names another address");
            assert!(body.lines().count() <= 400, "{name} is long");
            assert!(!body.contains("innerHTML") && !body.contains("eval("), "{name} makes code of text");
        }
        for inline in ["<style", "style=", "onclick", "onload", "javascript:"] {
            assert!(!INDEX.contains(inline), "{inline} in the page");
        }
        for part in INDEX.split("<script").skip(1) {
            assert!(part.starts_with(" type=\"module\" src=\"/"), "a script without a file: {part}");
        }
    }

    #[test]
    fn every_file_that_is_named_exists() {
        let exists = |name: &str| ASSETS.iter().any(|it| it.name == name);
        for part in ["src=\"/", "href=\"/"].iter().flat_map(|it| INDEX.split(it).skip(1)) {
            let name = part.split('"').next().unwrap_or_default();
            assert!(name.starts_with('?') || exists(name), "the page names {name}");
        }
        for it in ASSETS.iter().filter(|it| it.mime == SCRIPT) {
            for part in it.body.split(" from \"./").skip(1) {
                let name = part.split('"').next().unwrap_or_default();
                assert!(exists(name), "{} names {name}", it.name);
            }
        }
    }

    #[test]
    fn every_text_that_is_used_exists_and_every_text_is_used() {
        let texts = words::all(Language::En);
        let named = INDEX.split("[[").skip(1).map(|it| it[..it.find("]]").unwrap_or(0)].to_owned());
        let mut used: Vec<String> = named.filter(|it| it.starts_with("demo-")).collect();
        for it in ASSETS {
            for part in it.body.replace('`', "\"").split("\"demo-").skip(1) {
                let end = part.find(|it: char| !it.is_ascii_alphanumeric() && it != '-').unwrap_or(part.len());
                used.push(format!("demo-{}", &part[..end]));
            }
        }
        let rust =
            [include_str!("cast.rs"), include_str!("acts.rs"), include_str!("stage.rs"), include_str!("server.rs")];
        for key in &used {
            // A key that ends with a dash is the beginning of several.
            assert!(
                texts.contains_key(key) || (key.ends_with('-') && texts.keys().any(|it| it.starts_with(key))),
                "{key}"
            );
        }
        for key in texts.keys() {
            let begun = |it: &String| it == key || (it.ends_with('-') && key.starts_with(it.as_str()));
            let quoted = format!("\"{key}\"");
            assert!(used.iter().any(begun) || rust.iter().any(|it| it.contains(&quoted)), "{key} is never used");
        }
    }
}
