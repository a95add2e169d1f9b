//! Answers of the shapes that the routes share.

use bytes::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use hyper::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::content::Content;
use crate::request::Request;

/// What a route returns.
pub(crate) type Answer = Response<Content>;

/// 200 with content of that type.
pub(crate) fn typed(content_type: &'static str, content: Content) -> Answer {
    let mut answer = Answer::new(content);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// 200 with a JSON document, indented.
pub(crate) fn json(document: &Value) -> Answer {
    typed("application/json", Content::Whole(format!("{document:#}\n").into()))
}

/// That status and nothing else.
pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = Answer::new(Content::Whole(Bytes::new()));
    *answer.status_mut() = status;
    answer
}

/// A refusal with its reason, in JSON.
pub(crate) fn refusal(status: StatusCode, reason: &str) -> Answer {
    let mut answer = json(&json!({ "error": reason }));
    *answer.status_mut() = status;
    answer
}

/// 400: the route cannot do what its path asks for.
pub(crate) fn bad(reason: &str) -> Answer {
    refusal(StatusCode::BAD_REQUEST, reason)
}

/// A redirect to `location`, sent as it is.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Answer {
    let mut answer = typed("text/plain; charset=utf-8", Content::Whole("See the Location field.\n".into()));
    *answer.status_mut() = status;
    with(answer, LOCATION, location)
}

/// `answer` with one more field, or a 400 where `value` is no field value.
pub(crate) fn with(mut answer: Answer, name: HeaderName, value: &str) -> Answer {
    match HeaderValue::from_bytes(value.as_bytes()) {
        Ok(value) => {
            answer.headers_mut().append(name, value);
            answer
        }
        Err(_) => bad(&format!("not a field value: {value:?}")),
    }
}

/// What `answer` says to one of the methods `allow` (a list with commas); OPTIONS is told the list, and so is any
/// other, with a 405.
pub(crate) fn only(request: &Request, allow: &'static str, answer: fn(&Request) -> Answer) -> Answer {
    let mut told = match request.method() {
        &Method::OPTIONS => empty(StatusCode::OK),
        method if allow.split(", ").any(|allowed| allowed == method.as_str()) => return answer(request),
        _ => refusal(StatusCode::METHOD_NOT_ALLOWED, "method not allowed"),
    };
    told.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    told
}
