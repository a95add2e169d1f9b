//! Responses on their way in.

use sortie_http::StatusCode;
use sortie_log::What;
use sortie_policy::{Seen, Verdict};

use crate::call::{Receiving, State};
use crate::conn::{ConnEvent, Head};
use crate::engine::Engine;
use crate::link::LinkState;
use crate::output::{Place, Read};
use crate::{CallId, Error, LinkId, Phase, Time};

/// How much memory is reserved for a body on the peer's word alone.
const TRUSTED: u64 = 1024 * 1024;

/// The least that is worth reading straight into its place.
const WORTH_PLACING: u64 = 4 * 1024;

impl Engine {
    /// Bytes have come on a link. `Read::Stop`: read no more of it.
    pub fn handle_received(&mut self, link: LinkId, bytes: &[u8], now: Time) -> Read {
        let mut rest = bytes;
        loop {
            let Some(entry) = self.links.get_mut(link) else { return Read::Stop };
            let (LinkState::Busy(call), Some(route)) = (entry.state, self.origins.get_mut(entry.origin)) else {
                // Nobody asked for anything: whatever it is, the link cannot be trusted any more.
                if !rest.is_empty() && entry.state == LinkState::Idle {
                    self.drop_link(link, now);
                    return Read::Stop;
                }
                return Read::More;
            };
            let received = entry.conn.receive(rest, &mut route.memo, &self.limits.head, &mut self.scratch);
            let (used, event) = match received {
                Ok(received) => received,
                Err(sortie_h1::Error::Unasked) if entry.exchanges > 1 => {
                    // It came behind the last answer, before this call's request went out: no fault of the call.
                    self.handle_closed(link, None, now);
                    return Read::Stop;
                }
                Err(error) => {
                    self.break_off(call, link, Error::Protocol(error), now);
                    return Read::Stop;
                }
            };
            rest = &rest[used..];
            match event {
                ConnEvent::More => {
                    return self.await_more(call, link, now);
                }
                ConnEvent::Informational(head) => self.tell_informational(call, &head, now),
                ConnEvent::Head(head) => {
                    if !self.take_head(call, link, head, rest.len(), now) {
                        return Read::Stop;
                    }
                }
                ConnEvent::Content(piece) => {
                    if !self.take_content(call, link, piece, now) {
                        return Read::Stop;
                    }
                }
                ConnEvent::End { reusable } => {
                    let reusable = reusable && rest.is_empty();
                    self.complete(call, link, reusable, now);
                    return if reusable { Read::More } else { Read::Stop };
                }
            }
        }
    }

    /// Where the next bytes of a link belong: a large body is read straight into its place.
    pub fn place(&mut self, link: LinkId) -> Place<'_> {
        let Some(entry) = self.links.get(link) else { return Place::Anywhere };
        let LinkState::Busy(call) = entry.state else { return Place::Anywhere };
        if entry.paused || self.stops(call, link) {
            return Place::Pause;
        }
        let want = self.links.get(link).and_then(|entry| entry.conn.want()).filter(|want| *want >= WORTH_PLACING);
        let Some(want) = want else { return Place::Anywhere };
        let Some(State::Receiving { receiving, .. }) = self.calls.get_mut(call).map(|call| &mut call.state) else {
            return Place::Anywhere;
        };
        let body = &mut receiving.body;
        // One byte more than is wanted shows whether something follows that should not.
        let most = usize::try_from(want.saturating_add(1)).unwrap_or(usize::MAX);
        let has_room = body.capacity() > body.len() || body.try_reserve(most.min(TRUSTED as usize)).is_ok();
        if !has_room || !matches!(receiving.then, Verdict::Deliver) {
            return Place::Anywhere;
        }
        let spare = body.capacity() - body.len();
        Place::Body(body, spare.min(most))
    }

    /// `count` bytes were appended to what [`place`](Self::place) gave.
    pub fn handle_filled(&mut self, link: LinkId, count: usize, now: Time) -> Read {
        let Some(entry) = self.links.get_mut(link) else { return Read::Stop };
        let (LinkState::Busy(call), Some(want)) = (entry.state, entry.conn.want()) else { return Read::Stop };
        let surplus = (count as u64).saturating_sub(want);
        let complete = entry.conn.placed(count as u64);
        if surplus > 0
            && let Some(State::Receiving { receiving, .. }) = self.calls.get_mut(call).map(|call| &mut call.state)
        {
            let length = receiving.body.len().saturating_sub(surplus as usize);
            receiving.body.truncate(length);
        }
        if !self.hold(call, link, count as u64 - surplus, now) {
            return Read::Stop;
        }
        match complete {
            // The connection has its last word: whether it may be used again.
            true => self.handle_received(link, &[], now),
            false => self.await_more(call, link, now),
        }
    }

    /// A head is here: what it means for the jar, for what follows, for the memory of the body.
    fn take_head(&mut self, id: CallId, link: LinkId, head: Head, arrived: usize, now: Time) -> bool {
        let wall = self.wall(now);
        let Some(call) = self.calls.get_mut(id) else { return false };
        call.marks.head = now;
        let early = match call.state {
            State::Sending { sent, .. } => Some(sent),
            _ => None,
        };
        if early.is_some() {
            call.marks.sent = now;
        }
        let gated = head.has.retry_after && self.limits.gate.is_some();
        let mut refused = Vec::new();
        if head.has.set_cookie {
            refused = sortie_policy::absorb(&call.policy, call.request.url(), &head.headers, wall);
        }
        let seen =
            Seen { request: &call.request, status: head.status, headers: &head.headers, redirects: call.redirects };
        let then = sortie_policy::judge(&call.policy, &seen);
        let drain = self.limits.drain;
        let too_large = call.policy.max_content.filter(|_| matches!(then, Verdict::Deliver));
        let length = match head.framing {
            sortie_h1::Framing::Length(length) => length,
            _ => 0,
        };
        let coded = head.has.content_encoding;
        let too_large = too_large.filter(|limit| length > coded_limit(*limit, coded));
        let skipped = !matches!(then, Verdict::Deliver) && length > drain as u64;
        let room = if length > arrived as u64 { length.saturating_add(1).min(TRUSTED) } else { length };
        let mut body = Vec::new();
        // A failure shows again when the bytes come, and is an error then.
        let _ = body.try_reserve_exact(if skipped { 0 } else { room as usize });
        let (status, suspicious, told) = (head.status, head.suspicious, call.policy.told);
        let headers = gated.then(|| head.headers.clone());
        call.state = State::Receiving { link, receiving: Receiving { head, body, then, early } };
        if told {
            self.tell_received(id, status, suspicious, now);
            for refusal in &refused {
                self.tell(id, What::Warning { text: refusal.to_string().into() }, now);
            }
        }
        if let Some(headers) = headers {
            self.heed(id, status, &headers, now);
        }
        if let Some(limit) = too_large {
            self.break_off(id, link, Error::TooLarge { limit }, now);
            return false;
        }
        if skipped {
            self.complete(id, link, false, now);
        }
        !skipped
    }

    /// A piece of the body, kept as far as it is wanted.
    fn take_content(&mut self, id: CallId, link: LinkId, piece: &[u8], now: Time) -> bool {
        let drain = self.limits.drain;
        let Some(call) = self.calls.get_mut(id) else { return false };
        let limit = call.policy.max_content;
        let State::Receiving { receiving, .. } = &mut call.state else { return false };
        let coded = receiving.head.has.content_encoding;
        let body = &mut receiving.body;
        let length = body.len() as u64 + piece.len() as u64;
        if !matches!(receiving.then, Verdict::Deliver) {
            if length > drain as u64 {
                self.complete(id, link, false, now);
                return false;
            }
        } else if let Some(limit) = limit.filter(|limit| length > coded_limit(*limit, coded)) {
            self.break_off(id, link, Error::TooLarge { limit }, now);
            return false;
        }
        if body.try_reserve(piece.len()).is_err() {
            self.break_off(id, link, Error::Memory { bytes: length as usize }, now);
            return false;
        }
        body.extend_from_slice(piece);
        self.hold(id, link, piece.len() as u64, now)
    }

    /// What came is used up.
    fn await_more(&mut self, id: CallId, link: LinkId, now: Time) -> Read {
        if self.links.get(link).is_some_and(|entry| entry.paused) {
            return Read::Pause;
        }
        self.rearm_reading(id, link, now);
        Read::More
    }

    /// Something came: the next byte has its time from now. A head that comes byte by byte has only its own.
    pub(crate) fn rearm_reading(&mut self, id: CallId, link: LinkId, now: Time) {
        let Some(call) = self.calls.get(id) else { return };
        if matches!(call.state, State::Receiving { .. }) {
            let patience = call.policy.timeouts.between_bytes;
            self.arm_link(link, patience.map(|limit| now.after(limit)));
        }
    }

    /// Ends a call whose exchange cannot be brought to its end, and closes the link.
    pub(crate) fn break_off(&mut self, call: CallId, link: LinkId, error: Error, now: Time) {
        if self.follows_anyway(call) {
            self.complete(call, link, false, now);
            return;
        }
        let phase = self.calls.get(call).map_or(Phase::FirstByte, |call| match call.phase() {
            Phase::Send => Phase::FirstByte,
            phase => phase,
        });
        self.fail(call, error, phase, now);
        self.drop_link(link, now);
    }

    /// The body that broke is one that nobody wants: that of a redirect.
    pub(crate) fn follows_anyway(&self, call: CallId) -> bool {
        let Some(State::Receiving { receiving, .. }) = self.calls.get(call).map(|call| &call.state) else {
            return false;
        };
        matches!(receiving.then, Verdict::Again(_))
    }

    fn tell_informational(&mut self, id: CallId, head: &Head, now: Time) {
        if self.calls.get(id).is_some_and(|call| call.policy.told) {
            let link = head.headers.joined("link").map(|link| link.into());
            self.tell(id, What::Informational { status: head.status.as_u16(), link }, now);
        }
    }

    fn tell_received(&mut self, id: CallId, status: StatusCode, suspicious: bool, now: Time) {
        let Some(call) = self.calls.get(id) else { return };
        let url: Box<str> = call.request.url().to_string().into();
        if suspicious {
            let what = "Transfer-Encoding beside Content-Length: the coding wins".into();
            self.tell(id, What::Suspicious { what, url: url.clone() }, now);
        }
        self.tell(id, What::Received { status: status.as_u16(), url }, now);
    }
}

/// How many bytes may come where so many bytes of decoded content are allowed: a coding may make small content larger.
fn coded_limit(limit: u64, coded: bool) -> u64 {
    if coded { limit.saturating_add(64 * 1024) } else { limit }
}
