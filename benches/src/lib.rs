//! What measures sortie: two programs that do the same job and print the same line. For Linux.
//!
//! | program | how it sends |
//! |---|---|
//! | `sender` | by a [`sortie::Session`]'s `map`, with all that a session does by default |
//! | `raw` | by [`limit`]: an epoll loop that writes baked bytes and looks only for the head's end and the length |
//!
//! `raw` is the practical limit of one write and one read a request, so the quotient of the two is what the rest of an
//! HTTP client costs. A program is a [`Job`] from its arguments, a [`Meter`] around the work, a [`Tally`] of the
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
mod error;
pub mod limit;
mod meter;
mod report;
mod tally;
mod target;
mod usage;

pub use error::Error;
pub use meter::{Meter, Spent};
pub use report::Report;
pub use tally::Tally;
pub use usage::{Job, Program};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
