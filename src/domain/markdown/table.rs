//! A table is laid out in columns of a monospaced font, if it is narrow enough.

use super::TABLE_MAX_COLUMNS;
use super::leaf::Leaf;
use pulldown_cmark::Alignment;
use unicode_width::UnicodeWidthStr;

/// A table while it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) sides: Vec<Side>,
    /// The first one is the head.
    pub(super) rows: Vec<Vec<Leaf>>,
}

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Center,
    Right,
}

impl From<Alignment> for Side {
    fn from(it: Alignment) -> Self {
        match it {
            Alignment::None | Alignment::Left => Self::Left,
            Alignment::Center => Self::Center,
            Alignment::Right => Self::Right,
        }
    }
}

const BETWEEN: &str = " │ ";
const CROSSING: &str = "─┼─";

impl Table {
    /// The table in lines, or nothing if it is too wide for that.
    pub(super) fn lines(&self) -> Option<String> {
        let head = self.rows.first()?;
        let most = TABLE_MAX_COLUMNS / BETWEEN.width() + 1;
        if head.is_empty() || head.len() > most {
            return None;
        }
        let rows: Vec<Vec<String>> = self.rows.iter().map(|it| it.iter().map(words).collect()).collect();
        let widths: Vec<_> = (0..head.len()).map(|n| rows.iter().map(|it| width(it, n)).max().unwrap_or(0)).collect();
        let between = BETWEEN.width() * head.len().saturating_sub(1);
        if widths.iter().sum::<usize>() + between > TABLE_MAX_COLUMNS {
            return None;
        }
        let mut lines: Vec<_> = rows.iter().map(|it| self.line(it, &widths)).collect();
        let rule: Vec<_> = widths.iter().map(|it| "─".repeat(*it)).collect();
        lines.insert(1, rule.join(CROSSING));
        Some(lines.join("\n"))
    }

    pub(super) fn side(&self, column: usize) -> Side {
        self.sides.get(column).copied().unwrap_or(Side::Left)
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).enumerate().map(|(n, (cell, width))| {
            let space = width.saturating_sub(cell.width());
            let left = match self.side(n) {
                Side::Right => space,
                Side::Center => space / 2,
                Side::Left => 0,
            };
            format!("{}{cell}{}", " ".repeat(left), " ".repeat(space - left))
        });
        cells.collect::<Vec<_>>().join(BETWEEN).trim_end().to_owned()
    }
}

fn words(cell: &Leaf) -> String {
    cell.plain(0).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn width(row: &[String], n: usize) -> usize {
    row.get(n).map_or(0, |it| it.width())
}
