//! Content that is handed out as it comes, to a reader that asks for it.
//!
//! ```text
//!            want             something came
//! Resting ─────────► Wanted ─────────────────► Resting      it goes out as `Output::Content`
//!    ▲     lend, want_lent                        ▲
//!    └─────────────────► Lent ────────────────────┘         the reader takes it from the link by itself
//! ```
//! A link is read only while its reader waits, so that no more is held than one read has brought, and what the peer sends
//! beyond that waits in the system's own buffers until those are full: that is how it learns to slow down.

use sortie_http::{PreparedRequest, Rare, Response, ResponseParts};
use sortie_policy::with_credentials;

use crate::call::{Credentials, State};
use crate::conn::Head;
use crate::engine::Engine;
use crate::output::{Output, Read};
use crate::receiving::{Flow, Receiving};
use crate::{Before, CallId, LinkId, Time, Tried};

/// How much room is made for one read, in bytes.
pub(crate) const ROOM: usize = 64 * 1024;

/// The head of a response whose content follows piece by piece.
#[derive(Debug)]
pub struct Streamed {
    /// The call, to be named in [`Engine::want`].
    pub call: CallId,
    /// The link, to be read where [`Engine::lend`] allows it.
    pub link: LinkId,
    /// The response, without content.
    pub response: Response,
    /// The responses before it, in order: redirects, challenges that were answered, what was tried again.
    pub history: Vec<Response>,
    /// The exchanges that went wrong and were tried again, in order.
    pub tried: Vec<Tried>,
    /// How many exchanges were begun.
    pub attempts: u32,
    /// The limits of decoding the content, the policy's `max_content` among them.
    pub limits: sortie_content::Limits,
}

impl Engine {
    /// Somebody waits for content of a call: its link is read until some has come, which goes out as
    /// [`Output::Content`], or as [`Output::Done`] where there is no more.
    ///
    /// Asking again before that changes nothing. `spare` is where it may be put: what was handed out before, read and emptied. The time between bytes runs from now.
    /// Ignored where nothing is streamed.
    pub fn want(&mut self, call: CallId, spare: Vec<u8>, now: Time) {
        let Some((link, receiving)) = self.streamed(call) else { return };
        if receiving.body.capacity() < spare.capacity() && receiving.body.is_empty() {
            receiving.body = spare;
            receiving.body.clear();
        }
        if self.ask(call, link, Flow::Wanted, now) {
            self.push(Output::Resume { link });
        }
    }

    /// How many bytes of a call's content may be read from its link past the engine, straight into the reader's own
    /// memory; tell it by [`handle_lent`](Self::handle_lent). `None` where the engine has to see what comes.
    pub fn lend(&mut self, call: CallId) -> Option<u64> {
        let (link, receiving) = self.streamed(call)?;
        if !receiving.body.is_empty() {
            return None;
        }
        self.links.get(link)?.conn.want()
    }

    /// The link of a call that may be [lent](Self::lend) has nothing now, and somebody waits: when it has,
    /// [`place`](Self::place) says so. The time between bytes runs from now.
    pub fn want_lent(&mut self, call: CallId, now: Time) {
        if let Some((link, _)) = self.streamed(call) {
            self.ask(call, link, Flow::Lent, now);
        }
    }

    /// So many bytes, no more than were lent, were read by the reader of the content.
    pub fn handle_lent(&mut self, call: CallId, count: u64, now: Time) {
        let Some((link, receiving)) = self.streamed(call) else { return };
        let is_resting = receiving.flow == Flow::Resting;
        let Some(entry) = self.links.get_mut(link) else { return };
        if entry.conn.placed(count) {
            // The connection has its last word: whether it may be used again.
            let _ = self.handle_received(link, &[], now);
        } else if !is_resting {
            self.rest(call, link);
        }
    }

    /// A link that is not read has something. Says whether that is for the reader of its content to take.
    pub(crate) fn has_come(&mut self, call: CallId, link: LinkId) -> bool {
        let is_lent = self.streamed(call).is_some_and(|(_, receiving)| receiving.flow == Flow::Lent);
        if is_lent {
            self.rest(call, link);
        }
        is_lent
    }

    /// Nobody waits for content any more: it is not read, and time is its reader's.
    fn rest(&mut self, call: CallId, link: LinkId) {
        let Some((_, receiving)) = self.streamed(call) else { return };
        receiving.flow = Flow::Resting;
        if let Some(entry) = self.links.get_mut(link) {
            entry.paused = true;
        }
        self.arm_link(link, None);
    }

    /// What becomes of a streamed response when all that came is used: what there is goes out, and then nobody reads on.
    pub(crate) fn flow_on(&mut self, id: CallId, link: LinkId, now: Time) -> Option<Read> {
        if self.is_asked(id) {
            if let Some(entry) = self.links.get_mut(link) {
                entry.paused = true;
            }
            self.arm_link(link, None);
            return Some(Read::Pause);
        }
        let (_, receiving) = self.streamed(id)?;
        if receiving.body.is_empty() {
            let goes_on = receiving.flow == Flow::Wanted;
            if goes_on {
                self.rearm_reading(id, link, now);
            }
            return Some(if goes_on { Read::More } else { Read::Pause });
        }
        let bytes = std::mem::take(&mut receiving.body);
        self.give(id, bytes);
        self.rest(id, link);
        Some(Read::Pause)
    }

    /// The head of a response that is streamed goes out.
    pub(crate) fn show_head(&mut self, id: CallId, link: LinkId, head: Head, now: Time) {
        let mut limits = self.limits.content;
        let peer = self.links.get(link).and_then(|entry| entry.peer.clone());
        let opening = self.links.get(link).and_then(|entry| entry.opening.as_deref().copied()).unwrap_or_default();
        let Some(call) = self.calls.get_mut(id) else { return };
        limits.max = call.policy.max_content.or(limits.max);
        let response = Response::from(ResponseParts {
            status: head.status,
            version: head.version,
            rare: Rare::of(head.reason.map(|reason| *reason), None),
            headers: head.headers,
            content: Default::default(),
            request: sent(call.request.clone(), call.credentials(), call.cookie.as_deref()),
            timings: call.marks.timings(opening, now),
            peer,
        });
        let Before { history, tried } =
            call.rare.as_mut().map(|rare| std::mem::take(&mut rare.before)).unwrap_or_default();
        let (attempts, tag) = (call.attempts, call.tag);
        let head = Box::new(Streamed { call: id, link, response, history, tried, attempts, limits });
        self.push(Output::Head { tag, head });
        self.rest(id, link);
    }

    /// All that there is of a response that has come to its end goes out.
    pub(crate) fn give_all(&mut self, id: CallId, link: LinkId, receiving: &mut Receiving, now: Time) {
        if receiving.flow == Flow::Asked {
            self.show_head(id, link, receiving.head.clone(), now);
        }
        self.give(id, std::mem::take(&mut receiving.body));
    }

    /// The program's own code has answered what follows a response that was to be streamed, and goes on.
    pub(crate) fn stream_judged(&mut self, id: CallId, link: LinkId, now: Time) {
        let Some(State::Receiving { receiving, .. }) = self.calls.get_mut(id).map(|call| &mut call.state) else {
            return;
        };
        if receiving.flow != Flow::Asked {
            return;
        }
        if receiving.is_drained() {
            receiving.flow = Flow::Kept;
            if let Some(entry) = self.links.get_mut(link) {
                entry.paused = false;
            }
            self.push(Output::Resume { link });
            return self.rearm_reading(id, link, now);
        }
        receiving.flow = Flow::Resting;
        let head = receiving.head.clone();
        self.show_head(id, link, head, now);
        self.give_rest(id);
    }

    /// Whether the head of a call's response went out: it cannot be tried again.
    pub(crate) fn is_shown(&mut self, id: CallId) -> bool {
        self.streamed(id).is_some()
    }

    fn is_asked(&self, id: CallId) -> bool {
        let state = self.calls.get(id).map(|call| &call.state);
        matches!(state, Some(State::Receiving { receiving, .. }) if receiving.flow == Flow::Asked)
    }

    /// Content goes out.
    pub(crate) fn give(&mut self, id: CallId, bytes: Vec<u8>) {
        if let Some(tag) = self.calls.get(id).map(|call| call.tag).filter(|_| !bytes.is_empty()) {
            self.push(Output::Content { tag, bytes });
        }
    }

    /// Before a call ends that is streamed, what has come goes out.
    pub(crate) fn give_rest(&mut self, id: CallId) {
        if let Some((_, receiving)) = self.streamed(id) {
            let bytes = std::mem::take(&mut receiving.body);
            self.give(id, bytes);
        }
    }

    /// What has come of a response that is streamed, and its link.
    fn streamed(&mut self, id: CallId) -> Option<(LinkId, &mut Receiving)> {
        match &mut self.calls.get_mut(id)?.state {
            State::Receiving { link, receiving } if receiving.flow.is_streamed() => Some((*link, receiving)),
            _ => None,
        }
    }

    /// Somebody waits now. Says whether that is news; if not, time goes on as it does.
    fn ask(&mut self, id: CallId, link: LinkId, flow: Flow, now: Time) -> bool {
        let Some((_, receiving)) = self.streamed(id) else { return false };
        if std::mem::replace(&mut receiving.flow, flow) == flow {
            return false;
        }
        if let Some(entry) = self.links.get_mut(link) {
            entry.paused = flow != Flow::Wanted;
        }
        self.rearm_reading(id, link, now);
        true
    }
}

/// A request as it was sent, with the credentials and the cookies that the exchange took along.
#[inline]
pub(crate) fn sent(mut request: PreparedRequest, credentials: &Credentials, cookie: Option<&str>) -> PreparedRequest {
    if let Credentials::Fields(fields) = credentials {
        // They went out like that.
        request = with_credentials(&request, fields).unwrap_or(request);
    }
    if let Some(cookie) = cookie {
        // The jar lets nothing out that could not stand in a field.
        let _ = request.headers_mut().set_sensitive("Cookie", cookie);
    }
    request
}
