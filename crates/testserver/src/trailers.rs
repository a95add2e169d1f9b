//! Fields behind the content (RFC 9110, section 6.5).

use hyper::HeaderMap;
use hyper::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HOST, HeaderName,
    HeaderValue, MAX_FORWARDS, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING,
};

use crate::answer::{self, Answer};
use crate::content::Content;
use crate::request::Request;

/// Names that hyper sends in no trailer section.
const NEVER: [HeaderName; 12] = [
    AUTHORIZATION,
    CACHE_CONTROL,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_RANGE,
    CONTENT_TYPE,
    HOST,
    MAX_FORWARDS,
    SET_COOKIE,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
];

/// `/trailers`: each pair of the query becomes a trailer field, for who takes them (`TE: trailers`).
pub(crate) fn asked(request: &Request) -> Answer {
    let mut trailers = HeaderMap::new();
    for (name, value) in request.query() {
        let name = match HeaderName::from_bytes(name.as_bytes()) {
            Ok(name) if NEVER.contains(&name) => return answer::bad(&format!("not a trailer: {name}")),
            Ok(name) => name,
            Err(_) => return answer::bad(&format!("not a field name: {name:?}")),
        };
        match HeaderValue::from_bytes(value.as_bytes()) {
            Ok(value) => trailers.append(name, value),
            Err(_) => return answer::bad(&format!("not a field value: {value:?}")),
        };
    }
    if !takes(request) {
        trailers.clear();
    }
    let names: Vec<_> = trailers.keys().map(HeaderName::as_str).collect();
    let names = names.join(", ");
    let bytes = "The fields follow.\n".into();
    let answer = answer::typed("text/plain", Content::Trailed { bytes, trailers });
    if names.is_empty() { answer } else { answer::with(answer, TRAILER, &names) }
}

/// The client has said that it takes trailers.
fn takes(request: &Request) -> bool {
    let members = request.headers().get_all(TE).iter().filter_map(|line| line.to_str().ok());
    members.flat_map(|line| line.split(',')).any(|member| member.trim().eq_ignore_ascii_case("trailers"))
}
