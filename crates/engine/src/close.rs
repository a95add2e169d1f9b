//! Links that could not be opened, or have closed.

use sortie_log::What;
use sortie_policy::Stale;

use crate::call::{Marks, State};
use crate::conn::ConnEvent;
use crate::engine::Engine;
use crate::link::LinkState;
use crate::{CallId, Error, LinkError, LinkFault, LinkId, Output, Phase, Time, Unopened};

impl Engine {
    /// A link is gone: the peer closed it in good order (`None`), or something failed.
    ///
    /// What had arrived before must have been handed in before. The link need not be closed by the driver before
    /// [`Output::Close`](crate::Output::Close) says so.
    pub fn handle_closed(&mut self, link: LinkId, cause: Option<LinkError>, now: Time) {
        let Some(entry) = self.links.get_mut(link) else { return };
        match &entry.state {
            LinkState::Idle => self.drop_link(link, now),
            LinkState::Opening(call) => {
                let call = *call;
                self.opening_failed(call, link, cause, now);
            }
            LinkState::Warming(warming) => {
                let phase = phase_of(cause.as_ref(), warming.phase);
                let error = cause.map_or(Error::Closed, Error::Link);
                self.warming_failed(link, Unopened { error, phase }, now);
            }
            LinkState::Busy(call) => {
                let call = *call;
                self.exchange_cut(call, link, cause, now);
            }
        }
    }

    fn opening_failed(&mut self, id: CallId, link: LinkId, cause: Option<LinkError>, now: Time) {
        self.pool.failed += 1;
        let exhausted = cause.as_ref().is_some_and(|cause| cause.kind == LinkFault::Exhausted);
        if exhausted && self.links.len() > 1 {
            self.requeue(id, true, now);
            self.drop_link_exhausted(link, now);
            return;
        }
        let phase = phase_of(cause.as_ref(), self.calls.get(id).map_or(Phase::Connect, |call| call.phase()));
        self.fail_or_retry(id, cause.map_or(Error::Closed, Error::Link), phase, false, now);
        self.drop_link(link, now);
    }

    /// A link that was to be warm could not be opened.
    pub(crate) fn warming_failed(&mut self, link: LinkId, why: Unopened, now: Time) {
        self.pool.failed += 1;
        self.push(Output::Warmed { result: Err(why) });
        self.drop_link(link, now);
    }

    /// The link of an exchange has closed before the exchange was seen to end.
    fn exchange_cut(&mut self, id: CallId, link: LinkId, cause: Option<LinkError>, now: Time) {
        let (Some(call), Some(entry)) = (self.calls.get(id), self.links.get_mut(link)) else { return };
        if matches!(call.state, State::Receiving { .. }) {
            let error = match (cause, entry.conn.closed()) {
                (None, Ok(ConnEvent::End { .. })) => {
                    self.complete(id, link, false, now);
                    return;
                }
                (None, Err(error)) => Error::Protocol(error),
                (None, Ok(_)) => Error::Closed,
                // Without a close_notify nobody knows whether it was all: of less than was promised one knows that anyway.
                (Some(cause), Err(error)) if cause.kind == LinkFault::Unclean => Error::Protocol(error),
                (Some(cause), _) => Error::Link(cause),
            };
            return self.break_off(id, link, error, now);
        }
        if self.is_judged(id) {
            return;
        }
        let (Some(call), Some(entry)) = (self.calls.get(id), self.links.get_mut(link)) else { return };
        let cause = cause.filter(|cause| cause.kind != LinkFault::Unclean);
        // A failure of the very first write: none of it has left.
        let unsent = match call.state {
            State::Sending { head, writes, .. } => !head || writes == 1 && is_write(cause.as_ref()),
            State::Held { writes, .. } | State::Feeding { writes, .. } | State::Awaiting { writes, .. } => {
                writes == 1 && is_write(cause.as_ref())
            }
            _ => false,
        };
        let partial = entry.conn.closed().err().filter(has_begun);
        let facts =
            Stale { reused: entry.exchanges > 1, written: !unsent, received: partial.is_some(), again: call.resent };
        if sortie_policy::stale(&call.policy, &call.request, &facts) {
            if call.policy.told {
                let url = call.request.url().to_string().into();
                self.tell(id, What::Retried { why: "its pooled connection was stale".into(), url }, now);
            }
            self.requeue(id, true, now);
            if let Some(call) = self.calls.get_mut(id) {
                call.resent = true;
            }
            return self.drop_link(link, now);
        }
        if call.policy.told {
            let why = cause.as_ref().map(|cause| cause.to_string().into());
            self.tell(id, What::Closed { why }, now);
        }
        let phase = self.calls.get(id).map_or(Phase::FirstByte, |call| call.phase());
        let error = match (cause, partial) {
            (Some(cause), _) => Error::Link(cause),
            (None, Some(error)) => Error::Protocol(error),
            (None, None) => Error::Closed,
        };
        self.fail_or_retry(id, error, phase, !unsent, now);
        self.drop_link(link, now);
    }

    /// Puts a call into the queue of its request's origin: first in line, where it has waited there before.
    pub(crate) fn requeue(&mut self, id: CallId, first: bool, now: Time) {
        let Some(call) = self.calls.get_mut(id) else { return };
        let way = call.policy.way.as_ref();
        let (old, new) = (call.origin, self.origins.intern(call.request.url().origin(), way));
        call.state = State::Queued;
        call.origin = new;
        call.cookie = None;
        call.marks = Marks { queued: now, ..Marks::default() };
        let has_queue_timeout = call.policy.timeouts.queue.is_some();
        if let Some(route) = self.origins.get_mut(new) {
            route.calls += 1;
            match first {
                true => route.queue.push_front(id),
                false => route.queue.push_back(id),
            }
        }
        if let Some(route) = self.origins.get_mut(old) {
            route.calls -= 1;
        }
        self.origins.forget_unused(old);
        if has_queue_timeout {
            self.arm_call(id);
        }
        // It may have been the one that was read whatever the budget says: now that is another.
        self.resume_paused(now);
    }

    /// A link that found no descriptor goes; no other is opened before one has gone that had one.
    fn drop_link_exhausted(&mut self, link: LinkId, now: Time) {
        if self.forget_link(link) {
            self.push(Output::Close { link });
        }
        self.ceiling = self.links.len().max(1);
        // An idle link may serve, or give its descriptor up.
        self.unblock(now);
    }
}

/// The phase in which a link could not be opened that was in `phase` when it failed.
fn phase_of(cause: Option<&LinkError>, phase: Phase) -> Phase {
    match cause.map(|cause| cause.kind) {
        Some(LinkFault::Resolve) => Phase::Resolve,
        Some(LinkFault::Proxy) => Phase::Proxy,
        // TLS with the proxy is a part of having it open its tunnel.
        Some(LinkFault::Tls) if phase == Phase::Proxy => Phase::Proxy,
        Some(LinkFault::Tls) => Phase::Tls,
        _ => Phase::Connect,
    }
}

fn is_write(cause: Option<&LinkError>) -> bool {
    cause.is_some_and(|cause| cause.kind == LinkFault::Write)
}

/// Whether the peer had said anything before it closed.
fn has_begun(error: &sortie_h1::Error) -> bool {
    !matches!(error, sortie_h1::Error::ClosedBeforeHead { received: 0 })
}
