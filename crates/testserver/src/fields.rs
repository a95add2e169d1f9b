//! Response fields on demand.

use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, TRANSFER_ENCODING};
use serde_json::{Map, Value};

use crate::answer::{self, Answer};
use crate::echo;
use crate::request::Request;

/// `/response-headers`: each pair of the query becomes a field, and the content tells them.
pub(crate) fn set(request: &Request) -> Answer {
    let mut told = Map::new();
    for (name, value) in request.query() {
        echo::add(&mut told, name.into_owned(), value.into_owned());
    }
    let mut answer = answer::json(&Value::Object(told));
    for (name, value) in request.query() {
        let name = match HeaderName::from_bytes(name.as_bytes()) {
            Ok(CONTENT_LENGTH | TRANSFER_ENCODING) => return answer::bad("framing is the server's own"),
            Ok(name) => name,
            Err(_) => return answer::bad(&format!("not a field name: {name:?}")),
        };
        if name == CONTENT_TYPE {
            answer.headers_mut().remove(CONTENT_TYPE);
        }
        answer = answer::with(answer, name, &value);
    }
    answer
}
