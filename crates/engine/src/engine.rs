//! The engine itself: what it owns, and how calls come in and go out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;

use sortie_content::Decoder;
use sortie_http::{PreparedRequest, Response};
use sortie_log::{Event, What};
use sortie_policy::Policy;
use sortie_timer::Deadlines;

use crate::call::{Call, Marks, State};
use crate::chance::Chance;
use crate::conn::Scratch;
use crate::link::Link;
use crate::origin::{OriginId, Origins};
use crate::share::Share;
use crate::table::{Name, Table};
use crate::{CallId, Error, Failure, Limits, LinkId, Outcome, Output, Phase, Time};

/// A whole HTTP client without I/O: calls go in, what to do comes out.
///
/// Every call that is submitted ends in exactly one [`Output::Done`]. Late or repeated input changes nothing.
pub struct Engine {
    pub(crate) limits: Limits,
    pub(crate) wall_at_zero: SystemTime,
    pub(crate) calls: Table<CallId, Call>,
    pub(crate) links: Table<LinkId, Link>,
    /// How many of the links are idle.
    pub(crate) idle: usize,
    pub(crate) origins: Origins,
    /// Origins that wait for the total limit, the longest waiting first.
    pub(crate) blocked: VecDeque<OriginId>,
    /// How many links the system has descriptors for, as far as it has said; each link that opens or goes lets one more
    /// be tried.
    pub(crate) ceiling: usize,
    /// One deadline a link, named by its index.
    pub(crate) link_deadlines: Deadlines,
    /// One deadline a call that has a queue or total timeout, named by its index.
    pub(crate) call_deadlines: Deadlines,
    pub(crate) decoder: Decoder,
    pub(crate) scratch: Scratch,
    /// Bytes of content that are held: received, or delivered and not released. Counted where there is a budget.
    pub(crate) held: u64,
    /// Calls in the order of their submission, where there is a budget; those that have ended are swept out later.
    pub(crate) order: VecDeque<CallId>,
    /// Links that are not read, because too much is held.
    pub(crate) paused: Vec<LinkId>,
    /// One deadline an origin whose gate is shut, named by its index.
    pub(crate) gate_deadlines: Deadlines,
    pub(crate) pool: Pool,
    pub(crate) chance: Chance,
    pub(crate) share: Share,
    output: VecDeque<Output>,
}

/// What became of connections since the engine began.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Pool {
    /// How many were begun to be opened.
    pub opened: u64,
    /// How many exchanges went out on one that had served another before.
    pub reused: u64,
    /// How many could not be opened.
    pub failed: u64,
    /// How many were secured by TLS.
    pub secured: u64,
    /// How many of those resumed an earlier session, which saves most of the handshake.
    pub resumed: u64,
}

impl Engine {
    /// An engine at moment 0, which is `wall_at_zero` on the clock on the wall; cookies and log lines need that.
    ///
    /// All that is left to chance (how long a retry waits, what a digest is salted with) follows from the `seed`.
    pub fn new(limits: Limits, seed: [u8; 32], wall_at_zero: SystemTime) -> Self {
        Engine {
            limits,
            wall_at_zero,
            calls: Table::new(),
            links: Table::new(),
            idle: 0,
            origins: Origins::new(),
            blocked: VecDeque::new(),
            ceiling: usize::MAX,
            link_deadlines: Deadlines::new(),
            call_deadlines: Deadlines::new(),
            decoder: Decoder::new(),
            scratch: Scratch::default(),
            held: 0,
            order: VecDeque::new(),
            paused: Vec::new(),
            gate_deadlines: Deadlines::new(),
            pool: Pool::default(),
            chance: Chance::new(seed),
            share: Share::default(),
            output: VecDeque::new(),
        }
    }

    /// Other limits from now on. Links that are over a lower limit are closed when their exchange ends.
    pub fn set_limits(&mut self, limits: Limits) {
        self.ceiling = usize::MAX;
        if limits.budget.is_some() && self.order.is_empty() {
            let mut calls: Vec<_> = self.calls.iter().map(|(id, call)| (call.submitted, id)).collect();
            calls.sort_unstable();
            self.order = calls.into_iter().map(|(_, id)| id).collect();
        }
        self.limits = limits;
    }

    /// Counts calls and retries from here on: whoever comes next neither pays for the retries of those before nor lives on
    /// their calls.
    pub fn begin_share(&mut self) {
        self.share = Share::default();
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes a call. `tag` comes back with its outcome.
    pub fn submit(&mut self, request: PreparedRequest, policy: Arc<Policy>, tag: u64, now: Time) -> CallId {
        let origin = self.origins.intern(request.url().origin(), policy.way.as_ref());
        let has_deadline = policy.timeouts.queue.is_some() || policy.timeouts.total.is_some();
        let id = self.calls.insert(Call {
            tag,
            policy,
            request,
            cookie: None,
            origin,
            state: State::Queued,
            attempts: 0,
            rare: None,
            resent: false,
            held: 0,
            submitted: now,
            marks: Marks { queued: now, ..Marks::default() },
        });
        self.share.submitted += 1;
        if has_deadline {
            self.arm_call(id);
        }
        if let Some(route) = self.origins.get_mut(origin) {
            route.calls += 1;
            route.queue.push_back(id);
        }
        if self.limits.budget.is_some() {
            self.sweep_order();
            self.order.push_back(id);
        }
        self.dispatch(origin, now);
        id
    }

    /// Ends a call with [`Error::Cancelled`], whatever state it is in; its link is closed.
    ///
    /// A call that has ended already is no fault.
    pub fn cancel(&mut self, call: CallId, now: Time) {
        let Some((phase, link)) = self.calls.get(call).map(|call| (call.phase(), call.link())) else { return };
        self.fail(call, Error::Cancelled, phase, now);
        if let Some(link) = link {
            self.drop_link(link, now);
        }
    }

    /// Ends all calls, as [`cancel`](Self::cancel) does. Those that wait go first, so that none gets the link of another.
    pub fn cancel_all(&mut self, now: Time) {
        let (waiting, others): (Vec<_>, Vec<_>) = self.calls.iter().partition(|(_, call)| call.link().is_none());
        let calls: Vec<CallId> = waiting.into_iter().chain(others).map(|(id, _)| id).collect();
        for call in calls {
            self.cancel(call, now);
        }
    }

    /// What the engine wants done next. Ask until `None`, once a turn.
    pub fn poll(&mut self) -> Option<Output> {
        self.output.pop_front()
    }

    /// Whether [`poll`](Self::poll) has something to say.
    pub fn has_output(&self) -> bool {
        !self.output.is_empty()
    }

    /// What became of connections so far.
    pub fn pool(&self) -> Pool {
        self.pool
    }

    /// Calls that have not ended.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// Links that are opening or open.
    pub fn links(&self) -> usize {
        self.links.len()
    }

    /// The names of all links that are idle.
    pub fn idle_links(&self) -> impl Iterator<Item = LinkId> {
        self.links.iter().filter(|(_, link)| link.state == crate::link::LinkState::Idle).map(|(id, _)| id)
    }

    /// The most links that any origin has at this moment.
    pub fn most_links_of_an_origin(&self) -> usize {
        self.origins.iter().map(|route| route.links).max().unwrap_or(0)
    }

    pub(crate) fn push(&mut self, output: Output) {
        self.output.push_back(output);
    }

    /// Tells how much of a body is on its way; what nobody has heard yet is told no more.
    pub(crate) fn push_uploaded(&mut self, tag: u64, sent: u64, total: Option<u64>) {
        let output = Output::Uploaded { tag, sent, total };
        match self.output.back_mut() {
            Some(last) if matches!(&*last, Output::Uploaded { tag: it, .. } if *it == tag) => *last = output,
            _ => self.output.push_back(output),
        }
    }

    /// What the clock on the wall says at this moment of the engine's.
    pub fn wall(&self, now: Time) -> SystemTime {
        now.wall(self.wall_at_zero)
    }

    /// Tells the log; the caller has asked whether the policy wants to be told.
    pub(crate) fn tell(&mut self, call: CallId, what: What, now: Time) {
        let at = self.wall(now);
        let Some(tag) = self.calls.get(call).map(|call| call.tag) else { return };
        self.push(Output::Told { tag, event: Event::new(at, call.number(), what) });
    }

    /// Ends a call with an error and no response.
    pub(crate) fn fail(&mut self, call: CallId, error: Error, phase: Phase, now: Time) {
        self.give_rest(call);
        if let Some(entry) = self.calls.get(call).filter(|entry| entry.policy.told) {
            let url = entry.request.url().to_string().into();
            self.tell(call, What::Failed { text: error.to_string().into(), url }, now);
        }
        self.end(call, now, |request| Err(Box::new(Failure { error, phase, request, response: None })));
    }

    /// Ends a call: the only place where one does.
    pub(crate) fn end(
        &mut self,
        id: CallId,
        now: Time,
        result: impl FnOnce(PreparedRequest) -> Result<Response, Box<Failure>>,
    ) {
        let Some(call) = self.calls.remove(id) else { return };
        self.call_deadlines.clear(id.slot().index);
        if let Some(route) = self.origins.get_mut(call.origin) {
            route.calls -= 1;
        }
        self.origins.forget_unused(call.origin);
        let result = result(call.request);
        let mut held = call.held;
        if let Ok(response) = &result
            && self.limits.budget.is_some()
        {
            // Decoded content may be larger than what came.
            let size = response.content().len() as u64;
            self.held = self.held.saturating_sub(held) + size;
            held = size;
        } else {
            self.held = self.held.saturating_sub(std::mem::take(&mut held));
        }
        let before = call.rare.and_then(|rare| rare.before.boxed());
        let outcome = Outcome { before, result, attempts: call.attempts, held };
        self.push(Output::Done { tag: call.tag, outcome });
        // It may have been the oldest, or have held what others wait for.
        self.resume_paused(now);
    }
}
