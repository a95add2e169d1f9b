//! Requests that belong to no session, and many of them at once.

use sortie_http::Method;
use sortie_session::{Error, Response};

use crate::shared::shared;
use crate::{Batch, Request};

/// A GET request that belongs to no session.
///
/// ```
/// # let server = sortie_testserver::TestServer::start()?;
/// # let url = server.url("/get");
/// let response = sortie::get(url).param("q", "sortie").send()?;
/// assert_eq!(response.json::<serde_json::Value>()?["args"]["q"], "sortie");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn get(url: impl AsRef<str>) -> Request {
    request(Method::GET, url)
}

/// A HEAD request that belongs to no session. Redirects are not followed unless it is asked for.
pub fn head(url: impl AsRef<str>) -> Request {
    request(Method::HEAD, url)
}

/// A POST request that belongs to no session.
pub fn post(url: impl AsRef<str>) -> Request {
    request(Method::POST, url)
}

/// A PUT request that belongs to no session.
pub fn put(url: impl AsRef<str>) -> Request {
    request(Method::PUT, url)
}

/// A PATCH request that belongs to no session.
pub fn patch(url: impl AsRef<str>) -> Request {
    request(Method::PATCH, url)
}

/// A DELETE request that belongs to no session.
pub fn delete(url: impl AsRef<str>) -> Request {
    request(Method::DELETE, url)
}

/// An OPTIONS request that belongs to no session.
pub fn options(url: impl AsRef<str>) -> Request {
    request(Method::OPTIONS, url)
}

/// A request of any method that belongs to no session.
///
/// It takes the [`settings`](crate::settings()) as they are when it is sent. Such requests share connections in the
/// process; cookies live as long as each call.
pub fn request(method: Method, url: impl AsRef<str>) -> Request {
    Request::new(method, url, None)
}

/// Many calls on one loop, each with its own session's data; those of no session with the
/// [`settings`](crate::settings()) as they are now, which give the limits too.
pub fn batch() -> Batch {
    Batch::new(shared())
}

/// Sends all requests at once, as far as the limits go, and brings every answer home: in order, one slot each.
///
/// The limits are those of the [`settings`](crate::settings()): 128 connections, 16 to one origin, unless they were
/// changed. [`batch`] takes others, a deadline, and more.
///
/// The requests may belong to different sessions, or to none; all run on one loop, each with its own session's
/// cookies, defaults and hooks. Where all belong to one session, [`Session::map`](crate::Session::map) keeps the
/// connections for its next calls.
///
/// ```
/// # let server = sortie_testserver::TestServer::start()?;
/// # let urls = [server.url("/status/200"), "http://nowhere".into(), server.url("/status/500")];
/// let requests = urls.iter().map(sortie::get);
/// for outcome in sortie::map(requests) {
///     match outcome {
///         Ok(response) => println!("{} {}", response.status(), response.url()),
///         Err(error) => println!("{error}"),
///     }
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn map(requests: impl IntoIterator<Item = Request>) -> Vec<Result<Response, Error>> {
    batch().map(requests)
}
