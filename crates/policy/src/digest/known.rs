use std::collections::VecDeque;
use std::sync::Arc;

use sortie_http::{Origin, Url};

use super::space::Space;

/// For how many origins a challenge is known at a time. One more, and that goes which was used least recently.
pub(crate) const MOST_ORIGINS: usize = 256;

/// How many challenges may wait for the requests that are to answer them. One more, and the oldest goes: its request
/// answers the last one of its origin.
pub(crate) const MOST_UNANSWERED: usize = 256;

/// The challenges that are known.
///
/// A request that is challenged answers that challenge, and not one which came to another meanwhile: where a server
/// gives each its own nonce, many that are challenged at once do not count the same one, in an order that the server may
/// see otherwise.
#[derive(Default)]
pub(crate) struct Known {
    /// The last one of each origin, that of the origin used least recently first.
    spaces: Vec<Arc<Space>>,
    /// Those that nobody has answered, with the URL of the request that is to, the oldest first.
    unanswered: VecDeque<(Url, Arc<Space>)>,
}

impl Known {
    /// The challenge that a request for this URL answers: its own, of several such the last; else its origin's.
    pub(crate) fn take(&mut self, url: &Url) -> Option<Arc<Space>> {
        let is_own = |(own, _): &(Url, Arc<Space>)| own.target() == url.target() && own.same_origin(url);
        match self.unanswered.iter().rposition(is_own) {
            Some(at) => self.unanswered.remove(at).map(|(_, space)| space),
            None => self.of(url.origin()),
        }
    }

    /// The last challenge of an origin, which is used by being asked for.
    pub(crate) fn of(&mut self, origin: &Arc<Origin>) -> Option<Arc<Space>> {
        let at = self.spaces.iter().position(|space| space.is_of(origin))?;
        self.spaces[at..].rotate_left(1);
        self.spaces.last().cloned()
    }

    /// A challenge has come to a request for this URL. One with a nonce that is known goes on with its count.
    pub(crate) fn learn(&mut self, mut space: Space, url: &Url) {
        let unanswered = self.unanswered.iter().map(|(_, space)| space);
        let mut alike = self.spaces.iter().chain(unanswered).filter(|known| known.is_of(url.origin()));
        if let Some(known) = alike.find(|known| known.counts_for(&space)) {
            space.share(known);
        }
        let space = Arc::new(space);
        self.spaces.retain(|known| !known.is_of(url.origin()));
        if self.spaces.len() == MOST_ORIGINS {
            self.spaces.remove(0);
        }
        self.spaces.push(space.clone());
        if self.unanswered.len() == MOST_UNANSWERED {
            self.unanswered.pop_front();
        }
        self.unanswered.push_back((url.clone(), space));
    }
}
