//! Where events go.

use std::fmt;
use std::sync::Arc;

use crate::Event;

/// Takes events, from any thread, in the order in which they happen to each call.
///
/// It runs on the thread that drives the calls: while it works, they wait. It cannot fail a call; a sink that may fail
/// keeps its error to itself until it is asked, as [`Verbose::error`](crate::Verbose::error) does.
pub trait Sink: Send + Sync {
    /// Takes note of one event.
    fn record(&self, event: &Event);
}

/// A sink that hands each event to a closure.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use std::time::SystemTime;
/// use sortie_log::{Event, FnSink, Sink, What};
///
/// let sent = AtomicUsize::new(0);
/// let sink = FnSink(|event: &Event| {
///     if matches!(event.what, What::Sending { .. }) {
///         sent.fetch_add(1, Ordering::Relaxed);
///     }
/// });
/// let what = What::Sending { method: "GET".into(), url: "http://h/".into(), reused: false };
/// sink.record(&Event::new(SystemTime::UNIX_EPOCH, 1, what));
/// assert_eq!(sent.load(Ordering::Relaxed), 1);
/// ```
#[derive(Clone, Copy)]
pub struct FnSink<F>(pub F);

impl<F: Fn(&Event) + Send + Sync> Sink for FnSink<F> {
    fn record(&self, event: &Event) {
        (self.0)(event);
    }
}

impl<F> fmt::Debug for FnSink<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FnSink").finish_non_exhaustive()
    }
}

impl<S: Sink + ?Sized> Sink for Arc<S> {
    fn record(&self, event: &Event) {
        (**self).record(event);
    }
}

impl<S: Sink + ?Sized> Sink for Box<S> {
    fn record(&self, event: &Event) {
        (**self).record(event);
    }
}

impl<S: Sink + ?Sized> Sink for &S {
    fn record(&self, event: &Event) {
        (**self).record(event);
    }
}
