//! What happens when nothing happens: timeouts, each with its phase.

use std::time::Duration;

use sortie_policy::Timeouts;

use crate::call::State;
use crate::engine::Engine;
use crate::link::LinkState;
use crate::table::Name;
use crate::{CallId, Error, LinkId, Phase, Time, Unopened};

impl Engine {
    /// When [`handle_deadline`](Self::handle_deadline) must be called. May be early, never late.
    pub fn next_deadline(&self) -> Option<Time> {
        let nexts = [self.link_deadlines.next(), self.call_deadlines.next(), self.gate_deadlines.next()];
        nexts.into_iter().flatten().min().map(Time)
    }

    /// Ends what has run out of time. What has arrived must be handed in before.
    pub fn handle_deadline(&mut self, now: Time) {
        self.open_gates(now);
        while let Some(index) = self.link_deadlines.pop(now.0) {
            let Some(id) = self.links.name_at(index) else { continue };
            match self.links.get(id).and_then(|link| link.expires) {
                Some(at) if at > now => self.link_deadlines.set(index, at.0),
                Some(_) => self.expire_link(id, now),
                None => {}
            }
        }
        while let Some(index) = self.call_deadlines.pop(now.0) {
            if let Some(id) = self.calls.name_at(index) {
                self.expire_call(id, now);
            }
        }
    }

    /// Sets when the present state of a link runs out.
    pub(crate) fn arm_link(&mut self, id: LinkId, at: Option<Time>) {
        let Some(link) = self.links.get_mut(id) else { return };
        link.expires = at;
        if let Some(at) = at {
            self.link_deadlines.set(id.slot().index, at.0);
        }
    }

    /// Sets when a link that is being opened for a call runs out of time: all of that has one limit, and so may the phase
    /// it is in.
    pub(crate) fn arm_opening(&mut self, call: CallId) {
        let Some(call) = self.calls.get(call) else { return };
        let State::Connecting { link, phase, since } = call.state else { return };
        self.arm_link(link, opening_ends(&call.policy.timeouts, call.marks.taken, phase, since));
    }

    /// The same, of a link that is being opened for nobody yet.
    pub(crate) fn arm_warming(&mut self, id: LinkId) {
        let Some(LinkState::Warming(warming)) = self.links.get(id).map(|link| &link.state) else { return };
        self.arm_link(id, opening_ends(&warming.timeouts, warming.begun, warming.phase, warming.since));
    }

    /// Sets when a call runs out of time, by its total timeout or that of the queue.
    pub(crate) fn arm_call(&mut self, id: CallId) {
        let Some(call) = self.calls.get(id) else { return };
        let total = call.policy.timeouts.total.map(|limit| call.submitted.after(limit));
        let queue = match call.state {
            State::Waiting { until } => Some(until),
            State::Queued => call.policy.timeouts.queue.map(|limit| call.marks.queued.after(limit)),
            _ => None,
        };
        if let Some(at) = total.into_iter().chain(queue).min() {
            self.call_deadlines.set(id.slot().index, at.0);
        }
    }

    fn expire_call(&mut self, id: CallId, now: Time) {
        let Some(call) = self.calls.get(id) else { return };
        if let State::Waiting { until } = call.state
            && until <= now
        {
            return self.try_again(id, now);
        }
        let timeouts = &call.policy.timeouts;
        let (phase, link) = (call.phase(), call.link());
        let total = timeouts.total.filter(|limit| call.submitted.after(*limit) <= now);
        let queue = timeouts.queue.filter(|limit| phase == Phase::Queue && call.marks.queued.after(*limit) <= now);
        let error = match (total, queue) {
            (Some(limit), _) => Error::Total { limit },
            (None, Some(limit)) => Error::Timeout { limit, peer: None },
            (None, None) => return self.arm_call(id),
        };
        self.fail(id, error, phase, now);
        if let Some(link) = link {
            self.drop_link(link, now);
        }
    }

    fn expire_link(&mut self, id: LinkId, now: Time) {
        let Some(link) = self.links.get(id) else { return };
        let peer = link.peer.clone();
        let call = match &link.state {
            LinkState::Opening(call) | LinkState::Busy(call) => *call,
            LinkState::Idle => return self.drop_link(id, now),
            LinkState::Warming(warming) => {
                let phase = warming.phase;
                let limit = opening_limit(&warming.timeouts, phase, warming.since, now).unwrap_or_default();
                return self.warming_failed(id, Unopened { error: Error::Timeout { limit, peer }, phase }, now);
            }
        };
        if self.let_go(call, id, now) {
            return;
        }
        if self.follows_anyway(call) {
            self.complete(call, id, false, now);
            return;
        }
        if let Some(entry) = self.calls.get(call) {
            let timeouts = &entry.policy.timeouts;
            let phase = entry.phase();
            let limit = match (&entry.state, phase) {
                (State::Connecting { since, .. }, _) => opening_limit(timeouts, phase, *since, now),
                (_, Phase::FirstByte) => timeouts.first_byte,
                _ => timeouts.between_bytes,
            };
            let written = !matches!(entry.state, State::Connecting { .. });
            let error = Error::Timeout { limit: limit.unwrap_or_default(), peer };
            self.fail_or_retry(call, error, phase, written, now);
        }
        self.drop_link(id, now);
    }
}

/// When a link runs out of time that began to be opened then, and is in this phase of that since then.
fn opening_ends(timeouts: &Timeouts, begun: Time, phase: Phase, since: Time) -> Option<Time> {
    let whole = timeouts.connect.map(|limit| begun.after(limit));
    let own = own_limit(timeouts, phase).map(|limit| since.after(limit));
    whole.into_iter().chain(own).min()
}

/// The limit that a link has run into while it was opened.
fn opening_limit(timeouts: &Timeouts, phase: Phase, since: Time, now: Time) -> Option<Duration> {
    let own = own_limit(timeouts, phase).filter(|limit| since.after(*limit) <= now);
    own.or(timeouts.connect)
}

/// The limit that a phase of opening has to itself.
fn own_limit(timeouts: &Timeouts, phase: Phase) -> Option<Duration> {
    match phase {
        Phase::Resolve => timeouts.resolve,
        Phase::Proxy => timeouts.proxy,
        Phase::Tls => timeouts.tls,
        _ => None,
    }
}
