//! What would change, a line each.

use super::super::super::text::{Arg, Text};
use super::super::super::types::Language;
use super::super::policy::Answer;
use super::file::{Choices, File, Named};

/// The differences between what is and what is wanted.
pub(super) fn changes(language: Language, old: &File, new: &File) -> Vec<Text> {
    let mut pen = Pen { language, lines: Vec::new() };
    for channel in new.channels.iter().filter(|it| !old.channels.iter().any(|old| old.id == it.id)) {
        pen.channel("membership-transfer-more", channel);
    }
    for channel in old.channels.iter().filter(|it| !new.channels.iter().any(|new| new.id == it.id)) {
        pen.channel("membership-transfer-less", channel);
    }
    pen.choices(&old.settings, &new.settings);
    for (what, old, new) in [
        ("membership-transfer-notice", &old.texts.notice, &new.texts.notice),
        ("membership-transfer-greeting", &old.texts.greeting, &new.texts.greeting),
    ] {
        if old != new {
            let text = |it: &Option<String>| match it {
                Some(_) => "membership-transfer-own",
                None => "membership-transfer-ours",
            };
            let (old, new) = (pen.say(text(old)), pen.say(text(new)));
            pen.line(what, old, new);
        }
    }
    pen.lines
}

struct Pen {
    language: Language,
    lines: Vec<Text>,
}

impl Pen {
    fn say(&self, key: &'static str) -> Text {
        Text::new(self.language, key)
    }

    fn line(&mut self, what: &'static str, old: Text, new: Text) {
        let text = self.say("membership-transfer-change");
        let part = |it| Arg::Lines(vec![it]);
        self.lines.push(text.with("what", part(self.say(what))).with("old", part(old)).with("new", part(new)));
    }

    fn channel(&mut self, key: &'static str, channel: &Named) {
        let name = match (&channel.title, &channel.username) {
            (title, Some(name)) if !title.is_empty() => format!("{title} (@{name})"),
            (title, None) if !title.is_empty() => title.clone(),
            (_, Some(name)) => format!("@{name}"),
            (_, None) => channel.id.0.to_string(),
        };
        let text = self.say(key).with("channel", Arg::Bold(name));
        self.lines.push(text);
    }

    fn choices(&mut self, old: &Choices, new: &Choices) {
        for (what, old, new) in [
            ("membership-transfer-off", old.off, new.off),
            ("membership-transfer-dry", old.dry, new.dry),
            ("membership-transfer-greet", old.greet, new.greet),
            ("membership-transfer-exempt", old.exempt_invited, new.exempt_invited),
            ("membership-transfer-reactions", old.reactions, new.reactions),
            ("membership-transfer-late", old.late, new.late),
            ("membership-transfer-requests", old.requests_off, new.requests_off),
            ("membership-transfer-appeals", old.no_appeals, new.no_appeals),
            ("membership-transfer-lockdown", old.lockdown, new.lockdown),
            ("membership-transfer-channels-welcome", old.channels_welcome, new.channels_welcome),
        ] {
            if old != new {
                let (old, new) = (self.switch(old), self.switch(new));
                self.line(what, old, new);
            }
        }
        if old.strangers != new.strangers {
            let (old, new) = (self.answer(old.strangers), self.answer(new.strangers));
            self.line("membership-transfer-strangers", old, new);
        }
        if old.language != new.language {
            let (old, new) = (self.tongue(old.language), self.tongue(new.language));
            self.line("membership-transfer-language", old, new);
        }
        for (what, old, new) in [
            ("membership-transfer-ttl", old.notice_ttl_s, new.notice_ttl_s),
            ("membership-transfer-decline", old.decline_after_s, new.decline_after_s),
        ] {
            if old != new {
                let (old, new) = (self.seconds(old), self.seconds(new));
                self.line(what, old, new);
            }
        }
    }

    fn switch(&self, on: bool) -> Text {
        self.say(if on { "membership-transfer-yes" } else { "membership-transfer-no" })
    }

    fn answer(&self, answer: Answer) -> Text {
        match answer {
            Answer::Mute => self.say("membership-transfer-mute"),
            Answer::Warn(times) => self.say("membership-transfer-warn").with("times", Arg::Number(i64::from(times))),
            Answer::Delete => self.say("membership-transfer-delete"),
        }
    }

    fn tongue(&self, language: Option<Language>) -> Text {
        match language {
            None => self.say("membership-transfer-each"),
            Some(Language::En) => self.say("membership-transfer-en"),
            Some(Language::Ru) => self.say("membership-transfer-ru"),
        }
    }

    fn seconds(&self, seconds: Option<u64>) -> Text {
        match seconds.map(|it| i64::try_from(it).unwrap_or(i64::MAX)) {
            None => self.say("membership-transfer-house"),
            Some(seconds) => self.say("membership-transfer-seconds").with("seconds", Arg::Number(seconds)),
        }
    }
}
