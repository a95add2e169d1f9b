//! Where the resolver's threads leave their answers.

use std::io;
use std::mem;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::{LinkId, Waker};

/// The answers that a transport has not seen yet.
pub(crate) struct Inbox {
    answers: Mutex<Vec<Answer>>,
    waker: Waker,
}

/// What became of a look-up, for one link.
pub(crate) struct Answer {
    pub(crate) link: LinkId,
    /// Never empty.
    pub(crate) addresses: io::Result<Arc<[IpAddr]>>,
}

impl Inbox {
    pub(crate) fn new(waker: Waker) -> Self {
        Self { answers: Mutex::default(), waker }
    }

    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// Leaves an answer. Only the first in an empty inbox needs to wake the transport, which takes them all at once.
    pub(crate) fn put(&self, answer: Answer) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push(answer);
        let first = answers.len() == 1;
        drop(answers);
        if first {
            // A wake cannot fail for a reason that anyone could mend; the answer is seen at the next one.
            let _ = self.waker.wake();
        }
    }

    /// Exchanges the answers for `empty`.
    pub(crate) fn swap(&self, empty: &mut Vec<Answer>) {
        mem::swap(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner), empty);
    }
}
