//! What an HTTP client did, told once: events, sinks, the verbose line, redaction.
//!
//! A client builds one [`Event`] for each thing that happens and hands it to one [`Sink`]. What becomes of it is the
//! sink's affair: [`Verbose`] writes one line for each exchange at the moment it is sent, [`Detailed`] one line for
//! everything, [`Memory`] keeps the events for a test, `Bridge` (feature `log`) passes them to the `log` facade, and
//! [`FnSink`] calls a closure.
//! ```text
//! client ── Event { at, call, what } ──► Sink ─┬─ Verbose    2011-08-17T03:04:23.380175   GET   http://h/p
//!                                              ├─ Detailed   every event, one line each
//!                                              ├─ Memory     Vec<Event>
//!                                              ├─ Bridge     log::debug!, log::warn!
//!                                              └─ FnSink     Fn(&Event)
//! ```
//! An event holds what the client knew, secrets included; whatever is *written* here goes through [`redact_url`] or
//! [`redact_text`] first, and its control characters are escaped, so that one event is always one line.
//!
//! Nothing here reads a clock: the time of an event is given with it.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use sortie_log::{Event, Sink, Verbose, What};
//!
//! let verbose = Verbose::new(Vec::new()).utc();
//! let at = SystemTime::UNIX_EPOCH + Duration::from_micros(1_313_550_263_380_175);
//! let url = "http://user:pass@127.0.0.1:8000/get?q=1&token=5ecret".into();
//! verbose.record(&Event::new(at, 1, What::Sending { method: "GET".into(), url, reused: false }));
//!
//! let written = String::from_utf8(verbose.into_inner())?;
//! assert_eq!(written, "2011-08-17T03:04:23.380175   GET   http://***@127.0.0.1:8000/get?q=1&token=***\n");
//! # Ok::<(), std::string::FromUtf8Error>(())
//! ```

mod describe;
mod detailed;
mod error;
mod escape;
mod event;
mod lines;
mod memory;
mod redact;
mod secret;
mod sink;
mod stamp;
mod verbose;

#[cfg(feature = "log")]
mod bridge;

#[cfg(feature = "log")]
pub use bridge::Bridge;
pub use detailed::Detailed;
pub use error::Error;
pub use event::{Event, What};
pub use memory::Memory;
pub use redact::{redact_text, redact_url};
pub use secret::is_secret_name;
pub use sink::{FnSink, Sink};
pub use verbose::Verbose;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
