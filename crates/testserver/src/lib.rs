//! An httpbin on loopback, a scripted raw server and proxies: the far end of sortie's examples, tests and benches.
//!
//! Three servers, which share no code with the clients they are there to judge:
//!
//! - [`TestServer`] answers as a proper server does. It is built on hyper, runs on a thread of its own and speaks
//!   HTTP/1.1 with keep-alive. It counts connections and requests, so that a test can hold a pool to its word.
//! - [`raw::RawServer`] answers with whatever bytes a script says, in whatever pieces: half a head, two lengths, a reset
//!   in mid-answer. It keeps every request as the bytes that came.
//! - [`proxy::ProxyServer`] is an HTTP or SOCKS 5 proxy that remembers what it was asked and can be told to fail.
//!
//! All speak TLS where they are told to, with certificates of an [`Authority`] that is made for the test.
//!
//! All listen on a port the system picked, and end promptly when they are dropped, with every connection they
//! hold, also one in mid-answer. [`refused_port`] is a port where nobody answers.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! let server = sortie_testserver::TestServer::start()?;
//! let mut stream = TcpStream::connect(server.addr())?;
//! stream.write_all(b"GET /status/404 HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! stream.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\n"));
//! assert_eq!((server.connections(), server.requests()), (1, 1));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Bad manners
//!
//! [`Manners`] make a [`TestServer`] misbehave under load: reset every k-th connection, leave every k-th request
//! unanswered, cut every k-th response, close with and without announcing it. They are given at the start or changed
//! while it runs, and [`Misdeeds`] counts what came of them. [`TestServer::kill`] ends the server in mid-answer, with a
//! reset for everyone. So that a test can have n calls in flight without sleeping, `/wait/:n` answers n requests at once,
//! and `/hold` answers when the test says so.
//!
//! # Routes of [`TestServer`]
//!
//! JSON has httpbin's keys: `args` (a repeated key becomes an array), `data`, `files`, `form`, `headers` (names in
//! Title-Case, repeated fields joined by `,`), `json`, `method`, `origin`, `url`. Any method is taken where none is named.
//!
//! | path | answer |
//! |---|---|
//! | `/get` | `args`, `headers`, `method`, `origin`, `url`; GET and HEAD, else 405; OPTIONS answers 200 with `Allow` |
//! | `/post` `/put` `/patch` `/delete` | all the keys; that method, else 405; OPTIONS answers 200 with `Allow` |
//! | `/anything`, `/anything/*` | all the keys |
//! | `/headers` `/ip` `/user-agent` | that one key |
//! | `/raw-headers` | the request's field lines as received, in order and case, one a line, as text |
//! | `/cookies` | `{"cookies": {..}}` as sent |
//! | `/cookies/set?k=v`, `/cookies/set/:name/:value` | sets them with `Path=/`; 302 to `/cookies` |
//! | `/cookies/delete?k` | expires them; 302 to `/cookies` |
//! | `/redirect/:n` | 302 to `/redirect/n-1`, at last `/get`; `?absolute=true` for absolute locations |
//! | `/relative-redirect/:n`, `/absolute-redirect/:n` | the same under that name |
//! | `/redirect-to?url=..&status_code=..` | that location, unchanged; any 3xx, default 302 |
//! | `/status/:code` | 200 to 599; a 3xx but 304 leads to `/redirect/1`; 401 and 407 have a challenge |
//! | `/basic-auth/:user/:pass` | 401 with a challenge, or `{"authenticated": true, "user": ..}` |
//! | `/bearer` | 401 with a challenge, or `{"authenticated": true, "token": ..}` for any token |
//! | `/digest-auth/:qop/:user/:pass` | all the keys, `authenticated` and `user`, or 401 with a challenge; see [below](#digest-authentication) |
//! | `/gzip` `/deflate` `/deflate-raw` `/brotli` `/zstd` | JSON in that coding, asked for or not; `/deflate` is zlib's format |
//! | `/delay/:seconds` | as `/anything`, after that time; fractions allowed, at most 10 |
//! | `/wait/:n` | `{"waited": n}`, once n requests wait for that n at the same time, this one included; n from 1 |
//! | `/hold` | `{"held": true}`, when [`TestServer::release`] is called; [`TestServer::held`] tells how many wait |
//! | `/bytes/:n` | `n` octets with their length, at most 100 MiB: [`random_bytes`] of `?seed=`, default 0 |
//! | `/chunked/:n` | the same octets, chunked |
//! | `/stream-bytes/:n` | the same octets, in chunks of `?chunk_size=`, default 10 KiB, each in a write of its own |
//! | `/stream/:n` | `n` lines of JSON, chunked, at most 100,000 |
//! | `/drip?numbytes=..&chunks=..` | stars with their length, default 10, in so many writes, default one an octet; with `hold=1` each waits as `/hold` does |
//! | `/huge/:n` | `n` octets of value 0 with their length, made as they are sent; any `n` |
//! | `/trailers?k=v` | text, chunked, then those trailer fields, where `TE: trailers` asks for them |
//! | `/response-headers?k=v` | sets those fields; repeats are kept |
//! | `/range/:n` | `n` letters, at most 100 MiB, with ETag and Last-Modified; heeds Range (one of them) and If-Range: 206 or 416 |
//! | `/links/:n/:number` | an HTML page with a link to each other of `n` pages, at most 1000; `/links/:n` leads to the first |
//! | `/link-header/:n/:number` | JSON, with a Link field that names next, last, first and prev; `?absolute=true` for whole URLs |
//! | `/json`, `/html`, `/encoding/utf8` | a fixed document; a page; a page in several scripts |
//! | `/small` | 100 octets of text, on the shortest path through the server |
//! | `/tls` | `version`, `cipher`, `alpn`, `server_name`, `resumed`, `client_certificates` (how many), or `null` without TLS |
//! | `/expect` | all the keys, after a 100 with `?continue=1`, without one else; a request that expects it gets a 417 with `?continue=0` |
//! | `/retry/:id/:n?status=..&after=..` | all the keys and `attempt`: with that status (default 503) and Retry-After the first `n` times that this server is asked with that `id`, then 200 |
//! | `/sink` | `{"length": ..}` of content of any size, which is not kept; with `?sum=crc32` or `sha256` that too, in hex |
//! | `/upgrade` | 101 where `Upgrade: echo` is asked for, then every octet back, until the client ends; else 426 |
//!
//! # Digest authentication
//!
//! `/digest-auth/:qop/:user/:pass/:algorithm/:uses`, the last two optional, checks all that RFC 7616 has a client prove.
//!
//! - The `qop` is `auth`, `auth-int`, `both` or `none` (what RFC 2069 had).
//! - The algorithm is `MD5`, `SHA-256` or `SHA-512-256`, or one of them with `-sess`. Where the path names none, the
//!   challenge names none: that is MD5.
//! - A nonce is good for so many `uses`, else for ever (`never`). A right answer with a nonce that is used up, or that this
//!   server did not give, is told `stale=true`.
//! - `nc` must increase with each use of a nonce, or else it is a replay and a 401. With `?nc=any` each number is good
//!   once, in any order: that is for many requests at once.
//! - `?cookie=1` sets the cookie `challenged=1` with each challenge.
//!
//! # What is none of these
//!
//! Anything else is a 404, and a route that cannot do what its path asks for says so with a 400; both in JSON. A
//! request body may have 256 MiB (else 413), but for `/sink`. A request that expects `100-continue` gets its 100 from the
//! routes that read a body; the others answer at once and close.

mod algorithm;
mod answer;
mod attempts;
mod broken;
mod coding;
mod conduct;
mod connection;
mod content;
mod cookies;
mod counts;
mod credentials;
mod delivery;
mod digest;
mod echo;
mod expect;
mod fate;
mod fields;
mod fixed;
mod generated;
mod interim;
mod links;
mod listen;
mod manners;
mod multipart;
mod nonces;
mod pieces;
pub mod proxy;
mod range;
pub mod raw;
mod redirect;
mod refused;
mod request;
mod retry;
mod rooms;
mod route;
mod running;
mod secured;
mod sequence;
mod server;
mod shared;
mod sink;
mod socket;
mod status;
mod tls;
mod trailers;
mod upgrade;
mod visitor;
mod wire;

pub use counts::Handshakes;
pub use manners::{Manners, Misdeeds};
pub use refused::refused_port;
pub use sequence::random_bytes;
pub use server::TestServer;
pub use tls::{Authority, Identity, TlsOptions, TlsVersions};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
