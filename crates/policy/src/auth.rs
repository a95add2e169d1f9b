//! Who asks, where that is said anew for each exchange (RFC 9110, section 11).

use std::fmt;
use std::sync::Arc;

use sortie_http::{Headers, PreparedRequest, StatusCode};

use crate::verdict::{Again, Seen, Verdict, Why};
use crate::{Answer, AuthScheme, Digest, DigestReply, Error, Policy};

/// How many challenges to one request are answered by an [`AuthScheme`].
const ANSWERS: u32 = 3;

/// Who says who asks. What is the same for each exchange, as Basic is, stands in the request itself.
#[derive(Clone)]
#[non_exhaustive]
pub enum Authenticator {
    /// User and password, which the server is shown to be known without being told them.
    Digest(Digest),
    /// A program's own.
    Scheme(Arc<dyn AuthScheme>),
}

/// The Authorization field of an exchange, for a digest whose challenge is known: `reply` is the answer to that of this call,
/// if there was one. `cnonce` is random bytes.
///
/// `None` where nothing is known yet, where an [`AuthScheme`] is to be asked instead, and where the call has left the origin
/// that the credentials are for.
pub fn authorization(
    policy: &Policy,
    request: &PreparedRequest,
    reply: Option<&DigestReply>,
    left_origin: bool,
    cnonce: impl FnOnce() -> [u8; 16],
) -> Option<Headers> {
    let Some(Authenticator::Digest(digest)) = policy.auth.as_ref().filter(|_| !left_origin) else { return None };
    let value = match reply {
        Some(reply) => reply.authorization(request, cnonce)?,
        None => digest.authorization(request, cnonce)?,
    };
    let mut headers = Headers::new();
    headers.set_sensitive("Authorization", &value).ok()?;
    Some(headers)
}

/// The scheme that is to be asked before an exchange.
pub fn scheme(policy: &Policy, left_origin: bool) -> Option<&Arc<dyn AuthScheme>> {
    match policy.auth.as_ref().filter(|_| !left_origin) {
        Some(Authenticator::Scheme(scheme)) => Some(scheme),
        _ => None,
    }
}

/// The request as it goes out: with these fields in place of its own of those names.
///
/// # Errors
/// Where one of them is not the scheme's to set, or cannot be sent.
pub fn with_credentials(request: &PreparedRequest, fields: &Headers) -> Result<PreparedRequest, Error> {
    const FRAMING: [&str; 4] = ["Host", "Content-Length", "Transfer-Encoding", "Cookie"];
    let mut request = request.clone();
    for (name, value) in fields {
        if FRAMING.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            return Err(Error::Forbidden { name: name.into() });
        }
        request.headers_mut().set_sensitive(name, value).map_err(|source| Error::Field { source })?;
    }
    Ok(request)
}

pub(crate) fn asks_program(policy: &Policy, seen: &Seen<'_>) -> bool {
    seen.status.is_client_error() && scheme(policy, seen.course.left_origin).is_some()
}

/// `None` where the response asks nobody, or there is no answer.
pub(crate) fn judge(policy: &Policy, seen: &Seen<'_>) -> Option<Verdict> {
    let reply = match policy.auth.as_ref().filter(|_| !seen.course.left_origin)? {
        Authenticator::Digest(digest) => Some(answer(digest, seen)?),
        Authenticator::Scheme(scheme) if seen.status.is_client_error() && seen.course.answers < ANSWERS => {
            match scheme.answer(seen) {
                Ok(true) => None,
                Ok(false) => return None,
                Err(source) => return Some(Verdict::Fail(Box::new(Error::Scheme { source: source.into() }))),
            }
        }
        Authenticator::Scheme(_) => return None,
    };
    Some(match seen.request.body().is_replayable() {
        true => {
            let (request, why) = (seen.request.clone(), Why::Challenge(reply));
            Verdict::Again(Box::new(Again { request, left_origin: false, why }))
        }
        false => Verdict::Fail(Box::new(Error::Unanswered)),
    })
}

/// The answer to a challenge: one for each request, and more where the server says that only the nonce was old.
fn answer(digest: &Digest, seen: &Seen<'_>) -> Option<DigestReply> {
    if seen.status != StatusCode::UNAUTHORIZED {
        if seen.headers.contains("Authentication-Info") {
            digest.info(seen.request, seen.headers);
        }
        return None;
    }
    let sent = seen.brought.and_then(|brought| brought.get("Authorization"));
    match digest.answer(seen.request, seen.headers, sent) {
        Answer::Again { stale, reply } => {
            let may = seen.course.answers == 0 || stale && seen.course.answers < ANSWERS;
            may.then_some(reply)
        }
        Answer::Rejected | Answer::Unanswerable(_) => None,
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Authenticator::Digest(_) => "Digest(***)",
            Authenticator::Scheme(_) => "Scheme(***)",
        })
    }
}
