use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use crate::{Headers, PreparedRequest, StatusCode, Timings, Url, Version};

/// What one exchange brought: a response's head and decoded content, and the request that asked for it.
///
/// One pointer large; a clone shares everything.
#[derive(Clone, Debug)]
pub struct Response(Arc<ResponseParts>);

/// What a [`Response`] is made of.
#[derive(Clone, Debug)]
pub struct ResponseParts {
    /// The status code.
    pub status: StatusCode,
    /// The protocol version that the response named.
    pub version: Version,
    /// The reason phrase, where it is not the registered one.
    pub reason: Option<Box<Reason>>,
    /// The header fields.
    pub headers: Headers,
    /// The content, decoded.
    pub content: Bytes,
    /// The request as it was sent, cookies included.
    pub request: PreparedRequest,
    /// Where the time went.
    pub timings: Timings,
    /// Whom the connection led to; shared by all responses that came on it.
    pub peer: Option<Arc<SocketAddr>>,
    /// The trailer fields. Rare, so that they are a pointer where they stand.
    pub trailers: Option<Box<Headers>>,
}

/// A reason phrase that is not the registered one. Rare, so that it is a pointer where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reason(Box<str>);

impl Reason {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Response {
    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Whether the status is below 400.
    pub fn ok(&self) -> bool {
        self.0.status.as_u16() < 400
    }

    /// The reason phrase as received; the registered one where it was the same, empty where there was none.
    pub fn reason(&self) -> &str {
        match &self.0.reason {
            Some(reason) => reason.as_str(),
            None => self.0.status.canonical_reason().unwrap_or_default(),
        }
    }

    /// The protocol version that the response named.
    pub fn version(&self) -> Version {
        self.0.version
    }

    /// The header fields.
    pub fn headers(&self) -> &Headers {
        &self.0.headers
    }

    /// The content, decoded.
    pub fn content(&self) -> &Bytes {
        &self.0.content
    }

    /// The URL that was asked, its fragment included.
    pub fn url(&self) -> &Url {
        self.0.request.url()
    }

    /// The request as it was sent, cookies included.
    pub fn request(&self) -> &PreparedRequest {
        &self.0.request
    }

    /// Where the time went.
    pub fn timings(&self) -> &Timings {
        &self.0.timings
    }

    /// Whom the connection led to.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.0.peer.as_deref().copied()
    }

    /// The trailer fields that came behind the content, where any did (RFC 9110, section 6.5).
    pub fn trailers(&self) -> Option<&Headers> {
        self.0.trailers.as_deref()
    }

    /// Its parts; copies of them where another clone lives.
    pub fn into_parts(self) -> ResponseParts {
        Arc::unwrap_or_clone(self.0)
    }
}

impl From<ResponseParts> for Response {
    fn from(parts: ResponseParts) -> Self {
        Response(Arc::new(parts))
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        Reason(text.into())
    }
}
