//! A chart drawn as a PNG: dark words on a light ground, large enough for a phone, with the font inside the binary.

use super::catalogue::plain;
use crate::domain::chart::{Chart, DAYS_MAX, Hue, PANELS_MAX, Series};
use crate::domain::text::Text;
use plotters::prelude::{BitMapBackend, DrawingBackend, IntoTextStyle, RGBColor, TextStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use std::sync::LazyLock;
use thiserror::Error;

/// Why a chart could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the chart could not be drawn: {0}")]
pub struct Undrawable(String);

/// Width and height in pixels: twice what a phone shows of it.
const SIZE: (u32, u32) = (1080, 900);
/// Around everything, in pixels.
const EDGE: i32 = 40;
/// The height of the title, of a panel's legend, and of the days under the last panel, in pixels.
const TITLE: i32 = 80;
const LEGEND: i32 = 64;
const FOOT: i32 = 64;
/// Between two panels, in pixels.
const PAUSE: i32 = 36;
/// How far letters stand below the place that the library is given, in parts of their size.
const SINK: i32 = 5;
/// The sizes of letters, in pixels.
const TITLE_SIZE: i32 = 44;
const TEXT_SIZE: i32 = 34;
/// The widest bar, in pixels.
const BAR_MAX: f64 = 90.0;
/// Days that are named under the last panel.
const NAMED: usize = 6;
/// Lines across a panel above its zero.
const STEPS: u64 = 4;

const FONT: &str = "majordomo";
const GROUND: RGBColor = RGBColor(250, 250, 247);
const INK: RGBColor = RGBColor(28, 28, 34);
const FAINT: RGBColor = RGBColor(214, 214, 208);

/// Whether the font is there. It is part of the binary, so it is.
static FONT_READY: LazyLock<bool> =
    LazyLock::new(|| register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_ok());

/// Draws a chart as a PNG. This takes some milliseconds: not for the threads of the runtime.
///
/// # Errors
/// When the drawing library refuses, which no chart is known to bring about.
pub fn draw(chart: &Chart) -> Result<Vec<u8>, Undrawable> {
    if !*FONT_READY {
        return Err(Undrawable("no font".into()));
    }
    let mut pixels = vec![0_u8; SIZE.0 as usize * SIZE.1 as usize * 3];
    {
        let mut canvas = Canvas(BitMapBackend::with_buffer(&mut pixels, SIZE));
        canvas.chart(chart)?;
    }
    png(&pixels)
}

fn png(pixels: &[u8]) -> Result<Vec<u8>, Undrawable> {
    let refused = |error: png::EncodingError| Undrawable(error.to_string());
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(refused)?;
    writer.write_image_data(pixels).map_err(refused)?;
    writer.finish().map_err(refused)?;
    Ok(file)
}

struct Canvas<'a>(BitMapBackend<'a>);

/// Where a panel's bars stand, and how high one is.
#[derive(Clone, Copy)]
struct Frame {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    /// The value of the line at the top.
    most: u64,
    /// How many days stand side by side.
    days: usize,
}

impl Canvas<'_> {
    fn chart(&mut self, chart: &Chart) -> Result<(), Undrawable> {
        let (width, height) = (size(SIZE.0), size(SIZE.1));
        self.block((0, 0), (width, height), GROUND)?;
        self.write(&plain(&chart.title), (EDGE, EDGE), TITLE_SIZE, HPos::Left)?;
        let panels = &chart.panels[..chart.panels.len().min(PANELS_MAX)];
        let days = &chart.days[chart.days.len().saturating_sub(DAYS_MAX)..];
        if panels.is_empty() || days.is_empty() {
            return Ok(());
        }
        let scales: Vec<u64> = panels.iter().map(|it| scale(it, chart.days.len(), days.len())).collect();
        let mut left = EDGE;
        for most in &scales {
            left = left.max(EDGE + self.width(&grouped(*most))? + 16);
        }
        let room = height - EDGE - TITLE - FOOT - EDGE / 2;
        let each = room / size(u32::try_from(panels.len()).unwrap_or(1));
        let mut top = EDGE + TITLE;
        for (panel, most) in panels.iter().zip(scales) {
            let right = width - EDGE;
            let frame = Frame { left, right, top: top + LEGEND, bottom: top + each - PAUSE, most, days: days.len() };
            self.legend(panel, (left, top))?;
            self.grid(&frame)?;
            self.bars(panel, chart.days.len(), &frame)?;
            top += each;
        }
        let frame = Frame { left, right: width - EDGE, top, bottom: top, most: 1, days: days.len() };
        self.foot(days, &frame)
    }

    fn legend(&mut self, panel: &[Series], (left, top): (i32, i32)) -> Result<(), Undrawable> {
        let mut x = left;
        for series in panel {
            self.block((x, top + 4), (x + 28, top + 32), colour(series.hue))?;
            let name = plain(&series.name);
            self.write(&name, (x + 42, top), TEXT_SIZE, HPos::Left)?;
            x += 42 + self.width(&name)? + 48;
        }
        Ok(())
    }

    fn grid(&mut self, frame: &Frame) -> Result<(), Undrawable> {
        for value in (0..=frame.most).step_by(frame.step()) {
            let y = frame.at(value);
            let ink = if value == 0 { INK } else { FAINT };
            self.block((frame.left, y - 1), (frame.right, y + 1), ink)?;
            self.write(&grouped(value), (frame.left - 16, y - TEXT_SIZE / 2), TEXT_SIZE, HPos::Right)?;
        }
        Ok(())
    }

    fn bars(&mut self, panel: &[Series], all: usize, frame: &Frame) -> Result<(), Undrawable> {
        let beside = panel.len().max(1);
        #[expect(clippy::cast_precision_loss, reason = "a handful of series")]
        let (slot, count) = (frame.slot(), beside as f64);
        let bar = (slot * 0.84 / count).min(BAR_MAX);
        for (index, series) in panel.iter().enumerate() {
            let values = values(series, all, frame.days);
            for (day, value) in values.enumerate().filter(|(_, it)| *it > 0) {
                #[expect(clippy::cast_precision_loss, reason = "a handful of series")]
                let from = frame.middle(day) + (index as f64 - count / 2.0) * bar;
                let top = frame.at(u64::from(value)).min(frame.bottom - 3); // one of many is still to be seen
                self.block(
                    (pixel(from), top),
                    (pixel(from + bar).max(pixel(from) + 2), frame.bottom),
                    colour(series.hue),
                )?;
            }
        }
        Ok(())
    }

    /// Some of the days by name: the last one, and others with room between them.
    fn foot(&mut self, days: &[Text], frame: &Frame) -> Result<(), Undrawable> {
        let every = days.len().div_ceil(NAMED).max(1);
        for (index, day) in days.iter().enumerate().filter(|(it, _)| (days.len() - 1 - it).is_multiple_of(every)) {
            let name = plain(day);
            let half = self.width(&name)? / 2;
            let x = pixel(frame.middle(index)).clamp(frame.left + half, (frame.right - half).max(frame.left + half));
            self.write(&name, (x, frame.top - PAUSE + 8), TEXT_SIZE, HPos::Center)?;
        }
        Ok(())
    }

    fn block(&mut self, from: (i32, i32), to: (i32, i32), colour: RGBColor) -> Result<(), Undrawable> {
        self.0.draw_rect(from, to, &colour, true).map_err(|error| Undrawable(error.to_string()))
    }

    fn write(&mut self, words: &str, at: (i32, i32), size: i32, side: HPos) -> Result<(), Undrawable> {
        let style = style(size).pos(Pos::new(side, VPos::Top));
        self.0.draw_text(words, &style, (at.0, at.1 + size / SINK)).map_err(|error| Undrawable(error.to_string()))
    }

    fn width(&mut self, words: &str) -> Result<i32, Undrawable> {
        let found = self.0.estimate_text_size(words, &style(TEXT_SIZE));
        found.map(|it| size(it.0)).map_err(|error| Undrawable(error.to_string()))
    }
}

impl Frame {
    /// From line to line.
    fn step(&self) -> usize {
        let lines = (1..=STEPS).rev().find(|it| self.most.is_multiple_of(*it)).unwrap_or(1);
        usize::try_from(self.most / lines).unwrap_or(1).max(1)
    }

    /// The height of a value.
    fn at(&self, value: u64) -> i32 {
        let high = i64::from(self.bottom - self.top);
        let up = high.saturating_mul(i64::try_from(value).unwrap_or(i64::MAX));
        let up = up / i64::try_from(self.most.max(1)).unwrap_or(i64::MAX);
        self.bottom - i32::try_from(up).unwrap_or(0)
    }

    /// The width of a day.
    fn slot(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most DAYS_MAX")]
        let days = self.days.max(1) as f64;
        f64::from(self.right - self.left) / days
    }

    /// The middle of a day.
    fn middle(&self, day: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most DAYS_MAX")]
        let day = day as f64;
        f64::from(self.left) + (day + 0.5) * self.slot()
    }
}

fn style(size: i32) -> TextStyle<'static> {
    (FONT, size).into_text_style(&SIZE).color(&INK)
}

/// The values of the last days.
fn values(series: &Series, all: usize, days: usize) -> impl Iterator<Item = u32> {
    (all.saturating_sub(days)..all).map(|it| series.values.get(it).copied().unwrap_or(0))
}

/// The value of a panel's top line: the next round number that parts into whole steps.
fn scale(panel: &[Series], all: usize, days: usize) -> u64 {
    let most = panel.iter().flat_map(|it| values(it, all, days)).max().unwrap_or(0);
    let most = u64::from(most);
    if most <= STEPS {
        return most.max(1);
    }
    let (mut ten, step) = (1, most.div_ceil(STEPS));
    loop {
        for round in [1, 2, 5] {
            if round * ten >= step {
                return round * ten * most.div_ceil(round * ten).min(STEPS);
            }
        }
        ten *= 10;
    }
}

/// A number with room between its thousands.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(' ');
        }
        shown.push(digit);
    }
    shown
}

const fn colour(hue: Hue) -> RGBColor {
    match hue {
        Hue::Warm => RGBColor(213, 94, 0),
        Hue::Fresh => RGBColor(0, 138, 105),
        Hue::Calm => RGBColor(62, 110, 180),
    }
}

fn size(pixels: u32) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "it lies within the picture")]
fn pixel(place: f64) -> i32 {
    place.round() as i32
}

#[cfg(test)]
mod tests;
