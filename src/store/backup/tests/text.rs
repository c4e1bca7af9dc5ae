//! A store as text: readable, and read back row for row.

use super::*;

#[tokio::test]
async fn an_export_is_readable_and_an_import_is_the_same_store() {
    let home = Home::new();
    let store = home.open("store");
    store.claim_bot(7, false).await.unwrap();
    put(&store, keys::meta("boot"), b"12").await;
    put(&store, b"ca".to_vec(), b"{\"title\":\"\xd0\x9f\"}").await;
    put(&store, keys::done(5).0, &[0xff; 128]).await;
    let copying = store.copy(1 << 20).unwrap();
    // Written while it is copied: the text has the last word on each row.
    put(&store, b"ca".to_vec(), b"{\"title\":\"new\"}").await;
    put(&store, b"cb".to_vec(), b"[1]").await;
    let mut copying = copying;
    let made = create(&mut copying, &home.order("x.backup"), &Progress::default()).unwrap();
    drop(copying);
    assert_eq!(made.manifest.changes, 4, "two rows, and the ledger with each");
    store.close().await;
    let mut text = Vec::new();
    assert_eq!(export(&made.path, &mut text, Path::new("text")).unwrap(), 4);
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(lines[0]["majordomo"], "export");
    let cell = lines.iter().find(|it| it["kind"] == "cells").unwrap();
    assert_eq!(cell["value"]["title"], "new", "{text}");
    assert!(lines.iter().any(|it| it["kind"] == "done" && it["bytes"].is_string()), "{text}");
    std::fs::write(home.at("text"), &text).unwrap();
    assert_eq!(import(&home.settings("new"), &home.at("text"), &ways()).unwrap().rows, 4);
    let mut expected = home.rows("store").await;
    expected.iter_mut().filter(|it| it.0 == keys::meta("boot")).for_each(|it| it.1 = b"1012".to_vec());
    assert_eq!(home.rows("new").await, expected);
}

#[tokio::test]
async fn a_text_that_is_wrong_is_refused_with_its_line() {
    let home = Home::new();
    let first = "{\"majordomo\":\"export\",\"program\":\"0.1.0\",\"records\":1,\"at\":5,\"group\":1}";
    let good = "{\"kind\":\"cells\",\"key\":\"6361\",\"revision\":1,\"value\":{}}";
    let cases: &[(&str, &str)] = &[
        ("", "line 1: the file is empty"),
        ("{}", "line 1: no export of majordomo"),
        (&format!("{first}\n{good}\nnonsense"), "line 3: expected"),
        (&format!("{first}\n{}", good.replace("6361", "zz")), "line 2: key"),
        (&format!("{first}\n{}", good.replace(",\"value\":{}", "")), "line 2: expected either value or bytes"),
        (&first.replace("\"records\":1", "\"records\":9"), "by a later version (format 9"),
    ];
    for (text, words) in cases {
        std::fs::write(home.at("text"), text).unwrap();
        let said = import(&home.settings("new"), &home.at("text"), &ways()).unwrap_err().to_string();
        assert!(said.contains(words), "{text}\nsaid: {said}");
        assert!(!home.at("new/sled").exists() && !home.at("new/restoring").exists());
    }
}
