//! Why a program could not measure, or an exchange of [`limit`](crate::limit) failed.

use std::{error, fmt, io};

/// What went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// An argument is not there.
    Missing {
        /// Which one.
        what: &'static str,
    },
    /// An argument is not a number in its range.
    Number {
        /// Which one.
        what: &'static str,
        /// What was given.
        text: String,
    },
    /// One argument too many.
    Surplus {
        /// What was given.
        text: String,
    },
    /// An option that the program does not know.
    Unknown {
        /// What was given.
        option: String,
    },
    /// An option that is planned and does not work yet.
    NotYet {
        /// Which one.
        option: &'static str,
    },
    /// A URL is not `http://` or `https://`, an IPv4 address, perhaps a port, and a path.
    Target {
        /// What was given.
        url: String,
    },
    /// A URL cannot be sent to.
    Url {
        /// What is wrong with it.
        source: sortie_http::Error,
    },
    /// The content is no gzip member with a plain header, or is damaged.
    Gzip,
    /// The engine wants nothing more, and not all calls have ended.
    Idle,
    /// The peak of the memory could not be read.
    Memory {
        /// What the system said.
        source: io::Error,
    },
    /// The certificates to trust could not be had.
    Authorities {
        /// The file that was named.
        file: String,
        /// What is wrong with it.
        source: Box<dyn error::Error + Send + Sync>,
    },
    /// The session cannot be made.
    Session {
        /// What is wrong with its defaults.
        source: sortie::Error,
    },
    /// The event queue failed.
    Queue {
        /// What the system said.
        source: io::Error,
    },
    /// No connection had anything to say for a minute.
    Silence,
    /// A connection could not be opened.
    Connect {
        /// What the system said.
        source: io::Error,
    },
    /// A connection could not be secured, or did not stay so.
    Tls {
        /// What rustls said.
        source: rustls::Error,
    },
    /// A request could not be written.
    Write {
        /// What the system said.
        source: io::Error,
    },
    /// A request did not leave in one write.
    Partial,
    /// A response could not be read.
    Read {
        /// What the system said.
        source: io::Error,
    },
    /// The connection ended before the response did.
    Closed,
    /// More arrived than the response.
    Beyond,
    /// A head does not begin with a status line of HTTP/1.1, or does not end within 64 KiB.
    Head,
    /// A head has no `Content-Length` that is a number.
    Length,
}

impl Error {
    /// Whether the fault lies in the arguments, so that the usage helps.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Error::Missing { .. }
                | Error::Number { .. }
                | Error::Surplus { .. }
                | Error::Unknown { .. }
                | Error::NotYet { .. }
                | Error::Target { .. }
                | Error::Authorities { .. }
                | Error::Url { .. }
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Missing { what } => write!(f, "{what} is missing"),
            Error::Number { what, text } => write!(f, "{what} cannot be {text:?}"),
            Error::Surplus { text } => write!(f, "{text:?} is one argument too many"),
            Error::Unknown { option } => write!(f, "{option} is not an option"),
            Error::NotYet { option } => write!(f, "{option} does not work yet"),
            Error::Target { url } => {
                write!(f, "{url:?} is not http:// or https://, an IPv4 address, perhaps a port, and a path")
            }
            Error::Url { .. } => f.write_str("the URL cannot be sent to"),
            Error::Idle => f.write_str("the engine wants nothing more, and not all calls have ended"),
            Error::Gzip => f.write_str("the content is no plain gzip member, or damaged"),
            Error::Memory { .. } => f.write_str("cannot read the peak of the memory"),
            Error::Authorities { file, .. } => write!(f, "cannot trust what is in {file}"),
            Error::Session { .. } => f.write_str("the session cannot be made"),
            Error::Queue { .. } => f.write_str("the event queue failed"),
            Error::Silence => f.write_str("nothing happened for a minute"),
            Error::Connect { .. } => f.write_str("cannot connect"),
            Error::Tls { .. } => f.write_str("the connection is not secure"),
            Error::Write { .. } => f.write_str("cannot write the request"),
            Error::Partial => f.write_str("the request did not leave in one write"),
            Error::Read { .. } => f.write_str("cannot read the response"),
            Error::Closed => f.write_str("the connection ended before the response"),
            Error::Beyond => f.write_str("more arrived than the response"),
            Error::Head => f.write_str("the head is not one of an HTTP/1.1 response within 64 KiB"),
            Error::Length => f.write_str("the head has no content-length that is a number"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Error::Url { source } => Some(source),
            Error::Authorities { source, .. } => Some(&**source),
            Error::Tls { source } => Some(source),
            Error::Session { source } => Some(source),
            Error::Memory { source }
            | Error::Queue { source }
            | Error::Connect { source }
            | Error::Write { source }
            | Error::Read { source } => Some(source),
            _ => None,
        }
    }
}
