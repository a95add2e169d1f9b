use std::time::Duration;

use sortie_engine::{Budget, Limits, Overflow};

use crate::{CancelToken, Snapshot};

/// What a batch was asked to be.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) concurrency: Option<usize>,
    pub(crate) per_origin: Option<usize>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) fail_fast: bool,
    pub(crate) memory_budget: Option<u64>,
    pub(crate) gate: Option<Duration>,
    pub(crate) token: Option<CancelToken>,
    pub(crate) on_progress: Option<Report>,
}

/// A program's own code that looks at the progress.
type Report = Box<dyn FnMut(&Snapshot) + Send>;

impl Options {
    /// What the engine is held to, where the session has these limits.
    pub(crate) fn limits(&self, session: &Limits, overflow: Overflow) -> Limits {
        let mut limits = session.clone();
        if let Some(n) = self.concurrency {
            (limits.connections, limits.per_origin) = (n, n);
        }
        limits.per_origin = self.per_origin.unwrap_or(limits.per_origin);
        limits.budget = self.memory_budget.map(|bytes| Budget { bytes, overflow });
        limits.gate = self.gate;
        limits
    }
}
