//! How often things were tried.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Attempts at one server, by name.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<String, u64>>);

impl Attempts {
    /// One more of that name; says how many that makes.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = attempts.entry(name.into()).or_default();
        *count += 1;
        *count
    }
}
