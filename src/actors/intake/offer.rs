//! What receivers see of intake: raw updates in, acknowledgements out.

use super::port::IntakePort;
use crate::clock;
use crate::domain::types::Moment;
use crate::protocol::intake::{BoxFuture, Intake, Taken, Unreadable};
use crate::store::{Batch, Store, keys, rows};
use crate::telegram::update::update_id;
use crate::telemetry::metrics::hot;
use crate::telemetry::names::UpdateKind;
use crate::telemetry::{Line, events};
use bytes::Bytes;
use tokio::sync::oneshot;

/// How long Telegram is asked to wait while nothing can be stored, in seconds.
const RETRY_AFTER_S: u32 = 5;
/// Bytes of an undecodable update that are kept, as they are written in a row, which holds 64 KiB.
const SAMPLE_BYTES: usize = 60_000;

impl Intake for IntakePort {
    fn offer(&self, raw: Bytes) -> BoxFuture<'static, Taken> {
        if !self.open() {
            return Box::pin(std::future::ready(Taken::Refused { retry_after_s: RETRY_AFTER_S }));
        }
        match self.decode(&raw) {
            Ok(decoded) => {
                hot().received(UpdateKind::of(decoded.kind), self.parts().via).increment(1);
                hot().lag.record(seconds(clock::now().since_ms(decoded.happened.at)));
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

    fn enabled_updates(&self) -> Vec<&'static str> {
        self.parts().updates.clone()
    }
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
            raw: Some(beginning(&raw)),
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

/// As much of an update as fits into a row: all of it, unless it is larger than any that Telegram should send.
fn beginning(raw: &[u8]) -> String {
    let mut room = SAMPLE_BYTES;
    let text = String::from_utf8_lossy(raw);
    let fits = text.chars().take_while(|it| {
        let bytes = match it {
            '"' | '\\' => 2,
            it if it.is_control() => 6,
            it => it.len_utf8(),
        };
        let enough = bytes <= room;
        room = room.saturating_sub(bytes);
        enough
    });
    fits.collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_beginning_of_anything_fits_into_a_row() {
        for letter in ["a", "\"", "\\", "\u{1}", "\u{7f}", "д", "😀"] {
            let whole = letter.repeat(100);
            assert_eq!(beginning(whole.as_bytes()), whole);
            let kept = beginning(letter.repeat(100_000).as_bytes());
            let written = serde_json::to_vec(&kept).unwrap().len();
            assert!((10_000..=SAMPLE_BYTES + 2).contains(&written), "{letter:?}: {written}");
        }
        assert_eq!(beginning(b"\xff\xfe"), "\u{fffd}\u{fffd}", "what is no text is shown as far as it can be");
    }
}
