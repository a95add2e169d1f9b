use std::error::Error as StdError;
use std::fmt;

/// A cookie that was not kept, and why.
///
/// `Display` names the cookie and never shows its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    name: Box<str>,
    reason: Reason,
}

/// Why a cookie was not kept (RFC 6265bis, sections 5.6 and 5.7).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// A control character other than HTAB stands in it.
    Control,
    /// It has neither a name nor a value.
    Empty,
    /// Name and value together are past 4096 bytes.
    TooLarge {
        /// How many bytes they have.
        size: usize,
    },
    /// A program's cookie has a `;` in its name or value, a `=` in its name, or a blank at an end of either.
    Delimiter,
    /// Its Domain is neither the host nor a parent of it.
    Domain {
        /// What it names.
        domain: Box<str>,
    },
    /// Its Domain is a public suffix, or lies above one, and so belongs to nobody.
    PublicSuffix {
        /// What it names.
        domain: Box<str>,
    },
    /// It is Secure but did not come by https.
    Secure,
    /// It came by http and would overwrite or hide one that is Secure, of the same registrable domain.
    Overwrite,
    /// It is `SameSite=None` but not Secure.
    SameSite,
    /// Its name begins with `__Secure-`, or `__Host-`, but it is not what such a cookie must be; or it has no name and
    /// its value begins so.
    Prefix,
}

impl Refusal {
    pub(crate) fn new(name: &str, reason: Reason) -> Self {
        let name = name.chars().take(100).flat_map(char::escape_debug).collect::<String>();
        Refusal { name: name.into(), reason }
    }

    /// The cookie's name, escaped, at most 100 characters of it; empty where it has none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why it was refused.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cookie `{}` is refused: {}", self.name, self.reason)
    }
}

impl StdError for Refusal {}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Control => f.write_str("a control character stands in it"),
            Reason::Empty => f.write_str("it has neither name nor value"),
            Reason::TooLarge { size } => write!(f, "it has {size} bytes, more than 4096"),
            Reason::Delimiter => f.write_str("a delimiter or a blank stands where none may be"),
            Reason::Domain { domain } => write!(f, "the host is not within `{}`", domain.escape_debug()),
            Reason::PublicSuffix { domain } => write!(f, "`{domain}` is a public suffix"),
            Reason::Secure => f.write_str("it is Secure but did not come by https"),
            Reason::Overwrite => f.write_str("it came by http and would overwrite a Secure one"),
            Reason::SameSite => f.write_str("it is SameSite=None but not Secure"),
            Reason::Prefix => f.write_str("it is not what its prefix says"),
        }
    }
}
