//! Content that becomes a file.

use std::ffi::c_char;

use crate::cancel::sortie_cancel;
use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::{lend, optional_text, out, text};
use crate::request::sortie_request;
use crate::response::sortie_response;
use crate::session::sortie_session;
use crate::status::sortie_status;

/// Sends a request, and writes the content to a file: beside it first, to its name with `.part` behind it, which takes the
/// file's place when it is whole and on the disk.
///
/// What came before a download stopped is kept there, and the next one goes on from it, where the server can send parts and
/// the content is still the same. Two downloads to one file must not run at the same time.
///
/// Parameters: `path`: a file that is there is replaced; `resume`: 1, or 0 to begin anew in any case; `sha256`: what the file
/// must have, in 64 hexadecimal digits; or NULL. `cancel`: ends the call when it is fired, from any thread; or NULL.
/// Returns: `SORTIE_ERR_STATUS` for a status of 400 or above: nothing is written then; `SORTIE_ERR_FILE`; `SORTIE_ERR_CONTENT` for
/// another SHA-256, and what was downloaded is removed; `SORTIE_ERR_ARGUMENT` for a `sha256` that is none.
/// Ownership: the request is copied; `*response` is yours, its content is empty: free it by `sortie_response_free`.
/// Threads: any, several at once.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_download(
    session: Option<&sortie_session>,
    request: Option<&sortie_request>,
    path: *const c_char,
    resume: i32,
    sha256: *const c_char,
    cancel: Option<&sortie_cancel>,
    response: *mut *mut sortie_response,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (session, request) = (sortie_session::lend(session)?, lend(request, "request")?);
        let (path, sha256) = (text(path, "path")?, optional_text(sha256, "sha256")?);
        let out = out(response, "response")?;
        let request = sortie_cancel::watch(cancel, request.request().bound_to(&session))?;
        let download = request.download(path).resume(resume != 0);
        let download = match sha256 {
            Some(digest) => download.sha256(digest),
            None => download,
        };
        out.write(sortie_response::into_raw(download.send()?.response));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::CString;
    use std::{fs, ptr};

    use facade::{Method, Session};
    use sortie_testserver::TestServer;

    use super::*;
    use crate::response::{sortie_response_content, sortie_response_status};
    use crate::status::{SORTIE_ERR_ARGUMENT, SORTIE_ERR_CONTENT, SORTIE_ERR_NULL, SORTIE_ERR_STATUS, SORTIE_OK};

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let server = TestServer::start().unwrap();
        let session = sortie_session::new(Session::new());
        let file = std::env::temp_dir().join(format!("sortie-capi-{}-download", std::process::id()));
        let path = CString::new(file.to_str().unwrap()).unwrap();
        let mut response: Option<Box<sortie_response>> = None;
        let mut download = |url: &str, path: *const c_char, sha256: *const c_char| {
            let request = sortie_request::new(facade::request(Method::GET, server.url(url)));
            let out = ptr::from_mut(&mut response).cast();
            sortie_session_download(Some(&session), Some(&request), path, 1, sha256, None, out, ptr::null_mut())
        };
        let (none, wrong) = (ptr::null(), CString::new("0".repeat(64)).unwrap());
        assert_eq!(download("/bytes/10", none, none), SORTIE_ERR_NULL);
        assert_eq!(download("/bytes/10", path.as_ptr(), c"no digest".as_ptr()), SORTIE_ERR_ARGUMENT);
        assert_eq!(download("/status/404", path.as_ptr(), none), SORTIE_ERR_STATUS);
        assert_eq!(download("/bytes/10", path.as_ptr(), wrong.as_ptr()), SORTIE_ERR_CONTENT);
        assert!(!file.exists());
        assert_eq!(download("/bytes/10", path.as_ptr(), none), SORTIE_OK);
        assert_eq!(fs::read(&file).unwrap().len(), 10);
        fs::remove_file(&file).unwrap();
        assert_eq!(sortie_response_status(response.as_deref()), 200);
        assert_eq!(sortie_response_content(response.as_deref()).size, 0);
    }
}
