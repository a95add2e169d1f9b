use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use sortie_engine::{Engine, Limits, LinkId, Opened, Outcome, Overflow, Time};
use sortie_log::Event as Told;

use crate::agenda::{Agenda, Event};
use crate::ledger::Ledger;
use crate::wire::{Progress, Wire};
use crate::{Ask, Chance, Error, Served, Server};

/// How many turns a world has, for each of its calls and some more.
const TURNS: usize = 5_000;

/// An engine, a network, servers, users, and the time.
///
/// Times are counted from the beginning of the world.
pub struct World {
    /// How late a turn may be, as that of a busy loop is. Default: not at all.
    pub lag: Duration,
    /// How many links may be open before the system has no descriptor left. Default: no limit.
    pub descriptors: Option<usize>,
    /// How many bytes one read takes, at least 1. Default: 64 KiB.
    pub input: usize,
    /// How many bytes of a body are handed over at once, at least 1. Default: 256 KiB.
    pub budget: usize,
    /// How many bytes the next piece of a streamed body has, at least 1. Default: 64 KiB.
    pub piece: RangeInclusive<usize>,
    /// How long the next piece of a streamed body lets wait for itself. Default: not at all.
    pub slow: RangeInclusive<Duration>,
    /// How many times in a hundred turns something is handed in that is late or comes twice. Default: 0.
    pub echoes: u32,
    /// How long the user keeps content that counts against a budget. Default: not at all.
    pub taken: RangeInclusive<Duration>,
    pub(crate) engine: Engine,
    pub(crate) now: Time,
    pub(crate) chance: Chance,
    pub(crate) agenda: Agenda,
    pub(crate) wires: BTreeMap<LinkId, Wire>,
    pub(crate) servers: BTreeMap<String, Server>,
    pub(crate) ledger: Ledger,
    /// Links that had more to read when their turn was over; with it whether the peer has closed.
    pub(crate) unread: Vec<(LinkId, bool)>,
    /// How many links were opened.
    pub(crate) opened: usize,
    pub(crate) most: usize,
    held: u64,
    /// The link that was closed last.
    pub(crate) dead: Option<LinkId>,
    turns: usize,
}

impl World {
    /// An empty world, all of whose chances come from this seed.
    pub fn new(seed: u64, limits: Limits) -> Self {
        World {
            lag: Duration::ZERO,
            descriptors: None,
            input: 64 * 1024,
            budget: 256 * 1024,
            piece: 64 * 1024..=64 * 1024,
            slow: Duration::ZERO..=Duration::ZERO,
            echoes: 0,
            taken: Duration::ZERO..=Duration::ZERO,
            engine: Engine::new(limits, [0; 32], SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)),
            now: Time(0),
            chance: Chance::new(seed),
            agenda: Agenda::default(),
            wires: BTreeMap::new(),
            servers: BTreeMap::new(),
            ledger: Ledger::default(),
            unread: Vec::new(),
            opened: 0,
            most: 0,
            held: 0,
            dead: None,
            turns: 0,
        }
    }

    /// Puts a server at this authority: a host, and a port if it is not 80.
    pub fn serve(&mut self, authority: &str, server: Server) {
        self.servers.insert(authority.to_owned(), server);
    }

    /// Has a call made at a moment that is still to come; says its tag. The first one is 1.
    pub fn submit(&mut self, at: Duration, ask: Ask) -> u64 {
        // Where one server is not gentle, a redirect may lead there.
        let fails = self.engine.limits().budget.is_some_and(|budget| budget.overflow == Overflow::Fail);
        let is_gentle = self.servers.values().all(|server| server.is_gentle) && self.descriptors.is_none() && !fails;
        let tag = self.ledger.enter(&ask, is_gentle);
        self.agenda.put(Time(0).after(at), Event::Submit { tag, ask: ask.into() });
        tag
    }

    /// Has a call cancelled at a moment that is still to come. One that has ended by then is no fault.
    pub fn cancel(&mut self, at: Duration, tag: u64) {
        self.agenda.put(Time(0).after(at), Event::Cancel { tag });
    }

    /// Goes on until nothing is going to happen any more, and checks that nothing is left: no call, no link.
    pub fn run(&mut self) -> Result<(), Error> {
        while self.turn()? {}
        let left = [
            ("calls", self.ledger.open),
            ("calls in the engine", self.engine.calls()),
            ("links", self.wires.len()),
            ("links in the engine", self.engine.links()),
            ("bytes of content in the engine", self.engine.held() as usize),
        ];
        match left.into_iter().find(|(_, count)| *count > 0) {
            Some((what, count)) => Err(Error::Left { what, count }),
            None => Ok(()),
        }
    }

    /// Goes on to this moment.
    pub fn run_until(&mut self, end: Duration) -> Result<(), Error> {
        let end = Time(0).after(end);
        while self.next().is_some_and(|next| next <= end) && self.turn()? {}
        self.now = self.now.max(end);
        Ok(())
    }

    /// Waits for the next thing to happen, carries out all that follows from it, and checks the laws.
    ///
    /// False: nothing is going to happen any more.
    pub fn turn(&mut self) -> Result<bool, Error> {
        let Some(next) = self.next() else { return Ok(false) };
        self.turns += 1;
        if self.turns > TURNS * (self.ledger.entries.len() + 10) {
            return Err(Error::Restless);
        }
        let lag = self.chance.duration(Duration::ZERO..=self.lag);
        self.now = self.now.max(next).after(lag);
        for (link, closed) in std::mem::take(&mut self.unread) {
            self.read(link, closed);
        }
        while let Some(event) = self.agenda.take(self.now) {
            self.happen(event)?;
        }
        // What has arrived is handled before what has expired.
        self.engine.handle_deadline(self.now);
        self.settle()?;
        self.echo()?;
        self.settle()?;
        self.held = self.held.max(self.engine.held());
        self.check()?;
        Ok(true)
    }

    /// The time.
    pub fn now(&self) -> Duration {
        self.now.since(Time(0))
    }

    /// How a call ended.
    pub fn outcome(&self, tag: u64) -> Option<&Outcome> {
        self.ledger.entries.get(&tag)?.ended.as_ref().map(|(_, outcome)| outcome)
    }

    /// When a call ended.
    pub fn ended(&self, tag: u64) -> Option<Duration> {
        self.ledger.entries.get(&tag)?.ended.as_ref().map(|(at, _)| at.since(Time(0)))
    }

    /// What was told about a call.
    pub fn told(&self, tag: u64) -> &[Told] {
        self.ledger.entries.get(&tag).map_or(&[], |entry| &entry.told)
    }

    /// The requests that servers have seen, in the order of time.
    pub fn served(&self) -> &[Served] {
        &self.ledger.served
    }

    /// The engine, to be looked at.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// How many links were opened so far, refused ones included.
    pub fn opened(&self) -> usize {
        self.opened
    }

    /// How many links there were at most at the same time.
    pub fn most_links(&self) -> usize {
        self.most
    }

    /// How many bytes of content were held at most at the same time.
    pub fn most_held(&self) -> u64 {
        self.held
    }

    /// When there is something to do.
    fn next(&self) -> Option<Time> {
        if !self.unread.is_empty() {
            return Some(self.now);
        }
        self.agenda.next().into_iter().chain(self.engine.next_deadline()).min()
    }

    fn happen(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Submit { tag, ask } => self.begin(tag, *ask)?,
            Event::Cancel { tag } => {
                if let Some(id) = self.ledger.entries.get(&tag).and_then(|entry| entry.id) {
                    self.engine.cancel(id, self.now);
                }
            }
            Event::Taken { bytes } => self.engine.release_content(bytes, self.now),
            Event::Entered { link, phase } => self.engine.handle_entered(link, phase, None, self.now),
            Event::Opened { link } => {
                if let Some(wire) = self.wires.get_mut(&link) {
                    wire.state = Progress::Open;
                    self.engine.handle_opened(link, Opened::default(), self.now);
                }
            }
            Event::Refused { link, fault } => self.refuse(link, fault),
            Event::Reached { link, bytes } => self.reach(link, &bytes)?,
            Event::Drained { link } => self.drain(link)?,
            Event::Fed { link } => self.fed(link)?,
            Event::Arrived { link, bytes } => {
                if let Some(wire) = self.wires.get_mut(&link) {
                    wire.inbox.extend_from_slice(&bytes);
                    self.read(link, false);
                }
            }
            Event::Closed { link, farewell } => {
                if let Some(wire) = self.wires.get_mut(&link) {
                    wire.end = Some(farewell);
                    self.read(link, true);
                }
            }
            Event::Bored { link, exchanges } => self.leave(link, exchanges),
        }
        Ok(())
    }

    fn begin(&mut self, tag: u64, ask: Ask) -> Result<(), Error> {
        let request = ask.request(tag)?;
        let id = self.engine.submit(request, ask.policy.into(), tag, self.now);
        if let Some(entry) = self.ledger.entries.get_mut(&tag) {
            entry.id = Some(id);
            entry.submitted = self.now;
            self.ledger.open += 1;
        }
        Ok(())
    }

    /// What holds after every turn.
    fn check(&self) -> Result<(), Error> {
        let counts =
            [("links", self.engine.links(), self.wires.len()), ("calls", self.engine.calls(), self.ledger.open)];
        if let Some((what, engine, world)) = counts.into_iter().find(|(_, engine, world)| engine != world) {
            return Err(Error::Books { what, engine, world });
        }
        let idle = self.engine.idle_links().filter(|link| !self.wires.contains_key(link)).count();
        if idle > 0 {
            return Err(Error::Books { what: "idle links", engine: idle, world: 0 });
        }
        match self.engine.next_deadline().filter(|at| *at <= self.now) {
            Some(at) => Err(Error::Deadline { at: at.since(Time(0)), now: self.now() }),
            None => Ok(()),
        }
    }
}
