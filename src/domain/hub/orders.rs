//! The commands of conversations.

use super::super::ai::Speaker;
use super::super::command::Given;
use super::super::effect::Effect;
use super::super::event::Said;
use super::super::text::{Arg, Text};
use super::super::types::ThreadId;
use super::scene::Scene;
use super::state::{MODEL_CHARS, PERSONA_CHARS, Talk};
use super::{answer, ask};

/// A command that may be ours.
pub(super) fn given(scene: &mut Scene<'_>, said: &Said, given: &Given<'_>) {
    let say = |key| Text::new(said.from.language, key);
    match (given.name.as_str(), given.args) {
        ("ai", "") => answer_with(scene, said, say("hub-usage")),
        ("ai", words) => {
            scene.claim();
            ask::asked(scene, said, words);
        }
        ("new", _) => begin_anew(scene, said),
        ("retry", _) => retry(scene, said),
        ("stop", _) => stop(scene, said),
        ("model", words) => model(scene, said, words),
        ("persona", words) => persona(scene, said, words),
        ("forget", _) => forget(scene, said),
        _ => {}
    }
}

fn answer_with(scene: &mut Scene<'_>, said: &Said, text: Text) {
    scene.claim();
    scene.reply(said, text);
}

/// Whether this person may set things here: in private always, in groups whoever may change its info.
fn may_set(scene: &mut Scene<'_>, said: &Said) -> bool {
    scene.claim();
    if scene.is_private() {
        return true;
    }
    match scene.standing(said.from.id) {
        Some(Ok(standing)) if standing.may(|it| it.can_change_info) => true,
        Some(_) => {
            scene.reply(said, Text::new(said.from.language, "hub-not-allowed"));
            false
        }
        None => false,
    }
}

/// Nothing that runs in this topic is to be answered.
fn take_back_all(scene: &mut Scene<'_>, thread: Option<ThreadId>) -> bool {
    let running: Vec<_> = scene.state().running.iter().filter(|it| it.thread == thread).cloned().collect();
    running.iter().for_each(|it| ask::take_back(scene, it));
    for (slot, language) in running.iter().filter_map(|it| Some((it.slot?, it.language))) {
        scene.edit(slot, Text::new(language, "hub-stopped"));
    }
    !running.is_empty()
}

fn begin_anew(scene: &mut Scene<'_>, said: &Said) {
    scene.claim();
    if scene.talk(said.thread).is_none() {
        return;
    }
    take_back_all(scene, said.thread);
    scene.add(Effect::Drop { key: Talk::key(said.thread) });
    scene.reply(said, Text::new(said.from.language, "hub-new"));
}

fn retry(scene: &mut Scene<'_>, said: &Said) {
    scene.claim();
    let Some(mut talk) = scene.talk(said.thread) else { return };
    if scene.state().answering(said.thread).is_some() {
        return scene.reply(said, Text::new(said.from.language, "hub-one-by-one"));
    }
    if talk.lines.last().is_some_and(|it| it.by == Speaker::Model) {
        talk.lines.pop();
    }
    if talk.lines.is_empty() {
        return scene.reply(said, Text::new(said.from.language, "hub-nothing-asked"));
    }
    let thinking = Text::new(said.from.language, "hub-thinking");
    let slot = (!scene.is_private()).then(|| scene.say(said.thread, Some(said.message), thinking, true));
    let (by, language) = (said.from.id, said.from.language);
    ask::out(scene, &talk, ask::Out { thread: said.thread, message: said.message, by, language, slot });
    scene.keep(said.thread, &talk);
}

fn stop(scene: &mut Scene<'_>, said: &Said) {
    scene.claim();
    let Some(mut talk) = scene.talk(said.thread) else { return };
    let Some(running) = scene.state().answering(said.thread).cloned() else {
        return scene.reply(said, Text::new(said.from.language, "hub-nothing-runs"));
    };
    take_back_all(scene, said.thread);
    if running.slot.is_none() {
        scene.reply(said, Text::new(said.from.language, "hub-stopped"));
    }
    answer::go_on(scene, &mut talk, &running);
    scene.keep(said.thread, &talk);
}

fn model(scene: &mut Scene<'_>, said: &Said, words: &str) {
    let say = |key| Text::new(said.from.language, key);
    if words.is_empty() {
        scene.claim();
        let Some(talk) = scene.talk(said.thread) else { return };
        let by = if talk.answered_by.is_empty() { "-".to_owned() } else { talk.answered_by };
        let chosen = scene.state().prefer.clone();
        let text = match chosen {
            Some(it) => say("hub-model-chosen").with("chosen", Arg::Code(it)),
            None => say("hub-model-auto"),
        };
        return scene.reply(said, text.with("model", Arg::Code(by)));
    }
    if !may_set(scene, said) {
        return;
    }
    if words == "auto" {
        scene.change(|it| it.prefer = None);
        return scene.reply(said, say("hub-model-any"));
    }
    let sound =
        words.len() <= MODEL_CHARS && words.split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
    if !sound || words.contains(char::is_whitespace) {
        return scene.reply(said, say("hub-model-usage"));
    }
    scene.change(|it| it.prefer = Some(words.to_owned()));
    scene.reply(said, say("hub-model-set").with("model", Arg::Code(words.to_owned())));
}

fn persona(scene: &mut Scene<'_>, said: &Said, words: &str) {
    let say = |key| Text::new(said.from.language, key);
    if words.is_empty() {
        let text = match scene.state().persona.clone() {
            Some(words) => say("hub-persona-is").with("persona", Arg::Written { words, args: Vec::new() }),
            None => say("hub-persona-none"),
        };
        return answer_with(scene, said, text);
    }
    if !may_set(scene, said) {
        return;
    }
    if words.chars().count() > PERSONA_CHARS {
        let most = i64::try_from(PERSONA_CHARS).unwrap_or(i64::MAX);
        return scene.reply(said, say("hub-too-long").with("max", Arg::Number(most)));
    }
    let off = words.eq_ignore_ascii_case("off");
    scene.change(|it| it.persona = (!off).then(|| words.to_owned()));
    scene.reply(said, say(if off { "hub-persona-off" } else { "hub-persona-set" }));
}

fn forget(scene: &mut Scene<'_>, said: &Said) {
    if !may_set(scene, said) {
        return;
    }
    let Some(talks) = scene.talks() else { return };
    let lines: usize = talks.iter().map(|(_, it)| it.lines.len() + usize::from(!it.summary.is_empty())).sum();
    let running = scene.state().running.clone();
    running.iter().for_each(|it| ask::take_back(scene, it));
    for (key, _) in talks {
        scene.add(Effect::Drop { key });
    }
    let lines = Arg::Number(i64::try_from(lines).unwrap_or(i64::MAX));
    scene.reply(said, Text::new(said.from.language, "hub-forgotten").with("lines", lines));
}
