//! Bodies that are read while they are sent, and bodies that wait for the peer's word.
//!
//! ```text
//!             head written              100, or the time is up
//! Sending ─┬────────────► Held ─┬───────────────────────────────► Sending ──► Awaiting
//!          │    it expects      └─ a streamed body ─► Feeding ◄─┐  the last byte
//!          └──── a streamed body ───────────────────►   │  └────┘ handle_fed
//!                                                       └──────────────────► Awaiting
//! ```

use std::io;

use sortie_http::{Body, StatusCode};
use sortie_log::What;

use crate::call::{Call, State};
use crate::conn::Head;
use crate::engine::Engine;
use crate::error::BodyFault;
use crate::link::LinkState;
use crate::output::Write;
use crate::receiving::Unsent;
use crate::{CallId, Error, LinkId, Output, Phase, Time};

/// The field by which a request asks for a word before its body (RFC 9110, section 10.1.1).
const EXPECT: &str = "Expect";

/// What the driver has of a streamed body. Complete: there is no other way to go on.
#[derive(Debug)]
pub enum Piece<'a> {
    /// The next bytes.
    Bytes(&'a [u8]),
    /// Nothing now. The driver calls `handle_writable` when there is something; nobody's time runs out before that but
    /// the call's own.
    Pending,
    /// Nothing more.
    End,
    /// It could not be opened or read.
    Failed(io::Error),
}

impl Engine {
    /// The body of the exchange on a link, which [`Write::Feed`] asks for: each exchange has it from its beginning.
    pub fn body(&self, link: LinkId) -> Option<&Body> {
        let LinkState::Busy(id) = self.links.get(link)?.state else { return None };
        Some(self.calls.get(id)?.request.body())
    }

    /// Here is what [`Write::Feed`] has asked for.
    ///
    /// Where it has to be framed, all of it is appended to `out`; else the same bytes are given back, to be sent behind
    /// `out` as they are. Ignored where nothing was asked for.
    pub fn handle_fed<'a>(
        &mut self,
        link: LinkId,
        piece: Piece<'a>,
        out: &mut Vec<u8>,
        now: Time,
    ) -> (Write, &'a [u8]) {
        let nothing = (Write::Done, &[][..]);
        let Some(&LinkState::Busy(id)) = self.links.get(link).map(|entry| &entry.state) else { return nothing };
        let Some(call) = self.calls.get_mut(id) else { return nothing };
        let length = call.request.body().length();
        let Some((sent, pending)) = feeding(call) else { return nothing };
        match piece {
            Piece::Pending => {
                *pending = true;
                self.arm_link(link, None);
                nothing
            }
            Piece::Failed(source) => {
                self.fail_body(id, link, BodyFault::Read(source), now);
                nothing
            }
            Piece::Bytes(bytes) => {
                let total = sent.saturating_add(bytes.len() as u64);
                if let Some(length) = length.filter(|length| total > *length) {
                    self.fail_body(id, link, BodyFault::Long { length }, now);
                    return nothing;
                }
                (*sent, *pending) = (total, false);
                let as_it_is = match length {
                    None => {
                        sortie_h1::write_chunk(out, bytes);
                        &[][..]
                    }
                    Some(_) => bytes,
                };
                self.tell_uploaded(id, total);
                if length == Some(total) {
                    self.sent_whole(id, link, now);
                    return (Write::Done, as_it_is);
                }
                self.arm_sending(id, link, now);
                (Write::Feed, as_it_is)
            }
            Piece::End => {
                if let Some(length) = length.filter(|length| *sent < *length) {
                    let fault = BodyFault::Short { sent: *sent, length };
                    self.fail_body(id, link, fault, now);
                    return nothing;
                }
                if length.is_none() {
                    sortie_h1::write_last_chunk(out);
                }
                self.sent_whole(id, link, now);
                nothing
            }
        }
    }

    /// What is left of a request cannot be sent. Says whether its answer, which is streamed, goes on all the same: then
    /// nothing more is sent, and how the link ends is told to whoever reads on.
    pub fn handle_unsent(&mut self, link: LinkId) -> bool {
        let Some(&LinkState::Busy(id)) = self.links.get(link).map(|entry| &entry.state) else { return false };
        match self.calls.get_mut(id).map(|call| &mut call.state) {
            Some(State::Receiving { receiving, .. }) if receiving.flow.is_streamed() && !receiving.is_drained() => {
                receiving.early = Some(Unsent::Nothing);
                true
            }
            _ => false,
        }
    }

    /// The head of a request is written whose body does not simply follow: what does, if that is not for the caller to do.
    pub(crate) fn hold_or_feed(&mut self, id: CallId, link: LinkId, writes: u32, now: Time) -> Option<Write> {
        let call = self.calls.get_mut(id)?;
        let body = call.request.body();
        let has_content = body.is_chunked() || body.length().is_some_and(|length| length > 0);
        if !has_content {
            return None;
        }
        if let Some(patience) = call.policy.expect.filter(|_| call.request.headers().contains(EXPECT)) {
            call.state = State::Held { link, writes };
            self.arm_link(link, Some(now.after(patience)));
            return Some(Write::Done);
        }
        if !body.is_streamed() {
            return None;
        }
        call.state = State::Feeding { link, sent: 0, pending: false, writes };
        self.arm_sending(id, link, now);
        Some(Write::Feed)
    }

    /// Nobody waits for a word any more: the body follows. Says whether it was held back.
    pub(crate) fn let_go(&mut self, id: CallId, link: LinkId, now: Time) -> bool {
        let Some(call) = self.calls.get_mut(id) else { return false };
        let State::Held { writes, .. } = call.state else { return false };
        call.state = match call.request.body().is_streamed() {
            true => State::Feeding { link, sent: 0, pending: false, writes },
            false => State::Sending { link, head: true, sent: 0, writes },
        };
        self.arm_sending(id, link, now);
        self.push(Output::Transmit { link });
        true
    }

    /// A 1xx is here: it may be the word that a body waits for.
    pub(crate) fn heed_informational(&mut self, id: CallId, link: LinkId, head: &Head, now: Time) {
        if head.status == StatusCode::CONTINUE {
            self.let_go(id, link, now);
        }
    }

    /// The peer does not heed Expect: the request goes again without it. What the peer has said of this one, and what it
    /// may still wait for, goes with the connection.
    pub(crate) fn go_without_expect(&mut self, id: CallId, link: LinkId, now: Time) {
        let Some(call) = self.calls.get_mut(id) else { return };
        call.request.headers_mut().remove(EXPECT);
        if call.policy.told {
            let url = call.request.url().to_string().into();
            self.tell(id, What::Retried { why: "the server does not heed Expect".into(), url }, now);
        }
        self.requeue(id, true, now);
        self.drop_link(link, now);
    }

    /// Where it is wanted, tells how much of a body is on its way.
    pub(crate) fn tell_uploaded(&mut self, id: CallId, sent: u64) {
        let Some(call) = self.calls.get(id).filter(|call| call.policy.counted) else { return };
        let (tag, total) = (call.tag, call.request.body().length());
        self.push_uploaded(tag, sent, total);
    }

    fn arm_sending(&mut self, id: CallId, link: LinkId, now: Time) {
        let Some(call) = self.calls.get(id) else { return };
        if matches!(call.state, State::Receiving { .. }) {
            // Where the answer has begun, it is for its reader to go on.
            return self.rearm_reading(id, link, now);
        }
        let patience = call.policy.timeouts.between_bytes;
        self.arm_link(link, patience.map(|limit| now.after(limit)));
    }

    /// The last byte of a streamed body is on its way.
    fn sent_whole(&mut self, id: CallId, link: LinkId, now: Time) {
        let Some(call) = self.calls.get_mut(id) else { return };
        match &mut call.state {
            State::Feeding { writes, .. } => {
                call.state = State::Awaiting { link, writes: *writes };
                call.marks.sent = now;
                let patience = call.policy.timeouts.first_byte;
                self.arm_link(link, patience.map(|limit| now.after(limit)));
            }
            State::Receiving { receiving, .. } => {
                receiving.early = Some(Unsent::Nothing);
                self.rearm_reading(id, link, now);
            }
            _ => {}
        }
    }

    /// The body is not what it was to be: what was sent of the request is none, and neither is the connection.
    fn fail_body(&mut self, id: CallId, link: LinkId, fault: BodyFault, now: Time) {
        if self.follows_anyway(id) {
            self.complete(id, link, false, now);
            return;
        }
        self.fail(id, Error::Body(fault), Phase::Send, now);
        self.drop_link(link, now);
    }
}

/// Whether a 417 says no more than that the peer does not heed Expect, so that the request can go without.
pub(crate) fn is_unheeded(call: &Call, status: StatusCode) -> bool {
    status == StatusCode::EXPECTATION_FAILED
        && call.policy.expect.is_some()
        && call.request.headers().contains(EXPECT)
        && call.request.body().is_whole()
}

/// How much of a streamed body was handed over, and whether more of it is awaited, where one is being sent.
fn feeding(call: &mut Call) -> Option<(&mut u64, &mut bool)> {
    match &mut call.state {
        State::Feeding { sent, pending, .. } => Some((sent, pending)),
        State::Receiving { receiving, .. } => match &mut receiving.early {
            Some(Unsent::Streamed { sent, pending }) => Some((sent, pending)),
            _ => None,
        },
        _ => None,
    }
}
