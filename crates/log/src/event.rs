//! What a client has to tell.

use std::time::{Duration, SystemTime};

/// One thing that happened, to which call, and when.
///
/// `Display` shows the call and what happened on one line, redacted. `Debug` shows everything as it is, secrets
/// included: it is for a test or a debugger, not for a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// When it happened, by the client's clock.
    pub at: SystemTime,
    /// Which call it happened to; 0 where it concerns no call, as when an idle connection closes.
    pub call: u64,
    /// What happened.
    pub what: What,
}

impl Event {
    /// Puts together when, to which call (0 for none), and what.
    pub fn new(at: SystemTime, call: u64, what: What) -> Self {
        Self { at, call, what }
    }
}

/// What happened.
///
/// A URL comes without userinfo, but its query may hold secrets;
/// sinks that write use [`redact_url`](crate::redact_url).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// The head of an exchange is handed to its connection; told once for each exchange, redirects included.
    Sending {
        /// The method, as it goes out.
        method: Box<str>,
        /// The whole URL.
        url: Box<str>,
        /// Whether the connection has carried an exchange before.
        reused: bool,
    },
    /// The head of a final response is complete.
    Received {
        /// The status code.
        status: u16,
        /// What was asked for.
        url: Box<str>,
    },
    /// An interim response (RFC 9110, section 15.2) was passed over.
    Informational {
        /// The status code, below 200.
        status: u16,
        /// The Link field of a 103 (RFC 8297), if it had one.
        link: Option<Box<str>>,
    },
    /// A redirect is followed.
    Redirected {
        /// The status code that said so.
        status: u16,
        /// Where the response came from.
        from: Box<str>,
        /// Where the call goes next.
        to: Box<str>,
    },
    /// An exchange is tried once more.
    Retried {
        /// What made it necessary: a stale connection, a status, a cause.
        why: Box<str>,
        /// What is asked for again.
        url: Box<str>,
    },
    /// A connection is ready for its first exchange.
    Opened {
        /// The address, or the path of the socket, at its other end.
        peer: Box<str>,
    },
    /// A connection is closed.
    Closed {
        /// The cause; none where it was simply no longer needed.
        why: Option<Box<str>>,
    },
    /// A server asked for time (429 or 503 with Retry-After): the calls to its origin wait.
    Held {
        /// Whose calls wait.
        origin: Box<str>,
        /// For how long.
        wait: Duration,
    },
    /// A peer sent something that is allowed but smells, such as Transfer-Encoding beside Content-Length
    /// (RFC 9112, section 6.1).
    Suspicious {
        /// What was sent.
        what: Box<str>,
        /// What was asked for.
        url: Box<str>,
    },
    /// Something beside the call went wrong and the call goes on: a hook failed, or a cookie was refused.
    Warning {
        /// What went wrong.
        text: Box<str>,
    },
    /// A call ended with an error.
    Failed {
        /// The error, with its causes.
        text: Box<str>,
        /// What was asked for last.
        url: Box<str>,
    },
}
