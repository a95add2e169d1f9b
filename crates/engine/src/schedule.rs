//! Who gets a link: free ones first, then new ones as far as the limits go, and nobody waits for ever.

use std::sync::Arc;
use std::time::Duration;

use sortie_http::Origin;
use sortie_policy::{Timeouts, Way};

use crate::call::State;
use crate::conn::Conn;
use crate::engine::Engine;
use crate::link::{Link, LinkState, Warming};
use crate::origin::OriginId;
use crate::road::Road;
use crate::table::Name;
use crate::{CallId, Error, LinkId, Output, Phase, Time};

/// How many exchanges a link serves before it makes room for an origin that has no link at all.
const BURST: u32 = 8;

impl Engine {
    /// Gives links to the calls that wait for this origin, as many as there are.
    pub(crate) fn dispatch(&mut self, origin: OriginId, now: Time) {
        if self.is_held(origin, now) {
            return;
        }
        while let Some(call) = self.first_queued(origin) {
            let wants_fresh = self.calls.get(call).is_some_and(|call| call.resent);
            let idle = if wants_fresh { None } else { self.take_idle(origin) };
            let taken = match idle {
                Some(link) => self.begin(call, link, now),
                None => self.open_for(call, origin, wants_fresh, now),
            };
            if !taken {
                return;
            }
            if let Some(route) = self.origins.get_mut(origin) {
                route.queue.pop_front();
            }
        }
    }

    /// A link that has done its exchange: the next call takes it, or it waits, or it makes room.
    pub(crate) fn release(&mut self, link: LinkId, reusable: bool, now: Time) {
        let Some(entry) = self.links.get_mut(link) else { return };
        let (origin, keep_alive) = (entry.origin, entry.keep_alive);
        entry.state = LinkState::Idle;
        entry.paused = false;
        self.idle += 1;
        if !reusable || keep_alive == Some(0) || self.must_make_room(link, origin) {
            return self.drop_link(link, now);
        }
        let idle =
            keep_alive.map_or(self.limits.idle, |theirs| self.limits.idle.min(Duration::from_secs(theirs.into())));
        if let Some(route) = self.origins.get_mut(origin) {
            route.idle.push(link);
        }
        self.dispatch(origin, now);
        if self.links.get(link).is_some_and(|entry| entry.state == LinkState::Idle) {
            self.arm_link(link, Some(now.after(idle)));
            self.unblock(now);
        }
    }

    /// Closes a link and lets those who wait for its place have it. Its call must be gone from it.
    pub(crate) fn drop_link(&mut self, link: LinkId, now: Time) {
        if self.forget_link(link) {
            self.push(Output::Close { link });
        }
        self.ceiling = self.ceiling.saturating_add(1);
        self.unblock(now);
    }

    /// Lets origins that wait for the total limit open links, in turn, as long as there is room.
    pub(crate) fn unblock(&mut self, now: Time) {
        for _ in 0..self.blocked.len() {
            if !self.has_room() && !self.links_can_be_evicted() {
                return;
            }
            let Some(origin) = self.blocked.pop_front() else { return };
            if let Some(route) = self.origins.get_mut(origin) {
                route.blocked = false;
                self.dispatch(origin, now);
            }
        }
    }

    /// Takes a link out of all books; says whether it was there.
    pub(crate) fn forget_link(&mut self, link: LinkId) -> bool {
        let Some(entry) = self.links.remove(link) else { return false };
        if entry.state == LinkState::Idle {
            self.idle -= 1;
        }
        self.link_deadlines.clear(link.slot().index);
        if let Some(route) = self.origins.get_mut(entry.origin) {
            route.links -= 1;
            if !route.queue.is_empty() && !route.blocked {
                // It may have been held back by its own limit alone.
                route.blocked = true;
                self.blocked.push_back(entry.origin);
            }
        }
        self.origins.forget_unused(entry.origin);
        true
    }

    /// The oldest call that still waits; those that were cancelled are swept out.
    fn first_queued(&mut self, origin: OriginId) -> Option<CallId> {
        let route = self.origins.get_mut(origin)?;
        while let Some(id) = route.queue.front() {
            match self.calls.get(*id) {
                Some(call) if matches!(call.state, State::Queued) && call.origin == origin => return Some(*id),
                _ => route.queue.pop_front(),
            };
        }
        None
    }

    /// The idle link of this origin that was used last.
    fn take_idle(&mut self, origin: OriginId) -> Option<LinkId> {
        let route = self.origins.get_mut(origin)?;
        while let Some(link) = route.idle.pop() {
            if self.links.get(link).is_some_and(|entry| entry.state == LinkState::Idle) {
                return Some(link);
            }
        }
        None
    }

    /// Puts a call on a link that is open and free.
    pub(crate) fn begin(&mut self, id: CallId, link: LinkId, now: Time) -> bool {
        let (Some(call), Some(entry)) = (self.calls.get_mut(id), self.links.get_mut(link)) else { return false };
        if matches!(call.state, State::Queued) {
            call.marks.taken = now;
        }
        if entry.state == LinkState::Idle {
            self.idle -= 1;
        }
        call.state = State::Sending { link, head: false, sent: 0, writes: 0 };
        entry.state = LinkState::Busy(id);
        entry.exchanges += 1;
        if entry.exchanges > 1 {
            self.pool.reused += 1;
        }
        let patience = call.policy.timeouts.between_bytes;
        if call.policy.auth.is_some() && self.ask_credentials(id, now) {
            self.arm_link(link, None);
            return true;
        }
        self.arm_link(link, patience.map(|limit| now.after(limit)));
        self.push(Output::Transmit { link });
        true
    }

    /// Opens a link for a call, if the limits allow it; else the origin stands in line. Says whether the call waits no more.
    fn open_for(&mut self, id: CallId, origin: OriginId, wants_fresh: bool, now: Time) -> bool {
        let per_origin = self.limits.per_origin.max(1);
        let Some(route) = self.origins.get(origin) else { return false };
        if route.road.barred {
            self.fail_barred(id, now);
            return true;
        }
        if route.links >= per_origin && !(wants_fresh && self.evict(|link| link.origin == origin)) {
            return false;
        }
        if !self.has_room() && !self.evict(|_| true) {
            if let Some(route) = self.origins.get_mut(origin)
                && !route.blocked
            {
                route.blocked = true;
                self.blocked.push_back(origin);
            }
            return false;
        }
        let Some(link) = self.open(origin, LinkState::Opening(id)) else { return false };
        if let Some(call) = self.calls.get_mut(id) {
            call.state = State::Connecting { link, phase: Phase::Connect, since: now };
            call.marks.taken = now;
        }
        self.arm_opening(id);
        true
    }

    /// Ends a call whose proxy cannot be used.
    fn fail_barred(&mut self, id: CallId, now: Time) {
        let fault = self.calls.get(id).and_then(|call| {
            let way = call.policy.way.as_ref()?;
            way.proxies.choose(call.request.url().origin()).err().cloned()
        });
        self.fail(id, fault.map_or(Error::Closed, Error::Policy), Phase::Follow, now);
    }

    /// Has a link opened.
    fn open(&mut self, origin: OriginId, state: LinkState) -> Option<LinkId> {
        let route = self.origins.get_mut(origin)?;
        let proxied = route.road.proxied();
        let link = self.links.insert(Link {
            origin,
            state,
            conn: Conn::default(),
            peer: None,
            opening: None,
            exchanges: 0,
            proxied,
            expires: None,
            keep_alive: None,
            paused: false,
        });
        self.pool.opened += 1;
        route.links += 1;
        let Road { origin, proxy, channel, .. } = route.road.clone();
        self.push(Output::Open { link, origin, proxy, channel });
        Some(link)
    }

    /// Opens links for calls to come until `count` are idle, as far as the limits go; says how many are being opened. Each
    /// ends in an [`Output::Warmed`], within those of the timeouts that bound opening.
    ///
    /// Idle links of other origins make room, as they do for a call.
    pub fn warm(
        &mut self,
        origin: &Arc<Origin>,
        way: Option<&Arc<Way>>,
        count: usize,
        timeouts: &Timeouts,
        now: Time,
    ) -> usize {
        let id = self.origins.intern(origin, way);
        let wanted = count.saturating_sub(self.idle_of(id));
        let per_origin = self.limits.per_origin.max(1);
        let mut begun = 0;
        while begun < wanted
            && self.origins.get(id).is_some_and(|route| !route.road.barred && route.links < per_origin)
            && (self.has_room() || self.evict(|link| link.origin != id))
        {
            let warming = Warming { timeouts: timeouts.clone(), begun: now, phase: Phase::Connect, since: now };
            let Some(link) = self.open(id, LinkState::Warming(warming.into())) else { break };
            self.arm_warming(link);
            begun += 1;
        }
        self.origins.forget_unused(id);
        begun
    }

    /// How many links to this origin, reached in this way, are idle.
    pub fn standing(&mut self, origin: &Arc<Origin>, way: Option<&Arc<Way>>) -> usize {
        let id = self.origins.intern(origin, way);
        let standing = self.idle_of(id);
        self.origins.forget_unused(id);
        standing
    }

    fn idle_of(&self, origin: OriginId) -> usize {
        let is_idle = |link: &&LinkId| self.links.get(**link).is_some_and(|entry| entry.state == LinkState::Idle);
        self.origins.get(origin).map_or(0, |route| route.idle.iter().filter(is_idle).count())
    }

    /// Closes idle links that are over the limits, as when lower ones were set.
    pub fn trim(&mut self) {
        let idle: Vec<LinkId> = self.idle_links().collect();
        for link in idle {
            let Some(origin) = self.links.get(link).map(|entry| entry.origin) else { continue };
            let own = self.origins.get(origin).map_or(0, |route| route.links);
            let is_over = self.links.len() > self.limits.connections.max(1) || own > self.limits.per_origin.max(1);
            if is_over && self.forget_link(link) {
                self.push(Output::Close { link });
            }
        }
    }

    fn has_room(&self) -> bool {
        self.links.len() < self.most_links()
    }

    /// How many links there may be, and can be.
    fn most_links(&self) -> usize {
        self.limits.connections.max(1).min(self.ceiling)
    }

    fn links_can_be_evicted(&self) -> bool {
        self.idle > 0
    }

    /// Closes one idle link that `fits`, to make room for another.
    fn evict(&mut self, fits: impl Fn(&Link) -> bool) -> bool {
        if self.idle == 0 {
            return false;
        }
        let found = self.links.iter().find(|(_, link)| link.state == LinkState::Idle && fits(link));
        let Some(link) = found.map(|(id, _)| id) else { return false };
        self.forget_link(link);
        self.push(Output::Close { link });
        true
    }

    /// Whether a link that could serve on should go, because another origin has waited long enough.
    fn must_make_room(&self, link: LinkId, origin: OriginId) -> bool {
        let (links, limit) = (self.links.len(), self.most_links());
        let own = self.origins.get(origin).map_or(0, |route| route.links);
        if links > limit || own > self.limits.per_origin.max(1) {
            return true;
        }
        if links < limit {
            return false;
        }
        let mut others = self.blocked.iter().filter(|id| **id != origin).filter_map(|id| self.origins.get(*id));
        let Some(waiting) = others.find(|route| !route.queue.is_empty()) else { return false };
        let share = (limit / self.origins.len().max(1)).max(1);
        let served = self.links.get(link).map_or(0, |link| link.exchanges);
        own > share || waiting.links == 0 && served.is_multiple_of(BURST)
    }
}
