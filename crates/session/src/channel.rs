//! A body that another thread writes.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use bytes::{Buf, Bytes};

/// How many bytes wait to be sent before a sender waits too.
const FULL: usize = 256 * 1024;

/// How much of a large write is copied at once.
const PIECE: usize = 64 * 1024;

/// Writes a body while it is sent: the other end of [`BodyArgument::channel`](crate::BodyArgument::channel).
///
/// It waits while 256 KiB are on their way, so write from another thread than the one that sends the request. Where nobody
/// reads any more, since the call has ended, it fails with [`BrokenPipe`](io::ErrorKind::BrokenPipe). A sender that is dropped
/// without [`finish`](Self::finish) makes the call fail, so that nobody takes half a body for a whole one.
pub struct BodySender(Arc<Channel>);

/// What the other end reads.
pub(crate) struct BodyReceiver(Arc<Channel>);

#[derive(Default)]
struct Channel {
    state: Mutex<State>,
    /// Something has changed for the sender.
    taken: Condvar,
    /// Something has changed for the receiver.
    given: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Bytes>,
    /// How many bytes that are.
    size: usize,
    sender: Sender,
    /// Nobody reads any more.
    gone: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Sender {
    #[default]
    Writing,
    Finished,
    Dropped,
}

/// Both ends of a body.
pub(crate) fn channel() -> (BodySender, BodyReceiver) {
    let channel = Arc::new(Channel::default());
    (BodySender(channel.clone()), BodyReceiver(channel))
}

impl BodySender {
    /// Sends these bytes, which are kept and not copied. Waits while too many are on their way.
    ///
    /// Fails where nobody reads any more.
    pub fn send(&mut self, bytes: impl Into<Bytes>) -> io::Result<()> {
        let bytes = bytes.into();
        let is_full = |state: &mut State| !state.gone && state.size >= FULL;
        let mut state = self.0.taken.wait_while(self.0.lock(), is_full).unwrap_or_else(PoisonError::into_inner);
        if state.gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if !bytes.is_empty() {
            state.size += bytes.len();
            state.waiting.push_back(bytes);
            drop(state);
            self.0.given.notify_one();
        }
        Ok(())
    }

    /// That was all of it. Fails where nobody reads any more: whether all of it was sent, only the call's outcome says.
    pub fn finish(self) -> io::Result<()> {
        let mut state = self.0.lock();
        state.sender = Sender::Finished;
        let gone = state.gone;
        drop(state);
        if gone { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }
}

impl Write for BodySender {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(PIECE);
        self.send(Bytes::copy_from_slice(&bytes[..count]))?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for BodyReceiver {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let is_empty = |state: &mut State| state.waiting.is_empty() && state.sender == Sender::Writing;
        let mut state = self.0.given.wait_while(self.0.lock(), is_empty).unwrap_or_else(PoisonError::into_inner);
        let Some(first) = state.waiting.front_mut() else {
            return match state.sender {
                Sender::Dropped => Err(io::Error::other("the sender was dropped before it had finished")),
                Sender::Writing | Sender::Finished => Ok(0),
            };
        };
        let count = first.len().min(out.len());
        first.copy_to_slice(&mut out[..count]);
        if first.is_empty() {
            state.waiting.pop_front();
        }
        state.size -= count;
        drop(state);
        self.0.taken.notify_one();
        Ok(count)
    }
}

impl Drop for BodySender {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if state.sender == Sender::Writing {
            state.sender = Sender::Dropped;
        }
        drop(state);
        self.0.given.notify_one();
    }
}

impl Drop for BodyReceiver {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.gone = true;
        state.waiting = VecDeque::new();
        drop(state);
        self.0.taken.notify_one();
    }
}

impl fmt::Debug for BodySender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodySender").field("waiting", &self.0.lock().size).finish()
    }
}

impl Channel {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
