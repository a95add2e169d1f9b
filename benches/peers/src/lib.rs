//! What the peers share: the same job as `sender`'s, done by other HTTP clients as their own users would write it.
//!
//! | program | client | how it sends |
//! |---|---|---|
//! | `peer-hyper` | hyper | as many bare connections as the concurrency, each asked by a task of its own |
//! | `peer-hyper-pool` | hyper-util | its pooled client, asked by as many tasks |
//! | `peer-reqwest` | reqwest | its `Client`, asked by as many tasks |
//! | `peer-ureq` | ureq | an `Agent`, asked by as many threads |
//! | `curl_multi` | libcurl | in C: the multi interface with as many easy handles |
//!
//! The asynchronous ones run on one thread ([`on_one_thread`]). Whoever sends takes the next request from [`Answers`]
//! and puts its answer there; arguments, clocks and the line that is printed are [`sortie_benches`]'s, so that they mean
//! the same everywhere. Beside them, `waiting-server` answers only once as many requests wait as it was told.
//!
//! ```
//! use sortie_benches::{Error, Program};
//! use sortie_peers::measure;
//!
//! const PROGRAM: Program = Program { name: "nothing", options: &[], later: &[] };
//! let job = PROGRAM.job(["http://127.0.0.1:8000/", "2", "1"].map(String::from))?;
//! let report = measure(&job, |answers| {
//!     while let Some(index) = answers.take() {
//!         answers.put(index, Ok((200, [0; 100])));
//!     }
//!     Ok(())
//! })?;
//! assert_eq!((report.tally.ok(), report.tally.bytes()), (2, 200));
//! # Ok::<(), Error>(())
//! ```
//!
//! How to measure by them stands in the README.

mod answers;
mod measure;
mod runtime;

pub use answers::{Answer, Answers, Failure};
pub use measure::measure;
pub use runtime::on_one_thread;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
