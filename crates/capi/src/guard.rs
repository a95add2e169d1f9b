//! The boundary: what goes wrong inside becomes a status, and an error for whoever wants it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::lend::out;
use crate::status::{SORTIE_OK, sortie_status};

/// Runs the work of a function that can fail. A fault is handed over by `error`, unless that is NULL; no panic gets out.
pub(crate) fn guard(error: *mut *mut sortie_error, work: impl FnOnce() -> Result<(), Fault>) -> sortie_status {
    answer(error, || work().map(|()| SORTIE_OK))
}

/// The same, of a function whose success has more than one status.
pub(crate) fn answer(
    error: *mut *mut sortie_error,
    work: impl FnOnce() -> Result<sortie_status, Fault>,
) -> sortie_status {
    let fault = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(status)) => return status,
        Ok(Err(fault)) => fault,
        Err(payload) => Fault::Panic(message(&*payload)),
    };
    let status = fault.status();
    if let Ok(error) = out(error, "error") {
        error.write(Box::into_raw(Box::new(sortie_error::new(fault))));
    }
    status
}

/// Runs the work of a function that cannot fail: an accessor, a `_free`. What it gives after a panic is `fallback`.
pub(crate) fn quiet<T>(fallback: T, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(fallback)
}

fn message(payload: &(dyn std::any::Any + Send)) -> String {
    match (payload.downcast_ref::<&'static str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => (*text).into(),
        (_, Some(text)) => text.clone(),
        (None, None) => "without a message".into(),
    }
}
