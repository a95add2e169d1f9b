//! What every call was given, and how it ended: the books that the engine is held against.

use std::collections::BTreeMap;
use std::time::Duration;

use sortie_engine::{CallId, Error as Cause, Outcome, Setback, Time};
use sortie_http::Method;
use sortie_log::Event;
use sortie_policy::Timeouts;

use crate::{Answer, Ask, Error, Request};

/// A request that a server has seen the head of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Served {
    /// Which call it belongs to.
    pub tag: u64,
    /// How many redirects led to it.
    pub step: u32,
    /// Which of the world's links it came on, counted from 1 in the order of opening.
    pub link: usize,
    /// When it came.
    pub at: Duration,
}

/// All calls of a world.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) entries: BTreeMap<u64, Entry>,
    pub(crate) served: Vec<Served>,
    /// How many calls were submitted and have not ended.
    pub(crate) open: usize,
}

/// One call.
pub(crate) struct Entry {
    timeouts: Timeouts,
    /// How many bytes of body it takes along, unless a redirect drops it.
    body: usize,
    /// How often it may be tried again, and whether whatever its method is.
    retries: u32,
    any_method: bool,
    /// Whether it may answer a challenge to each request, once.
    answers: bool,
    /// Nothing that was done to it so far is a reason to fail.
    must_succeed: bool,
    pub(crate) id: Option<CallId>,
    pub(crate) submitted: Time,
    /// How often a byte of the request with this step was written.
    written: BTreeMap<u32, u32>,
    /// The last answer that a server meant to give to it.
    meant: Option<Meant>,
    pub(crate) told: Vec<Event>,
    pub(crate) ended: Option<(Time, Outcome)>,
}

/// What a server meant to answer.
struct Meant {
    step: u32,
    repeated: u32,
    status: u16,
    content: Vec<u8>,
}

impl Ledger {
    /// A call is going to be made; says its tag.
    pub(crate) fn enter(&mut self, ask: &Ask, must_succeed: bool) -> u64 {
        let tag = self.entries.len() as u64 + 1;
        let timeouts = ask.policy.timeouts.clone();
        let is_patient = timeouts == Timeouts::default();
        let entry = Entry {
            timeouts,
            body: ask.body.unwrap_or(0),
            retries: ask.policy.retries.count,
            any_method: ask.policy.retries.any_method,
            answers: ask.policy.auth.is_some(),
            must_succeed: must_succeed
                && is_patient
                && ask.stream.as_ref().is_none_or(|stream| stream.is_sound(ask.body))
                && sortie_policy::is_idempotent(&ask.method),
            id: None,
            submitted: Time(0),
            written: BTreeMap::new(),
            meant: None,
            told: Vec::new(),
            ended: None,
        };
        self.entries.insert(tag, entry);
        tag
    }

    /// The first bytes of a request leave. No other place knows whether a request was sent twice.
    pub(crate) fn write(&mut self, tag: u64, step: u32, method: &str) -> Result<(), Error> {
        let Some(entry) = self.entries.get_mut(&tag) else { return Err(Error::Nobody { tag }) };
        let times = entry.written.entry(step).or_default();
        *times += 1;
        let is_idempotent = Method::from_bytes(method.as_bytes()).is_ok_and(|m| sortie_policy::is_idempotent(&m));
        // A 417 that lets it go without Expect is no reason to go again on top of that.
        let refused = entry.meant.as_ref().is_some_and(|meant| meant.step == step && meant.status == 417);
        // Once more on a stale connection, that again for each retry, and all of it for a challenge that is answered.
        let limit = if is_idempotent || entry.any_method {
            2 * (entry.retries + 1) * (1 + u32::from(entry.answers))
        } else {
            1
        };
        let limit = limit + u32::from(refused);
        if *times > limit { Err(Error::SentAgain { tag, step, times: *times }) } else { Ok(()) }
    }

    /// A server has seen the head of a request; notes in it how often this had come before.
    pub(crate) fn serve(&mut self, request: &mut Request, link: usize, at: Time) -> Result<(), Error> {
        let Some(entry) = self.entries.get(&request.tag) else { return Err(Error::Nobody { tag: request.tag }) };
        let again = entry.meant.as_ref().filter(|meant| meant.step == request.step);
        request.repeated = again.map_or(0, |meant| meant.repeated + 1);
        let at = at.since(Time(0));
        self.served.push(Served { tag: request.tag, step: request.step, link, at });
        Ok(())
    }

    /// How many bytes of body a call takes along.
    pub(crate) fn body(&self, tag: u64) -> usize {
        self.entries.get(&tag).map_or(0, |entry| entry.body)
    }

    /// A server has decided what to answer.
    pub(crate) fn mean(&mut self, request: &Request, answer: &Answer) {
        if let Some(entry) = self.entries.get_mut(&request.tag) {
            let content = if answer.has_content(request) { answer.content.clone() } else { Vec::new() };
            entry.meant =
                Some(Meant { step: request.step, repeated: request.repeated, status: answer.status, content });
        }
    }

    /// A call has ended; `slack` is how late a turn may be.
    pub(crate) fn end(&mut self, tag: u64, outcome: Outcome, now: Time, slack: Duration) -> Result<(), Error> {
        let Some(entry) = self.entries.get_mut(&tag).filter(|entry| entry.id.is_some()) else {
            return Err(Error::Nobody { tag });
        };
        if entry.ended.is_some() {
            return Err(Error::EndedTwice { tag });
        }
        self.open -= 1;
        let result = entry.judge(tag, &outcome, now, slack);
        entry.ended = Some((now, outcome));
        result
    }
}

impl Entry {
    fn judge(&self, tag: u64, outcome: &Outcome, now: Time, slack: Duration) -> Result<(), Error> {
        if let Some(limit) = self.timeouts.total
            && now > self.submitted.after(limit).after(slack)
        {
            return Err(Error::Late { tag, limit, took: now.since(self.submitted) });
        }
        let response = match &outcome.result {
            Ok(response) => response,
            Err(failure) => {
                let is_asked_for = matches!(failure.error, Cause::Cancelled);
                let fails = self.must_succeed && !is_asked_for;
                let cause = || format!("{:?} in {:?}", failure.error, failure.phase);
                return if fails { Err(Error::Failed { tag, cause: cause() }) } else { Ok(()) };
            }
        };
        let Some(meant) = &self.meant else { return Err(Error::Invented { tag }) };
        // What was tried again, and each challenge, stands in the history beside the redirects.
        let tried = outcome.tried().iter().filter(|tried| matches!(tried.why, Setback::Status(_))).count();
        let challenges = outcome.history().iter().filter(|response| response.status().as_u16() == 401).count();
        let answered = tried + challenges;
        let what = if response.status().as_u16() != meant.status {
            "status"
        } else if response.content()[..] != meant.content[..] {
            "content"
        } else if outcome.history().len() != meant.step as usize + answered {
            "history"
        } else {
            return Ok(());
        };
        Err(Error::Mixed { tag, what })
    }
}
