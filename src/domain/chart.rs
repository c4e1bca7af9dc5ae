//! A chart as a value: what it shows, by day. It is drawn when it is sent.

use super::text::Text;
use serde::{Deserialize, Serialize};

/// A chart: one or more panels, each with a scale of its own, over the same days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// What it is about, without markup.
    pub title: Text,
    /// The days from left to right, as they are written; at most [`DAYS_MAX`] are drawn, the last ones.
    pub days: Vec<Text>,
    /// The panels from top to bottom; at most [`PANELS_MAX`] are drawn.
    pub panels: Vec<Vec<Series>>,
}

/// What was counted on each day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// What was counted.
    pub name: Text,
    /// How it looks.
    pub hue: Hue,
    /// A number for each day; days without one count as 0.
    pub values: Vec<u32>,
}

/// The colours of series: apart from each other also for people who cannot tell red from green.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hue {
    /// What was held back.
    Warm,
    /// What was won.
    Fresh,
    /// What simply was.
    Calm,
}

/// Days that are drawn.
pub const DAYS_MAX: usize = 60;
/// Panels that are drawn.
pub const PANELS_MAX: usize = 3;
