use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sortie_transport::Waker;

/// Ends requests or batches from any thread.
///
/// Give a clone to [`Request::cancel_token`](crate::Request::cancel_token) or
/// [`Batch::cancel_token`](crate::Batch::cancel_token), and call [`cancel`](Self::cancel) when the answers are no
/// longer wanted. What is unfinished then ends with [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled); its
/// connections are closed. A token that was fired stays so: what is sent with it later ends at once.
///
/// ```
/// let token = sortie::CancelToken::new();
/// token.cancel();
/// let error = sortie::get("http://127.0.0.1:9/").cancel_token(&token).send().unwrap_err();
/// assert_eq!(error.kind(), sortie::ErrorKind::Cancelled);
/// ```
#[derive(Clone, Default)]
pub struct CancelToken(Arc<Shared>);

#[derive(Default)]
struct Shared {
    fired: AtomicBool,
    alarms: Mutex<Vec<Weak<Alarm>>>,
}

/// How a token reaches one loop.
pub(crate) struct Alarm {
    rung: AtomicBool,
    waker: Waker,
}

impl CancelToken {
    /// A token that was not fired.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fires it: all that it was given to is cancelled, whatever state it is in. Firing again does nothing.
    pub fn cancel(&self) {
        self.0.fired.store(true, Ordering::SeqCst);
        let alarms = std::mem::take(&mut *self.0.alarms.lock().unwrap_or_else(PoisonError::into_inner));
        for alarm in alarms.iter().filter_map(Weak::upgrade) {
            alarm.rung.store(true, Ordering::SeqCst);
            // A loop that cannot be woken looks at its alarm in its next turn all the same.
            let _ = alarm.waker.wake();
        }
    }

    /// Whether it was fired.
    pub fn is_cancelled(&self) -> bool {
        self.0.fired.load(Ordering::SeqCst)
    }

    /// Has an alarm rung when this is fired; at once when it was fired already.
    pub(crate) fn reach(&self, alarm: &Arc<Alarm>) {
        let mut alarms = self.0.alarms.lock().unwrap_or_else(PoisonError::into_inner);
        if !alarms.iter().any(|known| std::ptr::eq(known.as_ptr(), Arc::as_ptr(alarm))) {
            alarms.retain(|known| known.strong_count() > 0);
            alarms.push(Arc::downgrade(alarm));
        }
        // Fired before or after the push: one of the two sides sees the other.
        if self.is_cancelled() {
            alarm.rung.store(true, Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken").field("cancelled", &self.is_cancelled()).finish()
    }
}

impl Alarm {
    pub(crate) fn new(waker: Waker) -> Self {
        Alarm { rung: AtomicBool::new(false), waker }
    }

    /// Whether it was rung since it was asked last.
    pub(crate) fn take(&self) -> bool {
        self.rung.load(Ordering::Relaxed) && self.rung.swap(false, Ordering::SeqCst)
    }
}
