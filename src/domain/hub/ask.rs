//! Somebody asks: a question goes out, or waits behind the one that is out.

use super::super::ai::{Ask, Line, Question, Show, Speaker, Task};
use super::super::effect::Effect;
use super::super::event::Said;
use super::super::text::{Arg, Text};
use super::super::types::{Language, MessageId, Slot, ThreadId, UserId};
use super::scene::Scene;
use super::state::{RUNNING_MAX, Running, Talk, Waiting};

/// Within this many ms a changed question is asked again.
const SECOND_THOUGHTS_MS: u64 = 60_000;

/// Somebody asks this.
pub(super) fn asked(scene: &mut Scene<'_>, said: &Said, words: &str) {
    let language = said.from.language;
    let most = scene.settings.question_chars;
    if words.chars().count() > most as usize {
        let text = Text::new(language, "hub-too-long").with("max", Arg::Number(i64::from(most)));
        return scene.reply(said, text);
    }
    let Some(mut talk) = scene.talk(said.thread) else { return };
    let text = line_of(scene, said, words);
    let waiting = Waiting { message: said.message, by: said.from.id, language, text };
    match scene.state().answering(said.thread).cloned() {
        Some(running) if scene.settings.replace => {
            take_back(scene, &running);
            begin(scene, said.thread, &mut talk, waiting);
        }
        Some(_) if talk.waiting.len() >= scene.settings.waiting_max as usize => {
            return scene.reply(said, Text::new(language, "hub-one-by-one"));
        }
        Some(_) => talk.waiting.push(waiting),
        None if scene.state().running.len() >= RUNNING_MAX => {
            return scene.reply(said, Text::new(language, "hub-one-by-one"));
        }
        None => begin(scene, said.thread, &mut talk, waiting),
    }
    scene.keep(said.thread, &talk);
}

/// In groups each line says whose it is.
fn line_of(scene: &Scene<'_>, said: &Said, words: &str) -> String {
    if scene.is_private() { words.to_owned() } else { format!("{}: {words}", said.from.name) }
}

/// A question goes out, and in groups a message that becomes its answer.
pub(super) fn begin(scene: &mut Scene<'_>, thread: Option<ThreadId>, talk: &mut Talk, question: Waiting) {
    let Waiting { message, by, language, text } = question;
    talk.add(Speaker::Person, text);
    let private = scene.is_private();
    let slot = (!private).then(|| scene.say(thread, Some(message), Text::new(language, "hub-thinking"), true));
    out(scene, talk, Out { thread, message, by, language, slot });
}

/// A question on its way.
pub(super) struct Out {
    pub(super) thread: Option<ThreadId>,
    pub(super) message: MessageId,
    pub(super) by: UserId,
    pub(super) language: Language,
    /// The message that becomes the answer, if there is one already.
    pub(super) slot: Option<Slot>,
}

/// The conversation as it is goes out.
pub(super) fn out(scene: &mut Scene<'_>, talk: &Talk, out: Out) {
    let Out { thread, message, by, language, slot } = out;
    let lines = talk.recent(scene.settings.context_tokens);
    let question = question_of(scene, talk, lines);
    let reply_to = (!scene.is_private()).then_some(message);
    let token = ask(scene, question, by, Some(Show { chat: scene.event.place.id, thread, reply_to, slot }));
    let since = scene.moment();
    scene.change(|it| it.running.push(Running { token, thread, message, by, language, since, slot, sums_up: 0 }));
}

fn question_of(scene: &Scene<'_>, talk: &Talk, lines: Vec<Line>) -> Question {
    let settings = scene.settings;
    let mut system = scene.state().persona.clone().unwrap_or_else(|| settings.persona.clone());
    if !talk.summary.is_empty() {
        system = format!("{system}\n\nWhat was said before, in short:\n{}", talk.summary);
    }
    let prefer = scene.state().prefer.clone();
    Question { task: Task::Chat, system, lines, max_tokens: settings.answer_tokens, json: false, prefer }
}

/// The question as an effect, under a token of its own.
pub(super) fn ask(scene: &mut Scene<'_>, question: Question, account: UserId, show: Option<Show>) -> String {
    let token = scene.state().next.to_string();
    scene.change(|it| it.next += 1);
    let until = scene.moment().plus_ms(scene.settings.give_up_s * 1_000);
    scene.add(Effect::Ask(Ask { token: token.clone(), question, account, show, until }));
    token
}

/// A question is not to be answered any more. Its line stays.
pub(super) fn take_back(scene: &mut Scene<'_>, running: &Running) {
    scene.change(|it| it.running.retain(|it| it.token != running.token));
    scene.add(Effect::Unask { token: running.token.clone() });
}

/// A question was changed within a minute: it is asked again.
pub(super) fn edited(scene: &mut Scene<'_>, said: &Said) {
    let Some(running) = scene.state().answering(said.thread).cloned() else { return };
    let late = scene.moment().since_ms(running.since) > SECOND_THOUGHTS_MS;
    let Some(words) = super::spoken_to(scene, said).filter(|it| !it.is_empty()) else { return };
    if running.message != said.message || late {
        return;
    }
    scene.claim();
    let Some(mut talk) = scene.talk(said.thread) else { return };
    again(scene, &mut talk, &running, line_of(scene, said, &words));
    scene.keep(said.thread, &talk);
}

/// The last question in other words, in the place of the one that is out.
fn again(scene: &mut Scene<'_>, talk: &mut Talk, running: &Running, text: String) {
    take_back(scene, running);
    if talk.lines.last().is_some_and(|it| it.by == Speaker::Person) {
        talk.lines.pop();
    }
    talk.add(Speaker::Person, text);
    let Running { thread, message, by, language, slot, .. } = *running;
    out(scene, talk, Out { thread, message, by, language, slot });
}
