//! The memory budget: reading stops while too much content waits to be taken, but for the oldest call.

use crate::call::State;
use crate::engine::Engine;
use crate::link::LinkState;
use crate::{CallId, Error, LinkId, Output, Time};

/// How much content an engine may hold: what calls have received so far, and what was delivered and not released.
///
/// A soft limit: what one turn had read already is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Budget {
    /// How many bytes.
    pub bytes: u64,
    /// What becomes of a call that does not fit.
    pub overflow: Overflow,
}

/// What becomes of a call whose content does not fit into the [`Budget`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Overflow {
    /// Its link is not read until others were released. The oldest call on a link always goes on.
    Wait,
    /// It fails with [`Error::OverBudget`].
    Fail,
}

impl Engine {
    /// Content that was delivered is no longer held: `bytes` as its [`Outcome`](crate::Outcome) said.
    pub fn release_content(&mut self, bytes: u64, now: Time) {
        self.held = self.held.saturating_sub(bytes);
        self.resume_paused(now);
    }

    /// How many bytes of content are held.
    pub fn held(&self) -> u64 {
        self.held
    }

    /// So many bytes of content came in. Says whether its call goes on, now or later.
    pub(crate) fn hold(&mut self, id: CallId, link: LinkId, bytes: u64, now: Time) -> bool {
        let Some(budget) = self.limits.budget else { return true };
        self.held += bytes;
        if let Some(call) = self.calls.get_mut(id) {
            call.held += bytes;
        }
        if self.held <= budget.bytes {
            return true;
        }
        match budget.overflow {
            Overflow::Fail => {
                self.break_off(id, link, Error::OverBudget { limit: budget.bytes }, now);
                false
            }
            Overflow::Wait => {
                self.stops(id, link);
                true
            }
        }
    }

    /// What has come of a response is thrown away, and no longer held.
    pub(crate) fn let_go_of_content(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(id) else { return };
        let State::Receiving { receiving, .. } = &mut call.state else { return };
        // Without a budget nothing was counted.
        let bytes = call.held.min(receiving.body.len() as u64);
        receiving.body = Vec::new();
        call.held -= bytes;
        self.held = self.held.saturating_sub(bytes);
    }

    /// Whether no more content of a call is to be read for now; its link is paused then.
    ///
    /// Asked before each read, so that links that were resumed together do not all read what one has room for.
    pub(crate) fn stops(&mut self, id: CallId, link: LinkId) -> bool {
        let waits = |budget: Budget| budget.overflow == Overflow::Wait && self.held > budget.bytes;
        let stops = self.limits.budget.is_some_and(waits)
            && self.calls.get(id).is_some_and(|call| matches!(call.state, State::Receiving { .. }))
            && self.favoured() != Some(id);
        if stops {
            self.pause(link);
        }
        stops
    }

    /// Reads on what waits, as far as there is room again.
    pub(crate) fn resume_paused(&mut self, now: Time) {
        if self.paused.is_empty() {
            return;
        }
        let has_room = self.limits.budget.is_none_or(|budget| self.held <= budget.bytes);
        let favoured = self.favoured();
        let paused = std::mem::take(&mut self.paused);
        for link in paused {
            let Some(entry) = self.links.get_mut(link).filter(|entry| entry.paused) else { continue };
            let LinkState::Busy(call) = entry.state else { continue };
            if has_room || favoured == Some(call) {
                entry.paused = false;
                self.push(Output::Resume { link });
                self.rearm_reading(call, link, now);
            } else {
                self.paused.push(link);
            }
        }
    }

    fn pause(&mut self, link: LinkId) {
        let Some(entry) = self.links.get_mut(link) else { return };
        if !std::mem::replace(&mut entry.paused, true) {
            self.paused.push(link);
        }
        // Time counts only while reading is wanted.
        self.arm_link(link, None);
    }

    /// Forgets the oldest calls as far as they have ended.
    pub(crate) fn sweep_order(&mut self) {
        while self.order.front().is_some_and(|id| self.calls.get(*id).is_none()) {
            self.order.pop_front();
        }
        if self.order.len() > 2 * self.calls.len() + 64 {
            let calls = &self.calls;
            self.order.retain(|id| calls.get(*id).is_some());
        }
    }

    /// The oldest call that has a link: it goes on whatever the budget says, so that something always does.
    fn favoured(&mut self) -> Option<CallId> {
        self.sweep_order();
        let has_link = |id: &&CallId| self.calls.get(**id).is_some_and(|call| call.link().is_some());
        self.order.iter().find(has_link).copied()
    }
}
