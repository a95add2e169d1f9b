use crate::{Body, Error, Headers, Method, Url};

/// A request as it will be sent, complete but for cookies, which are added to each exchange.
///
/// Small, and a clone shares all that is large.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PreparedRequest {
    method: Method,
    url: Url,
    headers: Headers,
    body: Body,
}

impl PreparedRequest {
    /// A request of these parts. Nothing is added: not even a Host field.
    pub fn new(method: Method, url: Url, headers: Headers, body: Body) -> Self {
        PreparedRequest { method, url, headers, body }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The URL; its fragment is not sent.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The header fields, in the order of the wire.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The header fields, to be changed.
    pub fn headers_mut(&mut self) -> &mut Headers {
        &mut self.headers
    }

    /// The body.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Another method.
    pub fn set_method(&mut self, method: Method) {
        self.method = method;
    }

    /// Another URL. The Host field stays as it is: see [`set_host`](Self::set_host).
    pub fn set_url(&mut self, url: Url) {
        self.url = url;
    }

    /// Another body. Content-Type and Content-Length stay as they are.
    pub fn set_body(&mut self, body: impl Into<Body>) {
        self.body = body.into();
    }

    /// No body.
    pub fn remove_body(&mut self) {
        self.body = Body::none();
    }

    /// Derives the Host field from the URL anew (RFC 9110, section 7.2); it keeps its place.
    pub fn set_host(&mut self) -> Result<(), Error> {
        let origin = self.url.origin().clone();
        self.headers.set("Host", origin.authority())
    }
}
