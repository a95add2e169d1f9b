//! Requests that were not sent yet.

use std::ffi::c_char;

use facade::{Method, Request};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::{guard, quiet};
use crate::lend::{lend, out, text};
use crate::status::sortie_status;

/// A request that was not sent yet. A function that sends it copies it: it can be changed, sent again or freed at once.
pub struct sortie_request {
    request: Request,
    /// Whose it is: a hook's is lent, and not freed by the program.
    whose: Whose,
}

/// Who owns a request.
enum Whose {
    /// The program.
    Program,
}

impl sortie_request {
    /// A copy to be sent.
    pub(crate) fn request(&self) -> Request {
        self.request.clone()
    }

    /// Changes it as a builder does: by value.
    pub(crate) fn change(&mut self, change: impl FnOnce(Request) -> Request) {
        self.request = change(self.request.clone());
    }
}

/// A request of any method, such as `GET` or `POST`. Faults of the URL are told when it is sent.
///
/// Parameters: `method`: a token of RFC 9110; `url`: absolute, or relative where the session has a base URL.
/// Returns: `SORTIE_ERR_ARGUMENT` for a method that is no token; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: `*request` is yours: free it by `sortie_request_free`.
/// Threads: any; the request belongs to one thread at a time.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_new(
    method: *const c_char,
    url: *const c_char,
    request: *mut *mut sortie_request,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (method, url, out) = (text(method, "method")?, text(url, "url")?, out(request, "request")?);
        let method: Method = method.parse().map_err(|why| Fault::argument("method", why))?;
        let request = sortie_request { request: facade::request(method, url), whose: Whose::Program };
        out.write(Box::into_raw(Box::new(request)));
        Ok(())
    })
}

/// Sets a header field, in place of a default or of one of that name in any case.
///
/// Parameters: `name`, `value`: UTF-8; a line break in them is told when the request is sent.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both are copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_header(
    request: Option<&mut sortie_request>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (name, value) = (text(name, "name")?, text(value, "value")?);
        lend(request, "request")?.change(|request| request.header(name, value));
        Ok(())
    })
}

/// Lets a request go.
///
/// Parameters: `request`: or NULL, which is ignored; so is one that is lent to a hook.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_free(request: Option<Box<sortie_request>>) {
    quiet((), || drop(request));
}
