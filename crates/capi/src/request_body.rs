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
