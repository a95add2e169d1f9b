//! Requests as they came over the wire, and errors as a person reads them.

use std::error::Error;

use sortie_testserver::raw::RawServer;

/// An answer without content, after which the connection stays.
pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// The heads of all requests so far by their lines: the request line, then the fields.
pub(crate) fn heads(server: &RawServer) -> Vec<Vec<String>> {
    let lines = |request: Vec<u8>| {
        let text = String::from_utf8(request).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        head.split("\r\n").map(String::from).collect()
    };
    server.requests().into_iter().map(lines).collect()
}

/// What the fields of that name, in any case, say in a head.
pub(crate) fn values<'a>(head: &'a [String], name: &str) -> Vec<&'a str> {
    let fields = head[1..].iter().map(|line| line.split_once(": ").unwrap());
    fields.filter(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

/// An error and all its causes, one clause after the other.
pub(crate) fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |error: &&dyn Error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
