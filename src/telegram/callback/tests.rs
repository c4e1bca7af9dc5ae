//! A press proves what we offered, where and to whom, or it proves nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::{CallbackKey, FILE, MAX_DATA_BYTES, Press, Unsignable};
use crate::domain::event::Verdict;
use crate::domain::types::{ChatId, Moment, UserId};
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt;

const CHAT: ChatId = ChatId(-1_001_234_567_890);
const EVE: UserId = UserId(7_123_456_789);
const NOW: Moment = Moment(1_795_000_000_000);

fn key() -> CallbackKey {
    CallbackKey::of([7; 32])
}

fn joined() -> Press<'static> {
    Press { action: "m.joined", args: "-100123,4", chat: CHAT, only: Some(EVE), until: Some(NOW.plus_ms(3_600_000)) }
}

#[test]
fn what_was_signed_is_what_is_read() {
    let data = key().sign(&joined()).unwrap();
    assert!(data.len() <= MAX_DATA_BYTES, "{data}");
    let valid = Verdict::Valid { action: "m.joined".into(), args: "-100123,4".into() };
    assert_eq!(key().verify(&data, CHAT, EVE, NOW), valid);
}

#[test]
fn the_wrong_hand_place_time_or_key_is_told_apart() {
    let data = key().sign(&joined()).unwrap();
    let late = NOW.plus_ms(3_600_000 + 60_001);
    let cases = [
        ("another person", key(), CHAT, UserId(8), NOW, Verdict::NotYours),
        ("another chat", key(), ChatId(-100_999), EVE, NOW, Verdict::Forged),
        ("another key", CallbackKey::of([8; 32]), CHAT, EVE, NOW, Verdict::Forged),
        ("too late", key(), CHAT, EVE, late, Verdict::Stale),
    ];
    for (what, key, chat, who, now, expected) in cases {
        assert_eq!(key.verify(&data, chat, who, now), expected, "{what}");
    }
}

#[test]
fn a_button_for_everybody_and_for_ever_stays_valid() {
    let press = Press { only: None, until: None, ..joined() };
    let data = key().sign(&press).unwrap();
    assert!(matches!(key().verify(&data, CHAT, UserId(99), Moment(u64::MAX)), Verdict::Valid { .. }));
}

#[test]
fn data_of_other_making_is_forged() {
    for data in ["", "|", "||||||", "v1|m.joined|1|*|-|", "v1|m.joined|1|*|-|AAAAAAAAAAA", "join", "v2|a|b|*|-|x"] {
        assert_eq!(key().verify(data, CHAT, EVE, NOW), Verdict::Forged, "{data}");
    }
}

#[test]
fn what_cannot_be_a_button_is_refused() {
    let long = "x".repeat(40);
    let cases =
        [("a", long.as_str(), true), ("a|b", "", false), ("a", "b c", false), ("a", "ж", false), ("a", "\n", false)];
    for (action, args, too_long) in cases {
        let refused = key().sign(&Press { action, args, ..joined() }).unwrap_err();
        assert_eq!(matches!(refused, Unsignable::TooLong { .. }), too_long, "{refused}");
    }
}

#[test]
fn the_promised_24_bytes_always_fit() {
    let far = Moment(NOW.0 * 4);
    let press = Press {
        action: "m.joined",
        args: "0123456789abcdef",
        only: Some(UserId(1 << 52)),
        until: Some(far),
        ..joined()
    };
    assert!(key().sign(&press).unwrap().len() <= MAX_DATA_BYTES);
}

#[test]
fn the_key_is_made_once_and_kept_to_ourselves() {
    let folder = tempfile::tempdir().unwrap();
    let first = CallbackKey::load_or_make(folder.path()).unwrap();
    let again = CallbackKey::load_or_make(folder.path()).unwrap();
    let data = first.sign(&joined()).unwrap();
    assert!(matches!(again.verify(&data, CHAT, EVE, NOW), Verdict::Valid { .. }));
    let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(format!("{first:?}"), "CallbackKey(..)");
    let other = tempfile::tempdir().unwrap();
    let elsewhere = CallbackKey::load_or_make(other.path()).unwrap();
    assert_eq!(elsewhere.verify(&data, CHAT, EVE, NOW), Verdict::Forged, "every house has its own key");
}

#[test]
fn a_damaged_key_file_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    CallbackKey::load_or_make(folder.path()).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let flipped = (0..whole.len() * 8).map(|bit| {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    let cut = [0, 5, 31, 33, 35].map(|it| whole[..it].to_vec());
    for bytes in flipped.chain(cut) {
        std::fs::write(&path, &bytes).unwrap();
        let refused = CallbackKey::load_or_make(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("is damaged") && refused.contains("delete it"), "{refused}");
    }
    std::fs::write(&path, &whole[..32]).unwrap();
    assert!(CallbackKey::load_or_make(folder.path()).is_ok(), "an earlier version's");
}

proptest! {
    #[test]
    fn any_press_comes_back_as_signed(
        action in "[a-z]{1,4}\\.[a-z]{1,6}",
        args in "[!-{}~]{0,13}",
        chat: i64,
        who in 1_i64..(1 << 52),
        minutes in 0_u64..100_000,
    ) {
        let until = NOW.plus_ms(minutes * 60_000);
        let press = Press { action: &action, args: &args, chat: ChatId(chat), only: Some(UserId(who)), until: Some(until) };
        let data = key().sign(&press).unwrap();
        prop_assert!(data.len() <= MAX_DATA_BYTES);
        let read = |who: i64, now: Moment| key().verify(&data, ChatId(chat), UserId(who), now);
        prop_assert_eq!(read(who, NOW), Verdict::Valid { action: action.clone(), args: args.clone() });
        prop_assert_eq!(read(who + 1, NOW), Verdict::NotYours);
        prop_assert_eq!(read(who, until.plus_ms(60_000)), Verdict::Stale);
        prop_assert_eq!(key().verify(&data, ChatId(chat.wrapping_add(1)), UserId(who), NOW), Verdict::Forged);
    }

    #[test]
    fn any_flipped_bit_is_a_forgery(at in 0_usize..64, bit in 0_u8..8) {
        let data = key().sign(&joined()).unwrap();
        let mut bytes = data.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert_eq!(key().verify(&changed, CHAT, EVE, NOW), Verdict::Forged);
        }
    }

    #[test]
    fn no_text_makes_verification_panic(data in any::<String>(), chat: i64, who: i64, now: u64) {
        prop_assert_eq!(key().verify(&data, ChatId(chat), UserId(who), Moment(now)), Verdict::Forged);
    }
}
