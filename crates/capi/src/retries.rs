//! Whether, how often and when a call goes again.

use std::time::Duration;

use facade::Retries;

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{lend, list, out};
use crate::quiet::quiet;
use crate::status::sortie_status;
use crate::values::between;

/// Whether, how often and when a call goes again: after a failure of the network, or after a status that says that the server
/// could not do it now. Only idempotent methods go again (RFC 9110, section 9.2.2), unless it says otherwise or nothing of the
/// request was sent; and only a body that can be sent again does.
pub struct sortie_retries {
    retries: Retries,
}

impl sortie_retries {
    /// A copy of what is behind a handle.
    pub(crate) fn lend(handle: Option<&Self>) -> Result<Retries, Fault> {
        Ok(lend(handle, "retries")?.retries.clone())
    }
}

/// So many retries of a call at most, and the defaults for the rest. Hand it to a session or a request.
///
/// Parameters: `count`: 0 is never.
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `*retries` is yours: free it by `sortie_retries_free`.
/// Threads: any; it belongs to one thread at a time.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_retries_new(
    count: u32,
    retries: *mut *mut sortie_retries,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let handle = sortie_retries { retries: Retries::new(count) };
        out(retries, "retries")?.write(Box::into_raw(Box::new(handle)));
        Ok(())
    })
}

/// After which statuses a call goes again.
///
/// Parameters: `statuses`: `count` of them, each 100 to 599, in place of the default: 429, 502, 503 and 504. None at all: after
/// failures only.
/// Returns: `SORTIE_ERR_ARGUMENT` for another number; `SORTIE_ERR_NULL`.
/// Ownership: `statuses` is copied.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_retries_set_statuses(
    retries: Option<&mut sortie_retries>,
    statuses: *const u16,
    count: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let statuses = list(statuses, count, "statuses")?;
        if let Some(other) = statuses.iter().find(|status| !(100..600).contains(*status)) {
            return Err(Fault::argument("statuses", format_args!("has {other}, which is no status")));
        }
        lend(retries, "retries")?.retries.statuses = statuses.to_vec();
        Ok(())
    })
}

/// Whether after failures of the network too: no address, no connection, a connection that broke or timed out.
/// Default: yes.
///
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_retries_set_failures(
    retries: Option<&mut sortie_retries>,
    on: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(retries, "retries")?.retries.failures = on != 0;
        Ok(())
    })
}

/// Whether whatever the method is. Default: no. With it the server may do twice what should be done once.
///
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_retries_set_any_method(
    retries: Option<&mut sortie_retries>,
    on: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(retries, "retries")?.retries.any_method = on != 0;
        Ok(())
    })
}

/// How long to wait before each: the first time `first_ms`, then twice as long as the time before, at most `most_ms`. A
/// Retry-After that asks for longer is heeded; where it asks for more than `most_ms`, the response is the answer.
///
/// Parameters: `first_ms`: 0 or more, by default 500; `most_ms`: 0 or more, by default 60,000.
/// Returns: `SORTIE_ERR_ARGUMENT` for a negative one; `SORTIE_ERR_NULL`.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_retries_set_backoff_ms(
    retries: Option<&mut sortie_retries>,
    first_ms: i64,
    most_ms: i64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (backoff, max_wait) = (wait(first_ms, "first_ms")?, wait(most_ms, "most_ms")?);
        let retries = &mut lend(retries, "retries")?.retries;
        (retries.backoff, retries.max_wait) = (backoff, max_wait);
        Ok(())
    })
}

/// How much of each wait is left to chance, so that many do not come back at once.
///
/// Parameters: `percent`: 0 to 100. Default: 50.
/// Returns: `SORTIE_ERR_ARGUMENT` for another number; `SORTIE_ERR_NULL`.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_retries_set_jitter(
    retries: Option<&mut sortie_retries>,
    percent: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(retries, "retries")?.retries.jitter = between(percent, 0..=100, "percent")?;
        Ok(())
    })
}

/// Lets it go. What it was handed to has a copy.
///
/// Parameters: `retries`: or NULL, which is ignored.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_retries_free(retries: Option<Box<sortie_retries>>) {
    quiet((), || drop(retries));
}

/// Reads a wait in milliseconds, which may be none.
fn wait(wait_ms: i64, name: &'static str) -> Result<Duration, Fault> {
    let wait =
        u64::try_from(wait_ms).map_err(|_| Fault::argument(name, format_args!("is {wait_ms}, which is no time")));
    wait.map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;
    use crate::status::*;
    use crate::trial::{failed, made};

    const NO: *mut *mut sortie_error = ptr::null_mut();

    #[test]
    fn what_is_wrong_changes_nothing() {
        let mut retries = made(|out| sortie_retries_new(2, out, NO));
        let statuses = [500, 99];
        let words = |error| sortie_retries_set_statuses(Some(&mut retries), statuses.as_ptr(), 2, error);
        assert_eq!(failed(words), (SORTIE_ERR_ARGUMENT, "`statuses` has 99, which is no status".into()));
        let retries = &mut *retries;
        assert_eq!(sortie_retries_set_statuses(Some(retries), ptr::null(), 1, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_retries_set_statuses(Some(retries), statuses.as_ptr(), usize::MAX, NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_retries_set_backoff_ms(Some(retries), 5, -1, NO), SORTIE_ERR_ARGUMENT);
        for wrong in [101, -1, 256, i32::MIN] {
            assert_eq!(sortie_retries_set_jitter(Some(retries), wrong, NO), SORTIE_ERR_ARGUMENT, "{wrong}");
        }
        assert_eq!(sortie_retries_set_jitter(None, 0, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_retries_new(1, ptr::null_mut(), NO), SORTIE_ERR_NULL);
        assert_eq!(retries.retries, Retries::new(2));
    }

    #[test]
    fn all_of_it_can_be_told() {
        let mut retries = made(|out| sortie_retries_new(2, out, NO));
        let told = &mut *retries;
        assert_eq!(sortie_retries_set_statuses(Some(told), [503].as_ptr(), 1, NO), SORTIE_OK);
        assert_eq!(sortie_retries_set_failures(Some(told), 0, NO), SORTIE_OK);
        assert_eq!(sortie_retries_set_any_method(Some(told), 1, NO), SORTIE_OK);
        assert_eq!(sortie_retries_set_backoff_ms(Some(told), 0, i64::MAX, NO), SORTIE_OK);
        assert_eq!(sortie_retries_set_jitter(Some(told), 100, NO), SORTIE_OK);
        let told = sortie_retries::lend(Some(&retries)).unwrap();
        assert_eq!((told.statuses, told.failures, told.any_method, told.jitter), (vec![503], false, true, 100));
        assert_eq!((told.backoff, told.max_wait), (Duration::ZERO, Duration::from_millis(i64::MAX as u64)));
        assert_eq!(sortie_retries_set_statuses(Some(&mut retries), ptr::null(), 0, NO), SORTIE_OK);
        assert!(retries.retries.statuses.is_empty());
        sortie_retries_free(Some(retries));
        sortie_retries_free(None);
    }
}
