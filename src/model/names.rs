//! Interned text and flat lists.

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::ops::Range;

/// A text held once in a [`Names`]. `Option<Sym>` is four bytes too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(NonZeroU32);

impl Sym {
    fn slot(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Texts kept once each, in one buffer: 300,000 columns share a few thousand names and types.
///
/// Open addressing over indexes keeps the table at four bytes a slot; [`Names::seal`] drops it once a
/// fact is complete, because reading needs only the buffer.
#[derive(Clone, Debug, Default)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
    slots: Vec<u32>,
    hasher: RandomState,
}

impl Names {
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of distinct texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of `sym`; empty for a `Sym` of another `Names`.
    pub fn get(&self, sym: Sym) -> &str {
        self.at(sym.slot())
    }

    /// The text of `sym`, or `None` where there is none.
    pub fn opt(&self, sym: Option<Sym>) -> Option<&str> {
        sym.map(|sym| self.get(sym))
    }

    /// The `Sym` of `text`, new or known. A sealed `Names` takes new texts too, but finds no old ones.
    pub fn intern(&mut self, text: &str) -> Sym {
        if self.slots.len() < (self.ends.len() + 1) * 2 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = self.hasher.hash_one(text) as usize & mask;
        loop {
            match NonZeroU32::new(self.slots[at]) {
                Some(found) if self.at(found.get() as usize - 1) == text => return Sym(found),
                Some(_) => at = (at + 1) & mask,
                None => {
                    let sym = self.push(text);
                    self.slots[at] = sym.0.get();
                    return sym;
                }
            }
        }
    }

    /// The `Sym` of a text that may be absent.
    pub fn intern_opt(&mut self, text: Option<&str>) -> Option<Sym> {
        text.map(|text| self.intern(text))
    }

    /// Gives back what only building needs.
    pub fn seal(&mut self) {
        self.slots = Vec::new();
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    fn at(&self, slot: usize) -> &str {
        let Some(&end) = self.ends.get(slot) else { return "" };
        let start = if slot == 0 { 0 } else { self.ends[slot - 1] };
        &self.text[start as usize..end as usize]
    }

    fn push(&mut self, text: &str) -> Sym {
        self.text.push_str(text);
        // 4 GiB of names is past what a catalog can hold; were it so, later names would read as empty.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or_else(|_| self.ends.last().copied().unwrap_or(0)));
        Sym(NonZeroU32::new(self.ends.len() as u32).unwrap_or(NonZeroU32::MIN))
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64).max((self.ends.len() + 1).next_power_of_two() * 2);
        let mask = size - 1;
        let mut slots = vec![0u32; size];
        for slot in 0..self.ends.len() {
            let mut at = self.hasher.hash_one(self.at(slot)) as usize & mask;
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = slot as u32 + 1;
        }
        self.slots = slots;
    }
}

/// Which run of a flat list belongs to which owner: `first[n]..first[n + 1]`.
///
/// The owner is a relation's number; the list must be sorted by owner.
#[derive(Clone, Debug, Default)]
pub struct Slices {
    first: Vec<u32>,
}

impl Slices {
    /// Built from the owner of each list entry, in list order; `owners` must not descend.
    pub fn build(count: usize, owners: impl Iterator<Item = usize>) -> Self {
        let mut first = vec![0u32; count + 1];
        for owner in owners {
            if let Some(next) = first.get_mut(owner + 1) {
                *next += 1;
            }
        }
        for n in 1..first.len() {
            first[n] += first[n - 1];
        }
        Self { first }
    }

    /// The run of `owner`; empty for an owner without entries.
    pub fn of(&self, owner: usize) -> Range<usize> {
        match (self.first.get(owner), self.first.get(owner + 1)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interns_each_text_once() {
        let mut names = Names::new();
        let texts: Vec<String> = (0..5_000).map(|n| format!("t_{}", n % 700)).collect();
        let syms: Vec<Sym> = texts.iter().map(|text| names.intern(text)).collect();
        assert_eq!(names.len(), 700);
        names.seal();
        for (text, sym) in texts.iter().zip(syms) {
            assert_eq!(names.get(sym), text);
        }
    }

    #[test]
    fn sealed_names_still_take_texts() {
        let mut names = Names::new();
        let old = names.intern("old");
        names.seal();
        let new = names.intern("new");
        assert_eq!((names.get(old), names.get(new)), ("old", "new"));
    }

    #[test]
    fn slices_of_owners_with_gaps() {
        let slices = Slices::build(4, [0, 0, 2].into_iter());
        assert_eq!(slices.of(0), 0..2);
        assert!(slices.of(1).is_empty());
        assert_eq!(slices.of(2), 2..3);
        assert!(slices.of(3).is_empty());
        assert!(slices.of(99).is_empty());
    }
}
