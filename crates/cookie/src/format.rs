//! A jar as text: what is written, what is read, and in which form.

use std::io;
use std::time::SystemTime;

#[cfg(feature = "json")]
use crate::json;
use crate::{Error, Jar, Loaded, netscape};

/// How cookies are written down.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// The `cookies.txt` of Netscape, which curl, wget and many others share.
    ///
    /// A line is a cookie: seven fields between tabs, of which the first begins with `#HttpOnly_` where it is HttpOnly
    /// and the fifth is 0 where it ends with the session. SameSite has no place in it. A line may end in CRLF; empty
    /// ones, and others that begin with `#`, are passed over.
    Netscape,
    /// An object of `version`, which is 1, and `cookies`, a list of objects, each of them on a line. Feature `json`.
    ///
    /// A cookie has the strings `name`, `value` and `domain`, and may have the string `path` (else `/`), the booleans
    /// `host_only` (else true), `secure` and `http_only` (else false), the integer `expires`, in seconds since 1970
    /// (else it ends with the session), and `same_site`, which is `Strict`, `Lax` or `None`. What else it has is
    /// passed over.
    #[cfg(feature = "json")]
    Json,
}

/// Which cookies are written down.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scope {
    /// Those that have an expiry, and so are to outlast the session.
    #[default]
    Lasting,
    /// Those that end with the session, too.
    All,
}

impl Jar {
    /// Writes cookies down, values included, the oldest first. Says how many.
    ///
    /// An expiry is written in whole seconds, rounded down. What is expired is written too, unless it was
    /// [removed](Self::remove_expired). A cookie with a tab in its name or path has no place in
    /// [`Format::Netscape`], and is left out. Fails as `out` does.
    pub fn write_to(&self, mut out: impl io::Write, format: Format, scope: Scope) -> io::Result<usize> {
        let (text, count) = self.to_text(format, scope);
        out.write_all(text.as_bytes())?;
        Ok(count)
    }

    pub(crate) fn to_text(&self, format: Format, scope: Scope) -> (String, usize) {
        let cookies = self.iter().filter(|cookie| scope == Scope::All || cookie.expires().is_some());
        match format {
            Format::Netscape => netscape::write(cookies),
            #[cfg(feature = "json")]
            Format::Json => json::write(cookies),
        }
    }

    /// Keeps what was written down, beside what is there already; one of the same name, domain and path is replaced.
    ///
    /// The first is the oldest. Each is held against the same rules as if its domain had sent it by https at `now`. What
    /// is damaged or refused is told, and does not hold back the rest. Fails with [`Error::Syntax`] or
    /// [`Error::Schema`], and keeps nothing then, where JSON is damaged as a whole; `cookies.txt` cannot be.
    pub fn read_from(&mut self, text: &[u8], format: Format, now: SystemTime) -> Result<Loaded, Error> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        match format {
            Format::Netscape => Ok(netscape::read(self, text, now)),
            #[cfg(feature = "json")]
            Format::Json => json::read(self, text, now),
        }
    }
}
