//! The content of a streamed response on its way to its reader, as it was sent: not decoded.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::mem;
use std::sync::Arc;

use sortie_engine::{CallId, LinkId};
use sortie_session::{Error, Response};

use crate::cause::Cause;
use crate::desk::Head;
use crate::pull::{Lull, Pulled};
use crate::{Batch, Request, Wait};

/// So much room is worth reading straight into, in bytes; for less a larger piece is read, and handed on bit by bit.
const WORTH_PULLING: usize = 32 * 1024;

/// Content as it comes.
pub(crate) struct Inflow {
    source: Source,
    /// What is being read, up to `at`.
    piece: Vec<u8>,
    at: usize,
    /// What came behind it.
    pieces: VecDeque<Vec<u8>>,
}

/// Where more comes from.
enum Source {
    /// The call, and the loop that it runs on.
    Open { batch: Box<Batch>, call: CallId, link: LinkId },
    /// It has ended like this.
    Ended(Result<Response, Error>),
}

impl Batch {
    /// Submits one request, and waits for the head of its response, whose content is streamed.
    pub(crate) fn open(mut self, request: Request) -> Result<(Response, sortie_content::Limits, Inflow), Error> {
        self.admit_as(request, None, |policy| Arc::make_mut(policy).stream = true)?;
        if let Some(driver) = &mut self.driver {
            driver.lull = Lull::Unknown;
        }
        loop {
            let turned = self.advance(Wait::Forever);
            if let Some(Head { response, call, link, limits }) = self.desk.head.take() {
                let source = Source::Open { batch: Box::new(self), call, link };
                let mut inflow = Inflow { source, piece: Vec::new(), at: 0, pieces: VecDeque::new() };
                inflow.gather();
                return Ok((response, limits, inflow));
            }
            if let Some((_, outcome)) = self.take() {
                return Err(outcome.err().unwrap_or_else(crate::batch::lost));
            }
            turned?;
        }
    }
}

impl Inflow {
    /// Closes descriptors, and does nothing else.
    pub(crate) fn abandon(&mut self) {
        let gone = Source::Ended(Err(crate::batch::lost()));
        match mem::replace(&mut self.source, gone) {
            Source::Open { batch, .. } => batch.abandon(),
            ended => self.source = ended,
        }
    }

    /// Reads some bytes; 0 at the end, which may come again, and so does an error.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(count) = self.hand_on(buffer) {
                return Ok(count);
            }
            if buffer.len() < WORTH_PULLING {
                if !self.await_piece()? {
                    return Ok(0);
                }
                continue;
            }
            let Source::Open { batch, call, link } = &mut self.source else { return self.end().map(|_| 0) };
            match batch.pull(*call, *link, buffer) {
                Pulled::Bytes(count) => {
                    self.gather();
                    return Ok(count);
                }
                // What was carried out meanwhile may have heard the link already.
                Pulled::Nothing if batch.has_come(*link) => self.gather(),
                Pulled::Nothing => self.turn()?,
                Pulled::Refused => {
                    if !self.await_piece()? {
                        return Ok(0);
                    }
                }
            }
        }
    }

    /// The next piece, as it came; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if self.at < self.piece.len() {
            let mut piece = mem::take(&mut self.piece);
            piece.drain(..mem::take(&mut self.at));
            return Ok(Some(piece));
        }
        Ok(self.await_piece()?.then(|| mem::take(&mut self.piece)))
    }

    /// The response once all of it was read; `None` as long as it goes on, or where it has failed.
    pub(crate) fn whole(&self) -> Option<&Response> {
        match &self.source {
            Source::Ended(Ok(response)) if self.pieces.is_empty() && self.at == self.piece.len() => Some(response),
            _ => None,
        }
    }

    /// Nothing more of the content is of use, because of this: it is not read on, and its connection is closed.
    pub(crate) fn fail(&mut self, error: Error) {
        let before = mem::replace(&mut self.source, Source::Ended(Err(error.clone())));
        self.pieces.clear();
        (self.piece, self.at) = (Vec::new(), 0);
        if let Source::Open { mut batch, .. } = before {
            batch.desk.cause = Some(Cause::Faulty(error));
            batch.cancel_all();
        }
    }

    /// Copies what there is.
    fn hand_on(&mut self, buffer: &mut [u8]) -> Option<usize> {
        if self.at == self.piece.len() {
            self.piece = self.pieces.pop_front()?;
            self.at = 0;
        }
        let count = buffer.len().min(self.piece.len() - self.at);
        buffer[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Some(count)
    }

    /// Waits for a piece; there is none at the end. What there was is used up.
    fn await_piece(&mut self) -> Result<bool, Error> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                (self.piece, self.at) = (piece, 0);
                return Ok(true);
            }
            let Source::Open { batch, call, .. } = &mut self.source else { return self.end().map(|_| false) };
            if let Some(driver) = &mut batch.driver {
                let now = driver.refresh();
                self.at = 0;
                // What the link says is heard by the engine from here on.
                driver.lull = Lull::Unknown;
                driver.engine.want(*call, mem::take(&mut self.piece), now);
            }
            self.turn()?;
        }
    }

    /// Waits for something to happen.
    fn turn(&mut self) -> Result<(), Error> {
        let Source::Open { batch, .. } = &mut self.source else { return Ok(()) };
        let turned = batch.advance(Wait::Forever);
        self.gather();
        match self.source {
            // How the call has ended says more than how the loop has.
            Source::Ended(_) => Ok(()),
            Source::Open { .. } => turned,
        }
    }

    /// Takes what is on the desk: what has come, and how the call has ended. Then the loop is free.
    fn gather(&mut self) {
        let Source::Open { batch, .. } = &mut self.source else { return };
        self.pieces.append(&mut batch.desk.pieces);
        if let Some((_, outcome)) = batch.take() {
            self.source = Source::Ended(outcome);
        }
    }

    fn end(&self) -> Result<(), Error> {
        match &self.source {
            Source::Ended(Err(error)) => Err(error.clone()),
            _ => Ok(()),
        }
    }
}

/// As content decoders read it.
impl Read for Inflow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(Inflow::read(self, buffer)?)
    }
}
