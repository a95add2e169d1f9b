//! How calls end.

use std::ffi::c_void;
use std::ptr;

use facade::{Error, Response};

use crate::context::Context;
use crate::error::sortie_error;
use crate::response::sortie_response;

/// How one call has ended: `response` or `error`, the other is NULL.
///
/// What `sortie_batch_take` or a map has filled is yours: free the one that is there. What a callback is given is lent.
#[repr(C)]
pub struct sortie_outcome {
    /// The number that the call was given when it was submitted; in a map the index of its request.
    pub call: u64,
    /// What it was submitted with; NULL in a map.
    pub user: *mut c_void,
    /// The response, whatever its status.
    pub response: *mut sortie_response,
    /// Why there is none.
    pub error: *mut sortie_error,
}

/// Is told how a call has ended, by the turn that comes across it. `outcome`, and what is in it, is lent.
pub type sortie_done = Option<extern "C" fn(context: *mut c_void, outcome: *const sortie_outcome)>;

/// Who is told how a call has ended.
pub(crate) struct Done {
    done: extern "C" fn(context: *mut c_void, outcome: *const sortie_outcome),
    context: Context,
}

impl sortie_outcome {
    /// One that is the program's.
    pub(crate) fn new(call: u64, user: *mut c_void, outcome: Result<Response, Error>) -> Self {
        match outcome {
            Ok(response) => {
                sortie_outcome { call, user, response: sortie_response::into_raw(response), error: ptr::null_mut() }
            }
            Err(error) => {
                sortie_outcome { call, user, response: ptr::null_mut(), error: sortie_error::into_raw(error) }
            }
        }
    }
}

impl Done {
    pub(crate) fn new(
        done: extern "C" fn(context: *mut c_void, outcome: *const sortie_outcome),
        context: Context,
    ) -> Self {
        Done { done, context }
    }

    /// Tells it. What is lent is let go when the callback is back, and so is its context.
    pub(crate) fn tell(self, call: u64, outcome: Result<Response, Error>) {
        let mut lent =
            sortie_outcome { call, user: ptr::null_mut(), response: ptr::null_mut(), error: ptr::null_mut() };
        match outcome {
            Ok(response) => {
                let mut response = Box::new(sortie_response::lent(response));
                lent.response = &raw mut *response;
                (self.done)(self.context.pointer(), &raw const lent);
            }
            Err(error) => {
                let mut error = Box::new(sortie_error::lent(error));
                lent.error = &raw mut *error;
                (self.done)(self.context.pointer(), &raw const lent);
            }
        }
    }
}
