//! Who asks: the credentials of the Authorization field (RFC 9110, section 11.6.2).

use std::fmt;
use std::sync::Arc;

use sortie_policy::{AuthScheme, Authenticator, Digest};

use crate::{Error, ErrorKind, Setting};

/// Credentials for a request, or for every request of a session. `Debug` never shows them.
#[derive(Clone)]
#[non_exhaustive]
pub enum Auth {
    /// User and password.
    Basic(Basic),
    /// A token.
    Bearer(Bearer),
    /// User and password, which the server is shown to be known without being told them (RFC 7616).
    Digest(Digest),
    /// A way of the program's own.
    Scheme(Arc<dyn AuthScheme>),
}

/// User and password, sent with every request (RFC 7617, in UTF-8).
///
/// They are encoded, not encrypted: over plain `http` everybody on the way can read them.
///
/// A user with a colon, or a control character in either, is an error when the request is sent.
#[derive(Clone, Eq, PartialEq)]
pub struct Basic {
    pub(crate) user: Arc<str>,
    pub(crate) password: Arc<str>,
}

/// A token that its bearer may use (RFC 6750).
///
/// One that may not stand in a header field, such as one with a line break, is an error when the request is sent.
#[derive(Clone, Eq, PartialEq)]
pub struct Bearer {
    pub(crate) token: Arc<str>,
}

impl Auth {
    /// A way of the program's own, asked before each exchange: see [`AuthScheme`].
    pub fn scheme(scheme: impl AuthScheme + 'static) -> Self {
        Auth::Scheme(Arc::new(scheme))
    }

    /// What the Authorization field says, where that is the same each time.
    pub(crate) fn value(&self) -> Result<Option<String>, Error> {
        match self {
            Auth::Basic(basic) => basic.value().map(Some),
            Auth::Bearer(bearer) => Ok(Some(format!("Bearer {}", bearer.token))),
            Auth::Digest(digest) => digest.check().map(|()| None).map_err(|source| {
                Error::new(ErrorKind::InvalidArgument)
                    .with_message("the credentials cannot be used")
                    .with_source(source)
            }),
            Auth::Scheme(_) => Ok(None),
        }
    }

    /// Who says it, where that is said anew for each exchange.
    pub(crate) fn authenticator(&self) -> Option<Authenticator> {
        match self {
            Auth::Basic(_) | Auth::Bearer(_) => None,
            Auth::Digest(digest) => Some(Authenticator::Digest(digest.clone())),
            Auth::Scheme(scheme) => Some(Authenticator::Scheme(scheme.clone())),
        }
    }
}

impl Basic {
    /// This user with this password.
    pub fn new(user: impl Into<Arc<str>>, password: impl Into<Arc<str>>) -> Self {
        Basic { user: user.into(), password: password.into() }
    }

    pub(crate) fn value(&self) -> Result<String, Error> {
        let is_fit = !self.user.contains(':') && !self.user.chars().chain(self.password.chars()).any(char::is_control);
        match is_fit {
            true => Ok(sortie_policy::basic(&self.user, &self.password)),
            false => Err(Error::new(ErrorKind::InvalidArgument)
                .with_message("the user has a colon, or user or password a control character (RFC 7617, section 2)")),
        }
    }
}

impl Bearer {
    /// This token, without the word `Bearer`.
    pub fn new(token: impl Into<Arc<str>>) -> Self {
        Bearer { token: token.into() }
    }
}

impl From<Basic> for Auth {
    fn from(basic: Basic) -> Self {
        Auth::Basic(basic)
    }
}

impl From<Bearer> for Auth {
    fn from(bearer: Bearer) -> Self {
        Auth::Bearer(bearer)
    }
}

/// [`Basic`].
impl<U: Into<Arc<str>>, P: Into<Arc<str>>> From<(U, P)> for Auth {
    fn from((user, password): (U, P)) -> Self {
        Basic::new(user, password).into()
    }
}

impl From<Digest> for Auth {
    fn from(digest: Digest) -> Self {
        Auth::Digest(digest)
    }
}

impl From<Digest> for Setting<Auth> {
    fn from(digest: Digest) -> Self {
        Setting::Set(digest.into())
    }
}

impl From<Basic> for Setting<Auth> {
    fn from(basic: Basic) -> Self {
        Setting::Set(basic.into())
    }
}

impl From<Bearer> for Setting<Auth> {
    fn from(bearer: Bearer) -> Self {
        Setting::Set(bearer.into())
    }
}

/// [`Basic`].
impl<U: Into<Arc<str>>, P: Into<Arc<str>>> From<(U, P)> for Setting<Auth> {
    fn from(pair: (U, P)) -> Self {
        Setting::Set(pair.into())
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Auth::Basic(_) => "Basic(***)",
            Auth::Bearer(_) => "Bearer(***)",
            Auth::Digest(_) => "Digest(***)",
            Auth::Scheme(_) => "Scheme(***)",
        })
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Basic(***)")
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(***)")
    }
}
