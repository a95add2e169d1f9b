//! Who asks, where that is said anew for each exchange (RFC 9110, section 11).

use std::fmt;
use std::sync::Arc;

use sortie_http::{Headers, PreparedRequest, StatusCode};

use crate::digest::Answer;
use crate::verdict::{Again, Seen, Verdict, Why};
use crate::{Digest, Error, Policy, Scheme};

/// How many challenges to one request are answered by a [`Scheme`].
const ANSWERS: u32 = 3;

/// Who says who asks. What is the same for each exchange, as Basic is, stands in the request itself.
#[derive(Clone)]
#[non_exhaustive]
pub enum Authenticator {
    /// User and password, which the server is shown to be known without being told them.
    Digest(Digest),
    /// A program's own.
    Scheme(Arc<dyn Scheme>),
}

/// The Authorization field of an exchange, for a digest whose challenge is known. `cnonce` is random bytes.
///
/// `None` where nothing is known yet, where a [`Scheme`] is to be asked instead, and where the call has left the origin that
/// the credentials are for.
pub fn authorization(
    policy: &Policy,
    request: &PreparedRequest,
    left_origin: bool,
    cnonce: impl FnOnce() -> [u8; 16],
) -> Option<Headers> {
    match policy.auth.as_ref().filter(|_| !left_origin) {
        Some(Authenticator::Digest(digest)) => {
            let value = digest.authorization(request, cnonce)?;
            let mut headers = Headers::new();
            headers.set_sensitive("Authorization", &value).ok()?;
            Some(headers)
        }
        _ => None,
    }
}

/// The scheme that is to be asked before an exchange.
pub fn scheme(policy: &Policy, left_origin: bool) -> Option<&Arc<dyn Scheme>> {
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
    let again = match policy.auth.as_ref().filter(|_| !seen.course.left_origin)? {
        Authenticator::Digest(digest) => answers_digest(digest, seen),
        Authenticator::Scheme(scheme) if seen.status.is_client_error() && seen.course.answers < ANSWERS => {
            match scheme.answer(seen) {
                Ok(again) => again,
                Err(source) => return Some(Verdict::Fail(Box::new(Error::Scheme { source: source.into() }))),
            }
        }
        Authenticator::Scheme(_) => false,
    };
    again.then(|| match seen.request.body().is_whole() {
        true => {
            let again = Again { request: seen.request.clone(), left_origin: false, why: Why::Challenge };
            Verdict::Again(Box::new(again))
        }
        false => Verdict::Fail(Box::new(Error::Unanswered)),
    })
}

/// Whether a challenge has an answer: one for each request, and one more where the server says that only the nonce was old.
fn answers_digest(digest: &Digest, seen: &Seen<'_>) -> bool {
    let sent = seen.brought.and_then(|brought| brought.get("Authorization"));
    if seen.status != StatusCode::UNAUTHORIZED {
        digest.learn(seen.request, seen.headers, sent);
        return false;
    }
    match digest.answer(seen.request, seen.headers, sent) {
        Answer::Again { stale } => seen.course.answers == 0 || stale && seen.course.answers < ANSWERS,
        Answer::Rejected | Answer::Unanswerable(_) => false,
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
