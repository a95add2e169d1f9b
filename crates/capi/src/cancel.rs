//! Ending calls from any thread.

use facade::{CancelToken, Request};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::fork::Birth;
use crate::guard::guard;
use crate::lend::{lend, out};
use crate::quiet::quiet;
use crate::status::sortie_status;

/// Ends the calls that it was given to, from any thread. Once fired it stays so: what is sent with it later ends at once.
pub struct sortie_cancel {
    token: CancelToken,
    birth: Birth,
}

impl sortie_cancel {
    /// The token behind a handle of this process; none where there is no handle.
    pub(crate) fn token(handle: Option<&Self>) -> Result<Option<&CancelToken>, Fault> {
        let Some(handle) = handle else { return Ok(None) };
        handle.birth.check("cancel")?;
        Ok(Some(&handle.token))
    }

    /// A request that this cancels, if it is there.
    pub(crate) fn watch(handle: Option<&Self>, request: Request) -> Result<Request, Fault> {
        Ok(match Self::token(handle)? {
            Some(token) => request.cancel_token(token),
            None => request,
        })
    }
}

/// What cancels calls. Give it to the functions that send, and fire it from any thread.
///
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `*cancel` is yours: free it by `sortie_cancel_free`. Calls that were given it do not need the handle any more.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_cancel_new(cancel: *mut *mut sortie_cancel, error: *mut *mut sortie_error) -> sortie_status {
    guard(error, || {
        let handle = sortie_cancel { token: CancelToken::new(), birth: Birth::here() };
        out(cancel, "cancel")?.write(Box::into_raw(Box::new(handle)));
        Ok(())
    })
}

/// Cancels all that it was given to: each ends with `SORTIE_ERR_CANCELLED`. Firing again does nothing.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_cancel_fire(cancel: Option<&sortie_cancel>, error: *mut *mut sortie_error) -> sortie_status {
    guard(error, || {
        lend(sortie_cancel::token(cancel)?, "cancel")?.cancel();
        Ok(())
    })
}

/// Whether it was fired.
///
/// Returns: 1 or 0; 0 where `cancel` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_cancel_is_fired(cancel: Option<&sortie_cancel>) -> i32 {
    cancel.map_or(0, |cancel| i32::from(cancel.token.is_cancelled()))
}

/// Lets it go. What it was given to goes on.
///
/// Parameters: `cancel`: or NULL, which is ignored.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_cancel_free(cancel: Option<Box<sortie_cancel>>) {
    quiet((), || drop(cancel));
}
