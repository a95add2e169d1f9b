//! What belongs to a callback: a pointer of the program's own, and how it is let go.

use std::ffi::c_void;

use crate::fork::Birth;

/// Lets a callback's context go, once, when nothing can call back any more. NULL where there is nothing to let go. In the child
/// of a fork it is not called: what the context is belongs to the parent.
pub type sortie_drop = Option<extern "C" fn(context: *mut c_void)>;

/// The first argument of a callback. Its `drop` is called once, when nothing can call back any more, in the process that
/// handed it over.
pub(crate) struct Context {
    pointer: *mut c_void,
    drop: sortie_drop,
    birth: Birth,
}

// SAFETY: law 9 of the header: a callback and its `drop` may be called on any thread that uses the session. The pointer is
// handed back, and never read.
unsafe impl Send for Context {}
// SAFETY: law 9, as above.
unsafe impl Sync for Context {}

impl Context {
    /// Takes the context over: also where the function that it was handed to fails.
    pub(crate) fn new(pointer: *mut c_void, drop: sortie_drop) -> Self {
        Context { pointer, drop, birth: Birth::here() }
    }

    /// What to hand to the callback.
    pub(crate) fn pointer(&self) -> *mut c_void {
        self.pointer
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        if let Some(drop) = self.drop.filter(|_| self.birth.is_here()) {
            drop(self.pointer);
        }
    }
}
