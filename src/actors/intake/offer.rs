//! What receivers see of intake: raw updates in, acknowledgements out.

use super::port::IntakePort;
use crate::clock;
use crate::domain::types::Moment;
use crate::protocol::intake::{BoxFuture, Intake, Reception, Taken, Unreadable};
use crate::store::{Batch, Store, keys, rows};
use crate::telegram::update::update_id;
use crate::telemetry::metrics::hot;
use crate::telemetry::names::{UpdateKind, Via};
use crate::telemetry::{Line, events};
use bytes::Bytes;
use tokio::sync::oneshot;

/// How long Telegram is asked to wait while nothing can be stored, in seconds: with the second in which the store
/// notices that there is room, all goes on within five.
pub(super) const RETRY_AFTER_S: u32 = 2;

impl Intake for IntakePort {
    fn offer(&self, raw: Bytes) -> BoxFuture<'static, Taken> {
        if !self.open() {
            return Box::pin(std::future::ready(Taken::Refused { retry_after_s: RETRY_AFTER_S }));
        }
        match self.decode(&raw) {
            Ok(decoded) => {
                hot().received(UpdateKind::of(decoded.kind), self.parts().via).increment(1);
                self.parts().limiter.heard();
                let now = clock::now();
                self.clocks().compare(decoded.happened.at, now);
                hot().lag.record(seconds(now.since_ms(decoded.happened.at)));
                let (waiter, answer) = oneshot::channel();
                self.take_in(raw, decoded, waiter);
                // A waiter that is dropped without a word belonged to an update that was finished before.
                Box::pin(async move { answer.await.unwrap_or(Taken::Duplicate) })
            }
            Err(why) => {
                let this = self.clone();
                Box::pin(async move { this.keep_undecodable(raw, &why.to_string()).await })
            }
        }
    }

    fn keep(&self, raw: Bytes, reason: Unreadable) -> BoxFuture<'static, Taken> {
        let this = self.clone();
        Box::pin(async move { this.keep_undecodable(raw, reason.name()).await })
    }

    fn reception(&self, now: Reception) {
        let open = now == Reception::Open;
        if self.parts().via == Via::Polling {
            self.parts().health.ready("intake", open, "no updates can be fetched at present");
        }
    }

    fn enabled_updates(&self) -> Vec<&'static str> {
        self.parts().updates.clone()
    }
}

/// Whole if it fits into a row, else its beginning.
fn fit(text: String) -> String {
    let escaped = serde_json::to_string(&text).map_or(usize::MAX, |it| it.len());
    if escaped <= 60_000 { text } else { text.chars().take(10_000).collect() }
}

#[expect(clippy::cast_precision_loss, reason = "a histogram is of floats")]
const fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

impl IntakePort {
    /// Keeps an update that cannot be decoded, whole, so that one strange update never spoils its neighbours.
    async fn keep_undecodable(&self, raw: Bytes, why: &str) -> Taken {
        let update = update_id(&raw).map_or(0, |it| it.0);
        metrics::counter!("bot_errors_total", "type" => "undecodable").increment(1);
        Line::new(&events::UPDATE_UNDECODABLE).reason(why).field("u", update).emit();
        let row = rows::Quarantined {
            chat: 0,
            seq: 0,
            raw: Some(fit(String::from_utf8_lossy(&raw).into_owned())),
            own: None,
            kind: "undecodable".into(),
            crashes: 0,
            cause: why.to_owned(),
            at: Moment(clock::now().0),
        };
        let mut batch = Batch::default();
        batch.put(keys::quarantine(update, "decode"), rows::write(&row));
        match self.parts().store.commit(batch).await {
            Ok(()) => Taken::Kept,
            Err(_) => Taken::Refused { retry_after_s: RETRY_AFTER_S },
        }
    }
}
