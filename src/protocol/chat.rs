//! How others talk to a chat. Its events do not come this way: they wait at the desk, and the chat is only woken.

use crate::domain::fact::{Fact, Need};
use ractor::ActorRef;
use tokio::sync::mpsc;

/// What a chat can be told. Bounded without a count: one `Wake` per empty queue, one `Found` per fact asked for.
#[derive(Debug)]
pub enum ChatMsg {
    /// There is something in the queue.
    Wake,
    /// A fact that an event waits for.
    Found {
        /// The event.
        seq: u64,
        /// What was asked.
        need: Need,
        /// The answer.
        fact: Fact,
    },
    /// What is kept in memory only has been there for long enough: write it.
    Keep,
    /// Stop, unless there is something to do.
    Sleep,
}

/// The address of one generation of a chat.
pub type Address = ActorRef<ChatMsg>;

/// Who asked for a fact.
#[derive(Clone, Debug)]
pub enum Asker {
    /// A chat: a message finds the way back even if it has restarted (it is then ignored).
    Chat {
        /// The chat.
        address: Address,
        /// The event that waits.
        seq: u64,
    },
    /// Somebody who waits for this one answer.
    Caller(mpsc::Sender<Fact>),
}

impl Asker {
    /// Hands over the answer; an asker that is gone is no error of ours.
    pub fn answer(&self, need: Need, fact: Fact) {
        match self {
            Self::Chat { address, seq } => {
                let _gone = address.send_message(ChatMsg::Found { seq: *seq, need, fact });
            }
            Self::Caller(caller) => {
                let _gone = caller.try_send(fact);
            }
        }
    }
}
