//! Requests on their way out.

use std::net::SocketAddr;
use std::sync::Arc;

use sortie_http::PreparedRequest;
use sortie_log::What;
use sortie_policy::{Authenticator, with_credentials};

use crate::call::{Call, Credentials, State};
use crate::engine::Engine;
use crate::link::LinkState;
use crate::output::Write;
use crate::receiving::Unsent;
use crate::road::Proxied;
use crate::{CallId, LinkId, Opened, Output, Phase, Time};

/// What it says is a proxy's alone: it is never sent through a tunnel.
const PROXY_AUTHORIZATION: &str = "Proxy-Authorization";

impl Engine {
    /// A link is about to be opened: its connect timeout begins now, however long ago it was asked for.
    pub fn handle_opening(&mut self, link: LinkId, now: Time) {
        match self.links.get_mut(link).map(|entry| &mut entry.state) {
            Some(LinkState::Opening(id)) => {
                let id = *id;
                let Some(call) = self.calls.get_mut(id) else { return };
                call.marks.taken = now;
                call.state = State::Connecting { link, phase: Phase::Connect, since: now };
                self.arm_opening(id);
            }
            Some(LinkState::Warming(warming)) => {
                (warming.begun, warming.since) = (now, now);
                self.arm_warming(link);
            }
            _ => {}
        }
    }

    /// A link that is being opened has come to another phase of that: resolve, connect, proxy or TLS; and leads to `peer`,
    /// as far as that is known.
    pub fn handle_entered(&mut self, link: LinkId, phase: Phase, peer: Option<SocketAddr>, now: Time) {
        let Some(entry) = self.links.get_mut(link) else { return };
        if let Some(peer) = peer {
            entry.peer = Some(Arc::new(peer));
        }
        match &mut entry.state {
            LinkState::Opening(id) => {
                let id = *id;
                let Some(call) = self.calls.get_mut(id) else { return };
                call.state = State::Connecting { link, phase, since: now };
                self.arm_opening(id);
            }
            LinkState::Warming(warming) => {
                (warming.phase, warming.since) = (phase, now);
                self.arm_warming(link);
            }
            LinkState::Busy(_) | LinkState::Idle => {}
        }
    }

    /// Whether the head of a response has come on this link, and not yet its end.
    pub fn has_head(&self, link: LinkId) -> bool {
        let Some(&LinkState::Busy(id)) = self.links.get(link).map(|entry| &entry.state) else { return false };
        self.calls.get(id).is_some_and(|call| matches!(call.state, State::Receiving { .. }))
    }

    /// A link is open. Ignored in any other state of the link.
    pub fn handle_opened(&mut self, link: LinkId, opened: Opened, now: Time) {
        let Some(entry) = self.links.get_mut(link) else { return };
        self.pool.secured += u64::from(opened.secured);
        self.pool.resumed += u64::from(opened.resumed);
        let id = match entry.state {
            LinkState::Opening(id) => id,
            LinkState::Warming(_) => {
                entry.peer = opened.peer.map(Arc::new);
                // As one that has served: it may turn out to be stale.
                entry.exchanges = 1;
                self.ceiling = self.ceiling.saturating_add(1);
                self.push(Output::Warmed { result: Ok(()) });
                return self.release(link, true, now);
            }
            LinkState::Busy(_) | LinkState::Idle => return,
        };
        entry.peer = opened.peer.map(Arc::new);
        self.ceiling = self.ceiling.saturating_add(1);
        let nanoseconds = |part: std::time::Duration| u64::try_from(part.as_nanos()).unwrap_or(u64::MAX);
        entry.opening = Some(Box::new([opened.resolve, opened.connect + opened.proxy, opened.tls].map(nanoseconds)));
        let told = self.calls.get(id).is_some_and(|call| call.policy.told);
        if told && let Some(peer) = opened.peer {
            self.tell(id, What::Opened { peer: peer.to_string().into() }, now);
        }
        self.begin(id, link, now);
    }

    /// Appends what is to be sent on a link, at most about `budget` bytes of a body at once; says what follows.
    ///
    /// Where it could not be written at once, call [`handle_blocked`](Self::handle_blocked), and this again when it is.
    pub fn handle_writable(&mut self, link: LinkId, out: &mut Vec<u8>, budget: usize, now: Time) -> Write {
        let Some(entry) = self.links.get_mut(link) else { return Write::Done };
        let LinkState::Busy(id) = entry.state else { return Write::Done };
        let Some(call) = self.calls.get_mut(id) else { return Write::Done };
        if matches!(call.credentials(), Credentials::Asked) {
            return Write::Done;
        }
        let (head, sent, writes) = match &mut call.state {
            State::Sending { head, sent, writes, .. } => (head, sent, writes),
            State::Receiving { .. } => return self.send_on(id, link, out, budget, now),
            State::Feeding { writes, .. } => {
                *writes += 1;
                return Write::Feed;
            }
            _ => return Write::Done,
        };
        let (had_head, mut done) = (*head, *sent);
        *head = true;
        *writes += 1;
        let writes = *writes;
        let reused = entry.exchanges > 1;
        let told = call.policy.told;
        let simply_follows = call.policy.expect.is_none() && !call.request.body().is_streamed();
        if !had_head {
            self.write_head(id, link, out, now);
            if told {
                self.tell_sending(id, reused, now);
            }
            if !simply_follows && let Some(write) = self.hold_or_feed(id, link, writes, now) {
                return write;
            }
        }
        let Some(call) = self.calls.get_mut(id) else { return Write::Done };
        let body = call.request.body().as_bytes().map_or(&[][..], |bytes| &bytes[..]);
        let end = body.len().min(done.saturating_add(budget));
        out.extend_from_slice(&body[done.min(end)..end]);
        done = end;
        let finished = done == body.len();
        let counted = call.policy.counted && !body.is_empty();
        let timeouts = &call.policy.timeouts;
        let patience = if finished { timeouts.first_byte } else { timeouts.between_bytes };
        if finished {
            call.state = State::Awaiting { link, writes };
            call.marks.sent = now;
        } else if let State::Sending { sent, .. } = &mut call.state {
            *sent = done;
        }
        self.arm_link(link, patience.map(|limit| now.after(limit)));
        if counted {
            self.tell_uploaded(id, done as u64);
        }
        if finished { Write::Done } else { Write::More }
    }

    /// Appends more of a request whose response has begun already: the server may wait for the rest before it goes on.
    fn send_on(&mut self, id: CallId, link: LinkId, out: &mut Vec<u8>, budget: usize, now: Time) -> Write {
        let Some(call) = self.calls.get_mut(id) else { return Write::Done };
        let State::Receiving { receiving, .. } = &mut call.state else { return Write::Done };
        let (sent, body) = match (&mut receiving.early, call.request.body().as_bytes()) {
            (Some(Unsent::Bytes(sent)), Some(body)) => (sent, body),
            (Some(Unsent::Streamed { .. }), _) => return Write::Feed,
            _ => return Write::Done,
        };
        let end = body.len().min(sent.saturating_add(budget));
        out.extend_from_slice(&body[(*sent).min(end)..end]);
        *sent = end;
        let more = end < body.len();
        self.rearm_reading(id, link, now);
        self.tell_uploaded(id, end as u64);
        if more { Write::More } else { Write::Done }
    }

    /// What was appended last could not be written at once: the request is still on its way.
    pub fn handle_blocked(&mut self, link: LinkId, now: Time) {
        let Some(&LinkState::Busy(id)) = self.links.get(link).map(|entry| &entry.state) else { return };
        let Some(call) = self.calls.get_mut(id) else { return };
        match &mut call.state {
            State::Sending { writes, .. } | State::Feeding { writes, .. } => *writes += 1,
            State::Awaiting { .. } => {
                // Of a streamed body nothing is left to be handed over.
                let sent = call.request.body().as_bytes().map_or(0, |bytes| bytes.len());
                call.state = State::Sending { link, head: true, sent, writes: 2 };
            }
            _ => return,
        }
        let patience = call.policy.timeouts.between_bytes;
        self.arm_link(link, patience.map(|limit| now.after(limit)));
    }

    /// Writes the head of a call's request, with the cookies that this exchange takes along.
    fn write_head(&mut self, id: CallId, link: LinkId, out: &mut Vec<u8>, now: Time) {
        let wall = self.wall(now);
        let (Some(call), Some(entry)) = (self.calls.get_mut(id), self.links.get_mut(link)) else { return };
        call.attempts += 1;
        call.marks.sending = now;
        call.cookie =
            sortie_policy::cookie_value(&call.policy, &call.request, !call.course().left_origin, wall).map(Into::into);
        let upgrade = call.policy.upgrade;
        let proxy = match entry.proxied {
            Proxied::Asked => self.origins.get(entry.origin).and_then(|route| route.road.asked()),
            Proxied::Direct | Proxied::Tunnelled => None,
        };
        if matches!(call.policy.auth, Some(Authenticator::Digest(_))) {
            let cnonce = || self.chance.bytes();
            let fields = sortie_policy::authorization(&call.policy, &call.request, &call.course(), cnonce);
            call.set_credentials(fields.map_or(Credentials::None, Credentials::Fields));
        }
        let is_tunnelled = entry.proxied == Proxied::Tunnelled;
        let is_as_it_is = !is_tunnelled || !call.request.headers().contains(PROXY_AUTHORIZATION);
        let changed = match is_as_it_is && matches!(call.credentials(), Credentials::None) {
            true => None,
            false => Some(as_it_goes_out(call, is_tunnelled)),
        };
        let request = changed.as_ref().unwrap_or(&call.request);
        entry.conn.begin(request, call.cookie.as_deref(), proxy, upgrade, out);
    }

    fn tell_sending(&mut self, id: CallId, reused: bool, now: Time) {
        let Some(call) = self.calls.get(id) else { return };
        let what = What::Sending {
            method: call.request.method().as_str().into(),
            url: call.request.url().to_string().into(),
            reused,
        };
        self.tell(id, what, now);
    }
}

/// A call's request with what says who asks, and without what is a proxy's alone where a tunnel leads past it.
#[cold]
fn as_it_goes_out(call: &Call, is_tunnelled: bool) -> PreparedRequest {
    let mut request = call.request.clone();
    if let Credentials::Fields(fields) = call.credentials() {
        // Whether they can be sent was looked at when they came.
        request = with_credentials(&request, fields).unwrap_or(request);
    }
    if is_tunnelled {
        request.headers_mut().remove(PROXY_AUTHORIZATION);
    }
    request
}
