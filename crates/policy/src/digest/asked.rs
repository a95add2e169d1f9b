//! What a challenge asks for, and which of several is answered (RFC 7616, sections 3.3 and 3.7).

use crate::Challenge;
use crate::digest::Unanswerable;
use crate::digest::algorithm::Algorithm;

/// A challenge that can be answered.
pub(crate) struct Asked {
    pub(crate) realm: Box<str>,
    pub(crate) nonce: Box<str>,
    pub(crate) opaque: Option<Box<str>>,
    /// The protection space: URIs between blanks. Empty for all of the origin.
    pub(crate) domain: Box<str>,
    pub(crate) algorithm: Algorithm,
    /// The algorithm as the challenge wrote it, which the answer repeats; the challenge may have left it out.
    pub(crate) algorithm_given: Option<Box<str>>,
    pub(crate) protection: Protection,
    /// Whether the user's name is to be sent as a hash (RFC 7616, section 3.4.4).
    pub(crate) hides_user: bool,
    /// Whether only the nonce before was at fault, and not the credentials.
    pub(crate) is_stale: bool,
    /// Whether the challenge has anything in it that RFC 2617 did not know.
    is_modern: bool,
    /// The charset that it names, where that is not UTF-8.
    charset: Option<Box<str>>,
}

/// The quality of protection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Protection {
    /// `auth`.
    Authentication,
    /// A challenge without qop, as in RFC 2069.
    Unnamed,
}

/// How the user's name is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum UserForm {
    Quoted,
    /// `username*` (RFC 8187).
    Extended,
    Hashed,
}

impl Asked {
    /// The challenge to answer: the one with the strongest hash function, of several such the first.
    ///
    /// Fails with what is wrong with the first digest challenge where none can be answered.
    pub(crate) fn choose<'a>(
        challenges: impl IntoIterator<Item = &'a Challenge<'a>>,
        user: &str,
        password: &str,
    ) -> Result<Self, Unanswerable> {
        let is_ascii = user.is_ascii() && password.is_ascii();
        let mut chosen: Result<Self, _> = Err(Unanswerable::NoChallenge);
        for challenge in challenges.into_iter().filter(|challenge| challenge.is("Digest")) {
            let asked = Asked::read(challenge).and_then(|asked| asked.fitting(is_ascii));
            chosen = match (chosen, asked) {
                (Ok(best), Ok(asked)) if asked.algorithm.hash <= best.algorithm.hash => Ok(best),
                (_, Ok(asked)) => Ok(asked),
                (Err(Unanswerable::NoChallenge), fault) => fault,
                (chosen, Err(_)) => chosen,
            };
        }
        chosen
    }

    /// How `user` is to be written.
    ///
    /// RFC 2617 knew nothing of `username*`: to a challenge that could be of its time, a name that is not ASCII is
    /// given as it is, in UTF-8.
    pub(crate) fn form_of(&self, user: &str) -> UserForm {
        match (self.hides_user, user.is_ascii() || !self.is_modern) {
            (true, _) => UserForm::Hashed,
            (false, true) => UserForm::Quoted,
            (false, false) => UserForm::Extended,
        }
    }

    /// Whether both have the same secret.
    pub(crate) fn is_alike(&self, other: &Asked) -> bool {
        self.realm == other.realm && self.algorithm == other.algorithm
    }

    /// Whether the credentials of an Authorization field were made for this realm, with this algorithm.
    pub(crate) fn is_of(&self, sent: &Challenge<'_>) -> bool {
        let algorithm = sent.param("algorithm").map_or(Some(Algorithm::USUAL), Algorithm::named);
        sent.is("Digest") && sent.param("realm") == Some(&*self.realm) && algorithm == Some(self.algorithm)
    }

    /// Whether they have answered this same nonce.
    pub(crate) fn was_answered_by(&self, sent: &Challenge<'_>) -> bool {
        self.is_of(sent) && sent.param("nonce") == Some(&*self.nonce)
    }

    fn read(challenge: &Challenge<'_>) -> Result<Self, Unanswerable> {
        let given = |name: &str| challenge.param(name).map(Box::from);
        let missing = |name: &'static str| Unanswerable::Missing { name };
        let says = |name: &str, value: &str| challenge.param(name).is_some_and(|it| it.eq_ignore_ascii_case(value));
        let algorithm = challenge.param("algorithm").map_or(Ok(Algorithm::USUAL), |name| {
            Algorithm::named(name).ok_or_else(|| Unanswerable::Algorithm { name: shown(name) })
        })?;
        Ok(Asked {
            realm: given("realm").ok_or(missing("realm"))?,
            // An empty one is none: it could not tell one challenge from another.
            nonce: given("nonce").filter(|nonce| !nonce.is_empty()).ok_or(missing("nonce"))?,
            opaque: given("opaque"),
            domain: given("domain").unwrap_or_default(),
            algorithm,
            algorithm_given: given("algorithm"),
            protection: Protection::offered(challenge.param("qop"))?,
            hides_user: says("userhash", "true"),
            is_stale: says("stale", "true"),
            is_modern: algorithm.hash > Algorithm::USUAL.hash
                || challenge.param("charset").or(challenge.param("userhash")).is_some(),
            charset: given("charset").filter(|charset| !charset.eq_ignore_ascii_case("UTF-8")),
        })
    }

    /// ASCII is the same in every charset that a server may mean.
    fn fitting(self, is_ascii: bool) -> Result<Self, Unanswerable> {
        match self.charset.as_deref() {
            Some(charset) if !is_ascii => Err(Unanswerable::Charset { name: shown(charset) }),
            _ => Ok(self),
        }
    }
}

impl Protection {
    fn offered(qop: Option<&str>) -> Result<Self, Unanswerable> {
        let qop = qop.unwrap_or_default();
        let mut offers = qop.split([',', ' ', '\t']).filter(|offer| !offer.is_empty()).peekable();
        if offers.peek().is_none() {
            return Ok(Protection::Unnamed);
        }
        match offers.any(|offer| offer.eq_ignore_ascii_case("auth")) {
            true => Ok(Protection::Authentication),
            false => Err(Unanswerable::Protection { offered: shown(qop) }),
        }
    }
}

/// What a server wrote, as an error may show it.
fn shown(text: &str) -> Box<str> {
    text.escape_debug().take(100).collect::<String>().into()
}
