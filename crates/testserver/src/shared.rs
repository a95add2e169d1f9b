//! What a server's owner, its thread and its connections share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::attempts::Attempts;
use crate::conduct::Conduct;
use crate::counts::Counts;
use crate::manners::Manners;
use crate::nonces::Nonces;
use crate::rooms::Rooms;

/// The state of one server.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) counts: Arc<Counts>,
    pub(crate) conduct: Conduct,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) nonces: Nonces,
    pub(crate) attempts: Attempts,
    killed: AtomicBool,
}

impl Shared {
    pub(crate) fn new(manners: Manners) -> Self {
        Self {
            counts: Arc::default(),
            conduct: Conduct::new(manners),
            rooms: Arc::default(),
            nonces: Nonces::default(),
            attempts: Attempts::default(),
            killed: AtomicBool::new(false),
        }
    }

    /// From now on every connection that ends is reset.
    pub(crate) fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
    }

    pub(crate) fn killed(&self) -> bool {
        self.killed.load(Ordering::SeqCst)
    }
}
