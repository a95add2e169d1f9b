use crate::verdict::{Seen, Verdict};
use crate::{Policy, redirect};

/// Says what follows an exchange: each policy is asked in turn, and the first that has something to say decides.
///
/// Looks at the head alone. Cookies are not its affair: see [`absorb`](crate::absorb).
pub fn judge(policy: &Policy, seen: &Seen<'_>) -> Verdict {
    redirect::judge(policy, seen).unwrap_or(Verdict::Deliver)
}
