//! An answer grows before people's eyes: a typing sign at once, then a draft or the placeholder, edited now and then.
//!
//! Nothing of this is owed: what the limits have no room for is left out, and the whole answer comes in the end.

use super::super::world::World;
use crate::actors::facts::{report, scope_of};
use crate::clock;
use crate::config::Gateway as Limits;
use crate::domain::ai::Show;
use crate::domain::effect::{Call, MessageRef, Owed};
use crate::domain::markdown::{self, Sizes};
use crate::domain::text::{Arg, Text};
use crate::domain::types::{ChatNo, Language, Made, Slot};
use crate::store::rows::{self, Sent};
use crate::store::{Store, keys};
use crate::telegram::client::Client;
use crate::telegram::error::ApiError;
use crate::telegram::request::{EncodeContext, encode};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

/// Telegram shows a typing sign for five seconds.
const TYPING_MS: u64 = 4_500;
/// How long one such call may take: an answer waits for the last.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where and how an answer is shown while it grows.
pub(super) struct Screen {
    world: Arc<World>,
    client: Client,
    every: Duration,
    no: ChatNo,
    show: Option<Show>,
    /// The message that is edited, once it is known.
    made: Option<Made>,
    /// A number for the draft: the same one is the same draft.
    draft: u64,
}

impl Screen {
    pub(super) fn new(world: &Arc<World>, client: &Client, limits: &Limits, no: ChatNo, show: Option<Show>) -> Self {
        let in_group = show.as_ref().is_some_and(|it| it.chat.0 < 0);
        let every_ms = if in_group { limits.show_every_in_groups_ms } else { limits.show_every_ms };
        let every = Duration::from_millis(every_ms);
        let draft = world.sequence.take(1);
        Self { world: Arc::clone(world), client: client.clone(), every, no, show, made: None, draft }
    }

    /// Shows until nothing more is said.
    pub(super) async fn run(mut self, mut said: mpsc::UnboundedReceiver<String>) {
        let Some(show) = self.show.take() else {
            while said.recv().await.is_some() {}
            return;
        };
        let mut ticks = interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut text, mut shown, mut typed_ms) = (String::new(), 0, None::<u64>);
        loop {
            tokio::select! {
                biased;
                more = said.recv() => match more {
                    Some(more) if more.is_empty() => text.clear(),
                    Some(more) => text.push_str(&more),
                    None => return,
                },
                _ = ticks.tick() => {
                    if text.len() != shown {
                        shown = text.len();
                        self.grow(&show, &text).await;
                    } else if text.is_empty() && typed_ms.is_none_or(|it| clock::tick_ms() > it + TYPING_MS) {
                        typed_ms = Some(clock::tick_ms());
                        self.make(Call::Typing { chat: show.chat, thread: show.thread }).await;
                    }
                }
            }
        }
    }

    /// What has been said so far, as one message.
    async fn grow(&mut self, show: &Show, text: &str) {
        let Some(first) = markdown::render_draft(text).split(Sizes::TEXTS).into_iter().next() else { return };
        let text = Text::new(Language::En, "hub-answer").with("text", Arg::Rendered(first));
        let (chat, thread) = (show.chat, show.thread);
        let call = match show.slot {
            None => Call::Draft { chat, thread, draft: self.draft, text },
            Some(slot) => {
                if self.made.is_none() {
                    self.made = self.find(slot).await;
                }
                let Some(Made::Open(message)) = self.made else { return };
                Call::Edit { chat, message: MessageRef::Id(message), text, keyboard: Vec::new() }
            }
        };
        self.make(call).await;
    }

    /// The placeholder, once it has been said.
    async fn find(&self, slot: Slot) -> Option<Made> {
        let record = self.world.store.get(keys::slot(self.no, slot)).await.ok()??;
        rows::read::<Sent>(&record.value).ok().map(|it| it.made())
    }

    /// Makes a call if there is room for it right now.
    async fn make(&self, call: Call) {
        let chat = call.chat();
        let owed = Owed::new(call);
        if self.world.limiter.gate().paused_until(chat) > clock::tick_ms() || !self.world.limiter.reserve(&owed) {
            return;
        }
        let context = EncodeContext { key: &self.world.intake.parts().key, now: clock::now(), ephemeral: false };
        let Ok(request) = encode(&context, &owed.call, |_| None) else { return };
        let answer = self.client.send(request, PATIENCE).await;
        self.world.limiter.report(report(answer.as_ref().err()));
        if let Err(ApiError::Flood { retry_after_s, scope }) = answer {
            self.world.limiter.flood(scope_of(scope, chat), retry_after_s);
        }
    }
}
