//! A protection space: a challenge that was accepted, and what came of it (RFC 7616, sections 3.3, 3.4 and 3.6).

use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sortie_http::{Origin, PreparedRequest, Url};

use crate::Challenge;
use crate::digest::algorithm::Hash;
use crate::digest::asked::{Asked, Protection, UserForm};

/// How many URIs of a challenge's `domain` are looked at. What lies below another one costs one more challenge.
const MOST_URIS: usize = 64;

/// Where a challenge holds, and where its nonce stands.
pub(crate) struct Space {
    asked: Asked,
    origin: Arc<Origin>,
    extent: Extent,
    /// The digest of user, realm and password.
    secret: Arc<str>,
    /// Shared by all challenges that had the same nonce.
    turn: Arc<Mutex<Turn>>,
}

/// How much of an origin it is.
enum Extent {
    Whole,
    /// What begins with one of these paths.
    Below(Box<[Url]>),
}

/// A nonce, and how often it was used.
struct Turn {
    nonce: Arc<str>,
    count: u32,
    key: Key,
}

/// What stands for user, realm and password in every response: A1, hashed (RFC 7616, section 3.4.2).
enum Key {
    /// The secret itself.
    Secret,
    /// That of an authentication session which the next request begins, with its own client nonce.
    ToBegin,
    /// That of an authentication session, and the client nonce that it began with. It outlives the nonce, if the next
    /// one is given by Authentication-Info.
    Begun { key: Arc<str>, cnonce: Arc<str> },
}

/// What one request says, all of it decided.
struct Use {
    nonce: Arc<str>,
    count: u32,
    key: Arc<str>,
    cnonce: Arc<str>,
}

impl Space {
    /// The space of a challenge to a request for `url`, its nonce not used yet.
    pub(crate) fn new(asked: Asked, url: &Url, user: &str, password: &str) -> Self {
        Space {
            secret: asked.algorithm.hash.of(&[user, &asked.realm, password]).into(),
            extent: Extent::of(&asked.domain, url),
            origin: url.origin().clone(),
            turn: Arc::new(Mutex::new(Turn::new(&asked))),
            asked,
        }
    }

    pub(crate) fn is_of(&self, origin: &Arc<Origin>) -> bool {
        Arc::ptr_eq(&self.origin, origin) || self.origin == *origin
    }

    /// Whether a request for this URL of its origin is within.
    pub(crate) fn holds(&self, url: &Url) -> bool {
        match &self.extent {
            Extent::Whole => true,
            Extent::Below(starts) => starts.iter().any(|start| url.target().starts_with(start.target())),
        }
    }

    /// Whether the nonce that is counted here is that of `other`, and the secret too.
    pub(crate) fn counts_for(&self, other: &Space) -> bool {
        self.asked.is_alike(&other.asked) && *self.turn().nonce == *other.asked.nonce
    }

    /// Goes on where `known` stands, and with it from now on.
    pub(crate) fn share(&mut self, known: &Space) {
        self.turn = known.turn.clone();
    }

    /// Whether the credentials of an Authorization field are such as are made here, with whatever nonce.
    pub(crate) fn has_said(&self, sent: &Challenge<'_>) -> bool {
        self.asked.is_of(sent)
    }

    /// Takes the nonce that the server wants to see next, in the same authentication session.
    pub(crate) fn renew(&self, nonce: &str) {
        let mut turn = self.turn();
        if *turn.nonce != *nonce {
            turn.nonce = nonce.into();
            turn.count = 0;
        }
    }

    /// What the Authorization field says; `None` where the nonce was used as often as can be counted.
    pub(crate) fn authorization(&self, request: &PreparedRequest, user: &str, cnonce: String) -> Option<String> {
        let used = self.count(cnonce)?;
        Some(self.written(request, user, &used))
    }

    /// The only place where a nonce is counted; nothing in here can fail half-way.
    fn count(&self, cnonce: String) -> Option<Use> {
        let mut turn = self.turn();
        turn.count = turn.count.checked_add(1)?;
        let (key, cnonce) = match &turn.key {
            Key::Secret => (self.secret.clone(), cnonce.into()),
            Key::Begun { key, cnonce } => (key.clone(), cnonce.clone()),
            Key::ToBegin => {
                let key = Arc::from(self.hash().of(&[&self.secret, &turn.nonce, &cnonce]));
                let cnonce = Arc::from(cnonce);
                turn.key = Key::Begun { key: Arc::clone(&key), cnonce: Arc::clone(&cnonce) };
                (key, cnonce)
            }
        };
        Some(Use { nonce: turn.nonce.clone(), count: turn.count, key, cnonce })
    }

    /// RFC 7616, section 3.4.
    fn written(&self, request: &PreparedRequest, user: &str, used: &Use) -> String {
        let (asked, hash, target) = (&self.asked, self.hash(), request.url().target());
        let Use { nonce, key, cnonce, .. } = used;
        let count = format!("{:08x}", used.count);
        let what = hash.of(&[request.method().as_str(), target]);

        let mut out = String::from("Digest ");
        match asked.form_of(user) {
            UserForm::Quoted => quote(&mut out, "username", user),
            UserForm::Extended => extend(&mut out, "username*", user),
            UserForm::Hashed => quote(&mut out, "username", &hash.of(&[user, &asked.realm])),
        }
        for (name, value) in [(", realm", &*asked.realm), (", nonce", nonce), (", uri", target)] {
            quote(&mut out, name, value);
        }
        if let Some(algorithm) = &asked.algorithm_given {
            out.extend([", algorithm=", algorithm]);
        }
        match asked.protection {
            Protection::Authentication => {
                quote(&mut out, ", response", &hash.of(&[key, nonce, &count, cnonce, "auth", &what]));
                out.extend([", qop=auth, nc=", &count]);
                quote(&mut out, ", cnonce", cnonce);
            }
            Protection::Unnamed => {
                quote(&mut out, ", response", &hash.of(&[key, nonce, &what]));
                if asked.algorithm.is_session {
                    quote(&mut out, ", cnonce", cnonce);
                }
            }
        }
        if let Some(opaque) = &asked.opaque {
            quote(&mut out, ", opaque", opaque);
        }
        if asked.hides_user {
            out.push_str(", userhash=true");
        }
        out
    }

    #[cfg(test)]
    pub(crate) fn count_from(&self, count: u32) {
        self.turn().count = count;
    }

    fn hash(&self) -> Hash {
        self.asked.algorithm.hash
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Extent {
    fn of(domain: &str, url: &Url) -> Self {
        let mut starts = domain.split_ascii_whitespace().take(MOST_URIS).peekable();
        match starts.peek() {
            None => Extent::Whole,
            Some(_) => {
                let starts = starts.filter_map(|uri| absolute(uri, url));
                Extent::Below(starts.filter(|start| start.same_origin(url)).collect())
            }
        }
    }
}

impl Turn {
    fn new(asked: &Asked) -> Self {
        let key = match asked.algorithm.is_session {
            true => Key::ToBegin,
            false => Key::Secret,
        };
        Turn { nonce: (&*asked.nonce).into(), count: 0, key }
    }
}

/// A URI of a `domain`: absolute, or a path.
fn absolute(uri: &str, url: &Url) -> Option<Url> {
    match uri.starts_with('/') && !uri.starts_with("//") {
        true => Url::parse_like(format!("{}{uri}", url.origin()), url).ok(),
        false => Url::parse(uri).ok(),
    }
}

/// Writes a parameter as a quoted string (RFC 9110, section 5.6.4).
fn quote(out: &mut String, name: &str, value: &str) {
    out.extend([name, "=\""]);
    for char in value.chars() {
        if matches!(char, '"' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out.push('"');
}

/// Writes a parameter with its charset (RFC 8187, section 3.2).
fn extend(out: &mut String, name: &str, value: &str) {
    out.extend([name, "=UTF-8''"]);
    for byte in value.bytes() {
        match byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            true => out.push(char::from(byte)),
            // Writing to a string cannot fail.
            false => drop(write!(out, "%{byte:02X}")),
        }
    }
}
