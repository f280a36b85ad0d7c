//! Two plans side by side: what is the same, what only one of them does, and what has other figures.

use super::paint::{Line, Role, cost, label};
use super::signs::Signs;
use super::tree::{Node, Plan};
use super::weigh::{By, Weights};
use super::words::rows;
use crate::text::{cut, millis, sanitize, width};

/// Pairs of nodes to compare; beyond that the plans are put beside each other line by line.
const MOST_PAIRS: usize = 4_000_000;

/// How two nodes stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Same,
    Left,
    Right,
    /// The same step with figures that differ by more than a tenth.
    Changed,
}

/// One line of the comparison: a node of the left plan, of the right one, or of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub left: Option<usize>,
    pub right: Option<usize>,
    pub side: Side,
}

/// Pairs the nodes of two plans in their order.
pub fn pairs(left: &Plan, right: &Plan) -> Vec<Pair> {
    let (a, b) = (keys(left), keys(right));
    let matched = if a.len() * b.len() <= MOST_PAIRS { longest(&a, &b) } else { beside(&a, &b) };
    let (mut out, mut l, mut r) = (Vec::new(), 0, 0);
    for (ml, mr) in matched.into_iter().chain([(a.len(), b.len())]) {
        out.extend((l..ml).map(|n| Pair { left: Some(n), right: None, side: Side::Left }));
        out.extend((r..mr).map(|n| Pair { left: None, right: Some(n), side: Side::Right }));
        if ml < a.len() && mr < b.len() {
            let side = if alike(&left.nodes[ml], &right.nodes[mr]) { Side::Same } else { Side::Changed };
            out.push(Pair { left: Some(ml), right: Some(mr), side });
        }
        (l, r) = (ml + 1, mr + 1);
    }
    out
}

/// What makes two nodes the same step: not how deep it stands.
fn keys(plan: &Plan) -> Vec<(String, Option<&str>, Option<&str>)> {
    plan.nodes
        .iter()
        .map(|node| (node.title.replace("Parallel ", ""), node.relation.as_deref(), node.index.as_deref()))
        .collect()
}

/// The longest common subsequence.
fn longest<T: PartialEq>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    let wide = b.len() + 1;
    let mut table = vec![0u32; (a.len() + 1) * wide];
    for l in (0..a.len()).rev() {
        for r in (0..b.len()).rev() {
            table[l * wide + r] = match a[l] == b[r] {
                true => table[(l + 1) * wide + r + 1] + 1,
                false => table[(l + 1) * wide + r].max(table[l * wide + r + 1]),
            };
        }
    }
    let (mut out, mut l, mut r) = (Vec::new(), 0, 0);
    while l < a.len() && r < b.len() {
        if a[l] == b[r] {
            out.push((l, r));
            (l, r) = (l + 1, r + 1);
        } else if table[(l + 1) * wide + r] >= table[l * wide + r + 1] {
            l += 1;
        } else {
            r += 1;
        }
    }
    out
}

fn beside<T: PartialEq>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    (0..a.len().min(b.len())).filter(|n| a[*n] == b[*n]).map(|n| (n, n)).collect()
}

fn alike(a: &Node, b: &Node) -> bool {
    let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= a.abs().max(b.abs()) * 0.1,
        (None, None) => true,
        _ => false,
    };
    near(a.estimate.rows, b.estimate.rows)
        && near(a.estimate.total, b.estimate.total)
        && near(a.actual.and_then(|one| one.rows), b.actual.and_then(|one| one.rows))
}

/// The comparison as lines of `most` columns.
pub fn lines(left: (&Plan, &Weights), right: (&Plan, &Weights), signs: &'static Signs, most: usize) -> Vec<Line> {
    let half = most.saturating_sub(3) / 2;
    let mut out = vec![ends(left, right, half, signs)];
    for pair in pairs(left.0, right.0) {
        let cell = |plan: (&Plan, &Weights), node: Option<usize>| {
            node.map(|node| one(plan, node, half, signs)).unwrap_or_else(|| " ".repeat(half))
        };
        let (sign, role) = match pair.side {
            Side::Same => (signs.sides[0], Role::Dim),
            Side::Left => (signs.sides[1], Role::Warning),
            Side::Right => (signs.sides[2], Role::Warning),
            Side::Changed => (signs.sides[3], Role::Strong),
        };
        let text = if pair.side == Side::Same { Role::Dim } else { Role::Text };
        out.push(Line {
            node: pair.left,
            spans: vec![(cell(left, pair.left), text), (format!(" {sign} "), role), (cell(right, pair.right), text)],
        });
    }
    out
}

/// What each plan takes in all.
fn ends(left: (&Plan, &Weights), right: (&Plan, &Weights), half: usize, signs: &Signs) -> Line {
    let one = |(plan, weights): (&Plan, &Weights)| {
        let text = format!(" {}", summary(plan, weights));
        let text = cut(&text, half, signs.cut);
        format!("{text}{}", " ".repeat(half.saturating_sub(width(&text))))
    };
    Line {
        node: None,
        spans: vec![
            (one(left), Role::Strong),
            (format!(" {} ", signs.sides[0]), Role::Dim),
            (one(right), Role::Strong),
        ],
    }
}

/// `ran 10.0 ms, planned in 1.4 ms`, `cost 122 k, not executed`.
pub fn summary(plan: &Plan, weights: &Weights) -> String {
    let mut parts = Vec::new();
    match (plan.execution_ms, plan.measured(), weights.by) {
        (Some(ms), ..) => parts.push(format!("ran {}", millis(ms))),
        (None, true, By::Time) => parts.push(format!("ran {}", millis(weights.total))),
        (None, true, _) => parts.push("ran, without times".to_owned()),
        (None, false, _) => {
            // What the top says of itself; below a LIMIT more is planned than is done.
            let said: f64 = plan.roots().filter_map(|root| plan.nodes[root].estimate.total).sum();
            let total = if said > 0.0 { said } else { weights.total };
            if weights.by == By::Cost {
                parts.push(format!("cost {}", cost(total)));
            }
            parts.push("not executed".to_owned());
        }
    }
    parts.extend(plan.planning_ms.map(|ms| format!("planned in {}", millis(ms))));
    let steps = plan.nodes.len();
    parts.push(if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") });
    parts.join(", ")
}

fn one((plan, weights): (&Plan, &Weights), n: usize, half: usize, signs: &Signs) -> String {
    let node = &plan.nodes[n];
    let figure = match (weights.by, node.actual) {
        (By::Time, Some(_)) => weights.own[n].map(millis),
        _ => node.estimate.total.or(node.estimate.own).map(cost).or_else(|| node.estimate.rows.map(rows)),
    };
    let figure = figure.unwrap_or_else(|| signs.none.to_owned());
    let indent = (node.depth * 2).min(half / 3);
    let room = half.saturating_sub(indent + width(&figure) + 3);
    let label = cut(&sanitize(&label(node)), room, signs.cut);
    let filled = half.saturating_sub(1 + indent + width(&label) + width(&figure) + 1);
    format!(" {}{label}{}{figure} ", " ".repeat(indent), " ".repeat(filled))
}
