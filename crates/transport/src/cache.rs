//! What is known of names, for a while.

use std::collections::HashMap;
use std::error::Error;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, io};

use crate::error::is_exhaustion;

/// How long it is remembered which family won (RFC 6555, section 4.2).
const HABIT: Duration = Duration::from_secs(600);

/// The answers of a resolver, and which family of addresses won.
pub(crate) struct Cache {
    /// How long addresses are kept.
    pub(crate) found: Duration,
    /// How long a failure is kept.
    pub(crate) failed: Duration,
    /// How many names there may be.
    pub(crate) capacity: usize,
    /// Since any moment, as long as it is always the same. May panic, as it can be a caller's.
    pub(crate) clock: Box<dyn Fn() -> Duration + Send + Sync>,
    entries: HashMap<Box<str>, Entry>,
    /// Only of names where the family lost that came first.
    winners: HashMap<Box<str>, Winner>,
}

/// Which family won last.
struct Winner {
    six: bool,
    /// When it is to show that again.
    until: Duration,
}

struct Entry {
    /// As it came, whichever family won.
    answer: Result<Arc<[IpAddr]>, Common>,
    /// When it ceases to be true.
    until: Duration,
}

impl Cache {
    pub(crate) fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "a resolver serves loops whose clocks have nothing in common")]
        let began = Instant::now();
        Self {
            found: Duration::from_secs(60),
            failed: Duration::from_secs(5),
            capacity: 1024,
            clock: Box::new(move || began.elapsed()),
            entries: HashMap::new(),
            winners: HashMap::new(),
        }
    }

    /// What is known of `name`, if that is still true, the family that won last in front.
    pub(crate) fn get(&self, name: &str) -> Option<io::Result<Arc<[IpAddr]>>> {
        let entry = self.entries.get(name)?;
        let now = self.now()?;
        if entry.until <= now {
            return None;
        }
        Some(match &entry.answer {
            Ok(addresses) => Ok(self.ordered(name, Arc::clone(addresses), now)),
            Err(common) => Err(common.copy()),
        })
    }

    /// Keeps what was found, and gives it back, the family that won last in front.
    ///
    /// A failure that says nothing of the name is not kept.
    pub(crate) fn keep(&mut self, name: &str, found: io::Result<Arc<[IpAddr]>>) -> io::Result<Arc<[IpAddr]>> {
        let Some(now) = self.now() else { return found };
        match found {
            Ok(addresses) => {
                self.insert(name, Ok(Arc::clone(&addresses)), self.found, now);
                Ok(self.ordered(name, addresses, now))
            }
            Err(error) if self.failed.is_zero() || is_exhaustion(&error) || is_panic(&error) => Err(error),
            Err(error) => {
                let common = Common(Arc::new(error));
                self.insert(name, Err(common.clone()), self.failed, now);
                Err(common.copy())
            }
        }
    }

    /// A connection to `name` stands, though the other family had come first.
    pub(crate) fn won(&mut self, name: &str, six: bool) {
        if self.winners.len() >= self.capacity && !self.winners.contains_key(name) {
            self.winners.clear(); // no more than a habit is lost
        }
        if self.capacity > 0
            && let Some(now) = self.now()
        {
            self.winners.insert(name.into(), Winner { six, until: now.saturating_add(HABIT) });
        }
    }

    /// The time, if the clock tells it: nobody waits in vain for a thread that a panic took along.
    fn now(&self) -> Option<Duration> {
        catch_unwind(AssertUnwindSafe(&*self.clock)).ok()
    }

    fn ordered(&self, name: &str, addresses: Arc<[IpAddr]>, now: Duration) -> Arc<[IpAddr]> {
        match self.winners.get(name) {
            Some(winner) if winner.until > now => with_first(addresses, winner.six),
            _ => addresses,
        }
    }

    fn insert(&mut self, name: &str, answer: Result<Arc<[IpAddr]>, Common>, time: Duration, now: Duration) {
        if time.is_zero() || self.capacity == 0 {
            return;
        }
        if self.entries.len() >= self.capacity && !self.entries.contains_key(name) {
            self.make_room(now);
        }
        self.entries.insert(name.into(), Entry { answer, until: now.saturating_add(time) });
    }

    /// Drops what is no longer true, or else what will be so first.
    fn make_room(&mut self, now: Duration) {
        self.entries.retain(|_, entry| entry.until > now);
        while self.entries.len() >= self.capacity {
            let first = self.entries.iter().min_by_key(|(_, entry)| entry.until).map(|(name, _)| name.clone());
            let Some(first) = first else { return };
            self.entries.remove(&first);
        }
    }
}

/// The same addresses, one family in front; within a family their order stays.
fn with_first(addresses: Arc<[IpAddr]>, six: bool) -> Arc<[IpAddr]> {
    if addresses.first().is_none_or(|address| address.is_ipv6() == six) {
        return addresses;
    }
    let mut addresses = addresses.to_vec();
    addresses.sort_by_key(|address| address.is_ipv6() != six);
    addresses.into()
}

/// An error that several share, below an [`io::Error`] for each.
#[derive(Clone, Debug)]
pub(crate) struct Common(pub(crate) Arc<io::Error>);

impl Common {
    /// The same error once more.
    pub(crate) fn copy(&self) -> io::Error {
        match self.0.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(self.0.kind(), self.clone()),
        }
    }
}

impl fmt::Display for Common {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Common {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// A look-up that panicked, and what it said.
#[derive(Debug)]
pub(crate) struct Panicked(pub(crate) Box<str>);

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the look-up panicked: {}", self.0)
    }
}

impl Error for Panicked {}

fn is_panic(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Panicked>())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// A cache for `capacity` names whose time is in the test's hand, in seconds.
    fn cache(capacity: usize) -> (Cache, Arc<AtomicU64>) {
        let time = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&time);
        let clock = Box::new(move || Duration::from_secs(clock.load(Ordering::SeqCst)));
        (Cache { capacity, clock, ..Cache::new() }, time)
    }

    fn addresses(list: &[&str]) -> Arc<[IpAddr]> {
        list.iter().map(|address| address.parse().unwrap()).collect()
    }

    #[test]
    fn addresses_are_known_for_a_minute_and_a_failure_for_five_seconds() {
        let (mut cache, time) = cache(8);
        cache.keep("good.test", Ok(addresses(&["10.0.0.1"]))).unwrap();
        let error = cache.keep("bad.test", Err(io::Error::new(io::ErrorKind::NotFound, "no such name"))).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (io::ErrorKind::NotFound, "no such name"));

        time.store(4, Ordering::SeqCst);
        assert_eq!(cache.get("bad.test").unwrap().unwrap_err().to_string(), "no such name");
        time.store(5, Ordering::SeqCst);
        assert!(cache.get("bad.test").is_none());
        time.store(59, Ordering::SeqCst);
        assert_eq!(cache.get("good.test").unwrap().unwrap(), addresses(&["10.0.0.1"]));
        time.store(60, Ordering::SeqCst);
        assert!(cache.get("good.test").is_none());
    }

    #[test]
    fn a_time_or_a_capacity_of_zero_keeps_nothing() {
        let (mut cache, _) = cache(0);
        cache.keep("a.test", Ok(addresses(&["10.0.0.1"]))).unwrap();
        cache.won("a.test", true);
        assert!(cache.get("a.test").is_none() && cache.winners.is_empty());

        (cache.capacity, cache.found, cache.failed) = (8, Duration::ZERO, Duration::ZERO);
        cache.keep("a.test", Ok(addresses(&["10.0.0.1"]))).unwrap();
        cache.keep("b.test", Err(io::ErrorKind::NotFound.into())).unwrap_err();
        assert!(cache.entries.is_empty());
    }

    #[test]
    fn a_failure_that_says_nothing_of_the_name_is_not_kept() {
        let (mut cache, _) = cache(8);
        assert_eq!(cache.keep("a.test", Err(io::Error::from_raw_os_error(24))).unwrap_err().raw_os_error(), Some(24));
        cache.keep("b.test", Err(io::Error::other(Panicked("oh".into())))).unwrap_err();
        assert!(cache.entries.is_empty());
    }

    #[test]
    fn what_would_cease_to_be_true_first_makes_room() {
        let (mut cache, time) = cache(2);
        for (second, name) in ["a.test", "b.test", "c.test"].into_iter().enumerate() {
            time.store(second as u64, Ordering::SeqCst);
            cache.keep(name, Ok(addresses(&["10.0.0.1"]))).unwrap();
        }
        assert!(cache.get("a.test").is_none() && cache.get("b.test").is_some() && cache.get("c.test").is_some());
        time.store(61, Ordering::SeqCst); // b is old, c not yet
        cache.keep("d.test", Ok(addresses(&["10.0.0.1"]))).unwrap();
        assert_eq!(cache.entries.len(), 2);
        assert!(cache.get("c.test").is_some() && cache.get("d.test").is_some());
    }

    #[test]
    fn the_family_that_won_comes_first_now_and_after_the_next_look_up() {
        let (mut cache, time) = cache(8);
        let mixed = ["::1", "::2", "10.0.0.1", "10.0.0.2"];
        let turned = addresses(&["10.0.0.1", "10.0.0.2", "::1", "::2"]);
        assert_eq!(cache.keep("a.test", Ok(addresses(&mixed))).unwrap(), addresses(&mixed));
        cache.won("a.test", false);
        assert_eq!(cache.get("a.test").unwrap().unwrap(), turned);
        time.store(100, Ordering::SeqCst);
        assert_eq!(cache.keep("a.test", Ok(addresses(&mixed))).unwrap(), turned);
        assert_eq!(cache.keep("b.test", Ok(addresses(&mixed))).unwrap(), addresses(&mixed));
    }

    #[test]
    fn the_family_that_won_is_in_front_for_ten_minutes() {
        let (mut cache, time) = cache(8);
        cache.found = Duration::from_secs(3600);
        let (mixed, turned) = (addresses(&["::1", "10.0.0.1"]), addresses(&["10.0.0.1", "::1"]));
        cache.keep("a.test", Ok(Arc::clone(&mixed))).unwrap();
        cache.won("a.test", false);
        time.store(599, Ordering::SeqCst);
        assert_eq!(cache.get("a.test").unwrap().unwrap(), turned);
        time.store(600, Ordering::SeqCst);
        assert_eq!(cache.get("a.test").unwrap().unwrap(), mixed);
        assert_eq!(cache.keep("a.test", Ok(Arc::clone(&mixed))).unwrap(), mixed);
    }

    #[test]
    fn a_shared_error_keeps_its_kind_its_words_and_its_number() {
        let common = Common(Arc::new(io::Error::new(io::ErrorKind::NotFound, "no such name")));
        let error = common.copy();
        assert_eq!((error.kind(), error.to_string().as_str()), (io::ErrorKind::NotFound, "no such name"));

        let common = Common(Arc::new(io::Error::from_raw_os_error(24)));
        assert_eq!(common.copy().raw_os_error(), Some(24));
    }
}
