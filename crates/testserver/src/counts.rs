//! What a server has seen so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Connections, handshakes and requests, counted by the server and read by a test.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    accepted: AtomicUsize,
    open: AtomicUsize,
    most: AtomicUsize,
    requests: AtomicUsize,
    full: AtomicUsize,
    resumed: AtomicUsize,
    failed: AtomicUsize,
    /// Told whenever a connection has closed.
    closed: Notify,
}

impl Counts {
    /// Connections accepted so far.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Connections open now.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// The most connections that were open at the same time.
    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    /// Requests whose head has come.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// A request has come.
    pub(crate) fn requested(&self) {
        self.requests.fetch_add(1, Ordering::SeqCst);
    }

    /// TLS handshakes so far.
    pub(crate) fn handshakes(&self) -> Handshakes {
        let [full, resumed, failed] =
            [&self.full, &self.resumed, &self.failed].map(|count| count.load(Ordering::SeqCst));
        Handshakes { full, resumed, failed }
    }

    /// A handshake has ended well.
    pub(crate) fn shook_hands(&self, resumed: bool) {
        if resumed { &self.resumed } else { &self.full }.fetch_add(1, Ordering::SeqCst);
    }

    /// A handshake has failed.
    pub(crate) fn failed_to_shake_hands(&self) {
        self.failed.fetch_add(1, Ordering::SeqCst);
    }

    /// A connection was accepted and is not kept.
    pub(crate) fn refused(&self) {
        self.accepted.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns when a connection has closed, at once where one has since this was last asked.
    pub(crate) async fn closed(&self) {
        self.closed.notified().await;
    }

    /// A connection was accepted; it counts as open until the returned value is dropped.
    pub(crate) fn connected(self: &Arc<Self>) -> Connected {
        self.accepted.fetch_add(1, Ordering::SeqCst);
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(open, Ordering::SeqCst);
        Connected { counts: Arc::clone(self) }
    }
}

/// How the TLS handshakes of a [`TestServer`](crate::TestServer) ended, since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Handshakes {
    /// Those that agreed upon everything anew.
    pub full: usize,
    /// Those that took up an earlier session.
    pub resumed: usize,
    /// Those that came to nothing, as the server sees it: with TLS 1.3 the client learns later that its certificate was
    /// not taken.
    pub failed: usize,
}

/// One open connection.
#[derive(Debug)]
pub(crate) struct Connected {
    counts: Arc<Counts>,
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.counts.open.fetch_sub(1, Ordering::SeqCst);
        self.counts.closed.notify_one();
    }
}
