use std::fmt;
use std::time::SystemTime;

use cookie::{Cookie, SameSite};
use sortie_http::{Scheme, Url};

use crate::admit::Admitted;
use crate::matching::{is_within, path_matches};

/// A cookie as a jar keeps it.
///
/// `Debug` leaves its value out.
#[derive(Clone)]
pub struct Stored {
    /// Domain, path, name and value, in one piece: a look-up goes over many cookies, and waits for memory most of all.
    text: Box<str>,
    /// Where each of them begins in it but the domain.
    path: usize,
    name: usize,
    value: usize,
    host_only: bool,
    expires: Option<SystemTime>,
    secure: bool,
    http_only: bool,
    same_site: Option<SameSite>,
    /// The jar's turn in which it was first kept; a replaced cookie hands it on.
    pub(crate) created: u64,
    /// The jar's turn in which it was last kept or sent.
    pub(crate) used: u64,
}

impl Stored {
    pub(crate) fn new(admitted: &Admitted<'_>, turn: u64) -> Self {
        let given = &admitted.given;
        let path = admitted.domain.len();
        let name = path + admitted.path.len();
        Stored {
            text: [&*admitted.domain, admitted.path, given.name, given.value].concat().into(),
            path,
            name,
            value: name + given.name.len(),
            host_only: admitted.host_only,
            expires: given.expires,
            secure: given.secure,
            http_only: given.http_only,
            same_site: given.same_site,
            created: turn,
            used: turn,
        }
    }

    /// The name; empty where it has none.
    pub fn name(&self) -> &str {
        &self.text[self.name..self.value]
    }

    /// The value, as it was received; quotes stay where they stood.
    pub fn value(&self) -> &str {
        &self.text[self.value..]
    }

    /// The host, or with Domain the parent whose hosts it is all for: lower case, no leading dot.
    pub fn domain(&self) -> &str {
        &self.text[..self.path]
    }

    /// Whether it is for that host alone.
    pub fn host_only(&self) -> bool {
        self.host_only
    }

    /// The path at and below which it is sent.
    pub fn path(&self) -> &str {
        &self.text[self.path..self.name]
    }

    /// When it ends; `None` with the session.
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// When it ends, in whole seconds since 1970, never 0, which stands for a session in files.
    pub(crate) fn expires_seconds(&self) -> Option<u64> {
        let seconds = |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        self.expires.map(|at| seconds(at).max(1))
    }

    /// Whether it goes by https only.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// Whether it was marked HttpOnly, which holds nothing back here.
    pub fn http_only(&self) -> bool {
        self.http_only
    }

    /// What it said of SameSite, which holds nothing back here.
    pub fn same_site(&self) -> Option<SameSite> {
        self.same_site
    }

    /// The same as a value of the `cookie` crate. Domain is set unless it is for one host alone.
    pub fn to_cookie(&self) -> Cookie<'static> {
        let mut cookie = Cookie::new(self.name().to_owned(), self.value().to_owned());
        cookie.set_path(self.path().to_owned());
        cookie.set_same_site(self.same_site);
        if !self.host_only {
            cookie.set_domain(self.domain().to_owned());
        }
        if let Some(expires) = self.expires {
            cookie.set_expires(cookie::time::OffsetDateTime::from(expires));
        }
        if self.secure {
            cookie.set_secure(true);
        }
        if self.http_only {
            cookie.set_http_only(true);
        }
        cookie
    }

    /// Takes over what a newer cookie of the same name, domain and path says.
    pub(crate) fn replace(&mut self, admitted: &Admitted<'_>, turn: u64) {
        let given = &admitted.given;
        if self.value() != given.value {
            self.text = [&self.text[..self.value], given.value].concat().into();
        }
        self.expires = given.expires;
        self.secure = given.secure;
        self.http_only = given.http_only;
        self.same_site = given.same_site;
        self.used = turn;
    }

    /// Whether both are one cookie, of which the newer replaces the older.
    pub(crate) fn is_same(&self, new: &Admitted<'_>) -> bool {
        self.name() == new.given.name
            && self.path() == new.path
            && self.host_only == new.host_only
            && self.domain() == new.domain
    }

    /// Whether it is Secure and would be overwritten or hidden by one that is not.
    pub(crate) fn is_hidden_by(&self, new: &Admitted<'_>) -> bool {
        self.secure
            && self.name() == new.given.name
            && (is_within(self.domain(), &new.domain) || is_within(&new.domain, self.domain()))
            && path_matches(new.path, self.path())
    }

    pub(crate) fn is_expired(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }

    /// Whether it goes with a request for `url`, whose host is `host`; `site` is what the jar sorts both by.
    pub(crate) fn is_for(&self, url: &Url, host: &str, site: &str) -> bool {
        self.is_for_host(host, site) && self.is_for_scheme(url.scheme()) && self.is_for_path(url.path())
    }

    /// Whether it is for that host.
    ///
    /// Host and domain end in the site. So lengths tell most of it, and the text of a cookie that is for the whole site is
    /// not even looked at.
    pub(crate) fn is_for_host(&self, host: &str, site: &str) -> bool {
        let length = self.path;
        match self.host_only {
            true => length == host.len() && (host.len() == site.len() || self.domain() == host),
            false => length == site.len() || is_within(host, self.domain()),
        }
    }

    pub(crate) fn is_for_scheme(&self, scheme: Scheme) -> bool {
        !self.secure || scheme == Scheme::Https
    }

    /// Whether it is for that path. All begin with `/`, so that the shortest is for every one.
    pub(crate) fn is_for_path(&self, path: &str) -> bool {
        let length = self.name - self.path;
        length == 1 || length <= path.len() && path_matches(path, self.path())
    }

    /// Puts it behind others into a Cookie field.
    pub(crate) fn write_to(&self, out: &mut String) {
        if out.is_empty() {
            // Rarely is there only one.
            out.reserve((self.text.len() - self.name + 1).max(120));
        } else {
            out.push_str("; ");
        }
        if self.value > self.name {
            out.push_str(self.name());
            out.push('=');
        }
        out.push_str(self.value());
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("name", &self.name())
            .field("domain", &self.domain())
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}
