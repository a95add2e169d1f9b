//! One call: what was asked for, how far it has come, what it has brought.

use std::mem;
use std::sync::Arc;

use sortie_http::{Headers, PreparedRequest, Timings};
use sortie_policy::{Course, Policy};

use crate::origin::OriginId;
use crate::receiving::Receiving;
use crate::table::{Name, Slot};
use crate::{Before, LinkId, Phase, Time};

/// Names a call until it is done.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CallId(Slot);

/// One call.
pub(crate) struct Call {
    pub(crate) tag: u64,
    pub(crate) policy: Arc<Policy>,
    /// The request of the present exchange, without the cookies that are added to it.
    pub(crate) request: PreparedRequest,
    /// The Cookie field of the present exchange.
    pub(crate) cookie: Option<Box<str>>,
    pub(crate) origin: OriginId,
    pub(crate) state: State,
    /// How many exchanges were begun.
    pub(crate) attempts: u32,
    /// Boxed, since a call that waits should be small; `None` where there is nothing of it.
    pub(crate) rare: Option<Box<Rare>>,
    /// The request of this exchange has gone again already, because its connection was stale.
    pub(crate) resent: bool,
    /// How many bytes of its content count against the budget.
    pub(crate) held: u64,
    pub(crate) submitted: Time,
    pub(crate) marks: Marks,
}

/// What most calls do without.
#[derive(Default)]
pub(crate) struct Rare {
    /// What says, in the present exchange, who asks.
    pub(crate) credentials: Credentials,
    /// How many redirects were followed, and the like.
    pub(crate) course: Course,
    /// The exchanges that are over.
    pub(crate) before: Before,
}

/// What says, in an exchange, who asks, beside what stands in the request.
#[derive(Default)]
pub(crate) enum Credentials {
    /// Nothing as yet, or at all.
    #[default]
    None,
    /// The program's own scheme is being asked.
    Asked,
    /// These fields, which go out in place of the request's own of those names.
    Fields(Headers),
}

/// How far a call has come.
///
/// ```text
/// Queued ──► Connecting ──► Sending ──► Awaiting ──► Receiving ──► Judging ──► (done, and gone from the table)
///   ▲  ▲ │                     ▲                         │            │
///   │  │ └──── a free link ────┘                         ├────────────┘
///   │  └────── another origin, no free link ─────────────┤ again
///   └───────── the time has come ◄── Waiting ◄───────────┘ after a while
/// ```
pub(crate) enum State {
    /// Waiting for a link.
    Queued,
    /// Its own link is being opened, and in this phase of that since then.
    Connecting { link: LinkId, phase: Phase, since: Time },
    /// The request is on its way, `sent` bytes of its body are handed over; `writes` counts how often.
    Sending { link: LinkId, head: bool, sent: usize, writes: u32 },
    /// The head is on its way, the body waits for the peer's word that it is wanted.
    Held { link: LinkId, writes: u32 },
    /// The request is on its way, `sent` bytes of its streamed body are handed over; whether the next ones are `pending`.
    Feeding { link: LinkId, sent: u64, pending: bool, writes: u32 },
    /// The request is out, handed over by so many `writes`; nothing of the response has come, but for 1xx.
    Awaiting { link: LinkId, writes: u32 },
    /// The head is here, and more is to come. Boxed, since most responses come whole, and a call that waits should be small.
    Receiving { link: LinkId, receiving: Box<Receiving> },
    /// The response is complete, and the program's own code is still being asked what follows it.
    Judging { link: LinkId, receiving: Box<Receiving>, reusable: bool },
    /// It goes again when this time has come.
    Waiting { until: Time },
}

/// When things happened in the present exchange.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    /// The call came into its queue.
    pub(crate) queued: Time,
    /// It got a link, or a link began to be opened for it.
    pub(crate) taken: Time,
    /// The first byte of the request was handed over.
    pub(crate) sending: Time,
    /// The last one was.
    pub(crate) sent: Time,
    /// The head had come.
    pub(crate) head: Time,
}

impl Call {
    /// The link it has, opening or open.
    pub(crate) fn link(&self) -> Option<LinkId> {
        match &self.state {
            State::Queued | State::Waiting { .. } => None,
            State::Connecting { link, .. }
            | State::Sending { link, .. }
            | State::Held { link, .. }
            | State::Feeding { link, .. }
            | State::Awaiting { link, .. }
            | State::Receiving { link, .. }
            | State::Judging { link, .. } => Some(*link),
        }
    }

    /// What says, in the present exchange, who asks.
    pub(crate) fn credentials(&self) -> &Credentials {
        self.rare.as_ref().map_or(&Credentials::None, |rare| &rare.credentials)
    }

    pub(crate) fn set_credentials(&mut self, credentials: Credentials) {
        self.rare_mut().credentials = credentials;
    }

    /// Takes what says who asks away, since the exchange is over.
    pub(crate) fn take_credentials(&mut self) -> Credentials {
        self.rare.as_mut().map_or(Credentials::None, |rare| mem::take(&mut rare.credentials))
    }

    /// How far it has come.
    pub(crate) fn course(&self) -> Course {
        self.rare.as_ref().map_or(Course::default(), |rare| rare.course)
    }

    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// What has come of the response, if its head has. The call waits for it to be put back, or is done.
    pub(crate) fn take_receiving(&mut self) -> Option<Receiving> {
        if !matches!(self.state, State::Receiving { .. } | State::Judging { .. }) {
            return None;
        }
        match mem::replace(&mut self.state, State::Queued) {
            State::Receiving { receiving, .. } | State::Judging { receiving, .. } => Some(*receiving),
            _ => None,
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        match &self.state {
            State::Queued => Phase::Queue,
            State::Connecting { phase, .. } => *phase,
            State::Sending { .. } | State::Held { .. } | State::Feeding { .. } => Phase::Send,
            State::Awaiting { .. } => Phase::FirstByte,
            State::Receiving { .. } => Phase::Content,
            State::Judging { .. } => Phase::Follow,
            State::Waiting { .. } => Phase::Wait,
        }
    }
}

impl Marks {
    /// Where the time of an exchange went that ended `now`, and whose link took so long to open.
    pub(crate) fn timings(&self, opening: [u64; 3], now: Time) -> Timings {
        let between = |from: Time, to: Time| to.0.saturating_sub(from.0);
        let [resolve, connect, tls] = opening;
        Timings::from_nanoseconds([
            between(self.queued, self.taken),
            resolve,
            connect,
            tls,
            between(self.sending, self.sent),
            between(self.sent, self.head),
            between(self.head, now),
        ])
    }
}

impl CallId {
    /// The number by which events name the call; a later call may have it again.
    pub fn number(self) -> u64 {
        u64::from(self.0.index) + 1
    }
}

impl Name for CallId {
    fn new(slot: Slot) -> Self {
        CallId(slot)
    }

    fn slot(self) -> Slot {
        self.0
    }
}
