//! One link, both ends of it.

use sortie_engine::Time;

use crate::feed::Feed;
use crate::{Answer, Farewell, Request};

/// A link from `Output::Open` to `Output::Close`.
pub(crate) struct Wire {
    /// Which link of the world it is, counted from 1.
    pub(crate) number: usize,
    pub(crate) authority: String,
    pub(crate) state: Progress,
    /// What has arrived and was not read.
    pub(crate) inbox: Vec<u8>,
    /// The server's end has arrived.
    pub(crate) end: Option<Farewell>,
    /// How many bytes were accepted.
    pub(crate) accepted: usize,
    /// It has held back what was written to it.
    pub(crate) blocked: bool,
    /// The streamed body that is being sent.
    pub(crate) feed: Option<Feed>,
    pub(crate) peer: Peer,
    /// When the last bytes reach the server.
    pub(crate) reaching: Time,
    /// When the last bytes arrive from it.
    pub(crate) arriving: Time,
}

/// How far a link has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Progress {
    Opening,
    Open,
    /// It was refused: it holds no descriptor.
    Refused,
}

/// The server's end of a link.
#[derive(Default)]
pub(crate) struct Peer {
    pub(crate) mood: Mood,
    /// What has come and belongs to no request yet.
    pub(crate) received: Vec<u8>,
    /// The request whose body has not wholly come.
    pub(crate) reading: Option<Box<Reading>>,
    pub(crate) exchanges: u32,
}

/// Whether a server does anything at all.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Mood {
    #[default]
    Serving,
    /// It has stopped in the middle of an answer.
    Mute,
    /// It has closed its end, which need not have arrived.
    Gone,
}

/// A request whose head has come.
pub(crate) struct Reading {
    pub(crate) request: Request,
    /// What it is to be answered; `None` where that was done already.
    pub(crate) answer: Option<Answer>,
}

impl Wire {
    pub(crate) fn new(number: usize, authority: &str) -> Self {
        Wire {
            number,
            authority: authority.to_owned(),
            state: Progress::Opening,
            inbox: Vec::new(),
            end: None,
            accepted: 0,
            blocked: false,
            feed: None,
            peer: Peer::default(),
            reaching: Time(0),
            arriving: Time(0),
        }
    }
}
