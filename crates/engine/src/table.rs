//! Slots that know their generation, so that a late name never means a newer tenant.

use std::marker::PhantomData;

use slab::Slab;

/// An index and a generation.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Slot {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

/// A name that stands for a slot of one kind of table.
pub(crate) trait Name: Copy {
    fn new(slot: Slot) -> Self;
    fn slot(self) -> Slot;
}

/// A slab whose names go out of date when their entry goes.
pub(crate) struct Table<N, T> {
    slots: Slab<(u32, T)>,
    next_generation: u32,
    names: PhantomData<N>,
}

impl<N: Name, T> Table<N, T> {
    pub(crate) fn new() -> Self {
        Table { slots: Slab::new(), next_generation: 0, names: PhantomData }
    }

    pub(crate) fn insert(&mut self, entry: T) -> N {
        let generation = self.next_generation;
        self.next_generation = generation.wrapping_add(1);
        let index = self.slots.insert((generation, entry)) as u32;
        N::new(Slot { index, generation })
    }

    pub(crate) fn get(&self, name: N) -> Option<&T> {
        let Slot { index, generation } = name.slot();
        self.slots.get(index as usize).filter(|(current, _)| *current == generation).map(|(_, entry)| entry)
    }

    pub(crate) fn get_mut(&mut self, name: N) -> Option<&mut T> {
        let Slot { index, generation } = name.slot();
        self.slots.get_mut(index as usize).filter(|(current, _)| *current == generation).map(|(_, entry)| entry)
    }

    pub(crate) fn remove(&mut self, name: N) -> Option<T> {
        self.get(name)?;
        Some(self.slots.remove(name.slot().index as usize).1)
    }

    /// The name of what stands at `index` now.
    pub(crate) fn name_at(&self, index: u32) -> Option<N> {
        self.slots.get(index as usize).map(|(generation, _)| N::new(Slot { index, generation: *generation }))
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (N, &T)> {
        self.slots
            .iter()
            .map(|(index, (generation, entry))| (N::new(Slot { index: index as u32, generation: *generation }), entry))
    }
}
