//! What is said beside the answer: into other chats, and words that go away by themselves.

use super::super::effect::{Button, Call, Effect, Lane, Owed};
use super::super::text::Text;
use super::super::types::{MessageId, Slot, ThreadId, UserId};
use super::draft::Draft;
use super::policy::LogPlace;
use super::stop;

impl Draft<'_> {
    /// Says something in any chat, without a sound and rather twice than never, and hands back its name.
    pub(super) fn notify(&mut self, at: LogPlace, lane: Lane, text: Text, keyboard: Vec<Vec<Button>>) -> Slot {
        let slot = self.slot();
        let LogPlace { chat, thread } = at;
        let call = Call::Say { chat, slot, thread, reply_to: None, text, keyboard, silent: true, only: None };
        self.add(Effect::Telegram(Owed { lane, ..Owed::new(call).repeating() }));
        slot
    }

    /// Says something here that goes away by itself after so many ms: to one person, where Telegram can do that.
    pub(super) fn murmur(
        &mut self,
        only: Option<UserId>,
        thread: Option<ThreadId>,
        reply_to: Option<MessageId>,
        (text, keyboard): (Text, Vec<Vec<Button>>),
        ttl_ms: u64,
    ) {
        let (chat, slot, at) = (self.place.id, self.slot(), self.now().plus_ms(ttl_ms));
        let call = Call::Say { chat, slot, thread, reply_to, text, keyboard, silent: true, only };
        self.add(Effect::Telegram(Owed::new(call).repeating()));
        self.add(Effect::WakeAt { key: stop::wake(slot), at });
    }
}
