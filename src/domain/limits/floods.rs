//! Whom a "too many requests" means. Telegram says for how long, and not whether it is one chat's or everybody's;
//! but one that meets several chats at once, and is over for all of them at once, is everybody's.
//!
//! Without this each chat would try for itself, be told to wait a second longer, and make it longer for the others.

use crate::domain::types::ChatId;

/// So many chats in trouble together mean everybody.
const CHATS: usize = 3;
/// Answers that come so close to each other belong together, in ms.
const TOGETHER_MS: u64 = 2_000;
/// So much the ends of their pauses may differ: whoever comes early makes it longer, by a second each. In ms.
const APART_MS: u64 = 5_000;

/// The last pauses of chats.
#[derive(Debug, Default)]
pub(super) struct Floods(Vec<Flood>);

#[derive(Debug)]
struct Flood {
    chat: ChatId,
    at: u64,
    until: u64,
}

impl Floods {
    /// A chat must wait. Answers whether everybody must.
    pub(super) fn note(&mut self, chat: ChatId, until: u64, now: u64) -> bool {
        self.0.retain(|it| it.chat != chat && now.saturating_sub(it.at) <= TOGETHER_MS);
        // As many as matter: the others say the same.
        if self.0.len() >= 2 * CHATS {
            self.0.remove(0);
        }
        self.0.push(Flood { chat, at: now, until });
        self.0.iter().filter(|it| it.until.abs_diff(until) <= APART_MS).count() >= CHATS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_chats_that_wait_together_mean_everybody() {
        type Step = (i64, u64, u64, bool); // chat, when, until when, whether it means everybody
        let tables: [(&str, &[Step]); 5] = [
            ("one storm", &[(1, 0, 1_001, false), (2, 50, 2_051, false), (3, 90, 3_091, true), (4, 95, 4_096, true)]),
            ("the same chat again and again", &[(1, 0, 1_001, false), (1, 50, 2_051, false), (1, 90, 3_091, false)]),
            ("one after the other", &[(1, 0, 9_000, false), (2, 1_500, 9_000, false), (3, 3_000, 9_000, false)]),
            (
                "each for its own reason",
                &[(1, 0, 58_000, false), (2, 10, 31_000, false), (3, 20, 12_000, false), (4, 30, 44_000, false)],
            ),
            (
                "a storm while chats wait for their own reasons",
                &[
                    (1, 0, 58_000, false),
                    (2, 10, 31_000, false),
                    (5, 20, 1_020, false),
                    (6, 40, 2_040, false),
                    (7, 60, 3_060, true),
                ],
            ),
        ];
        for (what, steps) in tables {
            let mut floods = Floods::default();
            for (chat, at, until, all) in steps {
                assert_eq!(floods.note(ChatId(*chat), *until, *at), *all, "{what}: {chat} at {at}");
            }
        }
        let mut floods = Floods::default();
        let told = (0..1_000).filter(|it| floods.note(ChatId(*it), 1_000, 0)).count();
        assert_eq!(told, 1_000 - (CHATS - 1));
        assert!(floods.0.len() <= 2 * CHATS, "no more is remembered than matters");
    }
}
