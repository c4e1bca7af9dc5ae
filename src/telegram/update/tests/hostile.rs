//! Updates that are broken, cut off, made up or too much.

use super::{message, read, try_read, update};
use crate::domain::types::UpdateId;
use crate::telegram::update::{MAX_DEPTH, MAX_UPDATE_BYTES, Undecodable, split_result, update_id};
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn a_broken_update_is_refused_and_still_has_its_id() {
    let shapes = [
        r#"{"update_id":901,"message":{"message_id":"five"}}"#,
        r#"{"update_id":901,"message":{"message_id":5,"date":1}}"#,
        r#"{"update_id":901,"message":[]}"#,
        r#"{"update_id":901,"message":{"text":"\ud800"}}"#,
        r#"{"update_id": 901 , "message": {"text": "cut o"#,
        r#"{"message":{"text":"say \"update_id\":7"}, "update_id":901} trailing"#,
    ];
    for raw in shapes {
        let refused = try_read(raw.as_bytes()).unwrap_err();
        assert!(matches!(refused, Undecodable::Broken { .. }), "{raw}: {refused:?}");
        assert_eq!(update_id(raw.as_bytes()), Some(UpdateId(901)), "{raw}");
    }
    for raw in ["", "{}", r#"{"update_id":90"#, r#"{"update_id":"#, r#"{"update_id":-5}"#, r#"{"update_id":"x"}"#] {
        assert_eq!(update_id(raw.as_bytes()), None, "{raw}");
        assert!(try_read(raw.as_bytes()).is_err(), "{raw}");
    }
}

#[test]
fn size_and_depth_have_limits() {
    let nested = |levels: usize| format!(r#"{{"update_id":1,"poll":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    assert!(try_read(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
    assert_eq!(try_read(nested(MAX_DEPTH).as_bytes()), Err(Undecodable::TooDeep { limit: MAX_DEPTH }));
    let bracketed = read(&update("message", message(json!({"text": "[{\"".repeat(200)}))));
    assert_eq!(bracketed.kind, "message", "brackets within a text are no depth");
    let wide = read(&update("message", message(json!({"entities": vec![json!({"type": "bold"}); 200]}))));
    assert_eq!(wide.kind, "message");
    let large = update("message", message(json!({"text": "x".repeat(MAX_UPDATE_BYTES)}))).to_string();
    assert!(matches!(try_read(large.as_bytes()), Err(Undecodable::TooLarge { .. })));
}

#[test]
fn an_error_carries_nothing_of_the_update() {
    let raw = r#"{"update_id":1,"message":{"message_id":1,"date":"my secret","chat":"my secret"}}"#;
    let error = try_read(raw.as_bytes()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
}

#[test]
fn a_batch_is_split_without_one_update_spoiling_the_others() {
    let good = update("message", message(json!({}))).to_string();
    let bad = r#"{"update_id":902,"message":{"chat":5}}"#;
    let body = format!(r#"{{"ok":true,"result":[{good} , {bad},{{"update_id":903,"new_kind":{{}}}}]}}"#);
    let parts = split_result(body.as_bytes()).unwrap();
    assert_eq!(parts[0], good.as_bytes());
    let ids: Vec<_> = parts.iter().map(|it| update_id(it).unwrap().0).collect();
    assert_eq!(ids, [901, 902, 903]);
    let fine: Vec<_> = parts.iter().map(|it| try_read(it).is_ok()).collect();
    assert_eq!(fine, [true, false, true]);
    assert!(split_result(br#"{"ok":true,"result":[]}"#).unwrap().is_empty());
    for body in
        [&b""[..], b"[]", br#"{"ok":false,"result":[]}"#, br#"{"ok":true}"#, br#"{"ok":true,"result":{}}"#, b"<html>"]
    {
        assert!(split_result(body).is_err(), "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn a_cut_off_update_is_never_taken_for_a_whole_one() {
    let channel = json!({"type": "channel", "chat": {"id": -1009, "type": "channel"}, "message_id": 3, "date": 1});
    let whole =
        update("message", message(json!({"forward_origin": channel, "text": "héllo 🦊 \"quoted\" \\"}))).to_string();
    let raw = whole.as_bytes();
    assert!(try_read(raw).is_ok());
    for end in 0..raw.len() {
        assert!(try_read(&raw[..end]).is_err(), "{end}");
        assert!(matches!(update_id(&raw[..end]), None | Some(UpdateId(901))), "{end}");
    }
}

/// Any JSON, with Telegram's names among the keys.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop_oneof![Just("supergroup"), Just("left"), Just("restricted")].prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("message"),
        Just("chat"),
        Just("from"),
        Just("id"),
        Just("type"),
        Just("text"),
        Just("date"),
        Just("callback_query"),
        Just("chat_member"),
        Just("old_chat_member"),
        Just("new_chat_member"),
        Just("user"),
        Just("status"),
        Just("message_id"),
        Just("update_id"),
        Just("migrate_to_chat_id"),
        Just("x"),
    ];
    leaf.prop_recursive(6, 60, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..8)
                .prop_map(|it| it.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_decoding_panic(json in any_json(), id: u64) {
        let _ = try_read(json.to_string().as_bytes());
        let _ = split_result(json.to_string().as_bytes());
        for kind in ["message", "callback_query", "chat_member", "chat_join_request"] {
            let raw = json!({"update_id": id, kind: json}).to_string();
            prop_assert_eq!(update_id(raw.as_bytes()), Some(UpdateId(id)));
            if let Ok(decoded) = try_read(raw.as_bytes()) {
                prop_assert_eq!(decoded.update, UpdateId(id));
                prop_assert_eq!(decoded.kind, kind);
            }
        }
    }

    #[test]
    fn no_bytes_make_decoding_panic(raw in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = (try_read(&raw), update_id(&raw), split_result(&raw));
    }

    #[test]
    fn a_message_with_one_damaged_byte_is_read_or_refused(at: prop::sample::Index, byte: u8) {
        let mut raw = update("message", message(json!({"message_thread_id": 8}))).to_string().into_bytes();
        let at = at.index(raw.len());
        raw[at] = byte;
        let _ = (try_read(&raw), update_id(&raw));
    }
}
