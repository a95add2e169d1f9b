//! Errors: what went wrong, where, and why.

use std::ffi::c_char;
use std::mem;
use std::ptr;
use std::sync::OnceLock;

use crate::fault::Fault;
use crate::guard::quiet;
use crate::response::sortie_response;
use crate::status::{SORTIE_OK, sortie_status};
use crate::text::Text;

/// Why a function failed, or why a call has no response. Reading it is free of races: any thread may, at any time.
pub struct sortie_error {
    fault: Fault,
    texts: Box<Texts>,
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
struct Texts {
    message: Text,
    kind: Text,
    phase: Text,
    method: Text,
    url: Text,
    chain: Text,
    causes: OnceLock<Vec<Text>>,
    warnings: OnceLock<Vec<Text>>,
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
    quiet(ptr::null(), || error.map_or(ptr::null(), |error| error.texts.message.get(|| error.fault.to_string())))
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
