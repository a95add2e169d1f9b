use std::error::Error as StdError;
use std::fmt;

/// Why a noun could not be made from what was given.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The text is not a URL that HTTP can use.
    Url {
        /// The text, without userinfo and query, with control characters escaped, at most 200 characters of it.
        url: Box<str>,
        /// What is wrong with it.
        fault: UrlFault,
    },
    /// A field name is not a token (RFC 9110, section 5.1).
    FieldName {
        /// The name, escaped.
        name: Box<str>,
    },
    /// A field value has a control character, or white space at an end (RFC 9110, section 5.5).
    FieldValue {
        /// The field's name. The value itself is not repeated, since it may be a secret.
        name: Box<str>,
        /// Where in the value, in bytes from 0.
        at: usize,
    },
    /// The fields together are past 4 GiB, or one name is past 64 KiB.
    TooLarge,
}

/// What is wrong with a URL.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum UrlFault {
    /// There is no scheme.
    NoScheme,
    /// The scheme is neither `http` nor `https`.
    UnknownScheme,
    /// `://` does not follow the scheme.
    NoAuthority,
    /// The host is empty.
    EmptyHost,
    /// The host is no domain name and no IP address.
    Host,
    /// The port is no number from 1 to 65535.
    Port,
    /// A control character or a line break stands in it.
    Control {
        /// Where, in bytes from 0.
        at: usize,
    },
    /// It is past 4 GiB, or the parser refused it for another reason.
    Other,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Url { url, fault } => write!(f, "invalid URL `{url}`: {fault}"),
            Error::FieldName { name } => write!(f, "invalid header name `{name}`: not a token"),
            Error::FieldValue { name, at } => {
                write!(f, "invalid value of header `{name}`: forbidden character or white space at byte {at}")
            }
            Error::TooLarge => f.write_str("the headers are too large"),
        }
    }
}

impl StdError for Error {}

impl fmt::Display for UrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UrlFault::NoScheme => f.write_str("no scheme, write http:// or https:// before it"),
            UrlFault::UnknownScheme => f.write_str("unknown scheme, only http and https are known"),
            UrlFault::NoAuthority => f.write_str("`//` does not follow the scheme"),
            UrlFault::EmptyHost => f.write_str("the host is empty"),
            UrlFault::Host => f.write_str("the host is neither a name nor an address"),
            UrlFault::Port => f.write_str("the port is not a number from 1 to 65535"),
            UrlFault::Control { at } => write!(f, "control character at byte {at}"),
            UrlFault::Other => f.write_str("it cannot be parsed"),
        }
    }
}
