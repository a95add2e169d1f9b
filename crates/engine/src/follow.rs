//! After an exchange: deliver, go again, or fail.

use std::mem;

use bytes::Bytes;
use sortie_content::Codings;
use sortie_http::{self as http, PreparedRequest, Response, ResponseParts};
use sortie_log::What;
use sortie_policy::{Verdict, Why};

use crate::call::{Call, Rare, State};
use crate::engine::Engine;
use crate::flow::sent;
use crate::outcome::Setback;
use crate::receiving::{Flow, Receiving};
use crate::{CallId, Error, Failure, LinkId, Output, Phase, Time};

impl Engine {
    /// An exchange has come to its end: its link is free, and its call is done or goes on.
    ///
    /// Says whether the link is still open.
    pub(crate) fn complete(&mut self, id: CallId, link: LinkId, reusable: bool, now: Time) -> bool {
        let Some(receiving) = self.calls.get_mut(id).and_then(Call::take_receiving) else { return false };
        self.conclude(id, link, receiving, reusable, now)
    }

    /// The same, of an exchange whose response was taken from its call already.
    pub(crate) fn conclude(
        &mut self,
        id: CallId,
        link: LinkId,
        mut receiving: Receiving,
        reusable: bool,
        now: Time,
    ) -> bool {
        let Some(call) = self.calls.get_mut(id) else { return false };
        if receiving.then.is_none() {
            call.state = State::Judging { link, receiving: Box::new(receiving), reusable };
            self.arm_link(link, None);
            return true;
        }
        let drained = receiving.is_drained();
        let is_streamed = receiving.flow != Flow::Kept && !drained;
        if is_streamed {
            self.give_all(id, link, &mut receiving, now);
        }
        let Receiving { head, body, then, early, trailers, .. } = receiving;
        let Some(call) = self.calls.get_mut(id) else { return false };
        let max = call.policy.max_content;
        let (told, cookie) = (call.policy.told, call.cookie.take());
        let credentials = call.take_credentials();
        let (peer, opening, mut reusable) = match self.links.get_mut(link) {
            Some(entry) => {
                entry.keep_alive = head.keep_alive;
                (entry.peer.clone(), entry.opening.take(), reusable && early.is_none())
            }
            None => (None, None, false),
        };
        let timings = call.marks.timings(opening.map_or([0; 3], |opening| *opening), now);
        let content = match head.has.content_encoding && !is_streamed {
            true => self.decode(&Codings::of(&head.headers), body, max, drained),
            false => Ok(exact(body)),
        };
        let respond = |request: PreparedRequest, content: Bytes| {
            let request = sent(request, &credentials, cookie.as_deref());
            let (status, version, headers) = (head.status, head.version, head.headers);
            let rare = http::Rare::of(head.reason.map(|reason| *reason), trailers.map(|trailers| *trailers));
            Response::from(ResponseParts { status, version, rare, headers, content, request, timings, peer })
        };
        let fail = |error, phase, response: Option<Response>, request| {
            Err(Box::new(Failure { error, phase, request, response }))
        };
        match (then, content) {
            (Some(Verdict::Again(again)), Ok(content)) => {
                let Some(call) = self.calls.get_mut(id) else { return false };
                let from = mem::replace(&mut call.request, again.request);
                let (old, new) = (from.url().clone(), call.request.url().clone());
                let response = respond(from, content);
                let status = response.status().as_u16();
                call.resent = false;
                let is_challenge = again.why == Why::Challenge;
                let Rare { before, course, .. } = call.rare_mut();
                before.history.push(response);
                course.left_origin |= again.left_origin;
                match again.why {
                    Why::Challenge => course.answers += 1,
                    _ => (course.redirects, course.answers) = (course.redirects + 1, 0),
                }
                if told {
                    let (from, to) = (old.to_string().into(), new.to_string().into());
                    let what = match is_challenge {
                        true => What::Retried { why: "the server asks who is there".into(), url: to },
                        false => What::Redirected { status, from, to },
                    };
                    self.tell(id, what, now);
                }
                // First the link, so that the call finds it free; first in line, since it has waited already.
                self.requeue(id, true, now);
                let origin = self.calls.get(id).map(|call| call.origin);
                reusable = self.put_back(link, reusable, now);
                if let Some(origin) = origin {
                    self.dispatch(origin, now);
                }
                return reusable;
            }
            (Some(Verdict::Wait(wait)), Ok(content)) => {
                let Some(call) = self.calls.get_mut(id) else { return false };
                let response = respond(call.request.clone(), content);
                let status = response.status();
                call.rare_mut().before.history.push(response);
                self.try_later(id, Setback::Status(status), &format!("status {}", status.as_u16()), wait, now);
            }
            (Some(Verdict::Deliver), Ok(content)) => self.end(id, now, |request| Ok(respond(request, content))),
            (Some(Verdict::Fail(error)), Ok(content)) => self.end(id, now, |request| {
                let response = respond(request.clone(), content);
                fail(Error::Policy(*error), Phase::Follow, Some(response), request)
            }),
            (_, Err(error)) => self.end(id, now, |request| fail(error, Phase::Content, None, request)),
            (_, Ok(_)) => self.fail(id, Error::Closed, Phase::Follow, now),
        }
        self.put_back(link, reusable, now)
    }

    /// The peer has switched protocols: its link goes to whoever made the call, and the call is done.
    pub(crate) fn hand_over(&mut self, id: CallId, link: LinkId, receiving: Receiving, surplus: &[u8], now: Time) {
        if let Some(call) = self.calls.get(id).filter(|_| receiving.early.is_none()) {
            self.push(Output::Handed { link, tag: call.tag, surplus: surplus.to_vec() });
        }
        // It is closed here only where it could not be handed over; the driver has let go of it before.
        self.conclude(id, link, receiving, false, now);
    }

    fn put_back(&mut self, link: LinkId, reusable: bool, now: Time) -> bool {
        self.release(link, reusable, now);
        self.links.get(link).is_some()
    }

    /// The content in the form it was meant to be read in. What was only drained is left coded if it is damaged.
    fn decode(&mut self, codings: &Codings, body: Vec<u8>, max: Option<u64>, drained: bool) -> Result<Bytes, Error> {
        if codings.is_empty() || body.is_empty() {
            return Ok(exact(body));
        }
        let mut limits = self.limits.content;
        limits.max = max.or(limits.max);
        match self.decoder.decode(codings, &body, &limits) {
            Ok(decoded) => Ok(exact(decoded)),
            Err(_) if drained => Ok(exact(body)),
            Err(error) => Err(Error::Content(error)),
        }
    }
}

/// A body that holds no more memory than it needs, but for the byte that shows a surplus.
fn exact(mut body: Vec<u8>) -> Bytes {
    if body.capacity() > body.len() + 1 {
        body.shrink_to_fit();
    }
    Bytes::from(body)
}
