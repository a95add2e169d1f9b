//! Names to addresses, on a few threads of their own.
//!
//! `getaddrinfo` blocks, so it runs beside the loop: a transport asks, a thread looks up, and the answer comes back through
//! the transport's inbox. Threads start when there is work and leave when there is none.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, ToSocketAddrs as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use std::{fmt, io, process, thread};

use crate::LinkId;
use crate::cache::{Cache, Common, Panicked};
use crate::inbox::{Answer, Inbox};

/// How many look-ups of the system's resolver run at once.
const SYSTEM_THREADS: usize = 4;

/// How many threads there may be with those whose look-ups nobody waits for any more, unless more were asked for.
const MOST_THREADS: usize = 32;

/// How long a thread without work stays.
const LINGER: Duration = Duration::from_secs(10);

/// Looks one name up. Any closure of this form does.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of `name`, the best one first. May take its time: it runs on a thread of the resolver's.
    ///
    /// # Errors
    /// Whatever hinders it; it becomes the source of [`Error::Resolve`](crate::Error::Resolve).
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

impl<F: Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static> Resolve for F {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self(name)
    }
}

/// Looks names up, for any number of transports, and remembers them for a while.
///
/// - At most so many look-ups run at once as it has threads; the rest wait in order. One that nobody waits for any more
///   does not count, however long it takes, as long as there are fewer than 32 threads in all.
/// - Equal names that are asked for at the same time are looked up once.
/// - Addresses are known for 60 seconds, failures for 5, of at most 1,024 names; what is known needs no thread. A failure
///   for want of descriptors, or by a panic, is not kept.
/// - A name that nobody waits for any more is not looked up.
/// - A look-up that panics, or finds no address, is an error like any other.
/// - Where the family of addresses that came second won the race for a connection, it comes first for the next ten
///   minutes (RFC 6555, section 4.2), unless the connector left no choice: by a local address, an interface, or a rule
///   that some of the addresses broke.
/// - A thread that found no work for ten seconds ends. None is ever joined: a look-up that hangs holds nobody up.
pub struct Resolver {
    shared: Arc<Shared>,
}

impl Resolver {
    /// The system's resolver, `getaddrinfo`, with at most four threads that the whole process shares.
    ///
    /// A child process gets its own: threads do not survive a `fork`.
    #[must_use]
    pub fn system() -> Arc<Self> {
        static SYSTEM: Mutex<Option<(u32, Arc<Resolver>)>> = Mutex::new(None);
        of_process(&mut SYSTEM.lock().unwrap_or_else(PoisonError::into_inner), process::id())
    }

    /// A resolver that asks `lookup`, on at most `threads` threads (and at least one).
    pub fn new(threads: usize, lookup: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        Self::asking(threads, lookup)
    }

    /// A resolver that asks `lookup`, which need not be a closure; else as [`new`](Self::new).
    pub fn asking(threads: usize, lookup: impl Resolve) -> Self {
        let (lookup, limit) = (Box::new(lookup), threads.max(1));
        let state = State {
            queue: VecDeque::new(),
            asked: HashMap::new(),
            running: Vec::new(),
            threads: 0,
            idle: 0,
            cache: Cache::new(),
        };
        Self { shared: Arc::new(Shared { lookup, limit, work: Condvar::new(), state: Mutex::new(state) }) }
    }

    /// How long addresses are known. Default: 60 seconds. Zero: not at all.
    #[must_use]
    pub fn keep(self, time: Duration) -> Self {
        self.shared.lock().cache.found = time;
        self
    }

    /// How long it is known that a name has none. Default: 5 seconds. Zero: not at all.
    #[must_use]
    pub fn keep_failures(self, time: Duration) -> Self {
        self.shared.lock().cache.failed = time;
        self
    }

    /// How many names are known at the most. Default: 1,024. Zero: none.
    ///
    /// When there are more, the one that would be forgotten first makes room; to find it takes a look at all.
    #[must_use]
    pub fn capacity(self, names: usize) -> Self {
        self.shared.lock().cache.capacity = names;
        self
    }

    /// The time by which names are forgotten, since any moment. Default: the system's monotonic clock.
    ///
    /// Where it panics, nothing is known, and nothing is kept.
    #[must_use]
    pub fn clock(self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.shared.lock().cache.clock = Box::new(clock);
        self
    }

    /// Asks for the addresses of `name`. What is not known goes to `inbox` later, unless it is gone by then.
    ///
    /// Fails if that is known, or there is no thread, and none can be started.
    pub(crate) fn ask(&self, name: &str, link: LinkId, inbox: &Arc<Inbox>) -> io::Result<Option<Arc<[IpAddr]>>> {
        let mut state = self.shared.lock();
        if let Some(known) = state.cache.get(name) {
            return known.map(Some);
        }
        let asker = Asker { link, inbox: Arc::downgrade(inbox) };
        if let Some(askers) = state.asked.get_mut(name) {
            askers.push(asker);
            return Ok(None);
        }
        state.queue.push_back(name.into());
        // Where there are others, those will do.
        if let Err(error) = self.shared.staff(&mut state)
            && state.threads == 0
        {
            state.queue.pop_back();
            return Err(error);
        }
        state.asked.insert(name.into(), vec![asker]);
        drop(state);
        self.shared.work.notify_one();
        Ok(None)
    }

    /// Takes a question back. Does nothing when it was answered.
    pub(crate) fn forget(&self, name: &str, link: LinkId, inbox: &Arc<Inbox>) {
        let mut state = self.shared.lock();
        if let Some(askers) = state.asked.get_mut(name) {
            askers.retain(|asker| asker.link != link || asker.inbox.as_ptr() != Arc::as_ptr(inbox));
            let _ = self.shared.staff(&mut state); // without another thread the others wait for those that are there
        }
    }

    /// A connection to `name` stands, though addresses of the other family came first.
    pub(crate) fn won(&self, name: &str, six: bool) {
        self.shared.lock().cache.won(name, six);
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("threads", &self.shared.limit).finish_non_exhaustive()
    }
}

/// What the threads share.
struct Shared {
    lookup: Box<dyn Resolve>,
    /// The most threads there may be.
    limit: usize,
    /// Signalled once for each name that joins the queue.
    work: Condvar,
    state: Mutex<State>,
}

struct State {
    /// The names that no thread took yet, each once.
    queue: VecDeque<Box<str>>,
    /// Who waits for which name, queued or being looked up.
    asked: HashMap<Box<str>, Vec<Asker>>,
    /// The names that are being looked up.
    running: Vec<Box<str>>,
    threads: usize,
    /// How many of the threads wait for work.
    idle: usize,
    cache: Cache,
}

impl State {
    fn is_waited_for(&self, name: &str) -> bool {
        self.asked.get(name).is_some_and(|askers| askers.iter().any(|asker| asker.inbox.strong_count() > 0))
    }

    /// How many threads there are, but for those whose look-ups nobody waits for.
    fn useful(&self) -> usize {
        self.threads - self.running.iter().filter(|name| !self.is_waited_for(name)).count()
    }
}

/// A link that waits for a name.
struct Asker {
    link: LinkId,
    inbox: Weak<Inbox>,
}

impl Asker {
    fn tell(self, addresses: io::Result<Arc<[IpAddr]>>) {
        if let Some(inbox) = self.inbox.upgrade() {
            inbox.put(Answer { link: self.link, addresses });
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a thread, if there is work for one more and it may be.
    fn staff(self: &Arc<Self>, state: &mut State) -> io::Result<()> {
        let is_needed = state.idle < state.queue.len();
        let may_be = |state: &State| state.threads < MOST_THREADS && state.useful() < self.limit;
        if is_needed && (state.threads < self.limit || may_be(state)) {
            let shared = Arc::clone(self);
            thread::Builder::new().name("sortie-resolver".into()).spawn(move || shared.serve())?;
            state.threads += 1;
        }
        Ok(())
    }

    /// What a thread does.
    fn serve(&self) {
        while let Some(name) = self.take() {
            let addresses = self.look_up(&name);
            let mut state = self.lock();
            state.running.retain(|running| *running != name);
            let addresses = state.cache.keep(&name, addresses);
            let askers = state.asked.remove(&name).unwrap_or_default();
            drop(state);
            answer(askers, addresses);
        }
    }

    /// The next name that somebody waits for; `None` when none came for a while, or there are others enough. The thread no
    /// longer counts then.
    fn take(&self) -> Option<Box<str>> {
        let mut state = self.lock();
        if state.threads > self.limit && state.useful() > self.limit {
            state.threads -= 1;
            return None;
        }
        loop {
            while let Some(name) = state.queue.pop_front() {
                if state.is_waited_for(&name) {
                    state.running.push(name.clone());
                    return Some(name);
                }
                state.asked.remove(&name);
            }
            state.idle += 1;
            let (guard, waited) = self.work.wait_timeout(state, LINGER).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            state.idle -= 1;
            if waited.timed_out() && state.queue.is_empty() {
                state.threads -= 1;
                return None;
            }
        }
    }

    fn look_up(&self, name: &str) -> io::Result<Arc<[IpAddr]>> {
        match catch_unwind(AssertUnwindSafe(|| self.lookup.resolve(name))) {
            Ok(Ok(addresses)) if addresses.is_empty() => {
                Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"))
            }
            Ok(result) => result.map(Arc::from),
            Err(panic) => Err(io::Error::other(Panicked(message(&*panic).into()))),
        }
    }
}

/// Gives all who asked what was found; a lone asker gets the resolver's own error.
fn answer(askers: Vec<Asker>, addresses: io::Result<Arc<[IpAddr]>>) {
    match addresses {
        Ok(addresses) => askers.into_iter().for_each(|asker| asker.tell(Ok(Arc::clone(&addresses)))),
        Err(error) => match <[Asker; 1]>::try_from(askers) {
            Ok([asker]) => asker.tell(Err(error)),
            Err(askers) => {
                let common = Common(Arc::new(error));
                askers.into_iter().for_each(|asker| asker.tell(Err(common.copy())));
            }
        },
    }
}

/// What a panic said.
fn message(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(message), _) => message,
        (_, Some(message)) => message,
        _ => "without a word",
    }
}

/// The resolver of the process `id`: the one in `slot` if it is that process's, a new one otherwise.
fn of_process(slot: &mut Option<(u32, Arc<Resolver>)>, id: u32) -> Arc<Resolver> {
    match slot {
        Some((owner, resolver)) if *owner == id => Arc::clone(resolver),
        _ => {
            let resolver = Arc::new(Resolver::new(SYSTEM_THREADS, getaddrinfo));
            *slot = Some((id, Arc::clone(&resolver)));
            resolver
        }
    }
}

fn getaddrinfo(name: &str) -> io::Result<Vec<IpAddr>> {
    Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::{Host, Plan, Target, Transport};

    #[test]
    fn look_ups_that_nobody_waits_for_keep_threads_up_to_a_limit_and_as_long_as_they_take() {
        let (tell, begun) = mpsc::channel();
        let (go, gate) = mpsc::channel::<()>();
        let (tell, gate) = (Mutex::new(tell), Mutex::new(gate));
        let resolver = Arc::new(Resolver::new(1, move |_| {
            let _ = tell.lock().unwrap().send(());
            let _ = gate.lock().unwrap().recv();
            Ok(vec![[127, 0, 0, 1].into()])
        }));
        let threads = || resolver.shared.lock().threads;
        let plan = |name: String| Plan::from(Target { host: Host::Name(name.into()), port: 9 });
        let mut transport = Transport::with_resolver(Arc::clone(&resolver)).unwrap();
        for number in 0..MOST_THREADS {
            let link = transport.open(&plan(format!("{number}.test")), 0);
            begun.recv().unwrap();
            assert_eq!(threads(), number + 1);
            transport.close(link);
        }
        transport.open(&plan("late.test".into()), 0);
        assert_eq!(threads(), MOST_THREADS);
        drop(go);
        while threads() > 1 {
            thread::yield_now();
        }
    }

    #[test]
    fn a_child_process_does_not_wait_for_threads_of_its_parent() {
        let mut slot = None;
        let parent = of_process(&mut slot, 1);
        assert!(Arc::ptr_eq(&parent, &of_process(&mut slot, 1)));
        let child = of_process(&mut slot, 2);
        assert!(!Arc::ptr_eq(&parent, &child) && !Arc::ptr_eq(&parent.shared, &child.shared));
    }
}
