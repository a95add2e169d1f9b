//! The heap, and the table of what is true.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// No deadline, and no entry in the heap.
const NEVER: u64 = u64::MAX;

/// How many entries the heap may hold beyond two a key.
const SLACK: usize = 64;

/// One deadline for each of many keys.
///
/// Costs 16 bytes for every key up to the largest ever set, and 16 for each entry of the heap, which holds at most two
/// a key and 64 more.
#[derive(Clone, Debug, Default)]
pub struct Deadlines {
    /// At least one entry, not later than its deadline, for every key that has one.
    heap: BinaryHeap<Reverse<(u64, u32)>>,
    slots: Vec<Slot>,
}

impl Deadlines {
    /// No deadlines at all. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { heap: BinaryHeap::new(), slots: Vec::new() }
    }

    /// Gives `key` the deadline `at`, in place of any that it had.
    ///
    /// Later than before: a compare and a store. Earlier than before, or the first: a push to the heap, and memory up
    /// to `key` if no key so large was seen. `u64::MAX` is never: the same as [`clear`](Self::clear).
    #[inline]
    pub fn set(&mut self, key: u32, at: u64) {
        match self.slots.get_mut(key as usize) {
            Some(slot) if slot.entry <= at => slot.due = at,
            _ => self.insert(key, at),
        }
    }

    /// Takes the deadline of `key` away. Does nothing when it has none.
    ///
    /// Its entry stays in the heap until it surfaces, so [`next`](Self::next) may still name the old time.
    #[inline]
    pub fn clear(&mut self, key: u32) {
        if let Some(slot) = self.slots.get_mut(key as usize) {
            slot.due = NEVER;
        }
    }

    /// The deadline of `key`.
    #[must_use]
    pub fn get(&self, key: u32) -> Option<u64> {
        self.slots.get(key as usize).map(|slot| slot.due).filter(|&due| due != NEVER)
    }

    /// When to call [`pop`](Self::pop) next. May be early, never late.
    ///
    /// A `pop` at that time makes it exact as far as that time goes.
    #[inline]
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.heap.peek().map(|&Reverse((at, _))| at)
    }

    /// The key of the earliest deadline at or before `now`, which is thereby cleared; call it until `None`.
    pub fn pop(&mut self, now: u64) -> Option<u32> {
        loop {
            let Reverse((at, key)) = *self.heap.peek().filter(|Reverse((at, _))| *at <= now)?;
            self.heap.pop();
            let Some(slot) = self.slots.get_mut(key as usize) else { continue };
            if slot.entry != at {
                continue; // an earlier entry took its place
            }
            slot.entry = NEVER;
            if slot.due == at {
                slot.due = NEVER;
                return Some(key);
            }
            if slot.due != NEVER {
                // It was moved later. Pushed even if that is due by now: keys then leave in the order of their deadlines.
                slot.entry = slot.due;
                self.heap.push(Reverse((slot.due, key)));
            }
        }
    }

    /// The way of `set` that touches the heap.
    #[cold]
    fn insert(&mut self, key: u32, at: u64) {
        if at == NEVER {
            return self.clear(key);
        }
        let index = key as usize;
        if index >= self.slots.len() {
            self.slots.resize(index + 1, Slot::EMPTY);
        }
        self.slots[index] = Slot { due: at, entry: at };
        self.heap.push(Reverse((at, key)));
        if self.heap.len() > 2 * self.slots.len() + SLACK {
            self.compact();
        }
    }

    /// Builds the heap anew with one entry for each deadline. Paid for by the pushes that made it necessary.
    fn compact(&mut self) {
        self.heap.clear();
        for (key, slot) in (0..).zip(&mut self.slots) {
            slot.entry = slot.due;
            if slot.due != NEVER {
                self.heap.push(Reverse((slot.due, key)));
            }
        }
    }
}

/// What is true of one key.
#[derive(Copy, Clone, Debug)]
struct Slot {
    /// Its deadline.
    due: u64,
    /// The time of its entry in the heap that counts; any other is stale. Never later than `due`.
    entry: u64,
}

impl Slot {
    const EMPTY: Self = Self { due: NEVER, entry: NEVER };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_deadline_later_leaves_the_heap_alone() {
        let mut deadlines = Deadlines::new();
        for at in 10..10_000 {
            deadlines.set(3, at);
        }
        assert_eq!(deadlines.heap.len(), 1);
    }

    #[test]
    fn moving_deadlines_earlier_does_not_let_the_heap_grow() {
        let mut deadlines = Deadlines::new();
        for at in (0..10_000).rev() {
            deadlines.set((at % 5) as u32, at);
            assert!(deadlines.heap.len() <= 2 * 5 + SLACK);
        }
        assert_eq!(
            (0..6).map(|_| deadlines.pop(4)).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(2), Some(3), Some(4), None]
        );
    }

    #[test]
    fn an_entry_that_an_earlier_one_replaced_leaves_the_heap_when_it_surfaces() {
        let mut deadlines = Deadlines::new();
        deadlines.set(0, 100);
        deadlines.set(0, 50);
        assert_eq!(deadlines.pop(50), Some(0));
        deadlines.set(0, 200);
        assert_eq!(deadlines.pop(100), None);
        assert_eq!(deadlines.heap.len(), 1);
    }

    #[test]
    fn a_deadline_that_was_moved_later_survives_a_compaction() {
        let mut deadlines = Deadlines::new();
        deadlines.set(0, 10);
        deadlines.set(0, 1_000);
        for at in (100..500).rev() {
            deadlines.set(1, at);
        }
        assert_eq!([deadlines.pop(2_000), deadlines.pop(2_000), deadlines.pop(2_000)], [Some(1), Some(0), None]);
    }
}
