//! A whole HTTP client without I/O: calls, a pool of connections, limits, deadlines.
//!
//! The engine decides; a driver acts. The driver hands in what happened (`handle_*`), asks for what to do
//! ([`Engine::poll`]) until there is nothing more, waits until [`Engine::next_deadline`], and hands in the time. No
//! socket, clock, thread or randomness is in here, so a network in memory can play any fate through, and the same one
//! again.
//!
//! ```text
//! submit ─► Queued ─► Connecting ─► Sending ─► Awaiting ─► Receiving ─► Done
//!             ▲  Open ▲   ▲ handle_opened     handle_received  │
//!             │  Transmit, handle_writable ───┘                │
//!             └── again: a redirect, a challenge, a stale link ┤
//!             └─────────── Waiting, until it is tried again ◄──┘
//! ```
//!
//! A streamed body is asked for by [`Write::Feed`], piece by piece, when its link can take one.
//!
//! A call ends in exactly one [`Output::Done`], whatever happens. Scheduling is in here too: total and per-origin
//! limits, fairness between origins, a pool of idle connections.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::SystemTime;
//! use sortie_engine::{Engine, Limits, Opened, Output, Time};
//! use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
//! use sortie_policy::Policy;
//!
//! let mut engine = Engine::new(Limits::default(), [0; 32], SystemTime::UNIX_EPOCH);
//! let mut headers = Headers::new();
//! headers.append("Host", "h")?;
//! let request = PreparedRequest::new(Method::GET, Url::parse("http://h/")?, headers, Body::none());
//! engine.submit(request, Arc::new(Policy::default()), 7, Time(0));
//!
//! let Some(Output::Open { link, .. }) = engine.poll() else { panic!("a link is wanted") };
//! engine.handle_opened(link, Opened::default(), Time(1));
//! let mut wire = Vec::new();
//! engine.handle_writable(link, &mut wire, usize::MAX, Time(1));
//! assert_eq!(wire, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
//! let _ = engine.handle_received(link, b"HTTP/1.1 204 No Content\r\n\r\n", Time(2));
//!
//! let done = std::iter::from_fn(|| engine.poll()).find_map(|output| match output {
//!     Output::Done { tag, outcome } => Some((tag, outcome.result.unwrap().status().as_u16())),
//!     _ => None,
//! });
//! assert_eq!(done, Some((7, 204)));
//! # Ok::<(), sortie_http::Error>(())
//! ```

mod arrival;
mod ask;
mod call;
mod chance;
mod close;
mod conn;
mod deadline;
mod engine;
mod error;
mod feed;
mod flow;
mod follow;
mod gate;
mod limits;
mod link;
mod memory;
mod origin;
mod outcome;
mod output;
mod receive;
mod receiving;
mod retry;
mod road;
mod schedule;
mod send;
mod share;
mod table;
mod time;

pub use call::CallId;
pub use engine::{Engine, Pool};
pub use error::{BodyFault, Error, LinkError, LinkFault, Phase};
pub use feed::Piece;
pub use flow::Streamed;
pub use limits::Limits;
pub use link::{LinkId, Opened};
pub use memory::{Budget, Overflow};
pub use outcome::{Before, Failure, Outcome, Setback, Tried, Unopened};
pub use output::{Output, Place, Read, Write};
pub use time::Time;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
