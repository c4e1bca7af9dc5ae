//! What must be granted before a group can be guarded: looked up, and said a line each.

use super::super::effect::{Button, Does, Label};
use super::super::event::{ChatKind, Place, Remedy};
use super::super::fact::{ChatInfo, ChatRef, Freshness, Unknown};
use super::super::text::{Arg, Text};
use super::super::types::{Language, UserId};
use super::draft::Look;
use super::links;
use super::state::Channel;

/// Collects what is granted and what is missing.
#[derive(Debug)]
pub(super) struct Check {
    /// The reader's language.
    pub(super) language: Language,
    /// What is missing and how to grant it.
    pub(super) lines: Vec<Text>,
    /// What is granted.
    pub(super) done: Vec<Text>,
    /// Where one tap grants what is missing.
    pub(super) remedies: Vec<Remedy>,
    /// Something was named that granting cannot help.
    pub(super) mistaken: bool,
    /// Something could not be looked up.
    pub(super) unsure: bool,
}

impl Check {
    pub(super) const fn new(language: Language) -> Self {
        Self { language, lines: Vec::new(), done: Vec::new(), remedies: Vec::new(), mistaken: false, unsure: false }
    }

    /// Our own rights in the group.
    pub(super) fn rights_here(&mut self, place: &Place, look: &mut Look<'_>) {
        match look.member(place.id, look.me(), Freshness::Recent) {
            Some(Ok(me)) => {
                match me.may(|it| it.can_delete_messages) {
                    true => self.has("membership-setup-delete", None),
                    false => self.lacks(Remedy::Group, "membership-need-delete", None),
                }
                match me.may(|it| it.can_restrict_members) {
                    true => self.has("membership-setup-restrict", None),
                    false => self.lacks(Remedy::Group, "membership-need-restrict", None),
                }
            }
            Some(Err(_)) => self.unsure = true,
            None => {}
        }
    }

    /// The channel that was named, if it is one and we are admin there.
    pub(super) fn channel(&mut self, target: &ChatRef, look: &mut Look<'_>) -> Option<Channel> {
        let info = match look.chat(target)? {
            Ok(info) => info,
            Err(Unknown::Unavailable) => {
                self.unsure = true;
                return None;
            }
            Err(Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge) => {
                match target {
                    // A public name can be looked up by anybody; a private channel only by its admin.
                    ChatRef::Name(name) => self.mistake("membership-need-found", format!("@{name}")),
                    ChatRef::Id(id) => {
                        self.lacks(Remedy::Channel, "membership-need-found", Some(id.0.to_string()));
                    }
                }
                return None;
            }
        };
        self.fit(info, look)
    }

    fn fit(&mut self, info: &ChatInfo, look: &mut Look<'_>) -> Option<Channel> {
        let channel = Channel::of(info);
        if info.kind != ChatKind::Channel {
            self.mistake("membership-need-channel", channel.title);
            return None;
        }
        self.rights_there(&channel, look)?.then_some(channel)
    }

    /// Our own rights in the channel; `None` while they are not known.
    pub(super) fn rights_there(&mut self, channel: &Channel, look: &mut Look<'_>) -> Option<bool> {
        let key = match look.member(channel.id, look.me(), Freshness::Recent)? {
            Ok(me) if !me.is_admin() => "membership-need-admin",
            Ok(me) if channel.username.is_none() && !me.may(|it| it.can_invite_users) => "membership-need-invite",
            Ok(_) => {
                self.has("membership-setup-admin", Some(channel.title.clone()));
                return Some(true);
            }
            Err(Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge) => "membership-need-admin",
            Err(Unknown::Unavailable) => {
                self.unsure = true;
                return Some(false);
            }
        };
        self.lacks(Remedy::Channel, key, Some(channel.title.clone()));
        Some(false)
    }

    /// One line of what is granted.
    pub(super) fn has(&mut self, key: &'static str, channel: Option<String>) {
        let line = self.line(key, channel);
        self.done.push(line);
    }

    /// One line of what no grant can help.
    pub(super) fn mistake(&mut self, key: &'static str, channel: String) {
        self.mistaken = true;
        let line = self.line(key, Some(channel));
        self.lines.push(line);
    }

    fn lacks(&mut self, remedy: Remedy, key: &'static str, channel: Option<String>) {
        if !self.remedies.contains(&remedy) {
            self.remedies.push(remedy);
        }
        let line = self.line(key, channel);
        self.lines.push(line);
    }

    fn line(&self, key: &'static str, channel: Option<String>) -> Text {
        let text = Text::new(self.language, key);
        match channel {
            Some(channel) => text.with("channel", Arg::Bold(channel)),
            None => text,
        }
    }
}

/// Buttons that lead where something must be granted, a row each; `me` is our own public name.
pub(super) fn remedies(language: Language, remedies: &[Remedy], me: &str) -> Vec<Vec<Button>> {
    let button = |it: &Remedy| {
        let (key, url) = match it {
            Remedy::Group => ("membership-setup-button-group", links::group(me)),
            Remedy::Channel => ("membership-setup-button-channel", links::channel(me)),
        };
        Some(vec![Button { label: Label::Text(Text::new(language, key)), does: Does::Open(url?) }])
    };
    remedies.iter().filter_map(button).collect()
}

/// Whether that person is an admin of the channel who may invite: so they may see its link anyway.
pub(super) fn may_invite(channel: &Channel, who: UserId, look: &mut Look<'_>) -> Option<Result<bool, ()>> {
    Some(match look.member(channel.id, who, Freshness::Now)? {
        Ok(standing) => Ok(standing.may(|it| it.can_invite_users)),
        Err(Unknown::Unavailable) => Err(()),
        Err(Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge) => Ok(false),
    })
}
