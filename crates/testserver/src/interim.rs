//! The 100 (Continue) that a server is free not to send (RFC 9110, section 10.1.1).
//!
//! hyper sends it by itself once the content of a request that expects it is read. The stream below hyper can keep it back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// As hyper writes it.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Whether the next 100 of a connection is kept back; shared by the connection's service and its stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interim(Arc<AtomicBool>);

impl Interim {
    /// Keeps back the next 100. Of requests that are pipelined it may be sent nevertheless.
    pub(crate) fn withhold(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Another request has come, and nothing was said of its 100.
    pub(crate) fn allow(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// How much of what is to be written is kept back.
    pub(crate) fn kept(&self, written: &[u8]) -> Option<usize> {
        let kept = written.starts_with(CONTINUE) && self.0.swap(false, Ordering::Relaxed);
        kept.then_some(CONTINUE.len())
    }
}
