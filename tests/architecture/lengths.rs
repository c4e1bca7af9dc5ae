//! How long files and functions are: what does not fit a screen is not read.

use super::{Source, source};

/// The most lines of a file, its tests left out.
const FILE_MAX: usize = 400;
/// Half of the files have at most so many.
const FILE_MEDIAN: usize = 150;
/// The most lines of a function, from its name to its last brace.
const FUNCTION_MAX: usize = 70;
/// Half of the functions have at most so many.
const FUNCTION_MEDIAN: usize = 10;

/// The functions of the program, with where they begin and how many lines they have.
fn functions(source: &Source) -> Vec<(String, usize)> {
    let lines: Vec<&str> = source.program().lines().collect();
    let begins = (0..lines.len()).filter(|n| is_function(lines[*n]));
    begins.filter_map(|n| Some((format!("{}:{}", source.path, n + 1), length(&lines[n..])?))).collect()
}

fn is_function(line: &str) -> bool {
    let words = ["pub", "pub(super)", "pub(crate)", "const", "async", "unsafe"];
    let mut rest = line.trim_start();
    while let Some((_, after)) = rest.split_once(' ').filter(|it| words.contains(&it.0)) {
        rest = after;
    }
    rest.starts_with("fn ")
}

/// Lines up to the brace that closes it, which stands under its first letter; `None` where a trait only names it.
fn length(lines: &[&str]) -> Option<usize> {
    let indent = lines[0].len() - lines[0].trim_start().len();
    if lines[0].ends_with('}') {
        return Some(1);
    }
    let closes = |it: &str| it.trim_start().starts_with('}') && it.len() - it.trim_start().len() == indent;
    let head = lines.iter().position(|it| it.ends_with('{') || it.ends_with(';') || it.ends_with('}'))?;
    if lines[head].ends_with(';') {
        return None;
    }
    lines.iter().position(|it| closes(it)).map(|it| it + 1)
}

fn median(mut lengths: Vec<usize>) -> usize {
    lengths.sort_unstable();
    lengths[lengths.len() / 2]
}

#[test]
fn a_function_fits_a_screen() {
    let all: Vec<_> = source().iter().flat_map(functions).collect();
    assert!(all.len() > 2_000, "the functions are found: {}", all.len());
    let long: Vec<_> = all.iter().filter(|it| it.1 > FUNCTION_MAX).collect();
    assert!(long.is_empty(), "longer than {FUNCTION_MAX} lines: {long:?}");
    let median = median(all.iter().map(|it| it.1).collect());
    eprintln!("{} functions, median {median}, longest {:?}", all.len(), all.iter().map(|it| it.1).max());
    assert!(median <= FUNCTION_MEDIAN, "half of {} functions have more than {median} lines", all.len());
}

#[test]
fn a_file_opens_with_what_it_is_and_is_not_long() {
    let mut lengths = Vec::new();
    for source in source() {
        let first = source.text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 12, "{} does not say what it is", source.path);
        let end = source.text.find("\n#[cfg(test)]\nmod ").unwrap_or(source.text.len());
        let lines = source.text[..end].lines().count();
        assert!(lines <= FILE_MAX, "{} has {lines} lines, more than {FILE_MAX}: split it", source.path);
        lengths.push(lines);
    }
    let median = median(lengths);
    eprintln!("median of the files: {median}");
    assert!(median <= FILE_MEDIAN, "half of the files have more than {median} lines");
}

#[test]
fn functions_are_measured_from_their_name_to_their_brace() {
    let text = "//! x\nfn a() {\n    b();\n}\n\nimpl X {\n    pub const fn c(&self) -> u8 { 1 }\n    async fn d(\n        e: u8,\n    ) -> u8 {\n        2\n    }\n}\ntrait Y {\n    fn f(&self);\n}\n";
    let source = Source { path: "x.rs".into(), text: text.into(), is_test: false };
    let found: Vec<_> = functions(&source).into_iter().map(|it| it.1).collect();
    assert_eq!(found, [3, 1, 5]);
}
