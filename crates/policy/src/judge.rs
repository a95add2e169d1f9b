use crate::verdict::{Seen, Verdict};
use crate::{Policy, auth, redirect, retry};

/// Says what follows an exchange: each policy is asked in turn, and the first that has something to say decides.
///
/// Looks at the head alone. Cookies are not its affair: see [`absorb`](crate::absorb). Where a program's own code has a say,
/// which [`asks_program`] tells, that runs here.
pub fn judge(policy: &Policy, seen: &Seen<'_>) -> Verdict {
    None.or_else(|| auth::judge(policy, seen))
        .or_else(|| redirect::judge(policy, seen))
        .or_else(|| retry::judge(policy, seen))
        .unwrap_or(Verdict::Deliver)
}

/// Whether a program's own code has a say in what follows this response: an [`AuthScheme`](crate::AuthScheme), or the closure of
/// [`Redirects`](crate::Redirects).
pub fn asks_program(policy: &Policy, seen: &Seen<'_>) -> bool {
    auth::asks_program(policy, seen) || redirect::asks_program(policy, seen)
}
