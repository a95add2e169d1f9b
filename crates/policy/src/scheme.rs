use std::error::Error as StdError;
use std::time::SystemTime;

use sortie_http::{Headers, PreparedRequest};

use crate::Seen;

/// A way to say who asks that is one's own: a signature, a token that is renewed (RFC 9110, section 11).
///
/// It is asked for each exchange with the origin that a call begins with, and never for another one: what a redirect
/// leads to elsewhere gets none of its fields.
///
/// Whoever carries the exchanges out asks it on the thread that does so, which waits for it. A scheme that has to wait
/// itself, as for a token from another server, holds up all calls of that thread.
pub trait AuthScheme: Send + Sync {
    /// The header fields that say so, directly before `request` is sent, at this time of the wall clock.
    ///
    /// Each takes the place of the request's fields of that name, and is treated as a credential: not shown, and dropped
    /// when a redirect leaves the origin. The request is complete but for these and for cookies. Host, Content-Length,
    /// Transfer-Encoding and Cookie cannot be set.
    ///
    /// # Errors
    /// Where nothing can be said: the call ends, unsent, and this is why.
    fn authorize(&self, request: &PreparedRequest, now: SystemTime)
    -> Result<Headers, Box<dyn StdError + Send + Sync>>;

    /// Whether the request is to be sent again, after a response whose status is 4xx: it is authorized anew then.
    ///
    /// Asked at most three times a request. One whose body cannot be sent again ends with an error.
    ///
    /// # Errors
    /// Where the call is to end, and this is why.
    fn answer(&self, seen: &Seen<'_>) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        let _ = seen;
        Ok(false)
    }
}
