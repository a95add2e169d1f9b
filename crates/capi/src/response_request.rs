//! The request that a response answers, as it was sent.

use std::ffi::c_char;
use std::ptr;

use facade::Response;

use crate::fields::Fields;
use crate::lend::text;
use crate::response::{Asked, Lent, count, read, sortie_response};

/// The method that was sent, after all redirects.
///
/// Returns: a text that lives as long as `response`; NULL where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_request_method(response: Option<&sortie_response>) -> *const c_char {
    read(response, |response, lent| asked(lent).method.get(|| response.request().method().as_str().into()))
}

/// The URL that was sent to, without userinfo.
///
/// Returns: a text that lives as long as `response`; NULL where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_request_url(response: Option<&sortie_response>) -> *const c_char {
    read(response, |response, lent| asked(lent).url.get(|| response.request().url().without_userinfo().as_str().into()))
}

/// The value of the first header field of that name that was sent: credentials and cookies included.
///
/// Parameters: `name`: in any case.
/// Returns: a text that lives as long as `response`; NULL where there was no such field, or either is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_request_header(
    response: Option<&sortie_response>,
    name: *const c_char,
) -> *const c_char {
    read(response, |response, lent| match text(name, "name") {
        Ok(name) => headers(response, lent).get(name),
        Err(_) => ptr::null(),
    })
}

/// How many header fields that were sent there are; one that is repeated counts each time.
///
/// Returns: 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_request_header_count(response: Option<&sortie_response>) -> usize {
    count(response, |response| response.request().headers().len())
}

/// The name of one of the header fields that were sent, spelled as it was sent.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_request_header_name(
    response: Option<&sortie_response>,
    index: usize,
) -> *const c_char {
    read(response, |response, lent| headers(response, lent).name(index))
}

/// The value of one of the header fields that were sent.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_request_header_value(
    response: Option<&sortie_response>,
    index: usize,
) -> *const c_char {
    read(response, |response, lent| headers(response, lent).value(index))
}

fn asked(lent: &Lent) -> &Asked {
    lent.asked.get_or_init(Box::default)
}

fn headers<'a>(response: &Response, lent: &'a Lent) -> &'a Fields {
    asked(lent).headers.get_or_init(|| Fields::of(response.request().headers()))
}
