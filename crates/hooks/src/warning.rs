//! A hook that went wrong, while everything else went on.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A callback failed or panicked, and what it was shown went on without it.
///
/// `Display` tells it all: `hook 2 of response failed: no such table`, `hook 1 of args panicked: index out of bounds`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Warning {
    /// The name of the point.
    pub point: &'static str,
    /// Which callback of the point, counted from 1 in the order they ran.
    pub number: usize,
    /// What the error or the panic said.
    pub message: String,
    /// Which of the two it was.
    pub kind: Kind,
}

/// How a callback went wrong.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// It returned this error.
    Failed(Arc<dyn Error + Send + Sync>),
    /// It panicked.
    Panicked,
}

impl Warning {
    pub(crate) fn new(point: &'static str, number: usize, message: String, kind: Kind) -> Self {
        Self { point, number, message, kind }
    }

    /// The error the callback returned; `None` after a panic.
    pub fn source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        match &self.kind {
            Kind::Failed(error) => Some(&**error),
            Kind::Panicked => None,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.kind {
            Kind::Failed(_) => "failed",
            Kind::Panicked => "panicked",
        };
        write!(f, "hook {} of {} {verb}: {}", self.number, self.point, self.message)
    }
}
