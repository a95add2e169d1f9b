//! A user's code, run so that its panics stay its own.

use std::any::Any;
use std::mem;
use std::panic::{self, AssertUnwindSafe};

/// Runs `code`; a panic comes back as its message.
///
/// Unwind safety is asserted: what the callers here keep is either replaced whole or left alone, and what a user's
/// value holds behind interior mutability is the user's.
pub fn guard<V>(code: impl FnOnce() -> V) -> Result<V, String> {
    panic::catch_unwind(AssertUnwindSafe(code)).map_err(message)
}

/// The text of a panic's payload, which is dropped.
///
/// A payload that panics when it is dropped panics into a second one, which is forgotten: so it cannot go on for ever.
fn message(payload: Box<dyn Any + Send>) -> String {
    let text = match (payload.downcast_ref::<&'static str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => String::from(*text),
        (_, Some(text)) => text.clone(),
        (None, None) => String::from("without a message"),
    };
    if let Err(second) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(second);
    }
    text
}
