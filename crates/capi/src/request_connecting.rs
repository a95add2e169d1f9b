//! How a request reaches its server.

use std::ffi::c_char;

use facade::Proxies;

use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::{lend, optional_text, text};
use crate::request::sortie_request;
use crate::status::sortie_status;
use crate::tls::sortie_tls;

/// Sends this request through a proxy, or straight, whatever session and environment say.
///
/// Parameters: `url`: as `http://user:password@proxy.test:3128`; the schemes are `http`, `https`, `socks5` (names are looked up
/// here) and `socks5h` (by the proxy). One that is none is told when the request is sent. NULL: no proxy.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: it is copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_proxy(
    request: Option<&mut sortie_request>,
    url: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, url) = (lend(request, "request")?, optional_text(url, "url")?);
        match url {
            Some(url) => request.arguments_mut().set_proxy(url),
            None => request.arguments_mut().set_proxies(Proxies::direct()),
        }
        Ok(())
    })
}

/// How this request's connections are secured, those of redirects included, in place of the session's way.
///
/// Requests that were given the same handle, which was not changed in between, share connections.
///
/// Parameters: `tls`: as it is now; a client certificate in it is shown to any server on the way that asks for one.
/// Returns: `SORTIE_ERR_ARGUMENT` for a request that is lent to a hook; `SORTIE_ERR_UNSUPPORTED` where the library was built
/// without TLS; `SORTIE_ERR_NULL`.
/// Ownership: it is copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_tls(
    request: Option<&mut sortie_request>,
    tls: Option<&sortie_tls>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let tls = sortie_tls::lend(tls)?;
        request.check_own("TLS")?;
        request.change(|request| tls.secure_one(request));
        Ok(())
    })
}

/// Connects to this Unix socket, in the place of the host that the URL names. Redirects to another origin go where they
/// lead.
///
/// Parameters: `path`: with a proxy of the request's own it is the proxy that is there.
/// Returns: `SORTIE_ERR_ARGUMENT` for a request that is lent to a hook; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: it is copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_unix_socket(
    request: Option<&mut sortie_request>,
    path: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, path) = (lend(request, "request")?, text(path, "path")?);
        request.check_own("a socket")?;
        request.change(|request| request.unix_socket(path));
        Ok(())
    })
}
