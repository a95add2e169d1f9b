//! What is never let go, since dropping it would do more than free memory.

use std::any::Any;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A list, so that what is kept stays in reach of those who look for leaks. It has no lock: see [`keep`].
static KEPT: AtomicPtr<Kept> = AtomicPtr::new(ptr::null_mut());

struct Kept {
    _what: Box<dyn Any + Send>,
    _next: *mut Kept,
}

/// Keeps something for ever: in the child of a fork, where a hook of the parent's may not run, and a lock may be held by a
/// thread that is not there.
pub fn keep(what: impl Send + 'static) {
    let kept = Box::leak(Box::new(Kept { _what: Box::new(what), _next: KEPT.load(Ordering::Acquire) }));
    while let Err(next) = KEPT.compare_exchange(kept._next, kept, Ordering::AcqRel, Ordering::Acquire) {
        kept._next = next;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_is_kept_is_never_dropped() {
        let what = Arc::new(());
        keep(what.clone());
        keep(what.clone());
        assert_eq!(Arc::strong_count(&what), 3);
    }
}
