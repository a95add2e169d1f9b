//! The boundary: what goes wrong inside becomes a status, and an error for whoever wants it.

use std::any::Any;
use std::mem;
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
        Err(payload) => Fault::Panic(message(payload)),
    };
    let status = fault.status();
    if let Ok(error) = out(error, "error") {
        error.write(Box::into_raw(Box::new(sortie_error::new(fault))));
    }
    status
}

/// Runs the work of a function that cannot fail: an accessor, a `_free`. What it gives after a panic is `fallback`.
pub(crate) fn quiet<T>(fallback: T, work: impl FnOnce() -> T) -> T {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => value,
        Err(payload) => {
            message(payload);
            fallback
        }
    }
}

/// What a panic says. Anything but a text is not let go, since that may panic, too.
fn message(payload: Box<dyn Any + Send>) -> String {
    let payload = match payload.downcast::<String>() {
        Ok(text) => return *text,
        Err(other) => other,
    };
    let text = payload.downcast_ref::<&'static str>().copied().unwrap_or("without a message").into();
    mem::forget(payload);
    text
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;
    use std::ptr;

    use super::*;
    use crate::status::SORTIE_ERR_PANIC;

    struct Twice;

    impl Drop for Twice {
        fn drop(&mut self) {
            panic!("again");
        }
    }

    #[test]
    fn what_panics_again_when_it_is_let_go_stays_inside() {
        assert_eq!(quiet(7, || panic_any(Twice)), 7);
        assert_eq!(guard(ptr::null_mut(), || panic_any(Twice)), SORTIE_ERR_PANIC);
    }

    #[test]
    fn a_panic_says_what_it_was_told() {
        assert_eq!(message(Box::new("borrowed")), "borrowed");
        assert_eq!(message(Box::new(String::from("owned"))), "owned");
        assert_eq!(message(Box::new(7)), "without a message");
    }
}
