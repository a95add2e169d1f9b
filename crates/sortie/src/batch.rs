//! Many calls on one loop.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use sortie_engine::Limits;
use sortie_session::{Error, ErrorKind, Response};

use crate::cancel::Alarm;
use crate::desk::{Desk, index};
use crate::driver::Driver;
use crate::{CancelToken, Request, Session};

/// Many calls on one loop, which the program turns itself, or [`map`](Self::map) turns for it.
///
/// Made by [`Session::batch`] or [`batch`](crate::batch()). Every request that is submitted comes back by
/// [`take`](Self::take) exactly once, as a response or an error. A batch belongs to one thread at a time. Dropping it
/// cancels what is unfinished.
///
/// ```
/// # let server = sortie_testserver::TestServer::start()?;
/// use sortie::Wait;
///
/// let session = sortie::Session::new();
/// let mut batch = session.batch().concurrency(8);
/// let first = batch.submit(sortie::get(server.url("/status/200")));
/// let second = batch.submit(sortie::get(server.url("/status/404")));
/// while batch.unfinished() > 0 {
///     batch.turn(Wait::Forever)?;
///     while let Some((call, outcome)) = batch.take() {
///         let status = outcome?.status().as_u16();
///         assert_eq!(status, if call == first { 200 } else { 404 });
///         assert!(call == first || call == second);
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Batch {
    home: Session,
    driver: Option<Driver>,
    desk: Desk,
    concurrency: Option<usize>,
    per_origin: Option<usize>,
    token: Option<CancelToken>,
    alarm: Option<Arc<Alarm>>,
    /// Calls that have a token of their own.
    watched: Vec<(CancelToken, u64)>,
    /// A request of another session was among them: the connections are not parked for the home's next call.
    mixed: bool,
}

/// How long a turn may wait for something to happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Wait {
    /// Not at all: what is ready is done.
    Not,
    /// At most so long.
    UpTo(Duration),
    /// Until something happens, or a timeout of a call runs out.
    Forever,
}

impl Batch {
    pub(crate) fn new(home: Session) -> Self {
        Batch {
            home,
            driver: None,
            desk: Desk::default(),
            concurrency: None,
            per_origin: None,
            token: None,
            alarm: None,
            watched: Vec::new(),
            mixed: false,
        }
    }

    /// How many calls run at the same time: `n` connections in all, and `n` to one origin unless
    /// [`per_origin`](Self::per_origin) says less. 0 counts as 1.
    ///
    /// Default: the session's limits, which are 128 in all and 16 an origin.
    #[must_use]
    pub fn concurrency(mut self, n: usize) -> Self {
        self.concurrency = Some(n.max(1));
        self
    }

    /// How many connections to one origin there may be at the same time. 0 counts as 1.
    #[must_use]
    pub fn per_origin(mut self, n: usize) -> Self {
        self.per_origin = Some(n.max(1));
        self
    }

    /// Has a token cancel all that is unfinished, from any thread, and all that is submitted later.
    #[must_use]
    pub fn cancel_token(mut self, token: &CancelToken) -> Self {
        self.token = Some(token.clone());
        self
    }

    /// Queues a request; gives the number by which [`take`](Self::take) names its outcome.
    ///
    /// Nothing is sent before the next [`turn`](Self::turn). A request that cannot be sent (a bad URL, a line break in
    /// a header, a hook that refused it) does not fail here: its outcome is the error.
    pub fn submit(&mut self, request: Request) -> u64 {
        if let Some(driver) = &mut self.driver {
            driver.refresh();
        }
        match self.admit(request) {
            Ok(call) => call,
            Err(error) => self.desk.refuse(error),
        }
    }

    /// Waits for something to happen and does what follows from it. Returns at once when nothing is unfinished, or
    /// when outcomes wait to be taken.
    ///
    /// Fails where the system's event queue fails; everything unfinished has ended with that error then.
    pub fn turn(&mut self, wait: Wait) -> Result<(), Error> {
        let Some(driver) = &mut self.driver else { return Ok(()) };
        // What fails as it begins has ended by now, and nobody is to wait for it.
        driver.settle(&mut self.desk);
        let limit = match wait {
            _ if self.desk.len() == 0 || !self.desk.finished.is_empty() => Some(Duration::ZERO),
            Wait::Not => Some(Duration::ZERO),
            Wait::UpTo(limit) => Some(limit),
            Wait::Forever => None,
        };
        let turned = driver.turn(limit, &mut self.desk);
        if self.alarm.as_ref().is_some_and(|alarm| alarm.take()) {
            self.heed_tokens();
        }
        let Err(error) = turned else { return Ok(()) };
        let error = Arc::new(error);
        self.desk.broken = Some(error.clone());
        self.cancel_all();
        self.driver = None;
        Err(Error::new(ErrorKind::System).with_message("the event loop failed").with_shared_source(error))
    }

    /// The next outcome, in the order in which calls ended, with the number of its call.
    pub fn take(&mut self) -> Option<(u64, Result<Response, Error>)> {
        self.desk.finished.pop_front()
    }

    /// Cancels a call, whatever state it is in; its outcome is an error of the kind [`ErrorKind::Cancelled`].
    ///
    /// Says whether it was unfinished.
    pub fn cancel(&mut self, call: u64) -> bool {
        let (Some(driver), Some(id)) = (&mut self.driver, self.desk.call(call)) else { return false };
        let now = driver.refresh();
        driver.engine.cancel(id, now);
        driver.settle(&mut self.desk);
        true
    }

    /// Cancels everything that is unfinished. The outcomes come back by [`take`](Self::take).
    pub fn cancel_all(&mut self) {
        let Some(driver) = &mut self.driver else { return };
        let now = driver.refresh();
        for id in self.desk.numbers().into_iter().filter_map(|number| self.desk.call(number)) {
            driver.engine.cancel(id, now);
        }
        driver.settle(&mut self.desk);
    }

    /// Submits one request and waits for its outcome, which is the only one.
    pub(crate) fn send(mut self, request: Request) -> Result<Response, Error> {
        self.admit(request)?;
        loop {
            let turned = self.turn(Wait::Forever);
            if let Some((_, outcome)) = self.take() {
                return outcome;
            }
            turned?;
        }
    }

    /// How many calls were submitted and not taken yet.
    pub fn unfinished(&self) -> usize {
        self.desk.len() + self.desk.finished.len()
    }

    /// Sends all requests and brings every answer home, in the order of the requests: one slot each.
    ///
    /// The iterator is pulled lazily, as calls end; no more than [`concurrency`](Self::concurrency) requests (or as
    /// many as the session has connections) are under way at any time. A failure stays in its own slot.
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
        let mut requests = requests.into_iter().fuse();
        let mut outcomes: Vec<Option<Result<Response, Error>>> = Vec::with_capacity(requests.size_hint().0);
        // The slot of each call, by where the call stands in the desk's table.
        let mut slots: Vec<usize> = Vec::new();
        let window = self.concurrency.unwrap_or(self.limits().connections).max(1);
        loop {
            while self.desk.len() < window
                && let Some(request) = requests.next()
            {
                let slot = outcomes.len();
                match self.admit(request) {
                    Err(error) => outcomes.push(Some(Err(error))),
                    Ok(call) => {
                        outcomes.push(None);
                        let place = index(call);
                        slots.resize(slots.len().max(place + 1), 0);
                        slots[place] = slot;
                    }
                }
            }
            if self.unfinished() == 0 {
                break;
            }
            // Where the loop itself fails, that is the outcome of every call under way; later ones get a new loop.
            let _ = self.turn(Wait::Forever);
            while let Some((call, outcome)) = self.take() {
                if let Some(slot) = slots.get(index(call)) {
                    outcomes[*slot] = Some(outcome);
                }
            }
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Err(lost()))).collect()
    }

    /// As `submit`, at the moment that the last turn read off the clock; what cannot be sent fails here.
    fn admit(&mut self, request: Request) -> Result<u64, Error> {
        let idempotent = request.is_idempotent();
        let Request { arguments, session, token } = request;
        if token.as_ref().or(self.token.as_ref()).is_some_and(CancelToken::is_cancelled) {
            let (method, url) = (arguments.method().clone(), arguments.url());
            return Err(Error::new(ErrorKind::Cancelled).with_asked(method, url).with_tag(arguments.tag()));
        }
        self.mixed |= session.as_ref().is_some_and(|session| !session.is(&self.home));
        let session = session.as_ref().unwrap_or(&self.home);
        let prepared = session.prepare(arguments)?;
        let sink = session.sink();
        if self.driver.is_none() {
            let driver = self.home.garage().take(&self.limits(), !idempotent).map_err(no_loop)?;
            self.desk.begin(driver.wall());
            self.driver = Some(driver);
            self.alarm = None;
        }
        let Some(driver) = &mut self.driver else { return Err(lost()) };
        let number = self.desk.enter(prepared.after, sink);
        let now = driver.now();
        let call = driver.engine.submit(prepared.request, prepared.policy, number, now);
        self.desk.set_call(number, call);
        if token.is_some() || self.token.is_some() {
            self.watch(number, token);
        }
        Ok(number)
    }

    fn limits(&self) -> Limits {
        let mut limits = self.home.limits().clone();
        if let Some(n) = self.concurrency {
            (limits.connections, limits.per_origin) = (n, n);
        }
        limits.per_origin = self.per_origin.unwrap_or(limits.per_origin);
        limits
    }

    /// Connects the tokens of a call with this loop.
    fn watch(&mut self, number: u64, token: Option<CancelToken>) {
        let Some(driver) = &self.driver else { return };
        let alarm = self.alarm.get_or_insert_with(|| Arc::new(Alarm::new(driver.waker())));
        if let Some(token) = &self.token {
            token.reach(alarm);
        }
        if let Some(token) = token {
            token.reach(alarm);
            if self.watched.len() > 2 * self.desk.len() + 16 {
                let desk = &self.desk;
                self.watched.retain(|(_, number)| desk.call(*number).is_some());
            }
            self.watched.push((token, number));
        }
        if alarm.take() {
            self.heed_tokens();
        }
    }

    /// Cancels what a token that was fired was given to.
    fn heed_tokens(&mut self) {
        if self.token.as_ref().is_some_and(CancelToken::is_cancelled) {
            return self.cancel_all();
        }
        let watched = std::mem::take(&mut self.watched);
        let (fired, waiting): (Vec<_>, _) = watched.into_iter().partition(|(token, _)| token.is_cancelled());
        self.watched = waiting;
        for (_, number) in fired {
            self.cancel(number);
        }
    }
}

/// What is unfinished is cancelled, and its `post_request` hooks run. Outcomes that were not taken are lost.
impl Drop for Batch {
    fn drop(&mut self) {
        self.cancel_all();
        if let Some(driver) = self.driver.take()
            && !self.mixed
        {
            self.home.garage().park(driver);
        }
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("unfinished", &self.unfinished()).finish_non_exhaustive()
    }
}

fn no_loop(source: io::Error) -> Error {
    Error::new(ErrorKind::System).with_message("the event loop could not be made").with_source(source)
}

/// What stands in a slot that nothing came for. It would be a fault of ours.
fn lost() -> Error {
    Error::new(ErrorKind::System).with_message("the call was lost, which is a fault of sortie")
}
