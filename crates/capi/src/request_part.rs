//! The parts of a multipart body.

use std::ffi::c_char;

use facade::{Bytes, Error, ErrorKind, Part};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{lend, list, optional_text, text};
use crate::request::sortie_request;
use crate::status::sortie_status;

/// Adds a field, or a file that is in memory, to the `multipart/form-data` message that is the body. A body of another kind
/// goes; in a hook, so does a message that was given before.
///
/// Parameters: `filename`: makes it a file; or NULL, for a field. `content_type`: or NULL; a file is then
/// `application/octet-stream`, and a field has none.
/// Returns: `SORTIE_ERR_ARGUMENT` for a type that no header field can hold; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: all of it is copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_add_part(
    request: Option<&mut sortie_request>,
    name: *const c_char,
    data: *const u8,
    size: usize,
    filename: *const c_char,
    content_type: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (name, data) = (text(name, "name")?, list(data, size, "data")?);
        let filename = optional_text(filename, "filename")?;
        let content_type = optional_text(content_type, "content_type")?;
        let part = Part::bytes(name, Bytes::copy_from_slice(data));
        let part = match filename {
            Some(filename) => part.filename(filename),
            None => part,
        };
        request.add_part(typed(part, content_type)?);
        Ok(())
    })
}

/// Adds the file at this path, under its own name, to the `multipart/form-data` message that is the body. A body of another
/// kind goes; in a hook, so does a message that was given before.
///
/// The file is open only while it is sent, and streamed.
///
/// Parameters: `content_type`: or NULL, for `application/octet-stream`.
/// Returns: `SORTIE_ERR_INVALID_BODY` where there is nothing that could be read; `SORTIE_ERR_ARGUMENT` for a type that no header
/// field can hold; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_add_file_part(
    request: Option<&mut sortie_request>,
    name: *const c_char,
    path: *const c_char,
    content_type: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (name, path) = (text(name, "name")?, text(path, "path")?);
        let content_type = optional_text(content_type, "content_type")?;
        let part = Part::path(name, path).map_err(|source| {
            let message = format!("cannot send the file `{path}`");
            Error::new(ErrorKind::InvalidBody).with_message(message).with_source(source)
        })?;
        request.add_part(typed(part, content_type)?);
        Ok(())
    })
}

fn typed(part: Part, content_type: Option<&str>) -> Result<Part, Fault> {
    match content_type {
        Some(content_type) => part
            .content_type(content_type)
            .map_err(|why| Fault::argument("content_type", format_args!("cannot be used: {why}"))),
        None => Ok(part),
    }
}
