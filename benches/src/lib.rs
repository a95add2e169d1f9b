//! What measures sortie: programs that do the same job and print a line about it. For Linux.
//!
//! | program | how it sends | tells |
//! |---|---|---|
//! | `sender` | by a [`sortie::Session`]'s `map`, with all that a session does by default ([`session`]) | time, memory |
//! | `raw` | by an epoll loop that writes baked bytes and looks only for the head's end and the length ([`limit`]) | the same |
//! | `memory` | by the engine alone, to a server in memory ([`memory`]) | the same |
//! | `upload` | one large body, from a file, a reader or memory; `upload sink` swallows it | the same |
//! | `allocations` | as `sender` | what the sending thread allocates |
//!
//! `raw` is the practical limit of one write and one read a request, so the quotient of `sender` and it is what the rest
//! of an HTTP client costs. A program is a [`Job`] from its arguments, a [`Meter`] around the work, a [`Tally`] of the
//! outcomes and a [`Report`], one line of JSON:
//!
//! ```
//! use sortie_benches::{Meter, Program, Report, Tally};
//!
//! const PROGRAM: Program = Program { name: "nothing", options: &[], later: &[] };
//! let job = PROGRAM.job(["http://127.0.0.1:8000/", "2", "1"].map(String::from))?;
//! let meter = Meter::start();
//! let mut tally = Tally::default();
//! for index in 0..job.count {
//!     tally.add(index, 200, 100);
//! }
//! let report = Report { requests: job.count, tally, spent: meter.stop()? };
//! assert!(report.to_string().starts_with(r#"{"requests":2,"ok":2,"bytes":200,"wall_s":"#));
//! # Ok::<(), sortie_benches::Error>(())
//! ```
//!
//! How to measure by them stands in the README.

mod answer;
mod canned;
mod error;
mod heap;
mod inflate;
pub mod limit;
mod line;
pub mod memory;
mod meter;
mod report;
pub mod session;
mod tally;
mod target;
pub mod tls;
mod urls;
mod usage;

pub use canned::Canned;
pub use error::Error;
pub use heap::{Allocated, HeapReport};
pub use inflate::INFLATE;
pub use line::Line;
pub use meter::{Meter, Spent};
pub use report::Report;
pub use tally::Tally;
pub use urls::{DIFFERENT, Urls};
pub use usage::{Job, Program};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
