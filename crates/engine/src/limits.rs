use std::time::Duration;

use crate::Budget;

/// What an engine holds itself to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at the same time, opening and idle ones included. Default: 128. 0 counts as 1.
    pub connections: usize,
    /// Connections to one origin at the same time. Default: 16. 0 counts as 1.
    pub per_origin: usize,
    /// How long an idle connection is kept; a shorter `Keep-Alive: timeout` of the server wins. Default: 90 s.
    pub idle: Duration,
    /// The limits of a response's head.
    pub head: sortie_h1::Limits,
    /// The limits of decoding that guard against bombs; a hard limit is the policy's `max_content`.
    pub content: sortie_content::Limits,
    /// How much content may be held at the same time. Default: any amount.
    pub budget: Option<Budget>,
    /// Whether a 429 or 503 with Retry-After holds the other calls to its origin, and for how long at the most.
    /// Default: it does not.
    pub gate: Option<Duration>,
    /// How many retries there may be, for each thousand calls that were submitted since the limits were set
    /// with none there. Default: any number.
    pub retry_share: Option<u32>,
    /// How many bytes of a redirect's body are read to keep its connection. Default: 64 KiB.
    pub drain: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 128,
            per_origin: 16,
            idle: Duration::from_secs(90),
            head: sortie_h1::Limits::default(),
            content: sortie_content::Limits::default(),
            budget: None,
            gate: None,
            retry_share: None,
            drain: 64 * 1024,
        }
    }
}
