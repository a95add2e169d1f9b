//! Responses on their way in.

use sortie_http::StatusCode;
use sortie_log::What;

use crate::arrival::{News, Standing, begin};
use crate::call::State;
use crate::conn::{ConnEvent, Head};
use crate::engine::Engine;
use crate::feed::is_unheeded;
use crate::flow::ROOM;
use crate::link::LinkState;
use crate::output::{Output, Place, Read};
use crate::receiving::{Flow, Kept, Receiving, TRUSTED, Unsent};
use crate::{CallId, Error, LinkId, Phase, Time};

/// The least that is worth reading straight into its place.
const WORTH_PLACING: u64 = 4 * 1024;

impl Engine {
    /// Bytes have come on a link. `Read::Stop`: read no more of it.
    pub fn handle_received(&mut self, link: LinkId, bytes: &[u8], now: Time) -> Read {
        let mut rest = bytes;
        loop {
            let Some(entry) = self.links.get(link) else { return Read::Stop };
            let LinkState::Busy(id) = entry.state else {
                // Nobody asked for anything: whatever it is, the link cannot be trusted any more.
                if !rest.is_empty() && entry.state == LinkState::Idle {
                    self.drop_link(link, now);
                    return Read::Stop;
                }
                return Read::More;
            };
            match self.take_in(id, link, &mut rest, now) {
                Taken::All => return self.await_more(id, link, now),
                Taken::End { receiving, .. } if receiving.switches => {
                    self.hand_over(id, link, receiving, rest, now);
                    return Read::Stop;
                }
                Taken::End { receiving, reusable } => {
                    let reusable = reusable && rest.is_empty();
                    self.conclude(id, link, receiving, reusable, now);
                    return if reusable { Read::More } else { Read::Stop };
                }
                Taken::Informational(head) => {
                    self.heed_informational(id, link, &head, now);
                    self.tell_informational(id, &head, now);
                }
                Taken::Unheeded => {
                    self.go_without_expect(id, link, now);
                    return Read::Stop;
                }
                Taken::Head(news) => {
                    if !self.heed_head(id, link, *news, now) {
                        return Read::Stop;
                    }
                }
                Taken::Content(bytes) => {
                    if !self.hold(id, link, bytes, now) {
                        return Read::Stop;
                    }
                }
                Taken::TooMuch => {
                    self.complete(id, link, false, now);
                    return Read::Stop;
                }
                Taken::Fault(Error::Protocol(sortie_h1::Error::Unasked)) if self.has_served(link) => {
                    // It came behind the last answer, before this call's request went out: no fault of the call.
                    self.handle_closed(link, None, now);
                    return Read::Stop;
                }
                Taken::Fault(error) => {
                    self.break_off(id, link, error, now);
                    return Read::Stop;
                }
            }
        }
    }

    /// Takes in what stands at the front of `rest`, as far as it concerns nobody but this call.
    ///
    /// One look at link, call and origin serves all that one read has brought. What has come of the response is taken
    /// from its call meanwhile, and goes back unless the response is complete.
    fn take_in(&mut self, id: CallId, link: LinkId, rest: &mut &[u8], now: Time) -> Taken {
        let (Some(entry), Some(call)) = (self.links.get_mut(link), self.calls.get_mut(id)) else {
            return Taken::Fault(Error::Closed);
        };
        let Some(route) = self.origins.get_mut(entry.origin) else { return Taken::Fault(Error::Closed) };
        if let State::Judging { reusable, .. } = &mut call.state {
            // Nobody asked for anything behind that response: the link is of no more use.
            *reusable &= rest.is_empty();
            *rest = &[];
            return Taken::All;
        }
        let mut receiving = call.take_receiving();
        let taken = loop {
            let (used, event) = match entry.conn.receive(rest, &mut route.memo, &self.limits.head, &mut self.scratch) {
                Ok(received) => received,
                Err(error) => break Taken::Fault(Error::Protocol(error)),
            };
            *rest = &rest[used..];
            match (event, &mut receiving) {
                (ConnEvent::More, _) => break Taken::All,
                (ConnEvent::Informational(head), _) => break Taken::Informational(head),
                (ConnEvent::Head(head), _) => {
                    if is_unheeded(call, head.status) {
                        break Taken::Unheeded;
                    }
                    let standing = Standing {
                        limits: &self.limits,
                        chance: &mut self.chance,
                        share: &mut self.share,
                        wall_at_zero: self.wall_at_zero,
                    };
                    let (begun, news) = begin(call, head, rest.len(), standing, now);
                    receiving = Some(begun);
                    if let Some(news) = news {
                        break Taken::Head(news);
                    }
                }
                (ConnEvent::Content(piece), Some(receiving)) => {
                    match receiving.keep(piece, call.policy.max_content, self.limits.drain) {
                        Kept::Yes if self.limits.budget.is_some() => break Taken::Content(piece.len() as u64),
                        Kept::Yes => {}
                        Kept::TooMuch => break Taken::TooMuch,
                        Kept::Failed(error) => break Taken::Fault(error),
                    }
                }
                (ConnEvent::Trailers(trailers), receiving) => {
                    if let Some(receiving) = receiving {
                        receiving.trailers = Some(Box::new(trailers));
                    }
                }
                (ConnEvent::End { reusable }, Some(_)) => {
                    if let Some(receiving) = receiving.take() {
                        break Taken::End { receiving, reusable };
                    }
                }
                (ConnEvent::Content(_) | ConnEvent::End { .. }, None) => break Taken::Fault(Error::Closed),
            }
        };
        if let Some(receiving) = receiving {
            call.state = State::Receiving { link, receiving: Box::new(receiving) };
        }
        taken
    }

    /// Where the next bytes of a link belong: a large body is read straight into its place.
    pub fn place(&mut self, link: LinkId) -> Place<'_> {
        let Some(entry) = self.links.get(link) else { return Place::Anywhere };
        let LinkState::Busy(call) = entry.state else { return Place::Anywhere };
        if entry.paused {
            return if self.has_come(call, link) { Place::Lent } else { Place::Pause };
        }
        if self.stops(call, link) {
            return Place::Pause;
        }
        let want = self.links.get(link).and_then(|entry| entry.conn.want()).filter(|want| *want >= WORTH_PLACING);
        let Some(want) = want else { return Place::Anywhere };
        let Some(State::Receiving { receiving, .. }) = self.calls.get_mut(call).map(|call| &mut call.state) else {
            return Place::Anywhere;
        };
        let is_drained = receiving.is_drained();
        let trusted = if receiving.flow.is_streamed() { ROOM } else { TRUSTED as usize };
        let body = &mut receiving.body;
        // One byte more than is wanted shows whether something follows that should not.
        let most = usize::try_from(want.saturating_add(1)).unwrap_or(usize::MAX);
        let has_room = body.capacity() > body.len() || body.try_reserve(most.min(trusted)).is_ok();
        if !has_room || is_drained {
            return Place::Anywhere;
        }
        let spare = body.capacity() - body.len();
        Place::Body(body, spare.min(most))
    }

    /// `count` bytes were appended to what [`place`](Self::place) gave.
    pub fn handle_filled(&mut self, link: LinkId, count: usize, now: Time) -> Read {
        let Some(entry) = self.links.get_mut(link) else { return Read::Stop };
        let (&LinkState::Busy(call), Some(want)) = (&entry.state, entry.conn.want()) else { return Read::Stop };
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

    /// A head has come that concerns more than its call: the log, the gate of its origin, the limits.
    /// Says whether its content is to be read.
    fn heed_head(&mut self, id: CallId, link: LinkId, news: News, now: Time) -> bool {
        let News { status, suspicious, refused, gated, skipped, question, too_large, streamed } = news;
        if let Some(question) = question
            && let Some(exchange) = self.calls.get(id).map(|call| call.attempts)
        {
            self.push(Output::Ask { call: id, exchange, question });
        }
        if self.calls.get(id).is_some_and(|call| call.policy.told) {
            self.tell_received(id, status, suspicious, now);
            for text in refused {
                self.tell(id, What::Warning { text }, now);
            }
        }
        if let Some(headers) = gated {
            self.heed(id, status, &headers, now);
        }
        if let Some(limit) = too_large {
            self.break_off(id, link, Error::TooLarge { limit }, now);
            return false;
        }
        if streamed && let Some(State::Receiving { receiving, .. }) = self.calls.get(id).map(|call| &call.state) {
            let head = receiving.head.clone();
            self.show_head(id, link, head, now);
        }
        if skipped {
            self.complete(id, link, false, now);
        }
        !skipped
    }

    /// Whether a link has served an exchange before the present one.
    fn has_served(&self, link: LinkId) -> bool {
        self.links.get(link).is_some_and(|entry| entry.exchanges > 1)
    }

    /// What came is used up.
    fn await_more(&mut self, id: CallId, link: LinkId, now: Time) -> Read {
        if let Some(read) = self.flow_on(id, link, now) {
            return read;
        }
        if self.links.get(link).is_some_and(|entry| entry.paused) {
            return Read::Pause;
        }
        self.rearm_reading(id, link, now);
        Read::More
    }

    /// Something came: the next byte has its time from now. A head that comes byte by byte has only its own.
    pub(crate) fn rearm_reading(&mut self, id: CallId, link: LinkId, now: Time) {
        let Some(call) = self.calls.get(id) else { return };
        if let State::Receiving { receiving, .. } = &call.state
            && !matches!(receiving.flow, Flow::Resting | Flow::Asked)
        {
            // Where the peer may wait for a body that waits for the program, it has all the time.
            let is_pending = matches!(receiving.early, Some(Unsent::Streamed { pending: true, .. }));
            let patience = call.policy.timeouts.between_bytes.filter(|_| !is_pending);
            self.arm_link(link, patience.map(|limit| now.after(limit)));
        }
    }

    /// Ends a call whose exchange cannot be brought to its end, and closes the link.
    pub(crate) fn break_off(&mut self, call: CallId, link: LinkId, error: Error, now: Time) {
        if self.follows_anyway(call) {
            self.complete(call, link, false, now);
            return;
        }
        if self.is_judged(call) {
            return;
        }
        let phase = self.calls.get(call).map_or(Phase::FirstByte, |call| match call.phase() {
            Phase::Send => Phase::FirstByte,
            phase => phase,
        });
        self.fail_or_retry(call, error, phase, true, now);
        self.drop_link(link, now);
    }

    /// The response is complete, and the program's own code is asked what follows: its link serves nobody else then.
    pub(crate) fn is_judged(&mut self, call: CallId) -> bool {
        match self.calls.get_mut(call).map(|call| &mut call.state) {
            Some(State::Judging { reusable, .. }) => {
                *reusable = false;
                true
            }
            _ => false,
        }
    }

    /// The body that broke is one that nobody wants: that of a redirect, also of one that cannot be followed, or of what is
    /// tried again.
    pub(crate) fn follows_anyway(&self, call: CallId) -> bool {
        let Some(State::Receiving { receiving, .. }) = self.calls.get(call).map(|call| &call.state) else {
            return false;
        };
        receiving.is_drained()
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

/// What became of bytes that came, or what they have brought that concerns more than their call.
enum Taken {
    /// All of them are used, and the response goes on.
    All,
    /// The response is complete.
    End { receiving: Receiving, reusable: bool },
    /// A 1xx response.
    Informational(Head),
    /// A 417 to a request that can go without Expect.
    Unheeded,
    /// A head that others have to know of.
    Head(Box<News>),
    /// So many bytes of content, which count against the budget.
    Content(u64),
    /// More of a body than is worth reading to keep its connection.
    TooMuch,
    /// The exchange cannot go on.
    Fault(Error),
}
