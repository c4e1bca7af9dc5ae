//! The nearest known name to a mistyped one.

/// The candidate that was most likely meant, if any is near: at most a third of the letters wrong.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(2);
    let scored = candidates.into_iter().map(|it| (strsim::damerau_levenshtein(name, it), it));
    scored.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, it)| it)
}

/// The dotted key that was most likely meant: spelled nearly so, or the same word in another section.
#[must_use]
pub fn nearest_key<'a>(key: &str, candidates: &'a [String]) -> Option<&'a str> {
    let names = || candidates.iter().map(String::as_str);
    let close = nearest(key, names()).filter(|it| strsim::damerau_levenshtein(key, it) <= 2);
    close.or_else(|| in_another_section(key, names())).or_else(|| nearest(key, names()))
}

fn in_another_section<'a>(key: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (section, word) = key.rsplit_once('.').unwrap_or(("", key));
    let alike = candidates.filter(|it| it.rsplit('.').next() == Some(word));
    alike.min_by_key(|it| {
        let home = it.rsplit_once('.').map_or("", |(head, _)| head);
        (!home.starts_with(section), strsim::damerau_levenshtein(section, home))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        let known = ["telegram.token", "telegram.webhook.listen", "web.listen", "log.level"].map(String::from);
        let cases = [
            ("telegram.tokn", Some("telegram.token")),
            ("telegram.listen", Some("telegram.webhook.listen")),
            ("token", Some("telegram.token")),
            ("log.levle", Some("log.level")),
            ("wbe.listen", Some("web.listen")),
            ("nothing.like.this", None),
        ];
        for (typed, meant) in cases {
            assert_eq!(nearest_key(typed, &known), meant, "{typed}");
        }
    }
}
