//! Who asks, where that is said anew for each exchange (RFC 9110, section 11).

use std::fmt;
use std::sync::Arc;

use sortie_http::{Headers, PreparedRequest, StatusCode};

use crate::verdict::{Again, Course, Seen, Verdict, Why};
use crate::{Answer, AuthScheme, Digest, Error, Policy};

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

/// The Authorization field of an exchange, for a digest whose challenge is known. `cnonce` is random bytes.
///
/// `None` where nothing is known yet, where an [`AuthScheme`] is to be asked instead, and where the call has left the origin
/// that the credentials are for.
pub fn authorization(
    policy: &Policy,
    request: &PreparedRequest,
    course: &Course,
    cnonce: impl FnOnce() -> [u8; 16],
) -> Option<Headers> {
    let Some(Authenticator::Digest(digest)) = policy.auth.as_ref().filter(|_| !course.left_origin) else { return None };
    let value = match course.answers {
        0 => digest.authorization(request, cnonce)?,
        _ => digest.reply(request, cnonce)?,
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
    let goes_again = match policy.auth.as_ref().filter(|_| !seen.course.left_origin)? {
        Authenticator::Digest(digest) => answers(digest, seen),
        Authenticator::Scheme(scheme) if seen.status.is_client_error() && seen.course.answers < ANSWERS => {
            match scheme.answer(seen) {
                Ok(goes_again) => goes_again,
                Err(source) => return Some(Verdict::Fail(Box::new(Error::Scheme { source: source.into() }))),
            }
        }
        Authenticator::Scheme(_) => false,
    };
    goes_again.then(|| match seen.request.body().is_whole() {
        true => {
            let (request, why) = (seen.request.clone(), Why::Challenge);
            Verdict::Again(Box::new(Again { request, left_origin: false, why }))
        }
        false => Verdict::Fail(Box::new(Error::Unanswered)),
    })
}

/// Whether a challenge is answered: once for each request, and more often where the server says that only the nonce was old.
fn answers(digest: &Digest, seen: &Seen<'_>) -> bool {
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
