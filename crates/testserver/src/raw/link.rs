//! The streams of a raw server, known by number, so that its end can end them.

use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use super::channel::Channel;

/// The open streams.
#[derive(Debug)]
pub(super) struct Links {
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// The server lives; a second handle of each stream, by connection.
    Open(HashMap<usize, TcpStream>),
    /// It does not: no stream lives on.
    Ended,
}

/// A channel and its entry among the open ones, which goes when this is dropped; then the socket closes.
#[derive(Debug)]
pub(super) struct Link {
    links: Arc<Links>,
    number: usize,
    pub(super) channel: Channel,
}

impl Links {
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(State::Open(HashMap::new())) }
    }

    /// Enters a channel; fails when the server has ended.
    pub(super) fn enter(self: &Arc<Self>, number: usize, channel: Channel) -> io::Result<Link> {
        match &mut *self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Open(streams) => {
                streams.insert(number, channel.tcp().try_clone()?);
                Ok(Link { links: Arc::clone(self), number, channel })
            }
            State::Ended => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// The server has ended.
    pub(super) fn ended(&self) -> bool {
        matches!(*self.state.lock().unwrap_or_else(PoisonError::into_inner), State::Ended)
    }

    /// Shuts every stream, and lets no more in.
    pub(super) fn end(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Open(streams) = std::mem::replace(&mut *state, State::Ended) {
            for stream in streams.values() {
                // Fails only where the client has gone already.
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let State::Open(streams) = &mut *self.links.state.lock().unwrap_or_else(PoisonError::into_inner) {
            streams.remove(&self.number);
        }
    }
}
