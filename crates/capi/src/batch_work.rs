//! What is in a batch: its calls, who asked for them, and what nobody has taken yet.

use std::collections::{HashMap, VecDeque};
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{mem, ptr};

use facade::{Batch, Error, Progress, Request, Response, Session, Wait, keep};

use crate::context::Context;
use crate::fault::Fault;
use crate::fork::Birth;
use crate::outcome::{Done, sortie_outcome};

/// A batch, and what C is owed by it.
pub(crate) struct Work {
    session: Session,
    batch: Batch,
    /// What calls were submitted with, where that is anything.
    asked: HashMap<u64, Asked>,
    /// How many of those are told by a callback.
    callbacks: usize,
    /// What a turn has come across that no callback is told.
    aside: VecDeque<(u64, Result<Response, Error>)>,
    /// What a take has come across that the next turn tells.
    due: VecDeque<(u64, Done, Result<Response, Error>)>,
    is_freed: Arc<AtomicBool>,
    birth: Birth,
}

/// What a call was submitted with.
pub(crate) enum Asked {
    /// A pointer of the program's.
    User(Context),
    /// A callback.
    Done(Done),
}

impl Work {
    /// Nothing yet. `is_freed` says that the program has freed the handle, though it is still in use.
    pub(crate) fn new(session: &Session, is_freed: Arc<AtomicBool>) -> Self {
        Work {
            session: session.clone(),
            batch: session.batch(),
            asked: HashMap::new(),
            callbacks: 0,
            aside: VecDeque::new(),
            due: VecDeque::new(),
            is_freed,
            birth: Birth::here(),
        }
    }

    pub(crate) fn batch(&mut self) -> &mut Batch {
        &mut self.batch
    }

    pub(crate) fn progress(&self) -> Progress {
        self.batch.progress()
    }

    /// Another batch with the same limits, which nothing was submitted to.
    pub(crate) fn another(&self) -> Batch {
        self.batch.another()
    }

    /// Changes a limit, also where calls are under way.
    pub(crate) fn limit(&mut self, change: impl FnOnce(Batch) -> Batch) {
        let batch = mem::replace(&mut self.batch, self.session.batch());
        self.batch = change(batch);
    }

    /// Queues a call.
    pub(crate) fn submit(&mut self, request: Request, asked: Option<Asked>) -> u64 {
        let call = self.batch.submit(request);
        if let Some(asked) = asked {
            self.callbacks += usize::from(matches!(asked, Asked::Done(_)));
            self.asked.insert(call, asked);
        }
        call
    }

    /// Turns the loop, and tells the callbacks of calls that have ended.
    pub(crate) fn turn(&mut self, wait: Wait) -> Result<(), Fault> {
        let wait = if self.has_more() { Wait::Not } else { wait };
        let turned = self.batch.turn(wait);
        self.hand_over();
        self.birth.check("batch")?;
        Ok(turned?)
    }

    /// The next outcome that no callback is told.
    pub(crate) fn take(&mut self) -> Option<sortie_outcome> {
        let (call, outcome) = self.aside.pop_front().or_else(|| self.next())?;
        let user = match self.asked.is_empty() {
            true => None,
            false => self.asked.remove(&call),
        };
        let user = user.map_or(ptr::null_mut(), |asked| asked.user());
        Some(sortie_outcome::new(call, user, outcome))
    }

    /// How many calls were submitted, and neither taken nor told.
    pub(crate) fn unfinished(&self) -> usize {
        self.batch.unfinished() + self.aside.len() + self.due.len()
    }

    /// How long a loop of the program's own may wait before it turns this one.
    pub(crate) fn next_deadline(&mut self) -> Option<Duration> {
        if self.has_more() { Some(Duration::ZERO) } else { self.batch.next_deadline() }
    }

    /// Lets it go in the child of a fork: descriptors are closed, and nothing else happens.
    pub(crate) fn abandon(self) {
        let Work { session, batch, asked, aside, due, .. } = self;
        batch.abandon();
        session.abandon();
        keep((asked, aside, due));
    }

    /// Whether outcomes wait here, no longer in the batch.
    fn has_more(&self) -> bool {
        !self.aside.is_empty() || !self.due.is_empty()
    }

    /// The next outcome of the batch that no callback is told. Those that are in its way are told by the next turn.
    fn next(&mut self) -> Option<(u64, Result<Response, Error>)> {
        loop {
            let (call, outcome) = self.batch.take()?;
            match self.done(call) {
                Some(done) => self.due.push_back((call, done, outcome)),
                None => return Some((call, outcome)),
            }
        }
    }

    fn hand_over(&mut self) {
        // A callback may free the batch, or fork: the child's turn tells nobody anything more.
        while self.callbacks > 0 && !self.is_freed.load(Ordering::Relaxed) && self.birth.is_here() {
            if let Some((call, done, outcome)) = self.due.pop_front() {
                self.callbacks -= 1;
                done.tell(call, outcome);
                continue;
            }
            let Some((call, outcome)) = self.batch.take() else { return };
            match self.done(call) {
                Some(done) => self.due.push_back((call, done, outcome)),
                None => self.aside.push_back((call, outcome)),
            }
        }
    }

    /// The callback that is told of a call, if one is.
    fn done(&mut self, call: u64) -> Option<Done> {
        if self.callbacks == self.due.len() {
            return None;
        }
        match self.asked.remove(&call)? {
            Asked::Done(done) => Some(done),
            user => {
                self.asked.insert(call, user);
                None
            }
        }
    }
}

impl Asked {
    /// What `user` was, unless it is nothing.
    pub(crate) fn by(user: *mut c_void) -> Option<Self> {
        (!user.is_null()).then(|| Asked::User(Context::new(user, None)))
    }

    fn user(&self) -> *mut c_void {
        match self {
            Asked::User(user) => user.pointer(),
            Asked::Done(_) => ptr::null_mut(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use facade::ErrorKind;
    use sortie_testserver::TestServer;

    use super::*;

    extern "C" fn ignore(_: *mut c_void, _: *const sortie_outcome) {}

    fn work() -> (TestServer, Work) {
        (TestServer::start().unwrap(), Work::new(&Session::new(), Arc::default()))
    }

    fn done() -> Asked {
        Asked::Done(Done::new(ignore, Context::new(ptr::null_mut(), None)))
    }

    /// Turns it to its end; gives what was taken: call, user, whether it is a response.
    fn run(work: &mut Work) -> Vec<(u64, usize, bool)> {
        let mut taken = Vec::new();
        while work.unfinished() > 0 {
            work.turn(Wait::Forever).unwrap();
            while let Some(outcome) = work.take() {
                assert_ne!(outcome.response.is_null(), outcome.error.is_null());
                taken.push((outcome.call, outcome.user.addr(), !outcome.response.is_null()));
            }
        }
        taken
    }

    #[test]
    fn limits_reach_a_batch_whose_loop_is_there_already() {
        let (server, mut work) = work();
        work.batch().fd().unwrap();
        work.limit(|batch| batch.concurrency(1));
        for _ in 0..8 {
            work.submit(facade::get(server.url("/small")), None);
        }
        assert_eq!(run(&mut work).len(), 8);
        assert_eq!(work.batch().pool().opened, 1);
        assert_eq!(work.progress().now().done, 8);

        work.limit(|batch| batch.deadline(Duration::from_nanos(1)));
        let outcome = work.another().map([facade::get(server.url("/delay/5"))]);
        assert_eq!(outcome[0].as_ref().unwrap_err().kind(), ErrorKind::Deadline);
    }

    #[test]
    fn what_calls_were_submitted_with_is_gone_at_the_end() {
        let (server, mut work) = work();
        let user = |number: usize| Asked::by(ptr::without_provenance_mut(number));
        let small = || facade::get(server.url("/small"));
        let first = work.submit(small(), user(7));
        let second = work.submit(facade::get("no url"), user(8));
        work.submit(small(), Some(done()));
        work.submit(facade::get("no url"), Some(done()));
        let late = work.submit(facade::get(server.url("/delay/10")), Some(done()));
        let plain = work.submit(small(), user(0));
        assert!(work.batch().cancel(late) && !work.batch().cancel(late));
        assert_eq!((work.unfinished(), work.asked.len(), work.callbacks), (6, 5, 3));

        let mut taken = run(&mut work);
        taken.sort_unstable();
        let mut wanted = [(first, 7, true), (second, 8, false), (plain, 0, true)];
        wanted.sort_unstable();
        assert_eq!(taken, wanted);
        assert!(work.asked.is_empty() && work.aside.is_empty() && work.callbacks == 0);
        assert!(work.next_deadline().is_none_or(|limit| !limit.is_zero()));
    }

    #[test]
    fn what_a_turn_has_set_aside_ends_the_next_wait() {
        let (server, mut work) = work();
        work.submit(facade::get("no url"), None);
        work.submit(facade::get(server.url("/delay/10")), Some(done()));
        work.turn(Wait::Not).unwrap();
        assert_eq!((work.aside.len(), work.next_deadline()), (1, Some(Duration::ZERO)));
        work.turn(Wait::Forever).unwrap();
        assert!(work.take().is_some() && work.take().is_none());
    }

    #[test]
    fn what_has_ended_can_be_taken_before_a_turn_and_callbacks_are_told_by_the_turn() {
        static TOLD: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn tell(_: *mut c_void, _: *const sortie_outcome) {
            TOLD.fetch_add(1, Ordering::Relaxed);
        }
        let (server, mut work) = work();
        let asked = Asked::Done(Done::new(tell, Context::new(ptr::null_mut(), None)));
        work.submit(facade::get("no url"), Some(asked));
        let plain = work.submit(facade::get("no url"), Asked::by(ptr::without_provenance_mut(7)));
        let late = work.submit(facade::get(server.url("/delay/10")), None);
        work.submit(facade::get(server.url("/delay/10")), Some(done()));
        let outcome = work.take().unwrap();
        assert_eq!((outcome.call, outcome.user.addr()), (plain, 7));
        assert!(work.take().is_none());
        assert_eq!((work.unfinished(), work.next_deadline()), (3, Some(Duration::ZERO)));
        assert!(work.batch().cancel(late));
        assert_eq!(work.take().unwrap().call, late);
        assert_eq!(TOLD.load(Ordering::Relaxed), 0);
        work.turn(Wait::Forever).unwrap();
        assert_eq!((TOLD.load(Ordering::Relaxed), work.unfinished(), work.callbacks), (1, 1, 1));
    }

    #[test]
    fn a_batch_that_was_abandoned_drops_nothing_of_the_programs() {
        static DROPS: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn drop(_: *mut c_void) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
        for abandoned in [true, false] {
            let (server, mut work) = work();
            let context = Context::new(ptr::null_mut(), Some(drop));
            work.submit(facade::get(server.url("/delay/10")), Some(Asked::Done(Done::new(ignore, context))));
            work.turn(Wait::Not).unwrap();
            if abandoned {
                work.abandon();
                assert_eq!(DROPS.load(Ordering::Relaxed), 0);
            }
        }
        assert_eq!(DROPS.load(Ordering::Relaxed), 1);
    }
}
