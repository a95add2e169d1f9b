//! Requests as they will be sent, or were: what hooks are lent of them.

use std::ffi::c_char;
use std::mem;
use std::ptr;
use std::sync::OnceLock;

use facade::{Body, PreparedRequest, Url};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::guard::guard;
use crate::lend::{lend, list, text};
use crate::quiet::quiet;
use crate::request::parse_method;
use crate::response::sortie_bytes;
use crate::status::sortie_status;
use crate::text::Text;

/// A request as it will be sent, or was: complete but for cookies, which are added to each exchange. It is a copy that is lent
/// to a hook, which may change it, and put it in the place of the request by `SORTIE_HOOK_REPLACE`. There is none to free.
pub struct sortie_prepared {
    request: PreparedRequest,
    lent: Lent,
    /// What it was before each change, since C was lent that.
    former: Vec<(PreparedRequest, Lent)>,
}

/// What C was lent of it.
#[derive(Default)]
struct Lent {
    method: Text,
    url: Text,
    headers: OnceLock<Fields>,
}

impl sortie_prepared {
    pub(crate) fn new(request: PreparedRequest) -> Self {
        sortie_prepared { request, lent: Lent::default(), former: Vec::new() }
    }

    /// What the hook has made of it.
    pub(crate) fn into_request(self) -> PreparedRequest {
        self.request
    }

    fn headers(&self) -> &Fields {
        self.lent.headers.get_or_init(|| Fields::of(self.request.headers()))
    }

    /// Changes all or nothing. What was lent of it before stays.
    fn change(&mut self, change: impl FnOnce(&mut PreparedRequest) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut request = self.request.clone();
        change(&mut request)?;
        let former = (mem::replace(&mut self.request, request), mem::take(&mut self.lent));
        self.former.push(former);
        Ok(())
    }
}

/// The method.
///
/// Returns: a text that lives until the hook returns; NULL where `prepared` is NULL.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_method(prepared: Option<&sortie_prepared>) -> *const c_char {
    read(prepared, |prepared| prepared.lent.method.get(|| prepared.request.method().as_str().into()))
}

/// The URL, with its parameters.
///
/// Returns: a text that lives until the hook returns; NULL where `prepared` is NULL.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_url(prepared: Option<&sortie_prepared>) -> *const c_char {
    read(prepared, |prepared| prepared.lent.url.get(|| prepared.request.url().as_str().into()))
}

/// The value of the first header field of that name; credentials are not masked.
///
/// Parameters: `name`: in any case.
/// Returns: a text that lives until the hook returns; NULL where there is no such field, or either is NULL.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_header(prepared: Option<&sortie_prepared>, name: *const c_char) -> *const c_char {
    read(prepared, |prepared| match text(name, "name") {
        Ok(name) => prepared.headers().get(name),
        Err(_) => ptr::null(),
    })
}

/// How many header fields there are; one that is repeated counts each time.
///
/// Returns: 0 where `prepared` is NULL.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_header_count(prepared: Option<&sortie_prepared>) -> usize {
    prepared.map_or(0, |prepared| prepared.request.headers().len())
}

/// The name of one of the header fields, spelled as it is sent.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives until the hook returns; NULL past the end, or where `prepared` is NULL.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_header_name(prepared: Option<&sortie_prepared>, index: usize) -> *const c_char {
    read(prepared, |prepared| prepared.headers().name(index))
}

/// The value of one of the header fields.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives until the hook returns; NULL past the end, or where `prepared` is NULL.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_header_value(prepared: Option<&sortie_prepared>, index: usize) -> *const c_char {
    read(prepared, |prepared| prepared.headers().value(index))
}

/// The body, as it is sent.
///
/// Returns: bytes that live until the hook returns; none where it is streamed, or `prepared` is NULL.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_body(prepared: Option<&sortie_prepared>) -> sortie_bytes {
    sortie_bytes::of(prepared.and_then(|prepared| prepared.request.body().as_bytes()).map_or(&[], |body| body))
}

/// Sets another method.
///
/// Parameters: `method`: a token of RFC 9110, such as `PUT`.
/// Returns: `SORTIE_ERR_ARGUMENT` for a method that is no token; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: `method` is copied. What was lent of `prepared` before stays until the hook returns.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_set_method(
    prepared: Option<&mut sortie_prepared>,
    method: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (prepared, method) = (lend(prepared, "prepared")?, text(method, "method")?);
        let method = parse_method(method)?;
        prepared.change(|request| {
            request.set_method(method);
            Ok(())
        })
    })
}

/// Sets another URL; the Host field is derived from it anew. Where it leaves the origin, credentials that stood in the request
/// are not sent there, unless the hook sets them anew.
///
/// Parameters: `url`: absolute.
/// Returns: `SORTIE_ERR_INVALID_URL`, `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: `url` is copied. What was lent of `prepared` before stays until the hook returns.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_set_url(
    prepared: Option<&mut sortie_prepared>,
    url: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (prepared, url) = (lend(prepared, "prepared")?, text(url, "url")?);
        let parsed = Url::parse(url).map_err(|why| Fault::url(url, why))?;
        prepared.change(|request| {
            request.set_url(parsed);
            request.set_host().map_err(Fault::header)
        })
    })
}

/// Sets a header field: in place of those of that name, in any case.
///
/// Returns: `SORTIE_ERR_INVALID_HEADER`, `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both texts are copied. What was lent of `prepared` before stays until the hook returns.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_set_header(
    prepared: Option<&mut sortie_prepared>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (prepared, name, value) = (lend(prepared, "prepared")?, text(name, "name")?, text(value, "value")?);
        prepared.change(|request| request.headers_mut().set(name, value).map_err(Fault::header))
    })
}

/// Puts a header field last, beside others of its name.
///
/// Returns: `SORTIE_ERR_INVALID_HEADER`, `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both texts are copied. What was lent of `prepared` before stays until the hook returns.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_append_header(
    prepared: Option<&mut sortie_prepared>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (prepared, name, value) = (lend(prepared, "prepared")?, text(name, "name")?, text(value, "value")?);
        prepared.change(|request| request.headers_mut().append(name, value).map_err(Fault::header))
    })
}

/// Takes the header fields of that name away, in any case. That there is none is no failure.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: what was lent of `prepared` before stays until the hook returns.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_remove_header(
    prepared: Option<&mut sortie_prepared>,
    name: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (prepared, name) = (lend(prepared, "prepared")?, text(name, "name")?);
        prepared.change(|request| {
            request.headers_mut().remove(name);
            Ok(())
        })
    })
}

/// Sets another body, and the Content-Length that it has. Content-Encoding goes, since it told of the body before: a hook that
/// encodes the new one sets it afterwards. Content-Type stays as it is.
///
/// Parameters: `data`: may be NULL where `size` is 0.
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `data` is copied. What was lent of `prepared` before stays until the hook returns.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_prepared_set_body(
    prepared: Option<&mut sortie_prepared>,
    data: *const u8,
    size: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (prepared, data) = (lend(prepared, "prepared")?, list(data, size, "data")?);
        prepared.change(|request| {
            request.set_body(Body::bytes(data.to_vec()));
            let headers = request.headers_mut();
            headers.remove("Content-Encoding");
            let had_framing = headers.remove("Transfer-Encoding") || headers.contains("Content-Length");
            // Without a body some methods need the field, and others do without: the library knows when it is sent.
            if had_framing || size > 0 {
                headers.set("Content-Length", &size.to_string()).map_err(Fault::header)?;
            }
            Ok(())
        })
    })
}

/// A pointer that is lent of it; NULL where there is none.
fn read<T>(prepared: Option<&sortie_prepared>, read: impl FnOnce(&sortie_prepared) -> *const T) -> *const T {
    prepared.map_or(ptr::null(), |prepared| quiet(ptr::null(), || read(prepared)))
}
