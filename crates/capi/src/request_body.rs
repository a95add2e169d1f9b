//! What a request carries.

use std::ffi::c_char;

use facade::{BodyArgument, Bytes, Error, ErrorKind};
use serde_json::value::RawValue;

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{lend, list, text};
use crate::request::sortie_request;
use crate::status::sortie_status;

/// Sends these bytes as the body, in place of any other. No Content-Type is added.
///
/// Parameters: `data`: or NULL where `size` is 0, which makes a body of length 0.
/// Returns: `SORTIE_ERR_ARGUMENT` for a size that no memory has; `SORTIE_ERR_NULL`.
/// Ownership: the bytes are copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_body(
    request: Option<&mut sortie_request>,
    data: *const u8,
    size: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, data) = (lend(request, "request")?, list(data, size, "data")?);
        request.set_body(BodyArgument::bytes(Bytes::copy_from_slice(data)));
        Ok(())
    })
}

/// Sends this text as the body, in place of any other: `text/plain; charset=utf-8`, unless another Content-Type is set.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: the text is copied, without its NUL.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_text(
    request: Option<&mut sortie_request>,
    text: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, said) = (lend(request, "request")?, crate::lend::text(text, "text")?);
        request.set_body(BodyArgument::typed(said.to_owned(), "text/plain; charset=utf-8"));
        Ok(())
    })
}

/// Sends this JSON as the body, in place of any other: as it stands, as `application/json` unless another Content-Type is
/// set.
///
/// Returns: `SORTIE_ERR_INVALID_BODY` for what is no JSON: the message says from where on; `SORTIE_ERR_NULL`,
/// `SORTIE_ERR_UTF8`.
/// Ownership: the text is copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_json(
    request: Option<&mut sortie_request>,
    json: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, json) = (lend(request, "request")?, text(json, "json")?);
        check(json)?;
        request.set_body(BodyArgument::typed(json.to_owned(), "application/json"));
        Ok(())
    })
}

/// Adds a pair to the form that is the body: `application/x-www-form-urlencoded`, in UTF-8, unless another Content-Type is
/// set. A body of another kind goes.
///
/// Parameters: `name`, `value`: not encoded; the library does that.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both are copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_add_form(
    request: Option<&mut sortie_request>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (name, value) = (text(name, "name")?, text(value, "value")?);
        request.add_pair(name, value);
        Ok(())
    })
}

/// Sends the file at this path as the body, in place of any other. It is looked for when the request is sent, and streamed;
/// no Content-Type is added.
///
/// Parameters: `path`: where nothing that can be read is, sending fails with `SORTIE_ERR_INVALID_BODY`.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_file(
    request: Option<&mut sortie_request>,
    path: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, path) = (lend(request, "request")?, text(path, "path")?);
        request.set_body(BodyArgument::file_path(path));
        Ok(())
    })
}

/// Holds the body back until the server says that it wants it (`Expect: 100-continue`), or a second is over. Default: not.
///
/// Parameters: `on`: 1 or 0.
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_expect_continue(
    request: Option<&mut sortie_request>,
    on: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(request, "request")?.arguments_mut().set_expect_continue(on != 0);
        Ok(())
    })
}

/// Puts a content coding on the body. Default: none.
///
/// Parameters: `coding`: `gzip`, `deflate`, or `zstd` where it is built in; another is `SORTIE_ERR_UNSUPPORTED` when the request
/// is sent.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_compress(
    request: Option<&mut sortie_request>,
    coding: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, coding) = (lend(request, "request")?, text(coding, "coding")?);
        request.arguments_mut().set_compression(coding);
        Ok(())
    })
}

/// Fails where a text is no JSON.
fn check(json: &str) -> Result<(), Fault> {
    serde_json::from_str::<&RawValue>(json).map(drop).map_err(|source| {
        let message = format!("`json` is no JSON: line {}, column {}", source.line(), source.column());
        Error::new(ErrorKind::InvalidBody).with_message(message).with_source(source).into()
    })
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use facade::Method;
    use sortie_testserver::TestServer;

    use super::*;
    use crate::error::sortie_error_message;
    use crate::request_part::sortie_request_add_part;
    use crate::status::{SORTIE_ERR_INVALID_BODY, SORTIE_ERR_NULL, SORTIE_OK};

    /// What the server heard.
    fn heard(request: &sortie_request) -> serde_json::Value {
        request.request().send().unwrap().json().unwrap()
    }

    #[test]
    fn json_is_sent_as_it_stands_and_what_is_none_says_where() {
        let server = TestServer::start().unwrap();
        let mut request = sortie_request::new(facade::request(Method::POST, server.url("/anything")));
        let mut error: Option<Box<sortie_error>> = None;
        let text = c" {\"a\" : 1.50} \n";
        assert_eq!(sortie_request_set_json(Some(&mut request), text.as_ptr(), ptr::null_mut()), SORTIE_OK);
        for wrong in [c"", c"{\"a\":\n 1,}", c"1 2"] {
            let status = sortie_request_set_json(Some(&mut request), wrong.as_ptr(), ptr::from_mut(&mut error).cast());
            assert_eq!(status, SORTIE_ERR_INVALID_BODY);
        }
        let message = crate::lend::text(sortie_error_message(error.as_deref()), "message").unwrap();
        assert_eq!(message, "`json` is no JSON: line 1, column 3 (phase prepare)");
        let heard = heard(&request);
        assert_eq!(heard["data"], " {\"a\" : 1.50} \n");
        assert_eq!(heard["headers"]["Content-Type"], "application/json");
    }

    #[test]
    fn a_text_says_what_it_is_unless_the_caller_does() {
        let server = TestServer::start().unwrap();
        let mut request = sortie_request::new(facade::request(Method::POST, server.url("/anything")));
        assert_eq!(sortie_request_set_text(Some(&mut request), c"é".as_ptr(), ptr::null_mut()), SORTIE_OK);
        assert_eq!(heard(&request)["headers"]["Content-Type"], "text/plain; charset=utf-8");
        request.arguments_mut().set_header("content-type", "text/markdown");
        assert_eq!(heard(&request)["headers"]["Content-Type"], "text/markdown");
    }

    #[test]
    fn pairs_and_parts_add_up_and_another_kind_of_body_takes_their_place() {
        let server = TestServer::start().unwrap();
        let mut request = sortie_request::new(facade::request(Method::POST, server.url("/anything")));
        let null = ptr::null_mut();
        let pair = |request: &mut sortie_request| {
            assert_eq!(sortie_request_add_form(Some(request), c"a".as_ptr(), c"1 &".as_ptr(), null), SORTIE_OK);
        };
        let part = |request: &mut sortie_request| {
            let (name, type_) = (c"p".as_ptr(), c"text/plain".as_ptr());
            let (data, size) = (b"x".as_ptr(), 1);
            let status = sortie_request_add_part(Some(request), name, data, size, ptr::null(), type_, null);
            assert_eq!(status, SORTIE_OK);
        };
        pair(&mut request);
        pair(&mut request);
        assert_eq!(heard(&request)["form"], serde_json::json!({ "a": ["1 &", "1 &"] }));
        part(&mut request);
        part(&mut request);
        for _again in 0..2 {
            assert_eq!(heard(&request)["form"], serde_json::json!({ "p": ["x", "x"] }));
        }
        pair(&mut request);
        assert_eq!(heard(&request)["form"], serde_json::json!({ "a": "1 &" }));
        assert_eq!(sortie_request_set_body(Some(&mut request), ptr::null(), 0, null), SORTIE_OK);
        assert_eq!(sortie_request_set_body(Some(&mut request), ptr::null(), 1, null), SORTIE_ERR_NULL);
        assert_eq!(heard(&request)["headers"]["Content-Length"], "0");
    }
}
