//! A figure, and what it should be.

/// A figure.
pub struct Row {
    pub what: String,
    value: f64,
    unit: &'static str,
    limit: Limit,
}

/// What a figure should be.
#[derive(Clone, Copy)]
pub enum Limit {
    AtMost(f64),
    AtLeast(f64),
    Is(f64),
    Told,
}

impl Row {
    pub fn new(what: impl Into<String>, value: f64, unit: &'static str, limit: Limit) -> Self {
        Self { what: what.into(), value, unit, limit }
    }

    pub fn shown(&self) -> String {
        let digits = usize::from(self.value.abs() < 100.0 && self.value.fract() != 0.0);
        format!("{:.digits$} {}", self.value, self.unit)
    }

    pub fn wanted(&self) -> String {
        match self.limit {
            Limit::AtMost(limit) => format!("at most {limit}"),
            Limit::AtLeast(limit) => format!("at least {limit}"),
            Limit::Is(value) => format!("{value}"),
            Limit::Told => String::new(),
        }
    }

    pub fn kept(&self) -> Option<bool> {
        match self.limit {
            Limit::AtMost(limit) => Some(self.value <= limit),
            Limit::AtLeast(limit) => Some(self.value >= limit),
            #[expect(clippy::float_cmp, reason = "counts")]
            Limit::Is(value) => Some(self.value == value),
            Limit::Told => None,
        }
    }
}
