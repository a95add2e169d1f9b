//! HTTP for humans, in batches: sessions, hooks and `map` on one event loop, without an async runtime.
//!
//! ```
//! # let server = sortie_testserver::TestServer::start()?;
//! # let url = |path: &str| server.url(path);
//! // One request.
//! let response = sortie::get(url("/get")).param("q", "1").send()?;
//! println!("{} {}", response.status(), response.text());
//!
//! // A session keeps cookies, defaults, hooks and connections.
//! let session = sortie::Session::builder().header("x-test", "true").build()?;
//! session.get(url("/cookies/set/sessioncookie/123456789")).send()?;
//!
//! // Unsent requests, all at once, home in order, one slot each.
//! let paths = ["/cookies", "/status/404", "/headers"];
//! for outcome in session.map(paths.iter().map(|path| session.get(url(path)))) {
//!     println!("{}", outcome?.status());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to … | take |
//! |---|---|
//! | send one request | [`get`], [`post`] …: a [`Request`] and its [`send`](Request::send) |
//! | keep cookies, defaults, hooks; change them later | [`Session`], [`Session::builder`], [`Session::change`] |
//! | send many, and have all answers in order | [`map`], [`Session::map`], [`Batch::map`] |
//! | have answers as they land, or in order, or keep none | [`Batch::stream`], `stream_ordered`, `for_each` |
//! | bound a batch | [`Batch::concurrency`], `per_origin`, `deadline`, `fail_fast`, `memory_budget`, `gate`, `retry_budget` |
//! | see how far it has come | [`Batch::on_progress`], [`Progress`], [`Batch::pool`] |
//! | turn its loop, or have it in a loop of your own | [`Batch::submit`], `turn`, `take`; `fd`, `next_deadline`, `waker` |
//! | read content as it comes, with memory that does not grow | [`Request::stream`]: a [`ResponseStream`] |
//! | have it in a file, resumed and checked | [`Request::download_to`], [`Request::download`] |
//! | have a part of it | [`Request::range`], [`Response::content_range`] |
//! | stop early | [`CancelToken`], [`Batch::cancel`], the timeouts of [`Request`] |
//! | say whom to trust, and by what certificate | [`Tls`], [`SessionBuilder::tls`] |
//! | go through a proxy, or straight | [`SessionBuilder::proxy`], [`Proxies`], [`Request::proxy`] |
//! | say where names and sockets lead | [`SessionBuilder::resolve`], `resolver`, `addresses`, `bind`, `unix_socket` |
//! | connect beforehand, or switch protocols | [`Session::warm`], [`Request::upgrade`] |
//! | send files, readers, what a thread writes, multipart | [`Request::file`], [`BodyArgument`], [`Request::multipart`] |
//! | step in | [`Hooks`]: `args`, `pre_request`, `post_request`, `response` |
//! | save a session to a file, and restore it | [`Session::save`], [`SessionBuilder::restore`] |
//! | change what all later sessions start from | [`settings`] |
//! | say who asks | [`Request::auth`]: [`Basic`], [`Bearer`], [`Digest`], an [`AuthScheme`] of your own; [`Netrc`] |
//! | try again what went wrong | [`Request::retries`], [`Retries`]; [`Response::tried`], [`Error::tried`] |
//! | decide on redirects | [`Request::redirects`], `max_redirects`, `redirect_policy`, `referer`; [`Credentials`] |
//! | see what is sent | [`SessionBuilder::verbose`], [`SessionBuilder::sink`] |
//!
//! Every call ends in exactly one outcome: a [`Response`], whatever its status, or an [`Error`] that says what went
//! wrong, in which phase, and why, down to the system's own error.
//!
//! **Features:** `json`, `tls` (rustls with aws-lc-rs), `br` and `zstd` are on by default; `ring` is another provider for TLS, and
//! `webpki-roots` compiles Mozilla's roots in; `sigv4` brings `SigV4`, which signs requests as AWS Signature Version 4 has
//! it, for `Auth::scheme`. Without `tls` and `ring` an `https` URL is an error of the kind
//! [`ErrorKind::Unsupported`].
//!
//! **Not there yet:** HTTP/2. Unix only: Linux first, macOS as best effort.

mod ask;
mod batch;
mod builder;
mod cancel;
mod cause;
mod connecting;
mod desk;
mod download;
mod driver;
mod ended;
mod fault;
mod feeder;
mod feeds;
mod garage;
mod inflow;
mod kept;
mod live;
mod options;
mod partial;
mod plan;
mod process;
mod progress;
mod pull;
mod range;
mod reply;
mod request;
mod response_lines;
mod response_stream;
mod roots;
#[cfg(feature = "json")]
mod saved;
mod session;
mod settings;
mod shared;
mod stream;
mod tls;
mod unix_url;
mod upgrade;
mod wait;
mod warm;

pub use ask::{batch, delete, get, head, map, options, patch, post, put, request};
pub use batch::Batch;
pub use builder::{Defaults, ForSession, SessionBuilder};
pub use cancel::CancelToken;
pub use download::{Download, Downloading};
#[doc(hidden)]
pub use kept::keep;
pub use progress::{Progress, Snapshot};
pub use request::Request;
pub use response_lines::ResponseLines;
pub use response_stream::ResponseStream;
#[cfg(feature = "json")]
pub use saved::Restored;
pub use session::Session;
pub use settings::{ForSettings, Guard, SettingsBuilder, settings};
pub use stream::{Stream, StreamOrdered, Tally};
pub use upgrade::Upgraded;
pub use wait::Wait;

pub use bytes::Bytes;
/// Multipart messages and what they are made of; what a response says of its content.
pub use sortie_content::{Boundary, ContentRange, MediaType, Multipart, Part};
/// Cookies: the jar, its files, what can be asked of it.
pub use sortie_cookie as cookie;
pub use sortie_cookie::{Cookie, SharedJar};
pub use sortie_engine::Pool;
pub use sortie_hooks::{Answer, Refuse, Warning};
pub use sortie_http::{
    Body, Headers, Host, Method, Opened, Origin, PreparedRequest, Scheme, StatusCode, Timings, Url, Version,
};
pub use sortie_log::{Detailed, Event, FnSink, Memory, Sink, Verbose, What};
pub use sortie_policy::{
    AuthScheme, Course, Credentials, Decision, Digest, Netrc, Proxies, Proxy, ProxyKind, Redirect, Retries, Seen,
};
#[cfg(feature = "sigv4")]
pub use sortie_policy::{SigV4, SigV4Fault};
pub use sortie_session::{
    Arguments, Auth, Basic, Bearer, BodyArgument, BodySender, Error, ErrorKind, Expect, Explanation, Hooks, Link,
    Links, Matter, Phase, Profile, Response, Sent, Setback, Setting, Tried, Values,
};
/// What a [`Matter`] is, and where it comes from.
pub mod explanation {
    pub use sortie_session::{Explanation, Matter, What, Whence};
}
#[cfg(feature = "json")]
pub use sortie_session::{Ignored, Misfit, Secrets};
pub use sortie_transport::{Addresses, Detached, Resolve, Waker};
#[cfg(any(feature = "tls", feature = "ring"))]
pub use sortie_transport::{Handshakes, Tls, TlsBuilder, TlsVersion};
pub use sortie_transport::{TlsError, TunnelError};

#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../../../README.md")]
struct FrontDoor;

#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;
