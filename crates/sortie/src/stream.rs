//! What a batch does with many requests: outcomes as they land, in order, or handed to a closure.

use std::collections::VecDeque;
use std::iter::Fuse;

use sortie_engine::Overflow;
use sortie_hooks::guard;
use sortie_session::{Error, Response};

use crate::desk::Finished;
use crate::{Batch, Request, Wait};

/// Outcomes as they land, each with the index of its request: what [`Batch::stream`] gives.
///
/// Requests are pulled as outcomes are taken: no more than the batch's concurrency are ahead. Nothing moves while
/// nobody asks for the next outcome. Dropping it cancels what is unfinished. Where the system's event queue fails, that is
/// the outcome of every call under way ([`ErrorKind::System`](crate::ErrorKind::System)).
#[derive(Debug)]
pub struct Stream<I: Iterator<Item = Request>> {
    batch: Batch,
    requests: Fuse<I>,
    window: usize,
    /// How many were pulled.
    pulled: usize,
    /// How many of them have ended and left.
    landed: usize,
    /// A request that could not be sent; its outcome is the next.
    refused: Option<(usize, Error)>,
    /// Every request has its outcome, also where the batch is over: the input is pulled to its end.
    owes_all: bool,
}

/// Outcomes in the order of the requests: what [`Batch::stream_ordered`] gives.
///
/// While one is awaited, those behind it wait here, at most twice the batch's concurrency of them. What they hold of the
/// memory budget they hold until they are given.
#[derive(Debug)]
pub struct StreamOrdered<I: Iterator<Item = Request>> {
    stream: Stream<I>,
    /// Outcomes from `next` on, as far as they are here.
    ahead: VecDeque<Option<Landed>>,
    next: usize,
}

/// An outcome, and how much of the memory budget it holds.
#[derive(Debug)]
struct Landed {
    outcome: Result<Response, Error>,
    held: u64,
}

/// For how many outcomes `map` reserves memory on the iterator's word alone.
const RESERVED: usize = 64 * 1024;

/// After how many requests what they want done is carried out, so that it does not pile up.
const CARRIED_OUT: usize = 256;

/// What [`Batch::for_each`] has seen.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Tally {
    /// How many calls ended, each with one outcome.
    pub done: u64,
    /// How many of them ended with an error. A status of 400 or above is none.
    pub failed: u64,
    /// How often the closure panicked.
    pub panicked: u64,
}

impl Batch {
    /// Sends all requests and brings every answer home, in the order of the requests: one slot each.
    ///
    /// The iterator is pulled lazily, as calls end; no more than [`concurrency`](Self::concurrency) requests (or as
    /// many as the session has connections) are under way at any time. A failure stays in its own slot. With a
    /// [`memory_budget`](Self::memory_budget), what does not fit fails in its slot, since all outcomes are kept.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// let session = sortie::Session::new();
    /// let urls = ["/status/200", "/status/503"].map(|path| server.url(path));
    /// let answers = session.batch().concurrency(2).map(urls.iter().map(sortie::get));
    /// let ok: Vec<bool> = answers.into_iter().map(|answer| answer.is_ok_and(|answer| answer.ok())).collect();
    /// assert_eq!(ok, [true, false]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn map(mut self, requests: impl IntoIterator<Item = Request>) -> Vec<Result<Response, Error>> {
        self.overflow = Overflow::Fail;
        let mut stream = self.stream(requests);
        stream.owes_all = true;
        let mut outcomes = Vec::with_capacity(stream.requests.size_hint().0.min(RESERVED));
        // What they hold of the budget is not released: they are all kept.
        while let Some((place, landed)) = stream.land() {
            while outcomes.len() < stream.pulled {
                outcomes.push(None);
            }
            outcomes[place] = Some(landed.outcome);
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Err(crate::batch::lost()))).collect()
    }

    /// Sends all requests and gives their outcomes as they land, each with the index of its request.
    ///
    /// The iterator is pulled lazily and may be endless. When the batch is over (its deadline has passed, it failed fast,
    /// its token was fired), the requests of an input whose end is known, by the upper bound of its `size_hint`, still
    /// have an error each; any other is pulled no more.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// let session = sortie::Session::new();
    /// let endless = (0..).map(|n| session.get(server.url("/get")).param("page", n.to_string()));
    /// for (index, outcome) in session.batch().concurrency(8).stream(endless).take(20) {
    ///     println!("{index}: {}", outcome.map_or_else(|error| error.to_string(), |answer| answer.status().to_string()));
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn stream<I: IntoIterator<Item = Request>>(self, requests: I) -> Stream<I::IntoIter> {
        let requests = requests.into_iter();
        if let (least, Some(most)) = requests.size_hint()
            && least == most
        {
            self.progress_ref().expect(most as u64);
        }
        let window = self.window();
        let mut batch = self;
        batch.limit();
        let requests = requests.fuse();
        Stream { batch, requests, window, pulled: 0, landed: 0, refused: None, owes_all: false }
    }

    /// Sends all requests and gives their outcomes in the order of the requests.
    ///
    /// An outcome that landed early waits for those before it; at most twice the concurrency are pulled ahead of the
    /// next one, so one slow answer does hold the rest back in the end. To cancel it, give the batch a
    /// [`cancel_token`](Self::cancel_token), or drop it.
    pub fn stream_ordered<I: IntoIterator<Item = Request>>(self, requests: I) -> StreamOrdered<I::IntoIter> {
        StreamOrdered { stream: self.stream(requests), ahead: VecDeque::new(), next: 0 }
    }

    /// Sends all requests and hands each outcome to a closure, with the index of its request. Nothing is kept: ten
    /// million requests take no more memory than those that are under way.
    ///
    /// A closure that panics loses that outcome only; the tally counts it.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// let session = sortie::Session::new();
    /// let mut bytes = 0;
    /// let tally = session.batch().concurrency(16).for_each(
    ///     (0..100).map(|_| session.get(server.url("/small"))),
    ///     |_, outcome| bytes += outcome.map_or(0, |answer| answer.content().len()),
    /// );
    /// assert_eq!((tally.done, tally.failed, bytes), (100, 0, 10_000));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn for_each(
        self,
        requests: impl IntoIterator<Item = Request>,
        mut take: impl FnMut(usize, Result<Response, Error>),
    ) -> Tally {
        let mut tally = Tally::default();
        for (place, outcome) in self.stream(requests) {
            tally.done += 1;
            tally.failed += u64::from(outcome.is_err());
            tally.panicked += u64::from(guard(|| take(place, outcome)).is_err());
        }
        tally
    }
}

impl<I: Iterator<Item = Request>> Stream<I> {
    /// The batch behind it, to be cancelled or asked for its progress.
    ///
    /// What is submitted to it is no part of the stream: its outcome comes back by [`Batch::take`].
    pub fn batch(&mut self) -> &mut Batch {
        &mut self.batch
    }

    /// The next of its own outcomes, with the index of its request.
    fn land(&mut self) -> Option<(usize, Landed)> {
        loop {
            self.fill();
            // A program that takes its time with outcomes does not hold up what it has asked for.
            if self.batch.is_unheard() {
                self.batch.carry_out();
            }
            if let Some((place, error)) = self.refused.take() {
                self.landed += 1;
                return Some((place, Landed { outcome: Err(error), held: 0 }));
            }
            if let Some((place, Finished { outcome, held, .. })) = self.batch.take_placed() {
                self.landed += 1;
                return Some((place, Landed { outcome, held }));
            }
            if self.landed == self.pulled {
                self.batch.report(true);
                return None;
            }
            // Where the loop itself fails, that is the outcome of every call under way; later ones get a new loop.
            let _ = self.batch.advance(Wait::Forever);
        }
    }

    /// The next request, which the program may take its time to make.
    fn pull(&mut self) -> Option<Request> {
        self.batch.date();
        self.requests.next()
    }

    /// Pulls requests until as many are ahead as may be, or one cannot be sent.
    fn fill(&mut self) {
        while self.refused.is_none()
            && self.pulled - self.landed < self.window
            && (self.owes_all || !self.batch.is_over() || self.requests.size_hint().1.is_some())
            && let Some(request) = self.pull()
        {
            let place = self.pulled;
            self.pulled += 1;
            if let Err(error) = self.batch.admit(request, Some(place)) {
                self.refused = Some((place, self.batch.refused(error)));
            }
            if self.pulled.is_multiple_of(CARRIED_OUT) {
                self.batch.carry_out();
            }
        }
    }
}

impl<I: Iterator<Item = Request>> Iterator for Stream<I> {
    type Item = (usize, Result<Response, Error>);

    fn next(&mut self) -> Option<Self::Item> {
        self.batch.date();
        let (place, Landed { outcome, held }) = self.land()?;
        self.batch.release(held);
        Some((place, outcome))
    }
}

impl<I: Iterator<Item = Request>> Iterator for StreamOrdered<I> {
    type Item = Result<Response, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.stream.batch.date();
        loop {
            if let Some(Some(_)) = self.ahead.front() {
                self.next += 1;
                let Landed { outcome, held } = self.ahead.pop_front().flatten()?;
                self.stream.batch.release(held);
                return Some(outcome);
            }
            // Pull on only as far as the look-ahead goes.
            let waiting = self.stream.landed - self.next;
            let most = self.stream.batch.window();
            self.stream.window = most.min((2 * most).saturating_sub(waiting));
            let (place, landed) = self.stream.land()?;
            let slot = place - self.next;
            if self.ahead.len() <= slot {
                self.ahead.resize_with(slot + 1, || None);
            }
            self.ahead[slot] = Some(landed);
        }
    }
}
