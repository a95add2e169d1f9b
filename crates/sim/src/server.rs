use std::ops::RangeInclusive;
use std::time::Duration;

use sortie_engine::Phase;

use crate::{Answer, Chance, Request};

/// An origin in memory: how its connections come about, and what it answers.
pub struct Server {
    /// How long its name is looked up before a connection is made. Default: `None`, its address is known.
    pub resolve: Option<RangeInclusive<Duration>>,
    /// How long a connection takes to open. Default: 1 ms.
    pub connect: RangeInclusive<Duration>,
    /// How long a proxy takes to open its tunnel, once it is connected to. Default: `None`, there is none.
    pub proxy: Option<RangeInclusive<Duration>>,
    /// How long the TLS handshake takes, behind all that. Default: `None`, there is none.
    pub tls: Option<RangeInclusive<Duration>>,
    /// How long bytes are on their way, in each direction. They never overtake each other. Default: 1 ms.
    pub latency: RangeInclusive<Duration>,
    /// Refuses every connection whose number, counted from 1, can be divided by this. Default: none. 0 is none.
    pub refuses: u32,
    /// Whether a connection is neither opened nor refused, ever. Default: no.
    pub hangs: bool,
    /// Whether it says 100 where that is waited for, and its answer comes later. Default: yes.
    pub continues: bool,
    /// How it takes what is written to it. Default: at once.
    pub accepts: Accepts,
    /// Whether it promises to do nothing that an idempotent call could fail of; closing idle connections is not.
    /// The world then holds the engine to bringing every such answer home. Default: no.
    pub is_gentle: bool,
    answer: Box<Answers>,
    connections: u32,
}

/// What a server answers to a request.
type Answers = dyn FnMut(&Request, &mut Chance) -> Answer;

/// How a server takes what is written to it.
#[derive(Clone, Debug)]
pub enum Accepts {
    /// All of it at once.
    All,
    /// Piece after piece.
    Slowly {
        /// How many bytes a piece has, at least 1.
        piece: RangeInclusive<usize>,
        /// How long it takes until the next is accepted.
        pause: RangeInclusive<Duration>,
    },
    /// So many bytes of each connection, and nothing more.
    Only(usize),
}

impl Server {
    /// A server that gives these answers.
    pub fn new(answer: impl FnMut(&Request, &mut Chance) -> Answer + 'static) -> Self {
        let moment = Duration::from_millis(1)..=Duration::from_millis(1);
        Server {
            resolve: None,
            connect: moment.clone(),
            proxy: None,
            tls: None,
            latency: moment,
            refuses: 0,
            hangs: false,
            continues: true,
            accepts: Accepts::All,
            is_gentle: false,
            answer: Box::new(answer),
            connections: 0,
        }
    }

    /// The phases of opening a connection, in order, and how long each takes.
    pub(crate) fn phases(&self) -> impl Iterator<Item = (Phase, RangeInclusive<Duration>)> {
        let phases = [
            (Phase::Resolve, self.resolve.clone()),
            (Phase::Connect, Some(self.connect.clone())),
            (Phase::Proxy, self.proxy.clone()),
            (Phase::Tls, self.tls.clone()),
        ];
        phases.into_iter().filter_map(|(phase, time)| Some((phase, time?)))
    }

    pub(crate) fn answer(&mut self, request: &Request, chance: &mut Chance) -> Answer {
        (self.answer)(request, chance)
    }

    /// Another connection is wanted; says whether it may be.
    pub(crate) fn admits(&mut self) -> bool {
        self.connections += 1;
        self.refuses == 0 || !self.connections.is_multiple_of(self.refuses)
    }
}
