//! What came, told back in httpbin's JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use serde_json::{Map, Value, json};

use crate::answer::{self, Answer};
use crate::multipart;
use crate::request::Request;

/// Everything but the content.
pub(crate) fn head(request: &Request) -> Answer {
    answer::json(&Value::Object(described(request)))
}

/// Everything, the content parsed by its type.
pub(crate) fn whole(request: &Request) -> Answer {
    answer::json(&Value::Object(content(request)))
}

/// The keys of an echo that tells everything.
pub(crate) fn content(request: &Request) -> Map<String, Value> {
    let mut document = described(request);
    let content = Parsed::new(request);
    document.insert("data".into(), content.data.into());
    document.insert("files".into(), content.files.into());
    document.insert("form".into(), content.form.into());
    document.insert("json".into(), content.json);
    document
}

/// The request's fields.
pub(crate) fn fields(request: &Request) -> Answer {
    answer::json(&json!({ "headers": headers(request.headers()) }))
}

/// The client's address.
pub(crate) fn ip(request: &Request) -> Answer {
    answer::json(&json!({ "origin": request.visitor().origin() }))
}

/// What the client calls itself.
pub(crate) fn user_agent(request: &Request) -> Answer {
    answer::json(&json!({ "user-agent": request.header(USER_AGENT) }))
}

/// The keys that every echo has.
pub(crate) fn described(request: &Request) -> Map<String, Value> {
    let mut args = Map::new();
    for (name, value) in request.query() {
        add(&mut args, name.into_owned(), value.into_owned());
    }
    let mut document = Map::new();
    document.insert("args".into(), args.into());
    document.insert("headers".into(), headers(request.headers()).into());
    document.insert("method".into(), request.method().as_str().into());
    document.insert("origin".into(), request.visitor().origin().into());
    document.insert("url".into(), request.url().into());
    document
}

/// Fields by their names in Title-Case; values that repeat are joined by a comma.
pub(crate) fn headers(fields: &HeaderMap) -> Map<String, Value> {
    let mut document = Map::new();
    for name in fields.keys() {
        let values: Vec<_> =
            fields.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        document.insert(title_case(name.as_str()), values.join(",").into());
    }
    document
}

/// The content of a request, by its type.
#[derive(Default)]
struct Parsed {
    data: String,
    files: Map<String, Value>,
    form: Map<String, Value>,
    json: Value,
}

impl Parsed {
    fn new(request: &Request) -> Self {
        let mut parsed = Self::default();
        let content = request.content();
        let content_type = request.header(CONTENT_TYPE).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            for (name, value) in form_urlencoded::parse(content) {
                add(&mut parsed.form, name.into_owned(), value.into_owned());
            }
            return parsed;
        }
        if essence.eq_ignore_ascii_case("multipart/form-data")
            && let Some(boundary) = multipart::boundary(content_type)
        {
            for part in multipart::parts(content, &boundary) {
                let fields = if part.file { &mut parsed.files } else { &mut parsed.form };
                add(fields, part.name, text(part.content, &part.content_type));
            }
            return parsed;
        }
        parsed.data = text(content, essence);
        parsed.json = serde_json::from_slice(content).unwrap_or_default();
        parsed
    }
}

/// UTF-8 as it is, anything else as a data URL.
fn text(content: &[u8], content_type: &str) -> String {
    match str::from_utf8(content) {
        Ok(text) => text.into(),
        Err(_) => {
            let content_type = if content_type.is_empty() { "application/octet-stream" } else { content_type };
            format!("data:{content_type};base64,{}", STANDARD.encode(content))
        }
    }
}

/// One more value under `name`: the second makes an array of it.
pub(crate) fn add(document: &mut Map<String, Value>, name: String, value: String) {
    match document.get_mut(&name) {
        None => {
            document.insert(name, value.into());
        }
        Some(Value::Array(values)) => values.push(value.into()),
        Some(first) => *first = json!([first.take(), value]),
    }
}

/// `x-test` as `X-Test`.
fn title_case(name: &str) -> String {
    let mut first = true;
    name.chars()
        .map(|letter| {
            let cased = if first { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
            first = letter == '-';
            cased
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_in_title_case() {
        assert_eq!(title_case("x-test2-ETAG"), "X-Test2-Etag");
    }

    #[test]
    fn a_repeated_name_becomes_an_array() {
        let mut document = Map::new();
        for value in ["1", "2", "3"] {
            add(&mut document, "a".into(), value.into());
        }
        add(&mut document, "b".into(), "4".into());
        assert_eq!(Value::Object(document), json!({ "a": ["1", "2", "3"], "b": "4" }));
    }

    #[test]
    fn octets_that_are_not_text_become_a_data_url() {
        assert_eq!(text(b"\xff\x00", "image/x"), "data:image/x;base64,/wA=");
        assert_eq!(text(b"\xff", ""), "data:application/octet-stream;base64,/w==");
    }
}
