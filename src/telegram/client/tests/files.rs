//! Files: read up to their limit, from where they are and nowhere else, and the token in no text.

use super::server::{Reaction, Server};
use super::{CANARY, SOON, assert_keeps_the_secret};
use crate::config;
use crate::domain::fact::Unknown;
use crate::telegram::Client;
use crate::telegram::error::ApiError;

/// A server whose file is at `documents/f 1.csv`, told to have that size, with that content.
async fn file_server(size: Option<u64>, path: &str, content: &str) -> Server {
    let mut told = serde_json::json!({"file_id": "F", "file_path": path});
    if let Some(size) = size {
        told["file_size"] = size.into();
    }
    let told = serde_json::json!({"ok": true, "result": told}).to_string();
    Server::new(Reaction::Files(told, content.to_owned())).await
}

#[tokio::test]
async fn a_file_is_read_up_to_its_limit_and_no_further() {
    let cases = [
        (Some(5), "12345", 5, Some("12345")),
        (None, "12345", 5, Some("12345")),
        (None, "", 5, Some("")),
        (Some(6), "123456", 5, None),
        (None, "123456", 5, None),
        (Some(1), "123456", 5, None),
    ];
    for (size, content, max, expected) in cases {
        let server = file_server(size, "documents/f 1.csv", content).await;
        let found = server.client().get_file("F", max, SOON).await.unwrap();
        assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{size:?} {content}");
        let paths: Vec<_> = server.seen.lock().unwrap().iter().map(|it| it.0.clone()).collect();
        assert_eq!(paths[0], format!("/bot123456:{CANARY}/getFile"));
        if size != Some(6) {
            assert_eq!(paths[1], format!("/file/bot123456:{CANARY}/documents/f%201.csv"));
        }
    }
    let endless = file_server(None, "f", &"x".repeat(20 << 20)).await;
    assert_eq!(endless.client().get_file("F", 65_536, SOON).await.unwrap(), None);
    let told = Server::refusing(400, "Bad Request: file is too big").await;
    assert_eq!(told.client().get_file("F", 5, SOON).await.unwrap(), None);
}

#[tokio::test]
async fn a_path_that_leads_elsewhere_is_not_followed() {
    for path in ["../getMe", "/etc/passwd", "a//b", "a/../../b", "..\\x", "", "."] {
        let server = file_server(None, path, "secret").await;
        let error = server.client().get_file("F", 50, SOON).await.unwrap_err();
        assert!(matches!(error, ApiError::Malformed { .. }), "{path}: {error:?}");
        assert_keeps_the_secret(path, &error);
        assert_eq!(server.seen.lock().unwrap().len(), 1, "{path}");
    }
    for path in ["http://127.0.0.1:9/x", "f?x=1#y", "%2e%2e/x"] {
        let server = file_server(None, path, "plain").await;
        let _either = server.client().get_file("F", 50, SOON).await;
        for (asked, _) in server.seen.lock().unwrap().iter().skip(1) {
            assert!(
                asked.starts_with(&format!("/file/bot123456:{CANARY}/")) && !asked.contains('?'),
                "{path}: {asked}"
            );
        }
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_loaded_says_why_without_the_token() {
    let told = r#"{"ok":true,"result":{"file_id":"F","file_path":"f"}}"#;
    let echo = format!("no /file/bot123456:{CANARY}/f here");
    let cases = [
        ("404 Not Found", Unknown::NotFound),
        ("403 Forbidden", Unknown::NoRights),
        ("401 Unauthorized", Unknown::Unavailable),
        ("429 Too Many", Unknown::Unavailable),
        ("502 Bad Gateway", Unknown::Unavailable),
        ("302 Found", Unknown::NotFound),
    ];
    for (status, unknown) in cases {
        let server = Server::new(Reaction::NoFile(told.into(), status, echo.clone())).await;
        let error = server.client().get_file("F", 50, SOON).await.unwrap_err();
        assert_eq!(error.unknown(), unknown, "{status}: {error:?}");
        assert_keeps_the_secret(status, &error);
    }
    let gone = Server::refusing(400, "Bad Request: wrong file_id or the file is temporarily unavailable").await;
    assert_eq!(gone.client().get_file("F", 50, SOON).await.unwrap_err().unknown(), Unknown::NotFound);
    let pathless = Server::ok(r#"{"file_id":"F"}"#).await;
    assert_eq!(pathless.client().get_file("F", 50, SOON).await.unwrap_err().unknown(), Unknown::Unavailable);
}

#[tokio::test]
async fn a_local_servers_file_is_read_from_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("123456:{CANARY}.csv"));
    std::fs::write(&path, "12345").unwrap();
    let server = file_server(None, path.to_str().unwrap(), "").await;
    let settings = config::Telegram {
        token: format!("123456:{CANARY}").into(),
        api_url: server.url.clone(),
        local: true,
        ..config::Telegram::default()
    };
    let client = Client::new(&settings).unwrap();
    assert_eq!(client.get_file("F", 5, SOON).await.unwrap().as_deref(), Some(&b"12345"[..]));
    assert_eq!(client.get_file("F", 4, SOON).await.unwrap(), None);
    std::fs::remove_file(&path).unwrap();
    let error = client.get_file("F", 5, SOON).await.unwrap_err();
    assert_eq!(error.unknown(), Unknown::NotFound);
    assert_keeps_the_secret("gone", &error);
    std::fs::create_dir(&path).unwrap();
    let error = client.get_file("F", 5, SOON).await.unwrap_err();
    assert_keeps_the_secret("a folder", &error);
    assert!(server.seen.lock().unwrap().iter().all(|it| it.0.ends_with("/getFile")), "nothing is downloaded");
}
