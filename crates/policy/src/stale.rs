use sortie_http::{Method, PreparedRequest};

use crate::Policy;

/// What is known of a connection that closed before its response came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stale {
    /// Whether it had carried an exchange before.
    pub reused: bool,
    /// Whether any byte of the request may have been written.
    pub written: bool,
    /// Whether any byte of the response was received.
    pub received: bool,
    /// Whether this exchange has gone again already.
    pub again: bool,
}

/// Whether a request may go again, on a fresh connection, after its own closed (RFC 9110, section 9.2.2).
///
/// Only where the connection was a reused one, which the server may have closed for being idle, and no byte of a
/// response came; and only once. Any request may if none of its bytes was written; else one whose method is
/// idempotent, or any that [`Policy::resend`] allows. In either case all of its body must still be there to be sent.
pub fn stale(policy: &Policy, request: &PreparedRequest, facts: &Stale) -> bool {
    let is_stale = facts.reused && !facts.received && !facts.again;
    let may_repeat = || policy.resend || is_idempotent(request.method());
    is_stale && (!facts.written || may_repeat()) && request.body().is_whole()
}

/// Whether asking twice does what asking once does: GET, HEAD, OPTIONS, TRACE, PUT, DELETE (RFC 9110, section 9.2.2).
pub fn is_idempotent(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE, Method::PUT, Method::DELETE].contains(method)
}
