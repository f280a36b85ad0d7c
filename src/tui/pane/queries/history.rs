//! What happened to a statement since the tool connected, in a row of small signs.

use crate::collect::delta::{SAMPLES, Sample};
use crate::model::StatementKey;
use crate::tui::pane::Cx;

/// Values over time, the oldest first; `None` where nothing ran or was counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct History {
    /// Nanoseconds.
    pub mean: Vec<Option<f64>>,
    /// A minute.
    pub calls: Vec<Option<f64>>,
    /// 0 to 1.
    pub hit: Vec<Option<f64>>,
    /// Of all samples, microseconds.
    pub span_us: i64,
    /// Older samples were forgotten: it does not begin at connect.
    pub cut: bool,
}

/// The samples put into at most `room` values; `None` before the second reading.
pub(super) fn of(key: StatementKey, room: usize, cx: &Cx) -> Option<History> {
    let samples: Vec<&Sample> = cx.facts.queries.track.series(key).collect();
    if samples.is_empty() || room == 0 {
        return None;
    }
    let count = samples.len().min(room);
    let mut history = History { cut: samples.len() >= SAMPLES, ..History::default() };
    for n in 0..count {
        let part = &samples[n * samples.len() / count..(n + 1) * samples.len() / count];
        let calls: i64 = part.iter().map(|one| one.delta.calls).sum();
        let ns: i64 = part.iter().map(|one| one.delta.total_ns).sum();
        let span: i64 = part.iter().map(|one| one.delta.span_us).sum();
        let hits: Vec<f64> = part.iter().filter_map(|one| one.cache_hit).collect();
        history.mean.push((calls > 0).then(|| ns as f64 / calls as f64));
        history.calls.push((span > 0).then(|| calls as f64 * 60e6 / span as f64));
        history.hit.push((!hits.is_empty()).then(|| hits.iter().sum::<f64>() / hits.len() as f64));
        history.span_us += span;
    }
    Some(history)
}

/// One sign for each value, of nothing to `most`.
pub(super) fn spark(values: &[Option<f64>], most: f64, cx: &Cx) -> String {
    let levels = &cx.look.glyphs.levels;
    let level = |value: f64| 1 + ((value / most).clamp(0.0, 1.0) * 7.0).round() as usize;
    values.iter().map(|value| value.filter(|_| most > 0.0).map_or(levels[0], |value| levels[level(value)])).collect()
}

pub(super) fn most(values: &[Option<f64>]) -> f64 {
    values.iter().flatten().copied().fold(0.0, f64::max)
}

/// The first and the last known value.
pub(super) fn ends(values: &[Option<f64>]) -> Option<(f64, f64)> {
    Some((*values.iter().flatten().next()?, *values.iter().flatten().next_back()?))
}

/// True where the first and the last third are about the same.
pub(super) fn is_steady(values: &[Option<f64>]) -> bool {
    let third = values.len() / 3;
    let mean = |part: &[Option<f64>]| part.iter().map(|value| value.unwrap_or(0.0)).sum::<f64>() / part.len() as f64;
    if third == 0 {
        return false;
    }
    let (first, last) = (mean(&values[..third]), mean(&values[values.len() - third..]));
    (first - last).abs() <= 0.25 * first.max(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_or_not() {
        let of = |list: &[f64]| is_steady(&list.iter().map(|value| Some(*value)).collect::<Vec<_>>());
        assert!(of(&[10.0, 11.0, 9.0, 10.0, 12.0, 10.0]));
        assert!(!of(&[10.0, 11.0, 20.0, 30.0, 40.0, 50.0]));
        assert!(!of(&[1.0]), "one value says nothing");
        assert_eq!(ends(&[None, Some(1.0), Some(2.0), None]), Some((1.0, 2.0)));
        assert_eq!(ends(&[None]), None);
    }
}
