//! What goes when a jar is full (RFC 6265bis, section 5.7): what is expired, then what is not Secure, then the rest;
//! among equals what was not used for the longest time.

use std::time::SystemTime;

use crate::Stored;

/// Makes a site's cookies `most` at the most; says how many went.
pub(crate) fn from_site(kept: &mut Vec<Stored>, most: usize, now: SystemTime) -> usize {
    let before = kept.len();
    if before > most {
        kept.retain(|cookie| !cookie.is_expired(now));
    }
    while kept.len() > most {
        let order = |cookie: &Stored| (cookie.secure(), cookie.used);
        let Some((at, _)) = kept.iter().enumerate().min_by_key(|(_, cookie)| order(cookie)) else { break };
        kept.remove(at);
    }
    before - kept.len()
}

/// The turn up to which cookies must go so that `most` of them stay at the most; `None` where all may.
pub(crate) fn last_to_go(mut used: Vec<u64>, most: usize) -> Option<u64> {
    let at = used.len().checked_sub(most + 1)?;
    Some(*used.select_nth_unstable(at).1)
}
