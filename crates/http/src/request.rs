use std::sync::Arc;

use crate::{Body, Error, Headers, Method, Url};

/// A request as it will be sent, complete but for cookies, which are added to each exchange.
///
/// A pointer: a clone shares all of it, and the first change after that copies what is small.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PreparedRequest(Arc<Parts>);

#[derive(Clone, Debug, Eq, PartialEq)]
struct Parts {
    method: Method,
    url: Url,
    headers: Headers,
    body: Body,
}

impl PreparedRequest {
    /// A request of these parts. Nothing is added: not even a Host field.
    pub fn new(method: Method, url: Url, headers: Headers, body: Body) -> Self {
        PreparedRequest(Arc::new(Parts { method, url, headers, body }))
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// The URL; its fragment is not sent.
    pub fn url(&self) -> &Url {
        &self.0.url
    }

    /// The header fields, in the order of the wire.
    pub fn headers(&self) -> &Headers {
        &self.0.headers
    }

    /// The header fields, to be changed.
    pub fn headers_mut(&mut self) -> &mut Headers {
        &mut self.change().headers
    }

    /// The body.
    pub fn body(&self) -> &Body {
        &self.0.body
    }

    /// Another method.
    pub fn set_method(&mut self, method: Method) {
        self.change().method = method;
    }

    /// Another URL. The Host field stays as it is: see [`set_host`](Self::set_host).
    pub fn set_url(&mut self, url: Url) {
        self.change().url = url;
    }

    /// Another body. Content-Type and Content-Length stay as they are.
    pub fn set_body(&mut self, body: impl Into<Body>) {
        self.change().body = body.into();
    }

    /// No body.
    pub fn remove_body(&mut self) {
        self.change().body = Body::none();
    }

    /// Derives the Host field from the URL anew (RFC 9110, section 7.2); it keeps its place.
    pub fn set_host(&mut self) -> Result<(), Error> {
        let origin = self.url().origin().clone();
        self.headers_mut().set("Host", origin.authority())
    }

    fn change(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }
}
