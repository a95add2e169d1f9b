//! Digest (RFC 7616): what answers a 401, and what says who asks before there is one.
//!
//! ```text
//! authorization ──► send ──► 401 ──► answer ──► Again
//!                   ▲  └───► other ──► learn      │
//!                   └────────── reply ◄───────────┘
//! ```

mod algorithm;
mod answer;
mod asked;
mod known;
mod space;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sortie_http::{Headers, PreparedRequest};

use self::algorithm::hexadecimal;
pub use self::answer::{Answer, Unanswerable};
use self::asked::Asked;
use self::known::Known;
use self::space::Space;
use crate::challenge::params;
use crate::{Error, challenges};

/// A user and a password that are proven and never sent (RFC 7616), with the challenges that are known so far.
///
/// SHA-512-256 is preferred to SHA-256, and that to MD5; where the hash function is the same the server's order decides,
/// and the `-sess` kind of an algorithm counts as much as the other. SHA-512-256 is that of FIPS 180-4, as erratum
/// 4897 has it. The quality of protection is `auth`, or none where the challenge names none (RFC 2069). What a server
/// says of itself in `rspauth` is not verified.
///
/// User, password and realm are digested in UTF-8, whether or not the challenge says so. A realm or nonce whose bytes
/// were not UTF-8 was read as ISO-8859-1 and goes back as UTF-8, which such a server may not understand.
///
/// A request answers the challenge that came to it; for others the last one of their origin is known, of 256 origins at
/// most. A clone shares them; equal are those with the same credentials. `Debug` shows nothing.
///
/// ```
/// use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
/// use sortie_policy::{Answer, Digest};
///
/// let url = Url::parse("http://www.example.org/dir/index.html")?;
/// let request = PreparedRequest::new(Method::GET, url, Headers::new(), Body::none());
/// let mut challenged = Headers::new();
/// challenged.append("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256")?;
///
/// let digest = Digest::new("Mufasa", "Circle of Life");
/// assert_eq!(digest.authorization(&request, || [7; 16]), None);
/// assert_eq!(digest.answer(&request, &challenged, None), Answer::Again { stale: false });
/// let first = digest.reply(&request, || [7; 16]).unwrap();
/// assert!(first.starts_with("Digest username=\"Mufasa\", realm=\"r\", nonce=\"n\", uri=\"/dir/index.html\""));
/// assert!(digest.authorization(&request, || [7; 16]).unwrap().contains("nc=00000002"));
/// assert_eq!(digest.answer(&request, &challenged, Some(&first)), Answer::Rejected);
/// # Ok::<(), sortie_http::Error>(())
/// ```
#[derive(Clone)]
pub struct Digest(Arc<Shared>);

struct Shared {
    user: Arc<str>,
    password: Arc<str>,
    known: Mutex<Known>,
}

impl Digest {
    /// This user with this password; no challenge is known yet.
    pub fn new(user: impl Into<Arc<str>>, password: impl Into<Arc<str>>) -> Self {
        Digest(Arc::new(Shared { user: user.into(), password: password.into(), known: Mutex::default() }))
    }

    /// The user and the password: a secret.
    pub fn credentials(&self) -> (&str, &str) {
        (&self.0.user, &self.0.password)
    }

    /// Whether they can be used: a user with a colon cannot be told from its realm, and neither may have a control
    /// character.
    ///
    /// With such credentials nothing is ever said or answered.
    ///
    /// # Errors
    /// [`Error::Credentials`], which does not show them.
    pub fn check(&self) -> Result<(), Error> {
        let (user, password) = (&*self.0.user, &*self.0.password);
        match !user.contains(':') && !user.chars().chain(password.chars()).any(char::is_control) {
            true => Ok(()),
            false => Err(Error::Credentials),
        }
    }

    /// What the Authorization field of `request` says before anybody asks; it counts as a use of the nonce.
    ///
    /// `None` where no challenge of its origin is known, or the request lies outside of the protection space that this
    /// named by `domain`: inside are URIs that begin with one of those. Without a `domain` it is the whole origin. Other
    /// origins, which a `domain` may name too, are told nothing.
    ///
    /// `cnonce` gives fresh random bytes, and is asked only if they may be needed. The result is for this request alone,
    /// and for one sending of it; mark the field as sensitive.
    pub fn authorization(&self, request: &PreparedRequest, cnonce: impl FnOnce() -> [u8; 16]) -> Option<String> {
        let space = self.known().of(request.url().origin()).filter(|space| space.holds(request.url()))?;
        space.authorization(request, &self.0.user, hexadecimal(&cnonce()))
    }

    /// What it says when `request` is sent once more, after [`Answer::Again`]: the answer to the challenge that came to it,
    /// wherever that holds.
    ///
    /// The next time it is the answer to the last challenge of its origin; `None` where there is none. Else as
    /// [`authorization`](Self::authorization).
    pub fn reply(&self, request: &PreparedRequest, cnonce: impl FnOnce() -> [u8; 16]) -> Option<String> {
        let space = self.known().take(request.url())?;
        space.authorization(request, &self.0.user, hexadecimal(&cnonce()))
    }

    /// What to do about a 401 to `request` with these header fields; the challenge is known from now on.
    ///
    /// `sent` is what the Authorization field of that request said, if it had one. Who answers a fresh nonce with the
    /// wrong password most often gets another one, and this cannot tell that from a server that does not say `stale`:
    /// whoever asks must not go on for ever. Once for a challenge that is not stale, as RFC 7616 has it, and a few
    /// times for one that is, is right.
    pub fn answer(&self, request: &PreparedRequest, headers: &Headers, sent: Option<&str>) -> Answer {
        if self.check().is_err() {
            return Answer::Unanswerable(Unanswerable::Credentials);
        }
        let offered = challenges(headers.get_all("WWW-Authenticate"));
        match Asked::choose(&offered, &self.0.user, &self.0.password) {
            Err(fault) => Answer::Unanswerable(fault),
            Ok(asked) if !asked.is_stale && is_answered(&asked, sent) => Answer::Rejected,
            Ok(asked) => {
                let (stale, url) = (asked.is_stale, request.url());
                let space = Space::new(asked, url, &self.0.user, &self.0.password);
                self.known().learn(space, url);
                Answer::Again { stale }
            }
        }
    }

    /// Reads what a server says in a response that is no 401, when `sent` is what the Authorization field of `request` said:
    /// the `nextnonce` of Authentication-Info takes the place of the nonce that is known for that origin (RFC 7616, section
    /// 3.5).
    ///
    /// An authentication session goes on (section 3.6). Nothing happens where it does not belong to the challenge that is
    /// known.
    pub fn learn(&self, request: &PreparedRequest, headers: &Headers, sent: Option<&str>) {
        if sent.is_none() {
            return;
        }
        let mut fields = headers.get_all("Authentication-Info").flat_map(params);
        let next = fields.find(|(name, _)| name.eq_ignore_ascii_case("nextnonce"));
        if let Some((_, nonce)) = next.filter(|(_, nonce)| !nonce.is_empty())
            && let Some(space) = self.known().of(request.url().origin())
            && challenges(sent).iter().any(|sent| space.has_said(sent))
        {
            space.renew(&nonce);
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.user == other.0.user && self.0.password == other.0.password
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(***)")
    }
}

/// Whether what was sent is an answer to this challenge already.
fn is_answered(asked: &Asked, sent: Option<&str>) -> bool {
    challenges(sent).iter().any(|sent| asked.was_answered_by(sent))
}

#[cfg(test)]
mod tests;
