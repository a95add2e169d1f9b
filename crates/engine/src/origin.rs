//! What the engine keeps for each origin: its queue, its idle links, the last head.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use sortie_http::Origin;
use sortie_policy::Way;

use crate::conn::Memo;
use crate::road::Road;
use crate::table::{Name, Slot, Table};
use crate::{CallId, LinkId, Time};

/// Names an origin as long as it has links or calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct OriginId(Slot);

/// The share of the engine that an origin has, reached in one way.
pub(crate) struct Route {
    pub(crate) road: Road,
    /// Calls that wait, oldest first. A call that was cancelled stays in it until its turn comes.
    pub(crate) queue: VecDeque<CallId>,
    /// Calls, in any state, that are bound to this origin.
    pub(crate) calls: usize,
    /// Idle links, the last used on top. A link that was closed stays in it until its turn comes.
    pub(crate) idle: Vec<LinkId>,
    /// Links in any state.
    pub(crate) links: usize,
    /// Waits in line for the total limit to let it open a link.
    pub(crate) blocked: bool,
    /// The server has asked for time: until then nothing is sent to it.
    pub(crate) held_until: Option<Time>,
    pub(crate) memo: Memo,
}

/// All origins, found without hashing when they were asked for just now.
pub(crate) struct Origins {
    table: Table<OriginId, Route>,
    index: HashMap<Road, OriginId>,
    recent: [Option<Recent>; RECENT],
    next: usize,
}

const RECENT: usize = 4;

/// What was asked for, and what it was found to be.
struct Recent {
    origin: Arc<Origin>,
    way: Option<Arc<Way>>,
    id: OriginId,
}

impl Origins {
    pub(crate) fn new() -> Self {
        Origins { table: Table::new(), index: HashMap::new(), recent: Default::default(), next: 0 }
    }

    /// The name of this origin, reached in this way; it is given a place if it has none.
    pub(crate) fn intern(&mut self, origin: &Arc<Origin>, way: Option<&Arc<Way>>) -> OriginId {
        let is_it = |known: &Option<Arc<Way>>| match (known, way) {
            (Some(known), Some(way)) => Arc::ptr_eq(known, way),
            (None, None) => true,
            _ => false,
        };
        for recent in self.recent.iter().flatten() {
            if Arc::ptr_eq(&recent.origin, origin) && is_it(&recent.way) && self.table.get(recent.id).is_some() {
                return recent.id;
            }
        }
        let road = Road::new(origin.clone(), way.map(|way| &**way));
        let id = match self.index.get(&road) {
            Some(id) => *id,
            None => {
                let id = self.table.insert(Route::new(road.clone()));
                self.index.insert(road, id);
                id
            }
        };
        self.recent[self.next] = Some(Recent { origin: origin.clone(), way: way.cloned(), id });
        self.next = (self.next + 1) % RECENT;
        id
    }

    pub(crate) fn get(&self, id: OriginId) -> Option<&Route> {
        self.table.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: OriginId) -> Option<&mut Route> {
        self.table.get_mut(id)
    }

    /// The name of what stands at `index` now.
    pub(crate) fn name_at(&self, index: u32) -> Option<OriginId> {
        self.table.name_at(index)
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Route> {
        self.table.iter().map(|(_, route)| route)
    }

    /// Forgets an origin that has no link and no call left.
    pub(crate) fn forget_unused(&mut self, id: OriginId) {
        if self.table.get(id).is_some_and(|route| route.links == 0 && route.calls == 0 && route.held_until.is_none())
            && let Some(route) = self.table.remove(id)
        {
            self.index.remove(&route.road);
        }
    }
}

impl Route {
    fn new(road: Road) -> Self {
        Route {
            road,
            queue: VecDeque::new(),
            calls: 0,
            idle: Vec::new(),
            links: 0,
            blocked: false,
            held_until: None,
            memo: Memo::default(),
        }
    }
}

impl Name for OriginId {
    fn new(slot: Slot) -> Self {
        OriginId(slot)
    }

    fn slot(self) -> Slot {
        self.0
    }
}
