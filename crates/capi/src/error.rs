//! Errors: what went wrong, where, and why.

use std::ffi::{CString, c_char};
use std::mem;
use std::ptr;
use std::sync::OnceLock;

use crate::fault::Fault;
use crate::quiet::quiet;
use crate::response::sortie_response;
use crate::status::{SORTIE_OK, sortie_status};
use crate::text::{Text, Texts};

/// Why a function failed, or why a call has no response. Reading it is free of races: any thread may, at any time.
pub struct sortie_error {
    fault: Fault,
    texts: Box<Lent>,
    /// The response that was not good enough.
    response: OnceLock<Box<sortie_response>>,
    whose: Whose,
}

/// Who frees an error.
enum Whose {
    /// The program.
    Program,
    /// Whoever calls back with it.
    Lender,
}

/// What was asked for in words.
#[derive(Default)]
struct Lent {
    message: Text,
    kind: Text,
    phase: Text,
    method: Text,
    url: Text,
    chain: Text,
    causes: Texts,
    warnings: Texts,
}

impl sortie_error {
    pub(crate) fn new(fault: Fault) -> Self {
        sortie_error { fault, texts: Box::default(), response: OnceLock::new(), whose: Whose::Program }
    }

    /// One that is lent: the program's `_free` is ignored.
    pub(crate) fn lent(fault: impl Into<Fault>) -> Self {
        sortie_error { whose: Whose::Lender, ..Self::new(fault.into()) }
    }

    pub(crate) fn into_raw(fault: impl Into<Fault>) -> *mut Self {
        Box::into_raw(Box::new(Self::new(fault.into())))
    }

    fn told(&self) -> Option<&facade::Error> {
        self.fault.told()
    }

    fn causes(&self) -> &[CString] {
        self.texts.causes.all(|| self.told().into_iter().flat_map(facade::Error::causes))
    }
}

/// The status that the failed function returned, or that tells why the call has no response.
///
/// Returns: `SORTIE_OK` where `error` is NULL, never otherwise.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_status(error: Option<&sortie_error>) -> sortie_status {
    error.map_or(SORTIE_OK, |error| error.fault.status())
}

/// What went wrong, which request, which phase: one clause without secrets. `sortie_error_chain` tells why, too.
///
/// Returns: a text that lives as long as `error`; NULL where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_message(error: Option<&sortie_error>) -> *const c_char {
    read(error, |error| error.texts.message.get(|| error.fault.to_string()))
}

/// What kind of thing went wrong, in words, as `connect timeout`: for messages. A program decides by the status.
///
/// Returns: a text that lives as long as `error`; NULL where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_kind(error: Option<&sortie_error>) -> *const c_char {
    read(error, |error| error.texts.kind.get(|| error.fault.kind()))
}

/// The message and all that caused it, down to the system's own words, with a colon between them; without secrets.
///
/// Returns: a text that lives as long as `error`; NULL where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_chain(error: Option<&sortie_error>) -> *const c_char {
    read(error, |error| error.texts.chain.get(|| format!("{:#}", error.fault)))
}

/// Which part of the call it happened in, as `connect` or `first byte`.
///
/// Returns: a text that lives as long as `error`; NULL where the phase is not known, or `error` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_phase(error: Option<&sortie_error>) -> *const c_char {
    read(error, |error| error.texts.phase.get_some(|| Some(error.told()?.phase()?.to_string())))
}

/// The method that was asked for.
///
/// Returns: a text that lives as long as `error`; NULL where it is not known, or `error` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_method(error: Option<&sortie_error>) -> *const c_char {
    read(error, |error| error.texts.method.get_some(|| Some(error.told()?.method()?.to_string())))
}

/// The URL that was asked for, without userinfo and secrets; as it was given where it is none.
///
/// Returns: a text that lives as long as `error`; NULL where it is not known, or `error` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_url(error: Option<&sortie_error>) -> *const c_char {
    read(error, |error| error.texts.url.get_some(|| error.told()?.url()))
}

/// The system's number of what went wrong: an `errno`.
///
/// Returns: 0 where no cause has one, or `error` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_os_error(error: Option<&sortie_error>) -> i32 {
    quiet(0, || told(error).and_then(facade::Error::os_error).unwrap_or(0))
}

/// Whether something took too long: any of the timeouts, or the batch's deadline.
///
/// Returns: 1 or 0; 0 where `error` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_is_timeout(error: Option<&sortie_error>) -> i32 {
    told(error).map_or(0, |error| i32::from(error.is_timeout()))
}

/// How many exchanges were begun.
///
/// Returns: 0 where nothing was sent, or `error` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_attempts(error: Option<&sortie_error>) -> u32 {
    told(error).map_or(0, facade::Error::attempts)
}

/// How many causes the error has: each is the cause of the one before it.
///
/// Returns: 0 where `error` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_cause_count(error: Option<&sortie_error>) -> usize {
    error.map_or(0, |error| quiet(0, || error.causes().len()))
}

/// What one of the causes says, without secrets.
///
/// Parameters: `index`: from 0, the nearest first; the last is mostly the system's own.
/// Returns: a text that lives as long as `error`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_cause(error: Option<&sortie_error>, index: usize) -> *const c_char {
    read(error, |error| error.causes().get(index).map_or(ptr::null(), |cause| cause.as_ptr()))
}

/// How many hooks went wrong on the way.
///
/// Returns: 0 where `error` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_warning_count(error: Option<&sortie_error>) -> usize {
    told(error).map_or(0, |error| error.warnings().len())
}

/// What one of them says, as `hook 2 of response failed: no such table`.
///
/// Parameters: `index`: from 0, in the order they ran.
/// Returns: a text that lives as long as `error`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_warning(error: Option<&sortie_error>, index: usize) -> *const c_char {
    read(error, |error| {
        let warnings = error.told().map_or(&[][..], facade::Error::warnings);
        error.texts.warnings.at(index, || warnings.iter().map(ToString::to_string))
    })
}

/// The last response there was, with the history before it: the one redirect too many, the one with a bad status.
///
/// Returns: NULL where there was none, or `error` is NULL.
/// Ownership: it is lent by `error`, and lives as long.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_response(error: Option<&sortie_error>) -> *const sortie_response {
    read(error, |error| {
        let Some(response) = error.told().and_then(facade::Error::response) else { return ptr::null() };
        let lent = error.response.get_or_init(|| Box::new(sortie_response::lent(response.clone())));
        ptr::from_ref(&**lent)
    })
}

/// Lets an error go.
///
/// Parameters: `error`: or NULL, which is ignored; so is one that is lent to a callback.
/// Threads: one, when no other reads it any more.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_error_free(error: Option<Box<sortie_error>>) {
    quiet((), || match error {
        Some(lent) if matches!(lent.whose, Whose::Lender) => mem::forget(lent),
        ours => drop(ours),
    });
}

/// A pointer that is lent of an error; NULL where there is no error.
fn read<T>(error: Option<&sortie_error>, read: impl FnOnce(&sortie_error) -> *const T) -> *const T {
    error.map_or(ptr::null(), |error| quiet(ptr::null(), || read(error)))
}

/// The error of a call, if it is one.
fn told(error: Option<&sortie_error>) -> Option<&facade::Error> {
    error.and_then(sortie_error::told)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use facade::{Error, ErrorKind, Session};
    use sortie_testserver::{TestServer, refused_port};

    use super::*;
    use crate::lend::{list, text};
    use crate::response::sortie_response_status;
    use crate::status::*;

    fn words<'a>(pointer: *const c_char) -> Option<&'a str> {
        text(pointer, "text").ok()
    }

    #[test]
    fn an_error_tells_what_where_and_why() {
        let session = Session::builder().trust_env(false).build().unwrap();
        let url = format!("http://user:5ecret@127.0.0.1:{}/", refused_port());
        let error = sortie_error::new(session.get(url).send().unwrap_err().into());
        let error = Some(&error);
        assert_eq!(sortie_error_status(error), SORTIE_ERR_CONNECT);
        assert_eq!(words(sortie_error_kind(error)), Some("cannot connect"));
        assert_eq!(words(sortie_error_phase(error)), Some("connect"));
        assert_eq!(words(sortie_error_method(error)), Some("GET"));
        assert!(words(sortie_error_url(error)).is_some_and(|url| !url.contains("5ecret")));
        assert_eq!(sortie_error_os_error(error), libc::ECONNREFUSED);
        assert_eq!((sortie_error_is_timeout(error), sortie_error_attempts(error)), (0, 0));
        let causes = (0..sortie_error_cause_count(error)).map(|index| words(sortie_error_cause(error, index)).unwrap());
        let told: Vec<_> = words(sortie_error_message(error)).into_iter().chain(causes).collect();
        assert!(told.len() > 1);
        assert_eq!(words(sortie_error_chain(error)), Some(&*told.join(": ")));
        assert!(sortie_error_cause(error, usize::MAX).is_null());
        assert!(sortie_error_response(error).is_null());
    }

    #[test]
    fn a_fault_of_the_callers_has_a_kind_and_a_message_and_no_request() {
        let error = sortie_error::new(Fault::Null("url"));
        assert_eq!(words(sortie_error_kind(Some(&error))), Some("null pointer"));
        assert_eq!(words(sortie_error_message(Some(&error))), Some("`url` is NULL"));
        assert_eq!(words(sortie_error_chain(Some(&error))), Some("`url` is NULL"));
        assert_eq!(words(sortie_error_method(Some(&error))), None);
        assert_eq!((sortie_error_cause_count(Some(&error)), sortie_error_os_error(Some(&error))), (0, 0));
    }

    #[test]
    fn a_bad_status_brings_its_response() {
        let server = TestServer::start().unwrap();
        let session = Session::builder().trust_env(false).build().unwrap();
        let response = session.get(server.url("/status/404")).send().unwrap();
        let error = sortie_error::new(response.raise_for_status().unwrap_err().into());
        let response = sortie_error_response(Some(&error));
        assert_eq!(sortie_error_response(Some(&error)), response, "the same one each time");
        assert_eq!(sortie_response_status(list(response, 1, "response").unwrap().first()), 404);
    }

    #[test]
    fn an_error_that_is_lent_is_not_freed() {
        let source = Arc::new(std::io::Error::other("held"));
        let error = Error::new(ErrorKind::Connect).with_shared_source(source.clone());
        sortie_error_free(Some(Box::new(sortie_error::lent(error.clone()))));
        drop(error);
        assert_eq!(Arc::strong_count(&source), 2);
        sortie_error_free(Some(Box::new(sortie_error::new(
            Error::new(ErrorKind::Connect).with_shared_source(source.clone()).into(),
        ))));
        assert_eq!(Arc::strong_count(&source), 2);
    }
}
