use std::fmt;
use std::ops::Range;
use std::time::SystemTime;

use cookie::{Cookie, SameSite};

use crate::admit::Admitted;
use crate::asked::Asked;
use crate::matching::{PathStart, ends_a_segment, is_within, path_matches};

/// A cookie as a jar keeps it.
///
/// `Debug` leaves its value out.
#[derive(Clone)]
pub struct Stored {
    /// Domain, path, name and value, in one piece. A look-up goes over many cookies and waits for memory most of all: it
    /// looks here last, when all else says that the cookie is meant.
    text: Box<str>,
    domain_length: usize,
    /// Both together are at most 4096.
    name_length: u16,
    value_length: u16,
    path_start: PathStart,
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
        Stored {
            text: [&*admitted.domain, admitted.path, given.name, given.value].concat().into(),
            domain_length: admitted.domain.len(),
            name_length: given.name.len() as u16,
            value_length: given.value.len() as u16,
            path_start: PathStart::of(admitted.path),
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
        self.part(self.name_at()..self.value_at())
    }

    /// The value, as it was received; quotes stay where they stood.
    pub fn value(&self) -> &str {
        self.part(self.value_at()..self.text.len())
    }

    /// The host, or with Domain the parent whose hosts it is all for: lower case, no leading dot.
    pub fn domain(&self) -> &str {
        self.part(0..self.domain_length)
    }

    /// Whether it is for that host alone.
    pub fn host_only(&self) -> bool {
        self.host_only
    }

    /// The path at and below which it is sent.
    pub fn path(&self) -> &str {
        self.part(self.domain_length..self.name_at())
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
            self.text = [self.part(0..self.value_at()), given.value].concat().into();
            self.value_length = given.value.len() as u16;
        }
        self.expires = given.expires;
        self.secure = given.secure;
        self.http_only = given.http_only;
        self.same_site = given.same_site;
        self.used = turn;
    }

    /// Whether both are one cookie, of which the newer replaces the older. Lengths are compared before texts.
    pub(crate) fn is_same(&self, new: &Admitted<'_>) -> bool {
        self.is_named(new.given.name)
            && self.path_length() == new.path.len()
            && self.host_only == new.host_only
            && self.domain_length == new.domain.len()
            && self.path() == new.path
            && self.domain() == new.domain
    }

    /// Whether it is Secure and would be overwritten or hidden by one that is not.
    pub(crate) fn is_hidden_by(&self, new: &Admitted<'_>) -> bool {
        self.secure
            && self.is_named(new.given.name)
            && (is_within(self.domain(), &new.domain) || is_within(&new.domain, self.domain()))
            && path_matches(new.path, self.path())
    }

    fn is_named(&self, name: &str) -> bool {
        usize::from(self.name_length) == name.len() && self.name() == name
    }

    pub(crate) fn is_expired(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }

    /// Whether it goes with that request, if it is not expired.
    pub(crate) fn is_for(&self, asked: &Asked<'_>) -> bool {
        self.is_for_scheme(asked) && self.is_for_path(asked) && self.is_for_host(asked)
    }

    /// Whether it is for that host.
    ///
    /// Host and domain end in the site. So lengths tell most of it, and the text of a cookie that is for the whole site is
    /// not even looked at.
    pub(crate) fn is_for_host(&self, asked: &Asked<'_>) -> bool {
        let (host, site) = (asked.host, asked.site);
        match self.host_only {
            true => self.domain_length == host.len() && (host.len() == site.len() || self.domain() == host),
            false => self.domain_length == site.len() || is_within(host, self.domain()),
        }
    }

    pub(crate) fn is_for_scheme(&self, asked: &Asked<'_>) -> bool {
        !self.secure || asked.is_https
    }

    /// Whether it is for that path. All begin with `/`, so that the shortest is for every one.
    ///
    /// Where it ends must be an end of a segment there, and of a short one the start is all.
    pub(crate) fn is_for_path(&self, asked: &Asked<'_>) -> bool {
        let length = self.path_length();
        length == 1
            || asked.path_start.may_start_with(self.path_start, length)
                && ends_a_segment(asked.path, length)
                && (length <= PathStart::LENGTH || asked.path.starts_with(self.path()))
    }

    pub(crate) fn path_length(&self) -> usize {
        self.name_at() - self.domain_length
    }

    /// How many bytes it has in a Cookie field.
    pub(crate) fn pair_length(&self) -> usize {
        usize::from(self.name_length) + usize::from(self.name_length > 0) + usize::from(self.value_length)
    }

    /// Puts it behind others into a Cookie field.
    pub(crate) fn write_to(&self, out: &mut String) {
        if !out.is_empty() {
            out.push_str("; ");
        }
        if self.name_length > 0 {
            out.push_str(self.name());
            out.push('=');
        }
        out.push_str(self.value());
    }

    /// A part of the text. Where it is not looked at, the text is not touched: this cannot panic.
    fn part(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// Where the name begins in the text; the path ends there.
    fn name_at(&self) -> usize {
        self.value_at() - usize::from(self.name_length)
    }

    /// Where the value begins.
    fn value_at(&self) -> usize {
        self.text.len() - usize::from(self.value_length)
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
