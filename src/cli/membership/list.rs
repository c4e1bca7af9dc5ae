//! The list as a file: comma-separated, with quotes, comments, and a heading where there is one.

use crate::domain::offices::lists::{Column, Pair};

/// Lines that one list may have.
const LINES_MAX: usize = 10_000;
/// The largest file, in bytes.
const FILE_BYTES: usize = 4 << 20;

/// A line that says something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub(super) number: u64,
    /// The columns as written.
    pub(super) group: String,
    pub(super) channel: String,
    /// What they mean.
    pub(super) pair: Result<Pair, Wrong>,
}

/// Why a line cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Fewer than two columns.
    Few,
    /// More than three.
    Many,
    /// The group.
    Group,
    /// The channel.
    Channel,
    /// The link.
    Link,
    /// Not UTF-8.
    Text,
}

/// Reads a list. Lines that cannot be read are among the answer; the error is about the whole file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, String> {
    if bytes.len() > FILE_BYTES {
        return Err(format!("it has more than {FILE_BYTES} bytes: split it"));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut lines = Vec::new();
    let mut heading = true;
    for (written, number) in bytes.split(|it| *it == b'\n').zip(1..) {
        let written = written.trim_ascii();
        if written.is_empty() || written.starts_with(b"#") {
            continue;
        }
        let record = columns(written)?;
        if std::mem::take(&mut heading) && is_heading(&record) {
            continue;
        }
        if lines.len() >= LINES_MAX {
            return Err(format!("it has more than {LINES_MAX} lines: split it"));
        }
        lines.push(line(number, &record));
    }
    if lines.is_empty() {
        return Err("there is no line in it: write group,channel in each".into());
    }
    Ok(lines)
}

/// The columns of one line. Each line is read by itself, so that a forgotten quote spoils no other.
fn columns(written: &[u8]) -> Result<csv::ByteRecord, String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .buffer_capacity(512)
        .from_reader(written);
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).map_err(|it| it.to_string())?;
    Ok(record)
}

fn is_heading(record: &csv::ByteRecord) -> bool {
    record.get(0).is_some_and(|it| it.eq_ignore_ascii_case(b"group"))
        && record.get(1).is_some_and(|it| it.eq_ignore_ascii_case(b"channel"))
}

fn line(number: u64, record: &csv::ByteRecord) -> Line {
    let column = |at| String::from_utf8_lossy(record.get(at).unwrap_or_default()).into_owned();
    let (group, channel, link) = (column(0), column(1), column(2));
    let pair = match record.len() {
        _ if record.iter().any(|it| std::str::from_utf8(it).is_err()) => Err(Wrong::Text),
        0 | 1 => Err(Wrong::Few),
        2 | 3 => Pair::read(&group, &channel, &link).map_err(|it| match it {
            Column::Group => Wrong::Group,
            Column::Channel => Wrong::Channel,
            Column::Link => Wrong::Link,
        }),
        _ => Err(Wrong::Many),
    };
    Line { number, group, channel, pair }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_list_is_read_as_people_write_it() {
        let list = "\u{feff}Group,Channel,Link\r\n# ours\r\n-1001234567, @news\r\n\r\n\"https://t.me/readers\",-1009876543,https://t.me/+abc\r\n\
            readers,@news\n@readers,\"a,b\"\n@readers,@news,join\n@readers\n@readers,@news,,x\n@readers,\"@news";
        let read = read(list.as_bytes()).unwrap();
        let found: Vec<_> = read.iter().map(|it| (it.number, it.pair.as_ref().err().copied())).collect();
        assert_eq!(
            found,
            [
                (3, None),
                (5, None),
                (6, Some(Wrong::Group)),
                (7, Some(Wrong::Channel)),
                (8, Some(Wrong::Link)),
                (9, Some(Wrong::Few)),
                (10, Some(Wrong::Many)),
                (11, None), // a forgotten quote spoils no other line
            ]
        );
        assert_eq!(read[1].pair.as_ref().unwrap().link.as_deref(), Some("https://t.me/+abc"));
    }

    #[test]
    fn a_list_that_is_none_is_refused_in_words() {
        assert!(read(b"").unwrap_err().contains("no line"));
        assert!(read(b"group,channel\n").unwrap_err().contains("no line"));
        assert!(read("@readers,@news\n".repeat(10_001).as_bytes()).unwrap_err().contains("more than 10000 lines"));
        assert_eq!(read("@readers,@news\n".repeat(10_000).as_bytes()).unwrap().len(), 10_000);
        assert_eq!(read(b"@readers,@n\xffws\n").unwrap()[0].pair, Err(Wrong::Text));
    }
}
