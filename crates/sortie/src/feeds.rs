//! The streamed bodies that are being sent on one loop.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use sortie_engine::LinkId;
use sortie_http::{Body, FileReader, Opened};
use sortie_transport::Waker;

use crate::feeder::{Bell, Feeder};
use crate::kept::keep;

/// What is being sent, by link.
pub(crate) struct Feeds {
    /// At the index of the engine's name of the link.
    slots: Vec<Option<(LinkId, Feed)>>,
    rung: Arc<Mutex<Vec<LinkId>>>,
    waker: Waker,
}

/// Where the pieces of one body come from.
pub(crate) enum Feed {
    /// A file, which the loop reads by itself.
    File(FileReader),
    /// Whatever the program gave, which may take its time.
    Reader(Feeder),
}

impl Feeds {
    pub(crate) fn new(waker: Waker) -> Self {
        Feeds { slots: Vec::new(), rung: Arc::default(), waker }
    }

    /// The body that is sent on a link; opened now, if that was not done.
    pub(crate) fn open(&mut self, link: LinkId, body: Option<&Body>) -> io::Result<&mut Feed> {
        let index = link.index();
        if self.slots.len() <= index {
            self.slots.resize_with(index + 1, || None);
        }
        let slot = &mut self.slots[index];
        if slot.as_ref().is_none_or(|(owner, _)| *owner != link) {
            let body = body.ok_or(io::ErrorKind::NotFound)?;
            let bell = Bell { link, rung: self.rung.clone(), waker: self.waker.clone() };
            let feed = match body.is_file().then(|| body.open()).transpose()? {
                Some(Opened::File(file)) => Feed::File(file),
                _ => Feed::Reader(Feeder::start(body.clone(), bell)?),
            };
            *slot = None;
            return Ok(&mut slot.insert((link, feed)).1);
        }
        match slot {
            Some((_, feed)) => Ok(feed),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Nothing more of it is wanted.
    pub(crate) fn close(&mut self, link: LinkId) {
        if let Some(slot) = self.slots.get_mut(link.index())
            && slot.as_ref().is_some_and(|(owner, _)| *owner == link)
        {
            *slot = None;
        }
    }

    /// Closes files, and waits for no feeder.
    pub(crate) fn abandon(self) {
        for (_, feed) in self.slots.into_iter().flatten() {
            if let Feed::Reader(feeder) = feed {
                keep(feeder);
            }
        }
    }

    /// Links whose bodies had nothing, and have something now.
    pub(crate) fn rung(&self) -> Vec<LinkId> {
        std::mem::take(&mut *self.rung.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
