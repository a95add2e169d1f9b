//! A network in memory, with simulated time: the second driver of [`sortie_engine::Engine`].
//!
//! A [`World`] owns the engine, the time, the links and the [`Server`]s at their other ends. Whatever happens is drawn
//! from one seed, so thousands of calls with timeouts, cuts and races run in milliseconds, and the same seed plays the
//! same fates again.
//!
//! ```text
//! submit, cancel ─► Agenda ─► turn: what has arrived ─► handle_deadline ─► poll until None ─► the laws are checked
//!                     ▲                                                          │
//!                     └── Server: request ─► Answer, cut, delayed, broken ◄── write, open, close
//! ```
//!
//! After every turn the world holds the engine to its laws, and says by an [`Error`] which one was broken: one outcome
//! a call, limits never passed, no answer mixed up with another, no request sent again that must not be, no deadline
//! missed, nothing left at the end.
//!
//! ```
//! use std::time::Duration;
//! use sortie_engine::Limits;
//! use sortie_sim::{Answer, Ask, Server, World};
//!
//! let mut world = World::new(1, Limits::default());
//! world.serve("h", Server::new(|request, _| {
//!     Answer { after: Duration::from_secs(3), ..Answer::ok(request, 5) }
//! }));
//! let tag = world.submit(Duration::ZERO, Ask::get("h"));
//! world.run()?;
//!
//! let response = world.outcome(tag).and_then(|outcome| outcome.result.as_ref().ok()).expect("an answer");
//! assert_eq!(response.content().len(), 5);
//! assert!(world.ended(tag).is_some_and(|at| at > Duration::from_secs(3)));
//! # Ok::<(), sortie_sim::Error>(())
//! ```

mod agenda;
mod answer;
mod ask;
mod chance;
mod drive;
mod error;
mod feed;
mod ledger;
mod letters;
mod request;
mod serve;
mod server;
mod stream;
mod temper;
mod unchunk;
mod wire;
mod world;

pub use answer::{Answer, Ending, Farewell, Framing};
pub use ask::Ask;
pub use chance::Chance;
pub use error::Error;
pub use ledger::Served;
pub use letters::letters;
pub use request::Request;
pub use server::{Accepts, Server};
pub use stream::Stream;
pub use temper::Temper;
pub use world::World;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
