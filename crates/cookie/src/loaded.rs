use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use crate::parse::Given;
use crate::{Jar, Reason};

/// What became of cookies that were written down.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Loaded {
    /// How many are alive, and were kept. Some of them may have made room for later ones again.
    pub kept: usize,
    /// How many are expired, and were passed over.
    pub expired: usize,
    /// What is no cookie that may be kept, in order.
    pub damaged: Vec<Damage>,
}

/// A line, or a part of JSON, that was passed over.
///
/// `Display` shows no value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Damage {
    number: usize,
    fault: Fault,
}

/// What is wrong with it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// It is not UTF-8.
    Text,
    /// It has not seven fields between tabs. (Six will do: the value is empty then.)
    Fields {
        /// How many it has.
        count: usize,
    },
    /// A part of it is missing, or does not hold what it must.
    Field {
        /// Which, as the format names it.
        name: &'static str,
    },
    /// It is a cookie that may not be kept.
    Refused(Reason),
}

impl Loaded {
    /// Puts a cookie that was read, if it was, into the jar.
    pub(crate) fn add(
        &mut self,
        jar: &mut Jar,
        number: usize,
        cookie: Result<(&str, Given<'_>), Fault>,
        now: SystemTime,
    ) {
        let restored = cookie.and_then(|(domain, given)| jar.restore(domain, given, now).map_err(Fault::Refused));
        match restored {
            Ok(true) => self.kept += 1,
            Ok(false) => self.expired += 1,
            Err(fault) => self.damaged.push(Damage { number, fault }),
        }
    }
}

impl Damage {
    /// The line of `cookies.txt`, or the place in the list of JSON. Counted from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// What is wrong with it.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {} was passed over: {}", self.number, self.fault)
    }
}

impl StdError for Damage {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Text => f.write_str("it is not UTF-8"),
            Fault::Fields { count } => write!(f, "it has {count} of seven fields"),
            Fault::Field { name } => write!(f, "its `{name}` is missing or wrong"),
            Fault::Refused(reason) => write!(f, "the cookie is refused: {reason}"),
        }
    }
}
