//! Responses whose content is read as it comes.

use std::fmt;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use sortie_content::{Codings, ContentRange, DecodeReader, MediaType};
use sortie_cookie::Cookie;
use sortie_hooks::Warning;
use sortie_http::{Headers, PreparedRequest, Rare, StatusCode, Timings, Url, Version};
use sortie_log::redact_url;
use sortie_session::{Error, ErrorKind, Links, Phase, Response};

use crate::inflow::Inflow;
use crate::kept::keep;
use crate::shared::shared;
use crate::{Batch, Request, ResponseLines};

/// How much of coded content is decoded at once for a chunk, in bytes.
const CHUNK: usize = 16 * 1024;

/// A response whose head is here, and whose content comes as it is read.
///
/// Made by [`Request::stream`]. [`Read`] and [`chunk`](Self::chunk) give the content decoded. Where nobody reads, nothing
/// is received: the connection's own buffers fill, and the server has to wait. What is held does not grow with the
/// content: a piece of 64 KiB, and what its coding takes.
///
/// Read to its end, its connection serves the next call; dropped before, it is closed. Only time that is spent in reading
/// counts against the time between bytes; that of the whole call goes on, and is looked at when content is read. An error
/// comes behind the content that came before it, and comes again.
///
/// ```
/// # let server = sortie_testserver::TestServer::start()?;
/// use std::io::{Read, Write};
///
/// let mut response = sortie::get(server.url("/bytes/100000")).stream()?;
/// assert_eq!((response.status().as_u16(), response.content_length()), (200, Some(100_000)));
/// assert_eq!(std::io::copy(&mut response, &mut std::io::sink())?, 100_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ResponseStream {
    response: Response,
    content: Content,
    /// Why the content is not read on, though more may have come.
    fault: Option<Error>,
}

/// The content, and what is taken off it.
enum Content {
    /// As it was sent; `given` bytes of it were read, of `max` that are accepted.
    Plain { inflow: Inflow, given: u64, max: Option<u64> },
    /// In one or more codings.
    Coded(Box<DecodeReader<Inflow>>),
}

impl Request {
    /// Sends it, and gives the response when its head is here; the content is read from it.
    ///
    /// Redirects are followed first, and all else is as with [`send`](Self::send), but that `response` hooks run before
    /// the content is there, which they see empty, and cannot replace: what they put in its place is dropped. `post_request`
    /// hooks run when the content has ended, was given up, or has failed. What decoding finds out later than that they are not told.
    pub fn stream(self) -> Result<ResponseStream, Error> {
        let home = self.session.clone().unwrap_or_else(shared);
        let (response, limits, inflow) = Batch::new(home).open(self)?;
        // What a hook has put there is not the content, which is still to come.
        let response = if response.content().is_empty() { response } else { response.with_content(Bytes::new()) };
        let codings = Codings::of(response.headers());
        let content = match codings.is_empty() {
            true => Content::Plain { inflow, given: 0, max: limits.max },
            false => Content::Coded(Box::new(DecodeReader::new(inflow, &codings, &limits))),
        };
        Ok(ResponseStream { response, content, fault: None })
    }
}

impl ResponseStream {
    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Whether the status is below 400.
    pub fn ok(&self) -> bool {
        self.response.ok()
    }

    /// The reason phrase as received; empty where there was none.
    pub fn reason(&self) -> &str {
        self.response.reason()
    }

    /// The protocol version that the response named.
    pub fn version(&self) -> Version {
        self.response.version()
    }

    /// The URL that answered, after all redirects.
    pub fn url(&self) -> &Url {
        self.response.url()
    }

    /// The header fields, in the order and case in which they came.
    pub fn headers(&self) -> &Headers {
        self.response.headers()
    }

    /// The cookies that this response set. Computed each time.
    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        self.response.cookies()
    }

    /// The responses before this one, oldest first: redirects that were followed.
    pub fn history(&self) -> &[Response] {
        self.response.history()
    }

    /// The request as it was sent, cookies included.
    pub fn request(&self) -> &PreparedRequest {
        self.response.request()
    }

    /// Whom the connection led to.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.response.peer()
    }

    /// From sending the request to the end of the head.
    pub fn elapsed(&self) -> Duration {
        self.response.elapsed()
    }

    /// Where the time of this exchange went; that of the content is told at its end.
    pub fn timings(&self) -> &Timings {
        self.inflow().whole().map_or(self.response.timings(), Response::timings)
    }

    /// The links of its Link fields (RFC 8288). Computed each time.
    pub fn links(&self) -> Links {
        self.response.links()
    }

    /// The media type that Content-Type names, taken apart.
    pub fn content_type(&self) -> Option<MediaType<'_>> {
        self.response.content_type()
    }

    /// Which part of the whole the content is, as Content-Range says.
    pub fn content_range(&self) -> Option<ContentRange> {
        self.response.content_range()
    }

    /// The name of the encoding of text that Content-Type names, else UTF-8: a byte order mark may say otherwise.
    pub fn encoding(&self) -> &'static str {
        self.response.encoding()
    }

    /// How many bytes are sent as content, as far as the head says so: before decoding.
    pub fn content_length(&self) -> Option<u64> {
        let text = self.headers().get("Content-Length").filter(|_| !self.headers().contains("Transfer-Encoding"))?;
        text.parse().ok()
    }

    /// The request's tag; 0 where it had none.
    pub fn tag(&self) -> u64 {
        self.response.tag()
    }

    /// What went wrong in hooks so far, in order.
    pub fn warnings(&self) -> &[Warning] {
        self.response.warnings()
    }

    /// The head, as a response without content.
    pub fn head(&self) -> &Response {
        &self.response
    }

    /// Fails where the status is 400 or above, as [`Response::raise_for_status`] does.
    pub fn raise_for_status(&self) -> Result<&Self, Error> {
        self.response.raise_for_status().map(|_| self)
    }

    /// The next piece of the content, decoded, as soon as there is one; `None` at the end.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// let mut response = sortie::get(server.url("/bytes/300000")).stream()?;
    /// let mut length = 0;
    /// while let Some(chunk) = response.chunk()? {
    ///     length += chunk.len();
    /// }
    /// assert_eq!(length, 300_000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if let Content::Plain { inflow, given, max: None } = &mut self.content {
            let piece = inflow.next()?;
            *given += piece.as_ref().map_or(0, |piece| piece.len() as u64);
            return Ok(piece.map(Bytes::from));
        }
        let mut piece = vec![0; CHUNK];
        let count = self.read_some(&mut piece)?;
        piece.truncate(count);
        piece.shrink_to_fit();
        Ok((count > 0).then(|| piece.into()))
    }

    /// The content as text, line by line; what was read before is missing.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// for line in sortie::get(server.url("/get")).stream()?.lines() {
    ///     println!("{}", line?);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lines(self) -> ResponseLines {
        ResponseLines::new(self)
    }

    /// Reads the rest of the content, and gives the whole response; what was read before is missing in it.
    ///
    /// Fails as reading does; `max_content` counts what was read before.
    pub fn into_response(mut self) -> Result<Response, Error> {
        let mut content = Vec::new();
        if let Err(error) = self.read_to_end(&mut content) {
            return Err(self.reason_of(error));
        }
        let mut parts = self.response.exchange().clone().into_parts();
        parts.content = content.into();
        if let Some(whole) = self.inflow().whole() {
            parts.timings = *whole.timings();
            let reason = parts.rare.and_then(|rare| rare.reason);
            parts.rare = Rare::of(reason, whole.trailers().cloned());
        }
        Ok(self.response.with_exchange(parts.into()))
    }

    /// The trailer fields, once the content has ended, where any came (RFC 9110, section 6.5).
    pub fn trailers(&self) -> Option<&Headers> {
        self.inflow().whole()?.trailers()
    }

    /// Gives the content up: its connection is closed, unless all of it has come. The same as dropping it.
    pub fn cancel(self) {}

    /// Lets everything go without a word: for the child of a fork, which shares the connection with its parent.
    ///
    /// Descriptors are closed, and that is all: nothing is cancelled, no hook runs, the peer is not told. The memory stays taken.
    pub fn abandon(mut self) {
        match &mut self.content {
            Content::Plain { inflow, .. } => inflow.abandon(),
            Content::Coded(reader) => reader.inner_mut().abandon(),
        }
        keep(self);
    }

    /// Reads decoded content; says what went wrong in our own words.
    pub(crate) fn read_some(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        match &mut self.content {
            Content::Plain { inflow, max: None, .. } => inflow.read(buffer),
            Content::Plain { inflow, given, max: Some(max) } => {
                let left = usize::try_from(max.saturating_sub(*given)).unwrap_or(usize::MAX);
                if left > 0 {
                    let most = buffer.len().min(left);
                    let count = inflow.read(&mut buffer[..most])?;
                    *given += count as u64;
                    return Ok(count);
                }
                // One byte more shows that it is too large.
                if inflow.read(&mut [0])? == 0 {
                    return Ok(0);
                }
                let message = format!("the content is larger than {max} bytes");
                Err(self.fail(Error::new(ErrorKind::ContentTooLarge).with_message(message)))
            }
            Content::Coded(reader) => match reader.read(buffer) {
                Ok(count) => Ok(count),
                Err(error) => Err(self.reason_of(error)),
            },
        }
    }

    /// What a reader's error is about. One that is of the content ends it.
    pub(crate) fn reason_of(&mut self, error: io::Error) -> Error {
        use sortie_content::Error as Fault;
        let error = match error.downcast::<Error>() {
            Ok(error) => return error,
            Err(error) => error,
        };
        let kind = match error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()) {
            Some(Fault::TooLarge { .. } | Fault::Bomb { .. } | Fault::LineTooLong { .. }) => ErrorKind::ContentTooLarge,
            Some(_) => ErrorKind::Content,
            None => ErrorKind::System,
        };
        let told = match error.downcast::<Fault>() {
            Ok(fault) => Error::new(kind).with_source(fault),
            Err(error) => Error::new(kind).with_source(error),
        };
        self.fail(told)
    }

    /// The content cannot be read on: its connection is closed. Gives the error with all that is known.
    fn fail(&mut self, error: Error) -> Error {
        let error = error
            .with_phase(Phase::Content)
            .with_request(self.response.request().clone())
            .with_response(self.response.clone())
            .with_tag(self.response.tag());
        self.fault = Some(error.clone());
        match &mut self.content {
            Content::Plain { inflow, .. } => inflow.fail(error.clone()),
            Content::Coded(reader) => reader.inner_mut().fail(error.clone()),
        }
        error
    }

    fn inflow(&self) -> &Inflow {
        match &self.content {
            Content::Plain { inflow, .. } => inflow,
            Content::Coded(reader) => reader.inner(),
        }
    }
}

/// Gives the content, decoded. An error has an [`Error`](crate::Error) inside.
impl Read for ResponseStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.read_some(buffer)?)
    }
}

/// Status and URL without secrets.
impl fmt::Debug for ResponseStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseStream")
            .field("status", &self.status().as_u16())
            .field("url", &redact_url(&self.url().to_string()))
            .field("tag", &self.tag())
            .finish_non_exhaustive()
    }
}
