//! A request with its content, as the routes see it.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{HOST, HeaderName};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Uri};
use percent_encoding::percent_decode_str;

use crate::visitor::Visitor;

/// A request whose content has come.
#[derive(Debug)]
pub(crate) struct Request {
    parts: Parts,
    content: Bytes,
    visitor: Arc<Visitor>,
}

impl Request {
    pub(crate) fn new(parts: Parts, content: Bytes, visitor: Arc<Visitor>) -> Self {
        Self { parts, content, visitor }
    }

    pub(crate) fn method(&self) -> &Method {
        &self.parts.method
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// The first field of that name, if it is text.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The content, transfer coding removed, content coding kept.
    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }

    /// Who asks.
    pub(crate) fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// What stands between the slashes of the path, escapes kept.
    pub(crate) fn segments(&self) -> Vec<&str> {
        let path = self.parts.uri.path();
        path.strip_prefix('/').unwrap_or(path).split('/').collect()
    }

    /// The query's pairs, decoded, in order.
    pub(crate) fn query(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        query(&self.parts.uri)
    }

    /// The first value of that name in the query.
    pub(crate) fn argument(&self, name: &str) -> Option<Cow<'_, str>> {
        argument(&self.parts.uri, name)
    }

    /// Its head.
    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// `uri` is what was asked for, as a path or, of a proxy, as a whole URL.
    pub(crate) fn is_for(&self, uri: &str) -> bool {
        self.parts.uri == *uri || self.parts.uri.path_and_query().is_some_and(|target| target.as_str() == uri)
    }

    /// The URL that was asked for, as far as the request tells.
    pub(crate) fn url(&self) -> String {
        let target = self.parts.uri.path_and_query().map_or("/", |target| target.as_str());
        self.absolute(target)
    }

    /// `path` on the host that was asked.
    pub(crate) fn absolute(&self, path: &str) -> String {
        let host = match self.parts.uri.authority() {
            Some(authority) => authority.as_str(),
            None => self.header(HOST).unwrap_or("localhost"),
        };
        format!("{}://{host}{path}", self.visitor.scheme())
    }
}

/// The first value of that name in the query of `uri`.
pub(crate) fn argument<'a>(uri: &'a Uri, name: &str) -> Option<Cow<'a, str>> {
    query(uri).find(|(key, _)| key == name).map(|(_, value)| value)
}

fn query(uri: &Uri) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
}

/// A path segment without its escapes.
pub(crate) fn decoded(segment: &str) -> Cow<'_, str> {
    percent_decode_str(segment).decode_utf8_lossy()
}
