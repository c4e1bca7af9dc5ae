//! The file: what is in it, how it is written, and how strictly it is read.

use super::super::super::text::{Arg, Text};
use super::super::super::types::{ChatId, Language};
use super::super::own::{self, Words};
use super::super::policy::{Answer, Policy};
use super::super::state::{CHANNELS_MAX, State, cut};
use super::super::stop::count_of;
use serde::{Deserialize, Serialize};

/// The version of the file.
const VERSION: u32 = 1;
/// The longest that a notice may stand: after 48 hours a message cannot be deleted any more.
const NOTICE_MAX_S: u64 = 172_800;
/// The longest that a request may wait, in seconds.
const REQUEST_MAX_S: u64 = 30 * 86_400;
/// The most warnings before a mute.
const WARNINGS_MAX: u8 = 20;
/// Characters of a name out of a file that are shown again.
const SHOWN_MAX: usize = 60;

/// Settings of a group without its people, without links that open a door, and without the place of its log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// What kind of file it is.
    majordomo: Kind,
    /// Of which version.
    version: u32,
    /// The channels.
    pub(crate) channels: Vec<Named>,
    /// The choices.
    #[serde(default)]
    pub(crate) settings: Choices,
    /// The group's own words.
    #[serde(default)]
    pub(crate) texts: Texts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Membership,
}

/// A channel by its id; title and name are for the reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub(crate) id: ChatId,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) username: Option<String>,
}

/// [`Policy`] as it stands in the file: `null` is "as the house has it".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Choices {
    pub(crate) off: bool,
    pub(crate) dry: bool,
    pub(crate) strangers: Answer,
    pub(crate) language: Option<Language>,
    pub(crate) notice_ttl_s: Option<u64>,
    pub(crate) greet: bool,
    pub(crate) exempt_invited: bool,
    pub(crate) reactions: bool,
    pub(crate) late: bool,
    pub(crate) requests_off: bool,
    pub(crate) decline_after_s: Option<u64>,
    pub(crate) no_appeals: bool,
    #[serde(default)]
    pub(crate) lockdown: bool,
    pub(crate) channels_welcome: bool,
}

/// The group's own words; `null` is ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Texts {
    pub(crate) notice: Option<String>,
    pub(crate) greeting: Option<String>,
}

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Odd {
    /// It is larger than may be.
    TooLarge,
    /// It is no file of ours.
    Foreign,
    /// It is of another version.
    Version(u32),
    /// Something at that line and column.
    At(usize, usize, Fault),
    /// Too many channels.
    Channels,
    /// One channel twice, or no channel's id.
    Channel(i64),
    /// A number or text of that field is out of its bounds.
    Bounds(&'static str),
}

/// What is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is no JSON.
    Syntax,
    /// There is no such field.
    Unknown(String),
    /// A field is missing.
    Missing(String),
    /// A value does not fit.
    Value,
}

impl File {
    /// What a group's file would say.
    pub(crate) fn of(state: &State, texts: Texts) -> Self {
        let named =
            |it: &super::super::Channel| Named { id: it.id, title: it.title.clone(), username: it.username.clone() };
        let channels = state.channels.iter().map(named).collect();
        Self { majordomo: Kind::Membership, version: VERSION, channels, settings: (&state.policy).into(), texts }
    }

    /// The file's content.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads a file, strictly.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Odd> {
        #[derive(Deserialize)]
        struct Head {
            majordomo: Option<String>,
            version: Option<u32>,
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match serde_json::from_slice::<Head>(bytes) {
            Ok(Head { majordomo: Some(kind), version: Some(VERSION) }) if kind == "membership" => {}
            Ok(Head { majordomo: Some(kind), version: Some(other) }) if kind == "membership" => {
                return Err(Odd::Version(other));
            }
            Ok(_) => return Err(Odd::Foreign),
            Err(_) => {} // said below, with its place
        }
        let file: Self = serde_json::from_slice(bytes).map_err(|error| Odd::of(&error))?;
        file.within_limits()
    }

    fn within_limits(mut self) -> Result<Self, Odd> {
        if self.channels.len() > CHANNELS_MAX {
            return Err(Odd::Channels);
        }
        for (at, channel) in self.channels.iter().enumerate() {
            let twice = self.channels[..at].iter().any(|it| it.id == channel.id);
            if twice || channel.id.0 > -1_000_000_000_000 {
                return Err(Odd::Channel(channel.id.0));
            }
        }
        for channel in &mut self.channels {
            channel.title = cut(&channel.title);
            channel.username = channel.username.take().map(|it| cut(&it));
        }
        let settings = &self.settings;
        if !settings.notice_ttl_s.is_none_or(|it| (1..=NOTICE_MAX_S).contains(&it)) {
            return Err(Odd::Bounds("notice_ttl_s"));
        }
        if settings.decline_after_s.is_some_and(|it| it > REQUEST_MAX_S) {
            return Err(Odd::Bounds("decline_after_s"));
        }
        if matches!(settings.strangers, Answer::Warn(times) if !(1..=WARNINGS_MAX).contains(&times)) {
            return Err(Odd::Bounds("strangers"));
        }
        for (name, text) in [("notice", &self.texts.notice), ("greeting", &self.texts.greeting)] {
            if text.as_ref().is_some_and(|it| own::fit(it).as_ref() != Ok(it)) {
                return Err(Odd::Bounds(name));
            }
        }
        Ok(self)
    }
}

/// Copies every choice of a policy both ways. All fields of [`Policy`] but the place of its log stand in the list: the
/// compiler misses one that is forgotten.
macro_rules! choices {
    ($($choice:ident),+ $(,)?) => {
        impl From<&Policy> for Choices {
            fn from(policy: &Policy) -> Self {
                Self { $($choice: policy.$choice),+ }
            }
        }

        impl Choices {
            /// The group's policy with these choices; where it reports stays as it is.
            pub(crate) const fn onto(&self, policy: &Policy) -> Policy {
                Policy { $($choice: self.$choice,)+ log: policy.log }
            }
        }
    };
}

choices!(
    off,
    dry,
    strangers,
    language,
    notice_ttl_s,
    greet,
    exempt_invited,
    reactions,
    late,
    requests_off,
    decline_after_s,
    no_appeals,
    lockdown,
    channels_welcome,
);

/// The words in a row, if there are any.
pub(super) fn words(row: Option<&[u8]>) -> Option<String> {
    serde_json::from_slice::<Words>(row?).ok().map(|it| it.text)
}

impl Odd {
    fn of(error: &serde_json::Error) -> Self {
        let words = error.to_string();
        let named = |start: &str| {
            let name = words.strip_prefix(start)?.split('`').next()?;
            Some(name.chars().filter(|it| !it.is_control()).take(SHOWN_MAX).collect::<String>())
        };
        let fault = match (named("unknown field `"), named("missing field `")) {
            (Some(name), _) => Fault::Unknown(name),
            (_, Some(name)) => Fault::Missing(name),
            (None, None) if error.is_data() => Fault::Value,
            (None, None) => Fault::Syntax,
        };
        Self::At(error.line(), error.column(), fault)
    }

    /// Why, for people.
    pub(super) fn text(&self, language: Language) -> Text {
        let say = |key| Text::new(language, key);
        let code = |it: &str| Arg::Code(it.to_owned());
        match self {
            Self::TooLarge => say("membership-transfer-too-large"),
            Self::Foreign => say("membership-transfer-foreign"),
            Self::Version(version) => {
                say("membership-transfer-version").with("version", Arg::Number(i64::from(*version)))
            }
            Self::At(line, column, fault) => {
                let text = match fault {
                    Fault::Syntax => say("membership-transfer-syntax"),
                    Fault::Unknown(name) => say("membership-transfer-unknown").with("name", code(name)),
                    Fault::Missing(name) => say("membership-transfer-missing").with("name", code(name)),
                    Fault::Value => say("membership-transfer-value"),
                };
                text.with("line", count_of(*line)).with("column", count_of(*column))
            }
            Self::Channels => say("membership-need-fewer").with("max", count_of(CHANNELS_MAX)),
            Self::Channel(id) => say("membership-transfer-channel").with("channel", code(&id.to_string())),
            Self::Bounds(name) => say("membership-transfer-bounds").with("name", code(name)),
        }
    }
}
