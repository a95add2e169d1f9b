use std::sync::Arc;

use sortie_http::Origin;
use sortie_log::Event;
use sortie_policy::{Channel, Proxy, Question};

use crate::{CallId, LinkId, Outcome, Streamed, Unopened};

/// What the engine wants done. The driver asks for it by [`Engine::poll`](crate::Engine::poll).
#[derive(Debug)]
#[non_exhaustive]
pub enum Output {
    /// Open a link to this origin; answer with `handle_opened` or `handle_closed`, and tell each phase on the way by
    /// `handle_entered`.
    ///
    /// Through a proxy of HTTP's, a link for plain http ends there; any other needs its tunnel.
    Open {
        /// The name of the new link.
        link: LinkId,
        /// Where it leads.
        origin: Arc<Origin>,
        /// Whom it goes through.
        proxy: Option<Arc<Proxy>>,
        /// How it is made.
        channel: Channel,
    },
    /// A link that was opened by `warm` is open and idle, or could not be opened.
    Warmed {
        /// Why it is not open.
        result: Result<(), Unopened>,
    },
    /// The peer has switched protocols, as was asked for: the link belongs to whoever made the call, whose `Done` follows.
    /// The engine has forgotten it.
    Handed {
        /// Which link.
        link: LinkId,
        /// What was given with the call.
        tag: u64,
        /// What the peer has sent already, behind its head.
        surplus: Vec<u8>,
    },
    /// The link has something to send: call `handle_writable` and write what it appends.
    Transmit {
        /// Which link.
        link: LinkId,
    },
    /// Read this link on, which `Read::Pause` or `Place::Pause` had stopped.
    Resume {
        /// Which link.
        link: LinkId,
    },
    /// Close the link, whatever state it is in. Nothing is expected after it.
    Close {
        /// Which link.
        link: LinkId,
    },
    /// So much of a body was handed over to be sent. Only where the call's policy asks for it.
    Uploaded {
        /// What was given with the call.
        tag: u64,
        /// How many bytes of content, in this exchange.
        sent: u64,
        /// How many there are, where that is known.
        total: Option<u64>,
    },
    /// Only the program's own code knows: ask it, where a panic can do no harm, and hand the answer to
    /// [`handle_reply`](crate::Engine::handle_reply).
    Ask {
        /// Which call.
        call: CallId,
        /// Which of its exchanges, to be handed back with the answer.
        exchange: u32,
        /// What to ask.
        question: Question,
    },
    /// Something happened that a log wants to know. Only where the call's policy asks to be told.
    Told {
        /// What was given with the call that it is about.
        tag: u64,
        /// What happened.
        event: Event,
    },
    /// The head of a response is here whose content is streamed: see [`Engine::want`](crate::Engine::want).
    Head {
        /// What was given with the call.
        tag: u64,
        /// What is known now.
        head: Box<Streamed>,
    },
    /// Content of a response that is streamed, as it came: not decoded, and never empty.
    Content {
        /// What was given with the call.
        tag: u64,
        /// The next bytes of it.
        bytes: Vec<u8>,
    },
    /// A call has ended. There is exactly one of these for each call.
    Done {
        /// What was given with the call.
        tag: u64,
        /// How it ended.
        outcome: Outcome,
    },
}

/// Where the next bytes of a link belong.
#[derive(Debug)]
pub enum Place<'a> {
    /// Into any buffer; hand them in by `handle_received`.
    Anywhere,
    /// Behind what is in this body, at most so many; tell it by `handle_filled`.
    Body(&'a mut Vec<u8>, usize),
    /// Nowhere: do not read before `Output::Resume` says so.
    Pause,
    /// To the reader of streamed content, who takes it from the link: see [`Engine::lend`](crate::Engine::lend).
    Lent,
}

/// What follows, once what `handle_writable` or `handle_fed` appended is written.
///
/// Where it could not be written at once, call `handle_blocked`, and `handle_writable` when it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Write {
    /// Nothing, for now.
    Done,
    /// There is more: call `handle_writable` again.
    More,
    /// The next bytes of a streamed body are wanted, by `handle_fed`. The first may leave with what was appended already.
    Feed,
}

/// Whether the engine wants more bytes of a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Read {
    /// Read on when there is more.
    More,
    /// Read no more before `Output::Resume` says so.
    Pause,
    /// The link is closed, or about to be: read no more.
    Stop,
}
