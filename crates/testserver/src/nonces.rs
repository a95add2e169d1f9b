//! The nonces that a server has given out, and how often each was used.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::sequence::Sequence;

/// The octets of a nonce.
const OCTETS: usize = 16;

/// The nonces of one server.
#[derive(Debug)]
pub(crate) struct Nonces(Mutex<State>);

#[derive(Debug)]
struct State {
    sequence: Sequence,
    given: HashMap<String, Uses>,
}

/// How one nonce was used.
#[derive(Debug, Default)]
struct Uses {
    count: u64,
    /// The largest `nc` so far.
    last: u32,
    /// Each so far, where their order does not matter.
    seen: HashSet<u32>,
}

/// What a nonce must not do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    /// It may be used so often; `None`: for ever.
    pub(crate) most: Option<u64>,
    /// Its counts may come in any order, each once; else they must increase.
    pub(crate) unordered: bool,
}

/// What came of using a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Good,
    /// This server never gave it, or it was used as often as it may: whoever knows the password may ask for another.
    Stale,
    /// Its count was used before.
    Replayed,
}

impl Nonces {
    /// Another nonce.
    pub(crate) fn give(&self) -> String {
        let state = &mut *self.state();
        let mut octets = Vec::with_capacity(OCTETS);
        state.sequence.append(&mut octets, OCTETS);
        let nonce = STANDARD.encode(octets);
        state.given.insert(nonce.clone(), Uses::default());
        nonce
    }

    /// Uses a nonce with its count, which clients of old do not have (RFC 2069).
    pub(crate) fn spend(&self, nonce: &str, count: Option<u32>, rule: Rule) -> Use {
        let mut state = self.state();
        let Some(uses) = state.given.get_mut(nonce) else { return Use::Stale };
        if rule.most.is_some_and(|most| uses.count >= most) {
            return Use::Stale;
        }
        if let Some(count) = count {
            let fresh = if rule.unordered { uses.seen.insert(count) } else { count > uses.last };
            if !fresh {
                return Use::Replayed;
            }
            uses.last = uses.last.max(count);
        }
        uses.count += 1;
        Use::Good
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Nonces {
    fn default() -> Self {
        Self(Mutex::new(State { sequence: Sequence::new(0), given: HashMap::new() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Rule = Rule { most: None, unordered: false };

    #[test]
    fn a_count_increases() {
        let nonces = Nonces::default();
        let nonce = nonces.give();
        let used = [1, 3, 3, 2, 4].map(|count| nonces.spend(&nonce, Some(count), STRICT));
        assert_eq!(used, [Use::Good, Use::Good, Use::Replayed, Use::Replayed, Use::Good]);
        assert_eq!(nonces.spend(&nonce, Some(0), STRICT), Use::Replayed);
    }

    #[test]
    fn a_count_may_come_late_where_order_does_not_matter() {
        let nonces = Nonces::default();
        let nonce = nonces.give();
        let rule = Rule { unordered: true, ..STRICT };
        let used = [1, 3, 2, 3].map(|count| nonces.spend(&nonce, Some(count), rule));
        assert_eq!(used, [Use::Good, Use::Good, Use::Good, Use::Replayed]);
    }

    #[test]
    fn a_nonce_wears_out() {
        let nonces = Nonces::default();
        let (nonce, other) = (nonces.give(), nonces.give());
        assert_ne!(nonce, other);
        let rule = Rule { most: Some(2), ..STRICT };
        let used = [Some(1), None, Some(3)].map(|count| nonces.spend(&nonce, count, rule));
        assert_eq!(used, [Use::Good, Use::Good, Use::Stale]);
        assert_eq!(nonces.spend(&other, Some(1), rule), Use::Good);
        assert_eq!(nonces.spend("another's", Some(1), rule), Use::Stale);
    }
}
