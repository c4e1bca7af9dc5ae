//! What a message is to us: a command of ours, or something to be judged.

use super::super::command;
use super::super::event::{ChatKind, Place, Rights, Said, Standing};
use super::super::fact::{Freshness, Unknown};
use super::draft::Look;
use super::judge::{self, Judgement};
use super::protect::{self, Ruling};
use super::request::{self, Asker, Odd};
use super::state::{Request, State};

/// What a message is to us.
#[derive(Debug)]
pub(super) enum Heard<'a> {
    /// Judge it, and nothing else.
    Judged(Judgement<'a>),
    /// A command of ours where it has no place.
    Elsewhere,
    /// A command of ours that is answered without looking anything up.
    Plain(Asker, Result<Request, Odd>),
    /// A command of ours from somebody who may write here.
    Asked(Option<Ruling>),
}

/// Listens. An admin's command is not judged; anybody else's is, before it is answered.
pub(super) fn hear<'a>(state: &'a State, place: &Place, said: &Said, look: &mut Look<'a>) -> Heard<'a> {
    let Some(request) = read(said, look) else {
        return Heard::Judged(judge::judge(state, place, said, look));
    };
    if place.kind != ChatKind::Supergroup {
        return Heard::Elsewhere;
    }
    let who = match request::asker(place, said) {
        Asker::Person(who) => who,
        asker @ (Asker::Anonymous | Asker::Nobody) => return Heard::Plain(asker, request),
    };
    let Some(standing) = look.member(place.id, who, Freshness::Recent) else { return Heard::Asked(None) };
    if !standing.as_ref().is_ok_and(Standing::is_admin) {
        match judge::judge(state, place, said, look) {
            Judgement::Free => {}
            other @ (Judgement::Open | Judgement::Stranger(_)) => return Heard::Judged(other),
        }
    }
    match request {
        Err(odd) if odd.is_about_people() && !may(standing, |it| it.can_restrict_members) => {
            Heard::Asked(Some(Ruling::MayNotRestrict))
        }
        Err(odd) if !odd.is_about_people() && !may(standing, |it| it.can_change_info) => {
            Heard::Asked(Some(Ruling::NotAllowed))
        }
        Err(odd) => Heard::Plain(Asker::Person(who), Err(odd)),
        Ok(request) => Heard::Asked(protect::rule(state, place, &request, who, said.from.language, look)),
    }
}

fn may(standing: &Result<Standing, Unknown>, right: impl Fn(&Rights) -> bool) -> bool {
    standing.as_ref().is_ok_and(|it| it.may(right))
}

fn read(said: &Said, look: &Look<'_>) -> Option<Result<Request, Odd>> {
    let given = command::given(said, look.facts())?;
    request::read(&given, said)
}
