//! Many calls on one loop.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

use sortie_engine::{Overflow, Pool, Time};
use sortie_hooks::guard;
use sortie_policy::Policy;
use sortie_session::{Error, ErrorKind, Response};
use sortie_transport::Waker;

use crate::cancel::Alarm;
use crate::cause::Cause;
use crate::desk::{Desk, Finished, warn};
use crate::driver::{Driver, wall};
use crate::kept::keep;
use crate::options::Options;
use crate::{CancelToken, Progress, Request, Session, Wait};

/// Many calls on one loop, which the program turns itself, or one of the batch's own verbs turns for it.
///
/// Made by [`Session::batch`] or [`batch`](crate::batch()). [`map`](Self::map) keeps all outcomes,
/// [`stream`](Self::stream) and [`stream_ordered`](Self::stream_ordered) give them one by one,
/// [`for_each`](Self::for_each) keeps none. A loop of your own calls [`submit`](Self::submit), [`turn`](Self::turn) and
/// [`take`](Self::take), and waits for [`fd`](Self::fd) and [`next_deadline`](Self::next_deadline).
///
/// Every request that is submitted comes back exactly once, as a response or an error. A batch belongs to one thread
/// at a time. Dropping it cancels what is unfinished. Its limits are those that were set when its loop was made: by the
/// first request, [`fd`](Self::fd) or [`waker`](Self::waker).
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
    pub(crate) home: Session,
    pub(crate) driver: Option<Driver>,
    pub(crate) desk: Desk,
    pub(crate) options: Options,
    pub(crate) overflow: Overflow,
    /// When the first request was submitted, on the loop's clock.
    began: Option<Time>,
    /// When `on_progress` was called last, on the loop's clock, and how much was done then.
    reported: (Time, u64),
    pub(crate) alarm: Option<Arc<Alarm>>,
    /// Calls that have a token of their own.
    watched: Vec<(CancelToken, u64)>,
    /// Nothing is sent any more: what comes now ends for this reason.
    over: Option<Cause>,
    /// A request of another session was among them: the connections are not parked for the home's next call.
    mixed: bool,
}

/// How often `on_progress` is called at the most.
const REPORT_EVERY: Duration = Duration::from_millis(100);

impl Batch {
    pub(crate) fn new(home: Session) -> Self {
        Batch {
            home,
            driver: None,
            desk: Desk::default(),
            options: Options::default(),
            overflow: Overflow::Wait,
            began: None,
            reported: (Time(0), 0),
            alarm: None,
            watched: Vec::new(),
            over: None,
            mixed: false,
        }
    }

    /// Queues a request; gives the number by which [`take`](Self::take) names its outcome.
    ///
    /// Nothing is sent before the next [`turn`](Self::turn). A request that cannot be sent (a bad URL, a line break in
    /// a header, a hook that refused it) does not fail here: its outcome is the error.
    pub fn submit(&mut self, request: Request) -> u64 {
        if self.desk.under_way() == 0
            && let Some(driver) = &mut self.driver
        {
            driver.doubt();
        }
        match self.admit(request, None) {
            Ok(call) => call,
            Err(error) => {
                let call = self.desk.refuse(error);
                self.heed_failures();
                call
            }
        }
    }

    /// Waits for something to happen and does what follows from it. Returns at once when nothing is unfinished, or
    /// when outcomes wait to be taken.
    ///
    /// Fails where the system's event queue fails; everything unfinished has ended with that error then.
    pub fn turn(&mut self, wait: Wait) -> Result<(), Error> {
        self.date();
        self.advance(wait)
    }

    /// The program's own code may have run since the clock was read.
    pub(crate) fn date(&mut self) {
        if let Some(driver) = &mut self.driver {
            driver.date();
        }
    }

    /// As `turn`, where the program's own code has not run since the last call.
    pub(crate) fn advance(&mut self, wait: Wait) -> Result<(), Error> {
        let Some(driver) = &mut self.driver else { return Ok(()) };
        // What fails as it begins has ended by now, and nobody is to wait for it.
        let begun = driver.carry_out(&mut self.desk);
        let limit = match wait {
            _ if self.desk.under_way() == 0 || self.desk.waiting() > 0 || self.desk.has_streamed() => {
                Some(Duration::ZERO)
            }
            Wait::Not => Some(Duration::ZERO),
            Wait::UpTo(limit) => Some(limit),
            Wait::Forever => None,
        };
        if limit != Some(Duration::ZERO) {
            // The wait is for what is left from now on, not from before the program's own code ran.
            driver.update();
        }
        let until = self.options.until(self.began);
        let rest = until.map(|until| until.since(driver.now()));
        let limit = limit.into_iter().chain(rest).min();
        let turned = begun.and_then(|()| driver.turn(limit, &mut self.desk));
        let now = driver.now();
        if self.alarm.as_ref().is_some_and(|alarm| alarm.take()) {
            self.heed_tokens();
        }
        if until.is_some_and(|until| until <= now) {
            self.give_up(Cause::Deadline);
        }
        self.heed_failures();
        if let Some(began) = self.began {
            self.desk.progress.elapsed(now.since(began));
        }
        self.report(false);
        let Err(error) = turned else { return Ok(()) };
        let error = Arc::new(error);
        self.desk.cause = Some(Cause::Broken(error.clone()));
        self.cancel_all();
        self.driver = None;
        Err(Error::new(ErrorKind::System).with_message("the event loop failed").with_shared_source(error))
    }

    /// The next outcome, in the order in which calls ended, with the number of its call.
    pub fn take(&mut self) -> Option<(u64, Result<Response, Error>)> {
        let finished = self.desk.take()?;
        self.release(finished.held);
        if self.unfinished() == 0 {
            self.report(true);
        }
        Some((finished.number, finished.outcome))
    }

    /// The next outcome that belongs to a stream, and its place there. What it holds of the memory budget is to be
    /// released.
    pub(crate) fn take_placed(&mut self) -> Option<(usize, Finished)> {
        self.desk.take_placed()
    }

    /// An outcome that held so much of the memory budget is in other hands.
    pub(crate) fn release(&mut self, held: u64) {
        if held > 0
            && let Some(driver) = &mut self.driver
        {
            let now = driver.now();
            driver.engine.release_content(held, now);
        }
    }

    /// Cancels a call, whatever state it is in; its outcome is an error of the kind [`ErrorKind::Cancelled`].
    ///
    /// Says whether it was unfinished.
    pub fn cancel(&mut self, call: u64) -> bool {
        let (Some(driver), Some(id)) = (&mut self.driver, self.desk.call(call)) else { return false };
        let now = driver.refresh();
        driver.engine.cancel(id, now);
        self.carry_out();
        true
    }

    /// Cancels everything that is unfinished. The outcomes come back by [`take`](Self::take).
    pub fn cancel_all(&mut self) {
        let Some(driver) = &mut self.driver else { return };
        let now = driver.refresh();
        driver.engine.cancel_all(now);
        self.carry_out();
    }

    /// How many calls were submitted and not taken yet.
    pub fn unfinished(&self) -> usize {
        self.desk.under_way() + self.desk.waiting() + self.desk.set_aside()
    }

    /// How far it has come: a handle that any thread may read.
    pub fn progress(&self) -> Progress {
        self.desk.progress.clone()
    }

    /// What became of the connections of its loop since that was made: a loop that has served the session before brings
    /// its figures along. All are 0 before the first request.
    pub fn pool(&self) -> Pool {
        self.driver.as_ref().map_or_else(Pool::default, |driver| driver.engine.pool())
    }

    /// The descriptor that becomes readable when a [`turn`](Self::turn) is due, for a loop of your own (Unix).
    ///
    /// It is the loop's own epoll or kqueue descriptor, and stays the same until a turn fails. Wait for it and for
    /// [`next_deadline`](Self::next_deadline), whichever comes first; it may be waited for edge-triggered, since a turn
    /// that leaves work behind makes the deadline now. Take it out of your loop before the batch is dropped: it may stay
    /// open, and serve the session's next call. Fails where the loop cannot be made.
    pub fn fd(&mut self) -> Result<BorrowedFd<'_>, Error> {
        Ok(std::os::fd::AsFd::as_fd(self.start()?.transport()))
    }

    /// How long a loop of your own may wait before it calls [`turn`](Self::turn), though nothing happens: nothing when
    /// there is work left, `None` when nothing is awaited. May be early, never late.
    pub fn next_deadline(&mut self) -> Option<Duration> {
        if self.desk.waiting() > 0 {
            return Some(Duration::ZERO);
        }
        let driver = self.driver.as_mut()?;
        if driver.has_work() {
            return Some(Duration::ZERO);
        }
        if self.desk.under_way() == 0 && driver.engine.links() == 0 {
            return None;
        }
        let now = driver.refresh();
        let until = self.options.until(self.began);
        let until = until.filter(|_| self.desk.under_way() > 0);
        driver.next_deadline().into_iter().chain(until).min().map(|at| at.since(now))
    }

    /// What ends a [`turn`](Self::turn)'s wait from another thread. Fails where the loop cannot be made.
    pub fn waker(&mut self) -> Result<Waker, Error> {
        Ok(self.start()?.waker())
    }

    /// Lets everything go without a word: for the child of a fork, which shares the loop and the connections with its parent.
    ///
    /// Descriptors are closed, and that is all: nothing is cancelled, no hook runs, no peer is told, no lock is waited for. The
    /// memory stays taken. Let the [`Session`] go in the same way.
    pub fn abandon(mut self) {
        if let Some(driver) = self.driver.take() {
            driver.abandon();
        }
        self.alarm = None;
        keep(self);
    }

    /// Submits one request and waits for its outcome, which is the only one.
    pub(crate) fn send(mut self, request: Request) -> Result<Response, Error> {
        self.admit(request, None)?;
        loop {
            let turned = self.advance(Wait::Forever);
            if let Some((_, outcome)) = self.take() {
                return outcome;
            }
            turned?;
        }
    }

    /// As `submit`; what cannot be sent fails here. `place` is where its outcome belongs in a stream.
    pub(crate) fn admit(&mut self, request: Request, place: Option<usize>) -> Result<u64, Error> {
        self.admit_as(request, place, |_| {})
    }

    /// The same, of a call whose policy is changed before it is submitted.
    pub(crate) fn admit_as(
        &mut self,
        request: Request,
        place: Option<usize>,
        change: impl FnOnce(&mut Arc<Policy>),
    ) -> Result<u64, Error> {
        let Request { arguments, session, token, connecting } = request;
        if let Some(error) = self.refusal(token.as_ref()) {
            return Err(error.with_asked(arguments.method().clone(), arguments.url()).with_tag(arguments.tag()));
        }
        self.mixed |= session.as_ref().is_some_and(|session| !session.is(&self.home));
        let session = session.as_ref().unwrap_or(&self.home);
        let profile = session.profile();
        let sink = profile.sink.clone();
        let mut prepared = session.prepare(&profile, arguments, connecting).inspect_err(|error| {
            if let Some(sink) = &sink {
                warn(&**sink, error.warnings(), None, wall());
            }
        })?;
        change(&mut prepared.policy);
        // The program may have taken its time since the last turn; none of that is the call's.
        let now = self.start()?.refresh();
        self.began.get_or_insert(now);
        let number = self.desk.enter(prepared.after, sink, place);
        let Some(driver) = &mut self.driver else { return Err(lost()) };
        let call = driver.engine.submit(prepared.request, prepared.policy, number, now);
        self.desk.set_call(number, call);
        if token.is_some() || self.options.token.is_some() {
            self.watch(number, token);
        }
        Ok(number)
    }

    /// A call that could not be sent: it counts as one that has ended.
    pub(crate) fn refused(&mut self, error: Error) -> Error {
        self.desk.count_refused();
        self.heed_failures();
        error
    }

    /// How many calls are under way at the same time, at the most.
    pub(crate) fn window(&self) -> usize {
        self.options.concurrency.unwrap_or_else(|| self.home.profile().connections.total).max(1)
    }

    pub(crate) fn progress_ref(&self) -> &Progress {
        &self.desk.progress
    }

    /// Calls `on_progress`, if enough time has passed since it was called last, or at the end.
    pub(crate) fn report(&mut self, at_end: bool) {
        let Some(report) = self.options.on_progress.clone() else { return };
        let now = self.driver.as_ref().map_or(Time(0), Driver::now);
        let done = self.desk.progress.done();
        let (then, known) = self.reported;
        let is_over = at_end || self.desk.under_way() == 0 && self.desk.waiting() == 0;
        if done == known || !is_over && now.since(then) < REPORT_EVERY {
            return;
        }
        self.reported = (now, done);
        let snapshot = self.desk.progress.now();
        // In use, it is another batch's that is like this one, or it has turned such a one itself.
        let Ok(mut report) = report.try_lock() else { return };
        if guard(|| report(&snapshot)).is_err() {
            self.options.on_progress = None;
        }
    }

    /// Holds a loop that is there already to what was asked for.
    pub(crate) fn limit(&mut self) {
        let limits = self.options.limits(&self.home.limits(), self.overflow);
        if let Some(driver) = &mut self.driver {
            driver.engine.set_limits(limits);
        }
    }

    /// Whether nothing more is sent, whatever is submitted.
    pub(crate) fn is_over(&self) -> bool {
        self.refusal(None).is_some()
    }

    /// Whether nobody has listened to the connections for a while.
    pub(crate) fn is_unheard(&self) -> bool {
        self.driver.as_ref().is_some_and(Driver::is_unheard)
    }

    /// Does what the calls want done, without waiting.
    pub(crate) fn carry_out(&mut self) {
        if let Some(driver) = &mut self.driver {
            // Where the loop fails here, the next turn says so.
            let _ = driver.carry_out(&mut self.desk);
        }
    }

    /// Why nothing more is sent, if so.
    fn refusal(&self, token: Option<&CancelToken>) -> Option<Error> {
        let fired = |token: Option<&CancelToken>| token.is_some_and(CancelToken::is_cancelled);
        match &self.over {
            Some(cause) => Some(cause.error()),
            None if fired(token) || fired(self.options.token.as_ref()) => Some(Error::new(ErrorKind::Cancelled)),
            None => None,
        }
    }

    /// The driver, taken from the home's garage if there is none yet.
    fn start(&mut self) -> Result<&mut Driver, Error> {
        if self.driver.is_none() {
            let driver =
                self.home.garage().take(&self.options.limits(&self.home.limits(), self.overflow)).map_err(no_loop)?;
            self.desk.cause = None;
            self.began = None;
            self.reported.0 = driver.now();
            self.alarm = None;
            self.driver = Some(driver);
        }
        self.driver.as_mut().ok_or_else(lost)
    }

    /// Ends what is unfinished, and all that may still come, for this reason.
    fn give_up(&mut self, cause: Cause) {
        if self.over.is_none() {
            self.over = Some(cause.clone());
            self.desk.cause = Some(cause);
            self.cancel_all();
        }
    }

    fn heed_failures(&mut self) {
        if self.options.fail_fast && self.desk.has_failed {
            self.give_up(Cause::FailedFast);
        }
    }

    /// Connects the tokens of a call with this loop.
    fn watch(&mut self, number: u64, token: Option<CancelToken>) {
        if let Some(token) = token {
            if self.watched.len() > 2 * self.desk.under_way() + 16 {
                let desk = &self.desk;
                self.watched.retain(|(_, number)| desk.call(*number).is_some());
            }
            self.watched.push((token, number));
        }
        self.listen();
    }

    /// Connects the batch's token, and that of the last call that has one, with this loop; heeds those that were fired.
    pub(crate) fn listen(&mut self) {
        let Some(driver) = &self.driver else { return };
        let alarm = self.alarm.get_or_insert_with(|| Arc::new(Alarm::new(driver.waker())));
        for token in self.options.token.iter().chain(self.watched.last().map(|(token, _)| token)) {
            token.reach(alarm);
        }
        if self.alarm.as_ref().is_some_and(|alarm| alarm.take()) {
            self.heed_tokens();
        }
    }

    /// Cancels what a token that was fired was given to.
    pub(crate) fn heed_tokens(&mut self) {
        if self.options.token.as_ref().is_some_and(CancelToken::is_cancelled) {
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
        if let Some(mut driver) = self.driver.take()
            && !self.mixed
        {
            // What nobody took, and what `map` has kept, takes no room from the next batch.
            let (held, now) = (driver.engine.held(), driver.now());
            driver.engine.release_content(held, now);
            driver.engine.set_limits(self.home.limits());
            driver.engine.trim();
            // Only links are closed by that: nothing is under way.
            if driver.carry_out(&mut self.desk).is_ok() {
                self.home.garage().park(driver);
            }
        }
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("progress", &self.desk.progress).finish_non_exhaustive()
    }
}

fn no_loop(source: io::Error) -> Error {
    Error::new(ErrorKind::System).with_message("the event loop could not be made").with_source(source)
}

/// What stands in a slot that nothing came for. It would be a fault of ours.
pub(crate) fn lost() -> Error {
    Error::new(ErrorKind::System).with_message("the call was lost, which is a fault of sortie")
}
