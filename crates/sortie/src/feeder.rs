//! A thread that reads one body, so that a reader that waits stalls nobody else.
//!
//! ```text
//! reader ─ read ─► put ─► [ piece, piece, piece ] ─► take ─► the loop
//!    ▲                            │ full: the thread waits     │ empty: the loop goes on,
//!    └─── a spent piece's memory ─┴────────────────────────────┘ and is woken by the next piece
//! ```

use std::collections::VecDeque;
use std::io::{self, Read};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use sortie_engine::LinkId;
use sortie_hooks::guard;
use sortie_http::Body;
use sortie_transport::Waker;

/// How many bytes are read at once, at the most.
pub(crate) const PIECE: usize = 64 * 1024;

/// How many pieces wait to be taken. One more is being read.
const QUEUE: usize = 3;

/// The loop's end of a body that is read by a thread.
///
/// Dropping it ends the thread, as soon as the reader that it may be waiting for returns.
pub(crate) struct Feeder(Arc<Queue>);

/// What a body has for the loop.
pub(crate) enum Fed {
    /// The next bytes, never none.
    Piece(Vec<u8>),
    /// Nothing now: the bell is rung when there is something.
    Nothing,
    /// Nothing more.
    End,
    /// It could not be opened or read, or the program's code has panicked.
    Failed(io::Error),
}

/// How a loop is told which bodies have something for it again.
#[derive(Clone)]
pub(crate) struct Bell {
    pub(crate) link: LinkId,
    pub(crate) rung: Arc<Mutex<Vec<LinkId>>>,
    pub(crate) waker: Waker,
}

struct Queue {
    state: Mutex<State>,
    /// There is room, or nobody takes anything any more.
    room: Condvar,
}

#[derive(Default)]
struct State {
    pieces: VecDeque<Vec<u8>>,
    /// Memory of pieces that were taken.
    spent: Vec<Vec<u8>>,
    /// The reader has come to its end, or to this.
    end: Option<io::Result<()>>,
    /// The loop waits for the bell.
    hungry: bool,
    /// Nobody takes anything any more.
    gone: bool,
}

impl Feeder {
    /// Begins to read. Fails where the system has no thread.
    pub(crate) fn start(body: Body, bell: Bell) -> io::Result<Self> {
        let queue = Arc::new(Queue { state: Mutex::default(), room: Condvar::new() });
        let theirs = queue.clone();
        thread::Builder::new().name("sortie-feeder".into()).spawn(move || theirs.fill(&body, &bell))?;
        Ok(Feeder(queue))
    }

    /// What there is next. Takes the memory of a piece that is no longer needed.
    pub(crate) fn take(&self, spent: Vec<u8>) -> Fed {
        let mut state = self.0.lock();
        if spent.capacity() >= PIECE && state.spent.len() < QUEUE {
            state.spent.push(spent);
        }
        let fed = match (state.pieces.pop_front(), &mut state.end) {
            (Some(piece), _) => Fed::Piece(piece),
            (None, Some(end)) => mem::replace(end, Ok(())).map_or_else(Fed::Failed, |()| Fed::End),
            (None, None) => {
                state.hungry = true;
                Fed::Nothing
            }
        };
        drop(state);
        if matches!(fed, Fed::Piece(_)) {
            self.0.room.notify_one();
        }
        fed
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.gone = true;
        (state.pieces, state.spent) = Default::default();
        drop(state);
        self.0.room.notify_one();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread: reads until there is nothing more, or nobody wants it.
    fn fill(&self, body: &Body, bell: &Bell) {
        // Opening, reading and dropping are the program's own code.
        let end = guard(|| {
            let mut reader = body.open()?;
            let mut piece = Vec::new();
            while self.wait_for_room(&mut piece) {
                let count = match reader.read(&mut piece) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    other => other?.min(piece.len()),
                };
                if count == 0 {
                    break;
                }
                self.put(&mut piece, count, bell);
            }
            Ok(())
        });
        let end = end.unwrap_or_else(|message| Err(io::Error::other(format!("the reader panicked: {message}"))));
        let mut state = self.lock();
        state.end = Some(end);
        self.tell(state, bell);
    }

    /// Waits until another piece may be read, and makes memory for it. False: nobody wants any.
    fn wait_for_room(&self, piece: &mut Vec<u8>) -> bool {
        let is_full = |state: &mut State| !state.gone && state.pieces.len() >= QUEUE;
        let mut state = self.room.wait_while(self.lock(), is_full).unwrap_or_else(PoisonError::into_inner);
        if state.gone {
            return false;
        }
        if piece.capacity() == 0 {
            *piece = state.spent.pop().unwrap_or_default();
        }
        drop(state);
        piece.resize(PIECE, 0);
        true
    }

    /// Puts what was read last: behind what waits there already, if that leaves room, so that a reader which gives little
    /// at a time is not slowed down by it.
    fn put(&self, piece: &mut Vec<u8>, count: usize, bell: &Bell) {
        let mut state = self.lock();
        match state.pieces.back_mut() {
            Some(last) if last.len() + count <= PIECE => last.extend_from_slice(&piece[..count]),
            _ => {
                piece.truncate(count);
                state.pieces.push_back(mem::take(piece));
            }
        }
        self.tell(state, bell);
    }

    fn tell(&self, mut state: MutexGuard<'_, State>, bell: &Bell) {
        let hungry = mem::take(&mut state.hungry) && !state.gone;
        drop(state);
        if hungry {
            bell.rung.lock().unwrap_or_else(PoisonError::into_inner).push(bell.link);
            // A loop that cannot be woken looks here in its next turn all the same.
            let _ = bell.waker.wake();
        }
    }
}
