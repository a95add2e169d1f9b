//! A scripted server for answers that no proper server would give.
//!
//! A script is run in a thread of its own for each connection and speaks through its [`Peer`]. What it writes are the
//! bytes on the wire, and when it returns, the connection is closed.
//!
//! ```
//! use std::io::Read;
//! use std::net::TcpStream;
//! use sortie_testserver::raw::RawServer;
//!
//! let server = RawServer::start(|peer| {
//!     peer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")?;
//!     peer.write_in_pieces(b"HTTP/1.1 200 OK\r\n\r\nhello", 1)
//! })?;
//! let mut answer = String::new();
//! TcpStream::connect(server.addr())?.read_to_string(&mut answer)?;
//! assert!(answer.ends_with("hello"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! [`RawServer::start_tls`] does the same inside TLS: the script begins after the handshake, and when it returns, the
//! connection is closed without close_notify, which [`Peer::finish`] would send. A server that fails in the handshake
//! is a plain one: [`Peer::stall`] never answers a ClientHello, [`Peer::write`] answers it with anything.

mod channel;
mod framing;
mod link;
mod peer;
mod server;

pub use peer::Peer;
pub use server::RawServer;
