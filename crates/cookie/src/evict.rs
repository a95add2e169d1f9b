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
    let order = |cookie: &Stored| (cookie.secure(), cookie.used);
    match kept.len().saturating_sub(most) {
        0 => {}
        1 => {
            let first = kept.iter().enumerate().min_by_key(|(_, cookie)| order(cookie));
            if let Some((at, _)) = first {
                kept.remove(at);
            }
        }
        // The jar was told anew how much it keeps: all go at once, or each would cost a look at the others.
        excess => {
            let ordered = |(at, cookie): (usize, &Stored)| (order(cookie), at);
            let mut places: Vec<_> = kept.iter().enumerate().map(ordered).collect();
            let last = *places.select_nth_unstable(excess - 1).1;
            let mut at = 0..;
            kept.retain(|cookie| at.next().is_some_and(|at| (order(cookie), at) > last));
        }
    }
    before - kept.len()
}

/// The turn up to which cookies must go so that `most` of them stay at the most; `None` where all may.
pub(crate) fn last_to_go(mut used: Vec<u64>, most: usize) -> Option<u64> {
    let at = used.len().checked_sub(most + 1)?;
    Some(*used.select_nth_unstable(at).1)
}
