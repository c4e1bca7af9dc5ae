//! Reads `multipart/form-data`: the way files are sent. No crate of the tree does it, and Telegram's use of it is small.

use super::request::unescape;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A file that came with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) mime: String,
    pub(super) bytes: Bytes,
}

/// Files by the name of their field.
pub(super) type Uploads = BTreeMap<String, Upload>;

/// The fields and the files of a body; `None` when it is not what it says it is. A file is also a field, for the
/// ledger: its name and its size.
pub(super) fn read(content_type: &str, body: &Bytes) -> Option<(Map<String, Value>, Uploads)> {
    let boundary = parameter(content_type, "boundary")?;
    let (first, next) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
    let (mut fields, mut files) = (Map::new(), Uploads::new());
    let mut at = find(body, first.as_bytes(), 0)? + first.len();
    while !body.get(at..)?.starts_with(b"--") {
        let begin = at + 2;
        let head_end = find(body, b"\r\n\r\n", at)?;
        let end = find(body, next.as_bytes(), head_end + 2)?;
        let head = String::from_utf8_lossy(body.get(begin..head_end.max(begin))?).into_owned();
        part(&head, body.slice((head_end + 4).min(end)..end), &mut fields, &mut files)?;
        at = end + next.len();
    }
    Some((fields, files))
}

fn part(head: &str, bytes: Bytes, fields: &mut Map<String, Value>, files: &mut Uploads) -> Option<()> {
    let line = |name: &str| {
        let lines = head.split("\r\n").filter_map(|it| it.split_once(':'));
        lines.into_iter().find(|(it, _)| it.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let disposition = line("content-disposition")?;
    let field = parameter(disposition, "name")?;
    let Some(name) = parameter(disposition, "filename") else {
        fields.insert(field, String::from_utf8_lossy(&bytes).into_owned().into());
        return Some(());
    };
    let mime = line("content-type").unwrap_or("application/octet-stream").to_owned();
    fields.insert(field.clone(), json!({ "file_name": name, "file_size": bytes.len() }));
    files.insert(field, Upload { name, mime, bytes });
    Some(())
}

/// A parameter of a header, plain (`name="x"`) or escaped (`name*=utf-8''x`).
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|it| {
        let (key, value) = it.trim().split_once('=')?;
        match key.strip_suffix('*') {
            Some(key) if key == name => Some(unescape(&value.rsplit('\'').next()?.replace('+', "%2B"))),
            None if key == name => Some(value.trim_matches('"').to_owned()),
            _ => None,
        }
    })
}

fn find(body: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let (first, mut at) = (*wanted.first()?, from);
    loop {
        at += body.get(at..)?.iter().position(|it| *it == first)?;
        if body.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn read_text(body: &str) -> Option<(Map<String, Value>, Uploads)> {
        read("multipart/form-data; boundary=cut", &Bytes::from(body.to_owned()))
    }

    #[test]
    fn fields_and_files_are_told_apart() {
        let body = "--cut\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n-5\r\n--cut\r\n\
                    Content-Disposition: form-data; name=\"document\"; filename=\"a b.txt\"\r\n\
                    Content-Type: text/plain\r\n\r\none\r\n\r\n--two\r\n--cut--\r\n";
        let (fields, files) = read_text(body).unwrap();
        assert_eq!(fields["chat_id"], "-5");
        assert_eq!(fields["document"], json!({ "file_name": "a b.txt", "file_size": 12 }));
        let file = &files["document"];
        assert_eq!(
            (file.name.as_str(), file.mime.as_str(), &file.bytes[..]),
            ("a b.txt", "text/plain", &b"one\r\n\r\n--two"[..])
        );
    }

    #[test]
    fn an_empty_file_and_an_escaped_name_are_read() {
        let body =
            "--cut\r\nContent-Disposition: form-data; name=\"photo\"; filename*=utf-8''%D1%8F+.png\r\n\r\n\r\n--cut--";
        let (_, files) = read_text(body).unwrap();
        assert_eq!((files["photo"].name.as_str(), files["photo"].bytes.len()), ("я+.png", 0));
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        for body in ["", "--cut", "--cut\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", "other"] {
            assert_eq!(read_text(body), None, "{body:?}");
        }
    }
}
