//! Proxies for tests: HTTP (plain or over TLS) and SOCKS5, which remember what they were asked.
//!
//! A proxy reaches what its table names, IP addresses and `localhost`, and looks up nothing: `example.test` is
//! served where the table says.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//! use sortie_testserver::TestServer;
//! use sortie_testserver::proxy::{ProxyOptions, ProxyServer};
//!
//! let server = TestServer::start()?;
//! let names = vec![("example.test".to_owned(), server.addr())];
//! let proxy = ProxyServer::start(ProxyOptions { names, ..ProxyOptions::http() })?;
//!
//! let mut stream = TcpStream::connect(proxy.addr())?;
//! stream.write_all(b"GET http://example.test/small HTTP/1.1\r\nHost: example.test\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! stream.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
//! assert_eq!(proxy.requests()[0].line, "GET http://example.test/small HTTP/1.1");
//! # Ok::<(), std::io::Error>(())
//! ```

mod fault;
mod http;
mod options;
mod reach;
mod request;
mod server;
mod socks;

pub use options::{ProxyFault, ProxyOptions, ProxyProtocol};
pub use request::{Asked, ProxyRequest};
pub use server::ProxyServer;
