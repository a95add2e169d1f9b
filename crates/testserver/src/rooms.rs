//! Where requests wait, for one another or for the test.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot::{self, Receiver, Sender};

/// The requests that wait. One whose connection has ended waits no more, and is closed at its receiving end.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    /// At `/wait/:n`, by n.
    gathering: Mutex<HashMap<usize, Vec<Sender<()>>>>,
    /// At `/hold`, and between the pieces of `/drip`.
    held: Mutex<Vec<Sender<()>>>,
}

impl Rooms {
    /// Returns when `count` requests wait for that count, this one among them; the next begin another group.
    pub(crate) async fn gather(&self, count: usize) {
        let released = {
            let mut gathering = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
            let waiting = gathering.entry(count).or_default();
            let released = enter(waiting);
            if waiting.len() >= count {
                release(waiting);
            }
            released
        };
        // An error would say that the rooms are gone, and the server with them.
        let _ = released.await;
    }

    /// Returns when [`Rooms::release`] is called.
    pub(crate) async fn hold(&self) {
        let _ = self.enter().await;
    }

    /// One more that is held, until [`Rooms::release`] is called.
    pub(crate) fn enter(&self) -> Receiver<()> {
        enter(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Requests that are held now.
    pub(crate) fn held(&self) -> usize {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().filter(|waiting| !waiting.is_closed()).count()
    }

    /// Lets all that are held go, and says how many that were.
    pub(crate) fn release(&self) -> usize {
        release(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One more that waits; those that have left are forgotten.
fn enter(waiting: &mut Vec<Sender<()>>) -> Receiver<()> {
    let (release, released) = oneshot::channel();
    waiting.retain(|waiting| !waiting.is_closed());
    waiting.push(release);
    released
}

/// Lets all of them go, and says how many were still there.
fn release(waiting: &mut Vec<Sender<()>>) -> usize {
    waiting.drain(..).filter_map(|waiting| waiting.send(()).ok()).count()
}
