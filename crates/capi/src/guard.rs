//! The boundary: what goes wrong inside becomes a status, and an error for whoever wants it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::lend::out;
use crate::quiet::message;
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
        Err(payload) => Fault::Panic(message(payload)),
    };
    let status = fault.status();
    if let Ok(error) = out(error, "error") {
        error.write(Box::into_raw(Box::new(sortie_error::new(fault))));
    }
    status
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;
    use std::ptr;

    use super::*;
    use crate::quiet::tests::Twice;
    use crate::status::SORTIE_ERR_PANIC;

    #[test]
    fn what_panics_again_when_it_is_let_go_is_a_status() {
        assert_eq!(guard(ptr::null_mut(), || panic_any(Twice)), SORTIE_ERR_PANIC);
    }
}
