//! Byte streams on one event loop: names, TCP, Unix sockets, proxies, TLS. Knows no HTTP.
//!
//! A [`Transport`] opens **links** as a [`Plan`] says and tells what happens to them. It owns the sockets, the loop
//! and what a socket did not take yet; its owner has the clock, the protocol and the limits. No async runtime, no callbacks:
//!
//! ```text
//!  open, send, read, close ──►  Transport  ──► poll ──► Event
//!                                 ▲    │
//!            wait(timeout) ─ turn(now) └─► next_deadline
//! ```
//!
//! - [`open`](Transport::open) gives a [`LinkId`] at once; [`Event::Opened`] or [`Event::Failed`] follows.
//! - [`wait`](Transport::wait) is one system call, [`turn`](Transport::turn) makes events of what it brought,
//!   [`poll`](Transport::poll) hands them out.
//! - Sockets are edge-triggered and registered once. On [`Event::Ready`] read until a read is shorter than its buffer, or to
//!   the end if the event says `closed`.
//! - A [`Connector`] is the means by which links are made; a [`Proxy`] is what they go through; `Tls` secures them.
//! - A [`Resolver`] looks names up on threads beside the loop. A [`Waker`] ends a wait from any thread.
//! - Times are nanoseconds, since whatever moment the owner chose.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpListener;
//!
//! use sortie_transport::{Event, Plan, Transport};
//!
//! # fn main() -> std::io::Result<()> {
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let mut transport = Transport::new()?;
//! let link = transport.open(&Plan::from(listener.local_addr()?), 0);
//! let (mut peer, _) = listener.accept()?;
//!
//! let mut heard = Vec::with_capacity(5);
//! while heard.len() < 5 {
//!     transport.wait(None)?;
//!     transport.turn(0); // the time, of which this example needs none
//!     while let Some(event) = transport.poll() {
//!         match event {
//!             Event::Opened { .. } => {
//!                 assert!(transport.send(link, b"hello")?);
//!                 let mut line = [0; 5];
//!                 peer.read_exact(&mut line)?;
//!                 peer.write_all(&line)?;
//!             }
//!             Event::Ready { .. } => {
//!                 let room = heard.capacity() - heard.len();
//!                 transport.read_into(link, &mut heard, room)?;
//!             }
//!             other => panic!("{other:?}"),
//!         }
//!     }
//! }
//! assert_eq!(heard, b"hello");
//! transport.close(link);
//! # Ok(())
//! # }
//! ```
//!
//! # Platforms
//!
//! Linux first; macOS as best effort.

mod addresses;
mod cache;
mod connector;
mod detached;
mod error;
mod event;
mod inbox;
mod layers;
mod link;
mod phase;
mod plan;
mod race;
mod resolver;
mod road;
mod setup;
mod sockets;
mod stream;
mod target;
#[cfg(any(feature = "tls", feature = "ring"))]
mod tls;
#[cfg(not(any(feature = "tls", feature = "ring")))]
#[path = "bare.rs"]
mod tls;
mod token;
mod transport;
mod tunnel;
mod waker;

pub use addresses::Addresses;
pub use connector::{Connector, ConnectorBuilder};
pub use detached::Detached;
pub use error::Error;
pub use event::{Event, Opened};
pub use link::LinkId;
pub use phase::OpenPhase;
pub use plan::{Plan, Proxy, ProxyKind};
pub use resolver::{Resolve, Resolver};
pub use target::{Host, Target};
#[cfg(any(feature = "tls", feature = "ring"))]
pub use tls::{Handshakes, Tls, TlsBuilder, TlsVersion};
pub use tls::{Secured, TlsError};
pub use transport::Transport;
pub use tunnel::{Credentials, TunnelError};
pub use waker::Waker;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
