//! Larger schemas as groups: tables that are linked more with each other than with others.
//!
//! Label propagation in the order of names: each table takes the label that most of its relations have, ties
//! by the smaller label, until nothing changes. Relations that lead to the same table from everywhere (an
//! author, a tenant) do not count, or everything would be one group.

use super::canvas::{Canvas, Role};
use super::graph::{Graph, TableId};
use super::overlay::{Layer, Overlay};
use super::path::hub_links;
use super::signs::Signs;
use crate::text::{bytes, count};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Tables that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The table with the most relations within the group: its name is the group's.
    pub hub: TableId,
    /// Sorted.
    pub tables: Vec<TableId>,
    /// Relations within.
    pub inside: usize,
    /// Relations to other groups, by the place of the group, the most first.
    pub outside: Vec<(usize, usize)>,
    /// The sum of what is known of rows.
    pub rows: Option<i64>,
    pub bytes: Option<i64>,
}

/// Groups, largest first, and what stands apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    pub list: Vec<Group>,
    /// Tables that nothing points to and that point to nothing.
    pub islands: Vec<TableId>,
    /// Tables that are pointed to from everywhere, with the number of such relations.
    pub hubs: Vec<(TableId, usize)>,
}

const ROUNDS: usize = 20;
/// Groups of fewer tables look for a larger one.
const SMALL: usize = 5;

/// Groups of some tables; of all of them with [`Graph::ids`].
pub fn groups(graph: &Graph, tables: &[TableId]) -> Groups {
    let among: BTreeSet<TableId> = tables.iter().copied().collect();
    let hub_link = hub_links(graph);
    let mut near: BTreeMap<TableId, Vec<(TableId, u64)>> = among.iter().map(|&id| (id, Vec::new())).collect();
    let mut linked: BTreeSet<TableId> = BTreeSet::new();
    let mut hubs: BTreeMap<TableId, usize> = BTreeMap::new();
    for (link, hub) in graph.links.iter().zip(&hub_link) {
        if !among.contains(&link.from) || !among.contains(&link.to) || link.to_itself() {
            continue;
        }
        linked.extend([link.from, link.to]);
        if *hub {
            *hubs.entry(link.to).or_default() += 1;
            continue;
        }
        // What is pointed to by many says little of where one belongs.
        let weight = 64 / u64::from((graph.into(link.to).len() as u64).max(1).ilog2() + 1);
        near.entry(link.from).or_default().push((link.to, weight));
        near.entry(link.to).or_default().push((link.from, weight));
    }
    let mut labels = propagate(&near);
    join_small(&near, &mut labels);
    let mut members: BTreeMap<TableId, Vec<TableId>> = BTreeMap::new();
    let mut islands = Vec::new();
    for &id in &among {
        if linked.contains(&id) {
            members.entry(labels[&id]).or_default().push(id);
        } else {
            islands.push(id);
        }
    }
    let mut list: Vec<Group> = members.into_values().map(|tables| group(graph, tables, &near)).collect();
    list.sort_by_cached_key(|group| (Reverse(group.tables.len()), graph.full_name(group.hub)));
    count_links(graph, &mut list);
    let mut hubs: Vec<(TableId, usize)> = hubs.into_iter().collect();
    hubs.sort_by_key(|&(id, count)| (Reverse(count), id));
    Groups { list, islands, hubs }
}

fn propagate(near: &BTreeMap<TableId, Vec<(TableId, u64)>>) -> BTreeMap<TableId, TableId> {
    let mut labels: BTreeMap<TableId, TableId> = near.keys().map(|&id| (id, id)).collect();
    for _ in 0..ROUNDS {
        let mut changed = false;
        for (&id, others) in near {
            let mut votes: BTreeMap<TableId, u64> = BTreeMap::new();
            for (other, weight) in others {
                *votes.entry(labels[other]).or_default() += weight;
            }
            let Some(most) = votes.values().max() else { continue };
            let own = labels[&id];
            // A label that is as good as any stays, or two could change places for ever.
            if votes.get(&own) == Some(most) {
                continue;
            }
            if let Some((&best, _)) = votes.iter().find(|(_, votes)| *votes == most) {
                labels.insert(id, best);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    labels
}

/// Groups of a few tables go to the group that they are linked to most, while that stays a map.
fn join_small(near: &BTreeMap<TableId, Vec<(TableId, u64)>>, labels: &mut BTreeMap<TableId, TableId>) {
    let mut members: BTreeMap<TableId, Vec<TableId>> = BTreeMap::new();
    for (&id, &label) in labels.iter() {
        members.entry(label).or_default().push(id);
    }
    let mut small: Vec<(usize, TableId)> = members.iter().map(|(&label, tables)| (tables.len(), label)).collect();
    small.retain(|(size, _)| *size < SMALL);
    small.sort();
    for (_, label) in small {
        let Some(tables) = members.get(&label).filter(|tables| tables.len() < SMALL) else { continue };
        let mut votes: BTreeMap<TableId, u64> = BTreeMap::new();
        for (other, weight) in tables.iter().filter_map(|id| near.get(id)).flatten() {
            let target = labels[other];
            let fits = members.get(&target).is_some_and(|others| others.len() + tables.len() <= super::map::MOST);
            if target != label && fits {
                *votes.entry(target).or_default() += weight;
            }
        }
        let most = votes.values().max().copied();
        let Some((&target, _)) = votes.iter().find(|(_, votes)| Some(**votes) == most) else { continue };
        let moved = members.remove(&label).unwrap_or_default();
        labels.extend(moved.iter().map(|&id| (id, target)));
        members.entry(target).or_default().extend(moved);
    }
}

fn group(graph: &Graph, tables: Vec<TableId>, near: &BTreeMap<TableId, Vec<(TableId, u64)>>) -> Group {
    let inside = |id: TableId| {
        near.get(&id).map_or(0, |others| others.iter().filter(|(other, _)| tables.binary_search(other).is_ok()).count())
    };
    let hub = tables.iter().copied().min_by_key(|&id| (Reverse(inside(id)), id)).unwrap_or(TableId(0));
    let sum = |value: &dyn Fn(TableId) -> Option<i64>| {
        let known: Vec<i64> = tables.iter().filter_map(|&id| value(id)).collect();
        (!known.is_empty()).then(|| known.iter().fold(0_i64, |sum, value| sum.saturating_add(*value)))
    };
    let rows = sum(&|id| graph.table(id).rows);
    let bytes = sum(&|id| graph.table(id).bytes);
    Group { hub, inside: 0, outside: Vec::new(), rows, bytes, tables }
}

fn count_links(graph: &Graph, list: &mut [Group]) {
    let mut of: BTreeMap<TableId, usize> = BTreeMap::new();
    for (n, group) in list.iter().enumerate() {
        of.extend(group.tables.iter().map(|&id| (id, n)));
    }
    let mut between: Vec<BTreeMap<usize, usize>> = vec![BTreeMap::new(); list.len()];
    for link in &graph.links {
        let (Some(&a), Some(&b)) = (of.get(&link.from), of.get(&link.to)) else { continue };
        if a == b {
            list[a].inside += 1;
        } else {
            *between[a].entry(b).or_default() += 1;
            *between[b].entry(a).or_default() += 1;
        }
    }
    for (group, links) in list.iter_mut().zip(between) {
        group.outside = links.into_iter().collect();
        group.outside.sort_by_key(|&(other, count)| (Reverse(count), other));
    }
}

/// A line for each group, then hubs and islands. Spots are places in the list; the islands have the next one.
///
/// With a layer its sums are in the place of the sizes.
pub fn paint(
    graph: &Graph,
    groups: &Groups,
    selected: usize,
    layer: Option<&Layer>,
    signs: &Signs,
    width: usize,
) -> Canvas {
    let mut canvas = Canvas::new();
    let names: Vec<String> = groups.list.iter().map(|group| graph.label(group.hub)).collect();
    let name_room = names.iter().map(|name| crate::text::width(name)).max().unwrap_or(0).clamp(17, 30).min(width / 3);
    canvas.text(1, 0, "group, by its hub", Role::Dim);
    let what = layer.map_or(Overlay::Size, |layer| layer.overlay).title();
    canvas.text(name_room + 2, 0, &format!(" tables   links    rows {what:>8}  linked to"), Role::Dim);
    let mut y = 1;
    let select = |canvas: &mut Canvas, y: usize, n: usize| {
        canvas.spots.insert(y, n);
        if n == selected {
            canvas.put(0, y, signs.select, Role::Selected);
            return Role::Selected;
        }
        Role::Text
    };
    for (n, group) in groups.list.iter().enumerate() {
        let role = select(&mut canvas, y, n);
        let mut x = canvas.field(1, y, &names[n], name_room, signs.cut, role) + 1;
        let none = || signs.none.to_owned();
        let cells = [
            (group.tables.len().to_string(), 7),
            (group.inside.to_string(), 8),
            (group.rows.map_or_else(none, |rows| format!("~{}", count(rows))), 8),
        ];
        for (text, room) in cells {
            x = canvas.field_right(x, y, &text, room, signs.cut, role);
        }
        let (text, bad) = match layer {
            Some(layer) => layer.sum(&group.tables).unwrap_or_else(|| (none(), false)),
            None => (group.bytes.map_or_else(none, bytes), false),
        };
        x = canvas.field_right(x, y, &text, 9, signs.cut, if bad { Role::Warning } else { role });
        let near: Vec<String> =
            group.outside.iter().take(4).map(|&(other, count)| format!("{} {count}", names[other])).collect();
        canvas.field(x + 2, y, &near.join(", "), width.saturating_sub(x + 2), signs.cut, Role::Dim);
        y += 1;
    }
    if !groups.islands.is_empty() {
        let role = select(&mut canvas, y, groups.list.len());
        let names: Vec<String> = groups.islands.iter().take(12).map(|&id| graph.label(id)).collect();
        let text = format!("islands, without any relation: {}  {}", groups.islands.len(), names.join(", "));
        canvas.field(1, y, &text, width.saturating_sub(1), signs.cut, role);
        y += 1;
    }
    if !groups.hubs.is_empty() {
        let names: Vec<String> =
            groups.hubs.iter().map(|&(id, count)| format!("{} {count}", graph.label(id))).collect();
        let text = format!("pointed to from everywhere, not counted: {}", names.join(", "));
        canvas.field(1, y + 1, &text, width.saturating_sub(1), signs.cut, Role::Dim);
    }
    canvas
}
