//! First stage of the map: which column of the drawing each box stands in.
//!
//! Referenced tables left, referencing ones right. Cycles are cut by a depth-first walk, the columns are the
//! longest way from the left, then boxes move right towards what points at them where that shortens lines.

/// A line of the map before it has a shape: from the referenced box to the referencing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
}

/// Rounds of moving boxes nearer to each other.
const ROUNDS: usize = 12;

/// Columns of the boxes, from 0, in several ways, the usual one first. Edges between different boxes always lead
/// to another column.
pub fn ranks(boxes: usize, edges: &[Edge]) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = Vec::new();
    for from_the_end in [false, true] {
        let flow = Flow::new(boxes, &without_cycles(boxes, edges, from_the_end));
        let (left, right) = (flow.left(), flow.right());
        for ranks in [flow.nearer(left.clone()), flow.nearer(right.clone()), left, right] {
            let least = ranks.iter().min().copied().unwrap_or(0);
            let ranks = ranks.into_iter().map(|rank| rank - least).collect();
            if !found.contains(&ranks) {
                found.push(ranks);
            }
        }
    }
    found
}

/// The edges without cycles.
struct Flow {
    next: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    /// Each box after those before it.
    order: Vec<usize>,
}

impl Flow {
    fn new(boxes: usize, forward: &[Edge]) -> Self {
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); boxes];
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); boxes];
        for edge in forward {
            next[edge.from].push(edge.to);
            before[edge.to].push(edge.from);
        }
        let order = topological(&next, &before);
        Self { next, before, order }
    }

    /// Every box as far left as it may be.
    fn left(&self) -> Vec<usize> {
        let mut ranks = vec![0; self.next.len()];
        for &at in &self.order {
            for &other in &self.next[at] {
                ranks[other] = ranks[other].max(ranks[at] + 1);
            }
        }
        ranks
    }

    /// Every box as far right as it may be.
    fn right(&self) -> Vec<usize> {
        let mut ranks = vec![self.next.len(); self.next.len()];
        for &at in self.order.iter().rev() {
            for &other in &self.next[at] {
                ranks[at] = ranks[at].min(ranks[other] - 1);
            }
        }
        ranks
    }

    /// Lines become shorter where a box moves towards the side on which it has more of them.
    fn nearer(&self, mut ranks: Vec<usize>) -> Vec<usize> {
        for _ in 0..ROUNDS {
            let mut moved = false;
            for &at in self.order.iter().rev() {
                let first = self.before[at].iter().map(|&other| ranks[other] + 1).max();
                let last = self.next[at].iter().map(|&other| ranks[other] - 1).min();
                let wanted = match (first, last) {
                    (_, Some(last)) if self.next[at].len() > self.before[at].len() => last,
                    (Some(first), _) if self.before[at].len() > self.next[at].len() => first,
                    _ => ranks[at],
                };
                moved |= wanted != ranks[at];
                ranks[at] = wanted;
            }
            if !moved {
                break;
            }
        }
        ranks
    }
}

/// The edges in the direction in which they are drawn: those that would close a cycle are turned round.
fn without_cycles(boxes: usize, edges: &[Edge], from_the_end: bool) -> Vec<Edge> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    let mut degree = vec![0_i64; boxes];
    for (n, edge) in edges.iter().enumerate().filter(|(_, edge)| edge.from != edge.to) {
        next[edge.from].push(n);
        degree[edge.to] += 1;
        degree[edge.from] -= 1;
    }
    // Roots first, so that only edges that lead back are turned; then by number, which is by name.
    let mut starts: Vec<usize> = (0..boxes).collect();
    starts.sort_by_key(|&at| (degree[at], if from_the_end { boxes - at } else { at }));
    let mut state = vec![State::New; boxes];
    let mut turned = vec![false; edges.len()];
    for start in starts {
        let mut stack = vec![(start, 0)];
        while let Some(&mut (at, ref mut tried)) = stack.last_mut() {
            state[at] = if state[at] == State::New { State::Open } else { state[at] };
            if state[at] == State::Done || *tried == next[at].len() {
                state[at] = State::Done;
                stack.pop();
                continue;
            }
            let edge = next[at][*tried];
            *tried += 1;
            match state[edges[edge].to] {
                State::New => stack.push((edges[edge].to, 0)),
                State::Open => turned[edge] = true,
                State::Done => {}
            }
        }
    }
    let directed = edges.iter().zip(turned).filter(|(edge, _)| edge.from != edge.to);
    directed.map(|(edge, turned)| if turned { Edge { from: edge.to, to: edge.from } } else { *edge }).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

fn topological(next: &[Vec<usize>], before: &[Vec<usize>]) -> Vec<usize> {
    let mut waits: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..next.len()).filter(|&at| waits[at] == 0).collect();
    let mut done = 0;
    while let Some(&at) = order.get(done) {
        done += 1;
        for &other in &next[at] {
            waits[other] -= 1;
            if waits[other] == 0 {
                order.push(other);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(boxes: usize, pairs: &[(usize, usize)], expected: &[usize]) {
        let edges: Vec<Edge> = pairs.iter().map(|&(from, to)| Edge { from, to }).collect();
        assert_eq!(ranks(boxes, &edges)[0], expected, "{pairs:?}");
    }

    #[test]
    fn columns() {
        check(3, &[(0, 1), (1, 2)], &[0, 1, 2]);
        check(3, &[(0, 1), (0, 2), (1, 2)], &[0, 1, 2]);
        // A cycle, a loop, two keys between the same tables.
        check(2, &[(0, 1), (1, 0), (1, 1), (0, 1)], &[0, 1]);
        check(0, &[], &[]);
    }
}
