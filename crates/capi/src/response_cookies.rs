//! The cookies that a response set.

use crate::cookies::{Kept, sortie_cookies};
use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::{lend, out};
use crate::response::sortie_response;
use crate::status::sortie_status;

/// The cookies that this response set; those of redirects are in the history. What was refused, or expired at once, is left out.
///
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `*cookies` is yours: free it by `sortie_cookies_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_cookies(
    response: Option<&sortie_response>,
    cookies: *mut *mut sortie_cookies,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (response, out) = (lend(response, "response")?.response(), out(cookies, "cookies")?);
        let host = response.url().host().to_string();
        out.write(sortie_cookies::into_raw(response.cookies().iter().map(|cookie| Kept::received(cookie, &host))));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use facade::Session;
    use sortie_testserver::TestServer;

    use super::*;
    use crate::cookies::{sortie_cookies_count, sortie_cookies_value};
    use crate::lend::{list, text};
    use crate::status::SORTIE_OK;

    #[test]
    fn a_response_tells_which_cookies_it_set() {
        let server = TestServer::start().unwrap();
        let session = Session::builder().trust_env(false).build().unwrap();
        let request = session.get(server.url("/cookies/set/a/1")).redirects(false);
        let response = sortie_response::new(request.send().unwrap());
        let mut cookies = ptr::null_mut();
        assert_eq!(sortie_response_cookies(Some(&response), &mut cookies, ptr::null_mut()), SORTIE_OK);
        let cookies = list(cookies.cast_const(), 1, "cookies").unwrap().first();
        assert_eq!(sortie_cookies_count(cookies), 1);
        assert_eq!(text(sortie_cookies_value(cookies, c"a".as_ptr()), "value").unwrap(), "1");
    }
}
