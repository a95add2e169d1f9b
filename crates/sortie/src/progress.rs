use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How far a batch has come; a handle that any thread may read at any time.
///
/// Reading costs a few loads and never waits. The figures are those of the loop's last turn.
///
/// ```
/// # let server = sortie_testserver::TestServer::start()?;
/// let session = sortie::Session::new();
/// let batch = session.batch().concurrency(4).on_progress(|now| {
///     eprintln!("{} of {:?} done, {:.0} a second", now.done, now.total, now.rate());
/// });
/// let progress = batch.progress();
/// batch.map((0..10).map(|_| session.get(server.url("/small"))));
/// assert_eq!((progress.now().done, progress.now().bytes), (10, 1000));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Progress(Arc<Counters>);

/// How far a batch had come at one moment.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// How many requests there are in all, where the iterator that was given knows it (its `size_hint`).
    pub total: Option<u64>,
    /// How many were submitted, those that could not be sent included.
    pub submitted: u64,
    /// How many have not ended: queued or under way.
    pub in_flight: u64,
    /// How many have ended, the failed ones included.
    pub done: u64,
    /// How many of those ended with an error. A status of 400 or above is none.
    pub failed: u64,
    /// How many bytes of content came, decoded, in responses; what a failed call had received is left out.
    pub bytes: u64,
    /// From the first submission to the loop's last turn.
    pub elapsed: Duration,
}

#[derive(Default)]
struct Counters {
    /// One more than the total, or 0 where it is not known.
    total: AtomicU64,
    submitted: AtomicU64,
    done: AtomicU64,
    failed: AtomicU64,
    bytes: AtomicU64,
    /// In nanoseconds.
    elapsed: AtomicU64,
}

impl Progress {
    /// The figures as of the loop's last turn. Each is right; they may be of slightly different moments.
    pub fn now(&self) -> Snapshot {
        let counters = &*self.0;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (done, submitted) = (read(&counters.done), read(&counters.submitted));
        Snapshot {
            total: read(&counters.total).checked_sub(1),
            submitted,
            in_flight: submitted.saturating_sub(done),
            done,
            failed: read(&counters.failed),
            bytes: read(&counters.bytes),
            elapsed: Duration::from_nanos(read(&counters.elapsed)),
        }
    }

    pub(crate) fn expect(&self, total: u64) {
        self.0.total.store(total.saturating_add(1), Ordering::Relaxed);
    }

    pub(crate) fn submitted(&self) {
        add(&self.0.submitted, 1);
    }

    /// A call has ended: with so many bytes, or with an error.
    pub(crate) fn ended(&self, bytes: Option<u64>) {
        match bytes {
            Some(bytes) => add(&self.0.bytes, bytes),
            None => add(&self.0.failed, 1),
        }
        add(&self.0.done, 1);
    }

    pub(crate) fn elapsed(&self, elapsed: Duration) {
        let nanoseconds = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        self.0.elapsed.store(nanoseconds, Ordering::Relaxed);
    }

    pub(crate) fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }
}

impl Snapshot {
    /// How many calls ended in a second, the failed ones included, on average so far; 0 before the first turn.
    pub fn rate(&self) -> f64 {
        match self.elapsed.as_secs_f64() {
            0.0 => 0.0,
            seconds => self.done as f64 / seconds,
        }
    }

    /// How long the rest will take at the rate so far; `None` where the total is not known, or nothing has ended.
    pub fn remaining(&self) -> Option<Duration> {
        let left = self.total?.saturating_sub(self.done);
        let seconds = left as f64 / self.rate();
        Duration::try_from_secs_f64(seconds).ok()
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.now().fmt(f)
    }
}

/// Only the batch's own thread writes, so that no locked instruction is needed.
fn add(counter: &AtomicU64, more: u64) {
    counter.store(counter.load(Ordering::Relaxed) + more, Ordering::Relaxed);
}
