//! Sessions.

use std::sync::{Mutex, PoisonError};

use facade::{Session, SessionBuilder, keep};

use crate::cancel::sortie_cancel;
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::fork::Birth;
use crate::guard::guard;
use crate::lend::{lend, out, shared, unshare};
use crate::quiet::quiet;
use crate::request::sortie_request;
use crate::response::sortie_response;
use crate::status::sortie_status;

/// What persists between calls: cookies, defaults, hooks, connections. Threads may share one: none waits for another's I/O.
pub struct sortie_session {
    /// None as it is let go, which may call back. Locked for moments only.
    session: Mutex<Option<Session>>,
    birth: Birth,
}

impl sortie_session {
    pub(crate) fn new(session: Session) -> Self {
        sortie_session { session: Mutex::new(Some(session)), birth: Birth::here() }
    }

    pub(crate) fn into_raw(session: Session) -> *mut Self {
        shared(Self::new(session))
    }

    /// The session behind a handle of this process.
    pub(crate) fn lend(handle: Option<&Self>) -> Result<Session, Fault> {
        let handle = lend(handle, "session")?;
        handle.birth.check("session")?;
        let session = handle.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.clone().ok_or(Fault::Busy("session"))
    }

    /// Changes the defaults of the session behind a handle: all at once, or not at all.
    pub(crate) fn change(
        handle: Option<&Self>,
        make: impl FnOnce(SessionBuilder) -> SessionBuilder,
    ) -> Result<(), Fault> {
        Ok(Self::lend(handle)?.change(make)?)
    }
}

/// A session with the library's defaults: cookies are kept, redirects followed, connections reused.
///
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `*session` is yours: free it by `sortie_session_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_new(
    session: *mut *mut sortie_session,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        out(session, "session")?.write(sortie_session::into_raw(Session::new()));
        Ok(())
    })
}

/// Sends a request and waits for the answer, redirects included. A status of 400 or above is a response, no error.
///
/// Parameters: `cancel`: ends the wait when it is fired, from any thread; or NULL.
/// Returns: `SORTIE_OK`, and else why no response could be had.
/// Ownership: the request is copied; `*response` is yours: free it by `sortie_response_free`.
/// Threads: any, several at once.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_send(
    session: Option<&sortie_session>,
    request: Option<&sortie_request>,
    cancel: Option<&sortie_cancel>,
    response: *mut *mut sortie_response,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (session, request) = (sortie_session::lend(session)?, lend(request, "request")?);
        let out = out(response, "response")?;
        let request = sortie_cancel::watch(cancel, request.request().bound_to(&session))?;
        out.write(sortie_response::into_raw(request.send()?));
        Ok(())
    })
}

/// Lets a session go. Its connections are closed when its batches and streams are gone too.
///
/// A `drop` that runs meanwhile, and uses the session, gets `SORTIE_ERR_BUSY`.
///
/// Parameters: `session`: or NULL, which is ignored.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_free(session: *mut sortie_session) {
    quiet((), || {
        // The handle goes last: what is let go may use it.
        let Some(handle) = unshare(session) else { return };
        if handle.birth.is_here() {
            let session = handle.session.lock().unwrap_or_else(PoisonError::into_inner).take();
            return drop(session);
        }
        // A thread that this process does not have may hold it.
        let session = handle.session.try_lock().ok().map(|mut session| session.take());
        match session {
            Some(session) => session.into_iter().for_each(Session::abandon),
            None => keep(handle),
        }
    });
}
