//! The table that is printed.

use std::fmt::{self, Display};

/// One measure; with what it is compared, and what was promised.
pub struct Row {
    measure: &'static str,
    unit: &'static str,
    ours: Vec<f64>,
    /// Named by whose they are.
    others: Vec<(String, Vec<f64>)>,
    limit: Option<f64>,
    /// How the line sums up its numbers.
    spread: Spread,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Spread {
    MinMedianMax,
    /// Median, 95th percentile, maximum: the limit is for the 95th.
    Percentiles,
}

impl Row {
    pub fn new(measure: &'static str, unit: &'static str, ours: impl IntoIterator<Item = f64>) -> Self {
        let ours = ours.into_iter().collect();
        Self { measure, unit, ours, others: Vec::new(), limit: None, spread: Spread::MinMedianMax }
    }

    pub fn percentiles(mut self) -> Self {
        self.spread = Spread::Percentiles;
        self
    }

    pub fn against(mut self, whose: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        if !values.is_empty() {
            self.others.push((whose.into(), values));
        }
        self
    }

    pub fn limit(mut self, limit: f64) -> Self {
        self.limit = Some(limit);
        self
    }

    fn numbers(&self, values: &[f64]) -> String {
        let shown = |share| percentile(values, share).map_or("-".into(), number);
        match (self.spread, values.len()) {
            (_, 0) => "unknown".into(),
            (Spread::MinMedianMax, 1) => shown(0.5),
            (Spread::MinMedianMax, _) => [shown(0.0), shown(0.5), shown(1.0)].join(" / "),
            (Spread::Percentiles, _) => {
                format!("p50 {} / p95 {} / {}", shown(0.5), shown(0.95), shown(1.0))
            }
        }
    }

    fn verdict(&self) -> String {
        let Some(limit) = self.limit else { return String::new() };
        let share = if self.spread == Spread::Percentiles { 0.95 } else { 0.5 };
        let word = match percentile(&self.ours, share) {
            None => "",
            Some(value) if value <= limit => "ok",
            Some(_) => "over",
        };
        format!("{} {word}", number(limit)).trim_end().to_owned()
    }

    fn lines(&self) -> Vec<[String; 6]> {
        let title = format!("{}, {}", self.measure, self.unit).trim_end_matches(", ").to_owned();
        let mut lines: Vec<[String; 6]> = Vec::new();
        for (whose, values) in &self.others {
            let ratio = percentile(&self.ours, 0.5).zip(percentile(values, 0.5)).filter(|(_, other)| *other > 0.0);
            let ratio = ratio.map_or(String::new(), |(ours, other)| format!("{:.2}", ours / other));
            let empty = String::new;
            lines.push([empty(), empty(), whose.clone(), self.numbers(values), ratio, empty()]);
        }
        if lines.is_empty() {
            lines.push(Default::default());
        }
        lines[0][0] = title;
        lines[0][1] = self.numbers(&self.ours);
        lines[0][5] = self.verdict();
        lines
    }
}

/// All rows as one table.
pub struct Table(pub Vec<Row>);

impl Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["measure", "ours: min / median / max", "against", "theirs", "ratio", "limit"].map(String::from);
        let lines: Vec<[String; 6]> = std::iter::once(head).chain(self.0.iter().flat_map(Row::lines)).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..6).map(width).collect();
        for line in &lines {
            let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// The value that this share of all is not above.
fn percentile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len().checked_sub(1)? as f64 * share).round() as usize;
    sorted.get(at).copied()
}

/// Three digits or so.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        size if size < 0.1 => format!("{value:.3}"),
        size if size < 10.0 && value.fract() != 0.0 => format!("{value:.2}"),
        size if size < 100.0 && value.fract() != 0.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
