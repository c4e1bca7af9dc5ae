//! Rows under headings, aligned.

use super::out::{Look, Tone, cut, escaped};

/// Draws a table; the last column is cut at the width of the terminal. Cells are made harmless.
pub(super) fn draw<const N: usize>(headings: [&str; N], rows: &[[String; N]], look: Look) -> String {
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(|cell| escaped(cell))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(|at| width(at).max(headings[at].chars().count()));
    let heading = line(&headings.map(String::from), &widths, look.width());
    let mut table = look.paint(Tone::Dim, &heading) + "\n";
    for row in &rows {
        table += &line(row, &widths, look.width());
        table.push('\n');
    }
    table
}

fn line<const N: usize>(cells: &[String; N], widths: &[usize; N], room: usize) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
    cut(padded.collect::<Vec<_>>().join("  ").trim_end(), room)
}
