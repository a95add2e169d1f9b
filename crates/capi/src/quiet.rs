//! Functions that cannot fail: no panic gets out of them either.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
pub(crate) fn message(payload: Box<dyn Any + Send>) -> String {
    let payload = match payload.downcast::<String>() {
        Ok(text) => return *text,
        Err(other) => other,
    };
    match payload.downcast::<&'static str>() {
        Ok(text) => (*text).into(),
        Err(other) => {
            mem::forget(other);
            "without a message".into()
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::panic::panic_any;

    use super::*;

    /// Panics, and again when it is let go.
    pub(crate) struct Twice;

    impl Drop for Twice {
        fn drop(&mut self) {
            panic!("again");
        }
    }

    #[test]
    fn what_panics_again_when_it_is_let_go_stays_inside() {
        assert_eq!(quiet(7, || panic_any(Twice)), 7);
    }

    #[test]
    fn a_panic_says_what_it_was_told() {
        assert_eq!(message(Box::new("borrowed")), "borrowed");
        assert_eq!(message(Box::new(String::from("owned"))), "owned");
        assert_eq!(message(Box::new(7)), "without a message");
    }
}
