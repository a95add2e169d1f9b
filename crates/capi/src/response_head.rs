//! What the head of a response says, and what else came with it.

use std::ffi::{CStr, c_char};
use std::ptr;

use facade::{Headers, Response, Version};

use crate::fields::Fields;
use crate::lend::text;
use crate::response::{Lent, count, read, sortie_response};

/// The reason phrase as it came: empty where there was none.
///
/// Returns: a text that lives as long as `response`; NULL where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_reason(response: Option<&sortie_response>) -> *const c_char {
    read(response, |response, lent| lent.reason.get(|| response.reason().into()))
}

/// The protocol version that the response named: `HTTP/1.1`, or `HTTP/1.0`.
///
/// Returns: a text that lives for ever; NULL where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_version(response: Option<&sortie_response>) -> *const c_char {
    read(response, |response, _| version(response.version()).as_ptr())
}

/// The URL that answered, after all redirects; its fragment is in it, userinfo is not.
///
/// Returns: a text that lives as long as `response`; NULL where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_url(response: Option<&sortie_response>) -> *const c_char {
    read(response, |response, lent| lent.url.get(|| response.url().as_str().into()))
}

/// Whom the connection led to, as `127.0.0.1:80` or `[::1]:80`: the proxy, where there is one.
///
/// Returns: a text that lives as long as `response`; NULL where that is NULL, or where there is no such address, as over a Unix socket.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_peer(response: Option<&sortie_response>) -> *const c_char {
    read(response, |response, lent| lent.peer.get_some(|| response.peer().map(|peer| peer.to_string())))
}

/// The value of the first header field of that name.
///
/// Parameters: `name`: in any case.
/// Returns: a text that lives as long as `response`; NULL where there is no such field, or either is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_header(response: Option<&sortie_response>, name: *const c_char) -> *const c_char {
    read(response, |response, lent| match text(name, "name") {
        Ok(name) => headers(response, lent).get(name),
        Err(_) => ptr::null(),
    })
}

/// How many header fields there are; one that is repeated counts each time.
///
/// Returns: 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_header_count(response: Option<&sortie_response>) -> usize {
    count(response, |response| response.headers().len())
}

/// The name of one of the header fields, spelled as it came.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_header_name(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| headers(response, lent).name(index))
}

/// The value of one of the header fields.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_header_value(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| headers(response, lent).value(index))
}

/// How many trailer fields that came behind the content there are; one that is repeated counts each time.
///
/// Returns: 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_trailer_count(response: Option<&sortie_response>) -> usize {
    count(response, |response| response.exchange().trailers().map_or(0, Headers::len))
}

/// The name of one of the trailer fields that came behind the content, spelled as it came.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_trailer_name(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| trailers(response, lent).name(index))
}

/// The value of one of the trailer fields that came behind the content.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_trailer_value(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| trailers(response, lent).value(index))
}

/// How many hooks went wrong on the way.
///
/// Returns: 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_warning_count(response: Option<&sortie_response>) -> usize {
    count(response, |response| response.warnings().len())
}

/// What one of them says, as `hook 2 of response failed: no such table`.
///
/// Parameters: `index`: from 0, in the order they ran.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_warning(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| lent.warnings.at(index, || response.warnings().iter().map(ToString::to_string)))
}

fn headers<'a>(response: &Response, lent: &'a Lent) -> &'a Fields {
    lent.headers.get_or_init(|| Fields::of(response.headers()))
}

fn trailers<'a>(response: &Response, lent: &'a Lent) -> &'a Fields {
    lent.trailers.get_or_init(|| Fields::of(response.exchange().trailers().unwrap_or(&Headers::new())))
}

fn version(version: Version) -> &'static CStr {
    match version {
        Version::HTTP_10 => c"HTTP/1.0",
        // This library speaks no other.
        _ => c"HTTP/1.1",
    }
}
