//! When the calls about each stranger arrived at the simulated Telegram.

use majordomo::playground::telegram::{Call, Observer, Seen};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Which of the three calls about a stranger.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum About {
    /// The message, by its id.
    Deleted(i64, i64),
    /// The person, by id.
    Muted(i64, i64),
}

/// Arrivals in us of the common clock, of calls that were done.
#[derive(Clone, Default)]
pub struct Arrivals {
    calls: Arc<Mutex<HashMap<About, u64>>>,
    notices: Arc<Mutex<HashMap<String, u64>>>,
}

impl Arrivals {
    /// To be told of every call.
    pub fn observer(&self) -> Observer {
        let this = self.clone();
        Arc::new(move |seen| {
            if let Seen::Call(call) = seen
                && call.done
            {
                this.note(call);
            }
        })
    }

    /// Forgets all so far.
    pub fn forget(&self) {
        self.calls.lock().unwrap().clear();
        self.notices.lock().unwrap().clear();
    }

    fn note(&self, call: &Call) {
        let chat = call.number("chat_id").unwrap_or(0);
        let about = match &*call.method {
            "deleteMessage" => About::Deleted(chat, call.number("message_id").unwrap_or(0)),
            "restrictChatMember" => About::Muted(chat, call.number("user_id").unwrap_or(0)),
            "sendMessage" => {
                let name = call.text("text").split(',').next().unwrap_or_default().to_owned();
                self.notices.lock().unwrap().insert(name, call.at_us);
                return;
            }
            _ => return,
        };
        self.calls.lock().unwrap().insert(about, call.at_us);
    }

    /// When the last of the three calls about a stranger arrived; `None` when one is missing.
    pub fn last(&self, stranger: &crate::town::Planned) -> Option<u64> {
        let calls = self.calls.lock().unwrap();
        let deleted = calls.get(&About::Deleted(stranger.chat, stranger.message))?;
        let muted = calls.get(&About::Muted(stranger.chat, stranger.user))?;
        let told = *self.notices.lock().unwrap().get(&stranger.name)?;
        Some(told.max(*deleted).max(*muted))
    }
}

/// Counts the calls that were answered 429.
pub fn floods() -> (Observer, Arc<AtomicU64>) {
    let counter = Arc::new(AtomicU64::new(0));
    let counts = Arc::clone(&counter);
    let observer: Observer = Arc::new(move |seen| {
        if let Seen::Call(call) = seen
            && call.status == 429
        {
            counts.fetch_add(1, Ordering::Relaxed);
        }
    });
    (observer, counter)
}

/// The value below which this part of the values lies.
pub fn percentile(values: &[u64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = ((sorted.len() as f64 * part).ceil() as usize).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(0) as f64
}
