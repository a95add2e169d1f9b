//! Digest authentication (RFC 7616), as a server does it.

use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, SET_COOKIE, WWW_AUTHENTICATE};

use crate::algorithm::Algorithm;
use crate::answer::{self, Answer};
use crate::credentials::Parameters;
use crate::echo;
use crate::nonces::{Nonces, Rule, Use};
use crate::request::{Request, decoded};

const REALM: &str = "testserver";

/// What a client gives back as it is.
const OPAQUE: &str = "b3BhcXVl";

/// Whom a path lets in, and how.
#[derive(Debug)]
struct Door {
    user: String,
    password: String,
    /// The qualities of protection on offer; none is what RFC 2069 had.
    qop: &'static [&'static str],
    /// `None` is not named to the client and means the default.
    algorithm: Option<Algorithm>,
    rule: Rule,
}

/// What a request proves.
#[derive(Debug)]
enum Proof {
    /// Nothing.
    Refused,
    /// The right password, with a nonce that is good no more.
    Stale,
    /// Who asks.
    Good,
}

/// `/digest-auth/:qop/:user/:pass`, and then maybe an algorithm, and after how many uses a nonce is stale.
pub(crate) fn digest(request: &Request, path: &[&str], nonces: &Nonces) -> Answer {
    let door = match Door::new(request, path) {
        Ok(door) => door,
        Err(reason) => return answer::bad(reason),
    };
    match door.proof(request, nonces).unwrap_or(Proof::Refused) {
        Proof::Good => {
            let mut document = echo::content(request);
            document.insert("authenticated".into(), true.into());
            document.insert("user".into(), door.user.into());
            answer::json(&document.into())
        }
        proof => door.challenge(request, nonces, matches!(proof, Proof::Stale)),
    }
}

impl Door {
    fn new(request: &Request, path: &[&str]) -> Result<Self, &'static str> {
        let (qop, user, password, rest) = match path {
            [qop, user, password, rest @ ..] if rest.len() <= 2 => (*qop, *user, *password, rest),
            _ => return Err("not a qop, a user, a password, an algorithm and a count of uses"),
        };
        let qop: &[&str] = match qop {
            "auth" => &["auth"],
            "auth-int" => &["auth-int"],
            "both" => &["auth", "auth-int"],
            "none" => &[],
            _ => return Err("the qop is not auth, auth-int, both or none"),
        };
        let algorithm = match rest.first() {
            None => None,
            Some(name) => Some(Algorithm::named(name).ok_or("not an algorithm of RFC 7616")?),
        };
        let most = match rest.get(1) {
            None => None,
            Some(&"never") => None,
            Some(count) => Some(count.parse().map_err(|_| "not a count of uses, or never")?),
        };
        let rule = Rule { most, unordered: request.argument("nc").as_deref() == Some("any") };
        let (user, password) = (decoded(user).into_owned(), decoded(password).into_owned());
        Ok(Self { user, password, qop, algorithm, rule })
    }

    /// 401, with another nonce.
    fn challenge(&self, request: &Request, nonces: &Nonces, stale: bool) -> Answer {
        let nonce = nonces.give();
        let mut field = format!("Digest realm=\"{REALM}\", nonce=\"{nonce}\", opaque=\"{OPAQUE}\"");
        if !self.qop.is_empty() {
            field += &format!(", qop=\"{}\"", self.qop.join(", "));
        }
        if let Some(algorithm) = self.algorithm {
            field += &format!(", algorithm={}", algorithm.name);
        }
        if stale {
            field += ", stale=true";
        }
        let refused = answer::with(answer::empty(StatusCode::UNAUTHORIZED), WWW_AUTHENTICATE, &field);
        match request.argument("cookie").as_deref() {
            Some("1") => answer::with(refused, SET_COOKIE, "challenged=1; Path=/"),
            _ => refused,
        }
    }

    /// What the credentials prove; `None` where they are no such credentials, or not for this request.
    fn proof(&self, request: &Request, nonces: &Nonces) -> Option<Proof> {
        let field = str::from_utf8(request.headers().get(AUTHORIZATION)?.as_bytes()).ok()?;
        let given = Parameters::read(field, "Digest")?;
        let algorithm = self.algorithm.unwrap_or(Algorithm::DEFAULT);
        let named = given.get("algorithm").unwrap_or(Algorithm::DEFAULT.name);
        let nonce = given.get("nonce")?;
        let uri = given.get("uri")?;
        if user(&given)? != self.user
            || given.get("realm")? != REALM
            || given.get("opaque")? != OPAQUE
            || !named.eq_ignore_ascii_case(algorithm.name)
            || !request.is_for(uri)
        {
            return None;
        }
        let qop = given.get("qop");
        if qop.map_or(!self.qop.is_empty(), |qop| !self.qop.contains(&qop)) {
            return None;
        }
        let hash = |text: &str| algorithm.digest(text.as_bytes());
        let mut secret = hash(&format!("{}:{REALM}:{}", self.user, self.password));
        if algorithm.session {
            secret = hash(&format!("{secret}:{nonce}:{}", given.get("cnonce")?));
        }
        let method = request.method();
        let asked = match qop {
            Some("auth-int") => hash(&format!("{method}:{uri}:{}", algorithm.digest(request.content()))),
            _ => hash(&format!("{method}:{uri}")),
        };
        let (expected, count) = match qop {
            None => (hash(&format!("{secret}:{nonce}:{asked}")), None),
            Some(qop) => {
                let nc = given.get("nc").filter(|nc| nc.len() == 8)?;
                let cnonce = given.get("cnonce").filter(|cnonce| !cnonce.is_empty())?;
                let count = u32::from_str_radix(nc, 16).ok()?;
                (hash(&format!("{secret}:{nonce}:{nc}:{cnonce}:{qop}:{asked}")), Some(count))
            }
        };
        if given.get("response")? != expected {
            return None;
        }
        Some(match nonces.spend(nonce, count, self.rule) {
            Use::Good => Proof::Good,
            Use::Stale => Proof::Stale,
            Use::Replayed => Proof::Refused,
        })
    }
}

/// The user's name, also where it is written so that any letter can stand in it (RFC 7616, section 3.4).
fn user(given: &Parameters) -> Option<String> {
    match (given.get("username"), given.get("username*")) {
        (Some(name), None) => Some(name.to_owned()),
        (None, Some(name)) => {
            let (charset, name) = name.split_once("''")?;
            charset.eq_ignore_ascii_case("UTF-8").then(|| decoded(name).into_owned())
        }
        _ => None,
    }
}
