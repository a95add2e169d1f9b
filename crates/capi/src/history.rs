//! The responses before a response.

use std::ptr;

use crate::response::{count, read, sortie_response};

/// How many responses came before this one: redirects that were followed, challenges that were answered, and what was tried
/// again.
///
/// Returns: 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_history_count(response: Option<&sortie_response>) -> usize {
    count(response, |response| response.history().len())
}

/// One of the responses before this one.
///
/// Parameters: `index`: from 0, oldest first.
/// Returns: NULL past the end, or where `response` is NULL.
/// Ownership: it is lent by `response`, and lives as long.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_history(response: Option<&sortie_response>, index: usize) -> *const sortie_response {
    read(response, |response, lent| {
        let all = lent.history.get_or_init(|| response.history().iter().cloned().map(sortie_response::lent).collect());
        all.get(index).map_or(ptr::null(), ptr::from_ref)
    })
}
