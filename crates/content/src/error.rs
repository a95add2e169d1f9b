//! Why content could not be read or written.

use std::collections::TryReserveError;
use std::error::Error as StdError;
use std::{fmt, io};

use crate::{Coding, MOST_CODINGS};

/// Why content could not be read or written.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The content is not what its coding says.
    Damaged {
        /// The coding.
        coding: Coding,
        /// What is wrong with it.
        damage: Damage,
    },
    /// More codings are stacked than are taken off.
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// The content is larger than the caller allows.
    TooLarge {
        /// [`Limits::max`](crate::Limits::max), in bytes.
        limit: u64,
    },
    /// The content is large, and out of proportion to what was received.
    Bomb {
        /// The coding that brought it past the limit.
        coding: Coding,
        /// How many bytes were received.
        coded: u64,
        /// How many bytes that many may decode to.
        limit: u64,
    },
    /// The system has no memory for the content.
    Memory {
        /// The coding that was being taken off.
        coding: Coding,
        /// How many bytes were asked for.
        size: usize,
        /// What the allocator said.
        source: TryReserveError,
    },
    /// The library that reads or writes a coding could not start or go on, for a reason that is not the content's.
    Library {
        /// The coding.
        coding: Coding,
        /// What it said.
        source: io::Error,
    },
    /// Nothing here writes this coding; it can only be taken off.
    NoEncoder {
        /// The coding.
        coding: Coding,
    },
    /// A line of text does not end within the limit.
    LineTooLong {
        /// The limit, in bytes of UTF-8.
        limit: usize,
    },
    /// The content was lost to an error that was told before.
    Lost,
    /// The text is no boundary between parts (RFC 2046, section 5.1.1).
    Boundary,
    /// A part may not have this field, or not with this value.
    PartField {
        /// What is wrong with it; `None` for a field that is written by the part itself.
        source: Option<sortie_http::Error>,
    },
    /// The content of a part could not be read.
    PartRead {
        /// The part's name.
        name: String,
        /// What its reader said.
        source: io::Error,
    },
    /// A part's reader ended before the length that was promised.
    PartShort {
        /// The part's name.
        name: String,
        /// How many bytes were missing.
        missing: u64,
    },
    /// The bytes are not text in the encoding that was found for JSON.
    NotText {
        /// Its name, such as `UTF-16LE`.
        encoding: &'static str,
    },
    /// The content is no JSON, or not the JSON of the type that was asked for.
    #[cfg(feature = "json")]
    FromJson {
        /// What the parser said, and where.
        source: serde_json::Error,
    },
    /// The value has no form in JSON: a map whose keys are no strings, or a `Serialize` that failed.
    #[cfg(feature = "json")]
    ToJson {
        /// What the writer said.
        source: serde_json::Error,
    },
}

/// What is wrong with coded content.
#[derive(Debug)]
#[non_exhaustive]
pub enum Damage {
    /// It ends too early.
    Truncated,
    /// It does not begin as the coding does.
    Header,
    /// The compressed data are not valid.
    Data {
        /// What the library that reads them said.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The checksum is another one than that of the content.
    Checksum,
    /// The length is another one than that of the content.
    Length,
    /// Something follows a bare deflate stream or Brotli, which have no checksum that proves them whole.
    Surplus,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Damaged { coding, damage } => write!(f, "damaged {coding} content: {damage}"),
            Error::TooMany { count } => write!(f, "{count} content codings are stacked, at most {MOST_CODINGS} may be"),
            Error::TooLarge { limit } => write!(f, "the content is larger than {limit} bytes"),
            Error::Bomb { coding, coded, limit } => {
                write!(f, "{coded} bytes of {coding} content would decode to more than {limit} bytes")
            }
            Error::Memory { coding, size, .. } => write!(f, "no memory for {size} bytes of decoded {coding} content"),
            Error::Library { coding, .. } => write!(f, "the library for {coding} failed"),
            Error::NoEncoder { coding } => write!(f, "{coding} content can be read, but not written"),
            Error::LineTooLong { limit } => write!(f, "a line is longer than {limit} bytes"),
            Error::Lost => f.write_str("the content was lost to an earlier error"),
            Error::Boundary => f.write_str("a boundary is 1 to 70 letters, digits and some punctuation"),
            Error::PartField { source: Some(_) } => f.write_str("a field of a part is not valid"),
            Error::PartField { source: None } => f.write_str("this field is written by the part itself"),
            Error::PartRead { name, .. } => write!(f, "the part {name:?} could not be read"),
            Error::PartShort { name, missing } => write!(f, "the part {name:?} ended {missing} bytes too early"),
            Error::NotText { encoding } => write!(f, "the content is not valid {encoding}"),
            #[cfg(feature = "json")]
            Error::FromJson { .. } => f.write_str("the content is not the expected JSON"),
            #[cfg(feature = "json")]
            Error::ToJson { .. } => f.write_str("the value cannot be written as JSON"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Damaged { damage: Damage::Data { source }, .. } => Some(&**source),
            Error::Memory { source, .. } => Some(source),
            Error::Library { source, .. } | Error::PartRead { source, .. } => Some(source),
            Error::PartField { source: Some(source) } => Some(source),
            #[cfg(feature = "json")]
            Error::FromJson { source } | Error::ToJson { source } => Some(source),
            _ => None,
        }
    }
}

/// For readers. Truncation is `UnexpectedEof`, a limit `FileTooLarge`, a part's own error keeps its kind; what is left
/// is `InvalidData` or, where the caller asked for what cannot be, `InvalidInput`.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Damaged { damage: Damage::Truncated, .. } | Error::PartShort { .. } => io::ErrorKind::UnexpectedEof,
            Error::TooLarge { .. } | Error::Bomb { .. } | Error::LineTooLong { .. } => io::ErrorKind::FileTooLarge,
            Error::Memory { .. } => io::ErrorKind::OutOfMemory,
            Error::Library { source, .. } | Error::PartRead { source, .. } => source.kind(),
            Error::NoEncoder { .. } | Error::Boundary | Error::PartField { .. } => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, error)
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Damage::Truncated => "it ends too early",
            Damage::Header => "it has no valid header",
            Damage::Data { .. } => "the data are not valid",
            Damage::Checksum => "the checksum is wrong",
            Damage::Length => "the length is wrong",
            Damage::Surplus => "something follows its end",
        })
    }
}
