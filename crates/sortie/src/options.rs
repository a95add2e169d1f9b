//! What a batch can be asked to be.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sortie_engine::{Budget, Limits, Overflow, Time};

use crate::{Batch, CancelToken, Snapshot};

/// What a batch was asked to be.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) concurrency: Option<usize>,
    pub(crate) per_origin: Option<usize>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) fail_fast: bool,
    pub(crate) memory_budget: Option<u64>,
    pub(crate) gate: Option<Duration>,
    /// In thousandths of the calls.
    pub(crate) retry_share: Option<u32>,
    pub(crate) token: Option<CancelToken>,
    pub(crate) on_progress: Option<Report>,
}

/// A program's own code that looks at the progress. Batches that are alike share it.
type Report = Arc<Mutex<dyn FnMut(&Snapshot) + Send>>;

impl Options {
    /// When the deadline passes of a batch whose first request was submitted then.
    pub(crate) fn until(&self, began: Option<Time>) -> Option<Time> {
        self.deadline.zip(began).map(|(deadline, began)| began.after(deadline))
    }

    /// What the engine is held to, where the session has these limits.
    pub(crate) fn limits(&self, session: &Limits, overflow: Overflow) -> Limits {
        let mut limits = session.clone();
        if let Some(n) = self.concurrency {
            (limits.connections, limits.per_origin) = (n, n);
        }
        limits.per_origin = self.per_origin.unwrap_or(limits.per_origin);
        limits.budget = self.memory_budget.map(|bytes| Budget { bytes, overflow });
        limits.gate = self.gate;
        limits.retry_share = self.retry_share;
        limits
    }
}

impl Batch {
    /// Another batch of the same session with the same limits, token and [`on_progress`](Self::on_progress), to which nothing
    /// was submitted. Its deadline counts from its own first request.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// let batch = sortie::Session::new().batch().concurrency(2);
    /// let outcomes = batch.another().map((0..8).map(|_| sortie::get(server.url("/get"))));
    /// assert!(outcomes.iter().all(Result::is_ok));
    /// assert_eq!(batch.unfinished(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn another(&self) -> Batch {
        let mut batch = self.home.batch();
        batch.options = self.options.clone();
        batch
    }

    /// How many calls run at the same time: `n` connections in all, and `n` to one origin unless
    /// [`per_origin`](Self::per_origin) says less. 0 counts as 1.
    ///
    /// Default: the session's limits, which are 128 in all and 16 an origin.
    #[must_use]
    pub fn concurrency(mut self, n: usize) -> Self {
        self.options.concurrency = Some(n.max(1));
        self.limit();
        self
    }

    /// How many connections to one origin there may be at the same time. 0 counts as 1. Default: as many as
    /// [`concurrency`](Self::concurrency) says, and else the session's limit, which is 16.
    #[must_use]
    pub fn per_origin(mut self, n: usize) -> Self {
        self.options.per_origin = Some(n.max(1));
        self.limit();
        self
    }

    /// Bounds the whole batch, from its first request on: what is unfinished then, or comes later, ends with
    /// [`ErrorKind::Deadline`](crate::ErrorKind::Deadline). Outcomes that were there before stay. Default: none. `None` lifts
    /// one that has not passed.
    #[must_use]
    pub fn deadline(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.options.deadline = limit.into();
        self
    }

    /// Gives up when a call has ended with an error: the rest ends with
    /// [`ErrorKind::FailedFast`](crate::ErrorKind::FailedFast). A status of 400 or above is no error. Default: no.
    #[must_use]
    pub fn fail_fast(mut self, fast: bool) -> Self {
        self.options.fail_fast = fast;
        self
    }

    /// How many bytes of content may be held at the same time: by calls that are being received, and by outcomes that
    /// wait to be taken. Default, and `None`: any number.
    ///
    /// When they are more, nothing is read until outcomes were taken, but for the oldest call, which always goes on.
    /// [`map`](Self::map), which keeps all outcomes, lets a call that does not fit fail. What a turn has read already is
    /// kept, so the memory can be past the budget by 1 MiB a connection.
    #[must_use]
    pub fn memory_budget(mut self, bytes: impl Into<Option<u64>>) -> Self {
        self.options.memory_budget = bytes.into();
        self.limit();
        self
    }

    /// Heeds servers that ask for time: a 429 or 503 with Retry-After (in seconds, or a date) holds the calls to that
    /// origin that were not sent yet, for as long as it says, at most `limit`. Other origins go on. Default, and `None`: no.
    ///
    /// The wait counts as time in the queue. The 429 or 503 is its own call's response: it is not sent again. Calls that
    /// are held count among those that `map` or a stream has pulled: where many requests in a row go to one origin, mix
    /// them with others, or they hold the pulling back.
    #[must_use]
    pub fn gate(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.options.gate = limit.into();
        self.limit();
        self
    }

    /// Bounds the [retries](crate::Request::retries) of the batch to a share of the calls that were submitted so far: 0.1 allows one
    /// retry for each ten calls. What goes wrong beyond that is the outcome. Default, and `None`: any number; less than 0 counts
    /// as 0.
    ///
    /// So a server that fails altogether is not asked several times as often.
    #[must_use]
    pub fn retry_budget(mut self, share: impl Into<Option<f64>>) -> Self {
        // What is no number is no retry.
        let thousandths = |share: f64| (share * 1_000.0).round().clamp(0.0, f64::from(u32::MAX)) as u32;
        self.options.retry_share = share.into().map(thousandths);
        self.limit();
        self
    }

    /// Calls a closure as outcomes come in, at most ten times a second, and when all that was submitted has been taken.
    /// It runs on the batch's thread between turns; one that panics is not called again. Where
    /// [`another`](Self::another) batch is just in it, it is not called.
    #[must_use]
    pub fn on_progress(mut self, report: impl FnMut(&Snapshot) + Send + 'static) -> Self {
        self.options.on_progress = Some(Arc::new(Mutex::new(report)));
        self
    }

    /// Has a token cancel all that is unfinished, from any thread, and all that is submitted later. It takes the place of one
    /// that was given before; `None` lifts that.
    #[must_use]
    pub fn cancel_token<'a>(mut self, token: impl Into<Option<&'a CancelToken>>) -> Self {
        self.options.token = token.into().cloned();
        if self.options.token.is_some() && self.desk.under_way() > 0 {
            self.listen();
        }
        self
    }
}
