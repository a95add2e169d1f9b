use std::error::Error as StdError;
use std::fmt;

/// Why a saved session cannot be restored. Nothing of it shows a value.
#[derive(Debug)]
#[non_exhaustive]
pub enum Misfit {
    /// It is no JSON.
    Syntax {
        /// In which line, counted from 1.
        line: usize,
        /// What the parser said.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A field is missing, or is not what it must be.
    Field {
        /// In which line, counted from 1.
        line: usize,
        /// Which, with those around it: `timeouts.connect_ms`, `headers[2].name`.
        field: Box<str>,
        /// What is wrong with it, as `is not a text`.
        is: &'static str,
    },
    /// A field holds a text that cannot be used.
    Text {
        /// In which line, counted from 1.
        line: usize,
        /// Which, with those around it.
        field: Box<str>,
        /// Why not.
        source: Box<dyn StdError + Send + Sync>,
    },
}

/// A field of a saved session that is not known, and was passed over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ignored {
    line: usize,
    field: Box<str>,
}

impl Misfit {
    /// In which line, counted from 1.
    pub fn line(&self) -> usize {
        match self {
            Misfit::Syntax { line, .. } | Misfit::Field { line, .. } | Misfit::Text { line, .. } => *line,
        }
    }

    /// Which field, with those around it, if it is one field's fault.
    pub fn field(&self) -> Option<&str> {
        match self {
            Misfit::Syntax { .. } => None,
            Misfit::Field { field, .. } | Misfit::Text { field, .. } => Some(field),
        }
    }
}

impl Ignored {
    pub(crate) fn new(line: usize, field: Box<str>) -> Self {
        Ignored { line, field }
    }

    /// In which line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Which, with those around it: `timeouts.connect`.
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::Syntax { line, .. } => write!(f, "line {line} is not JSON"),
            Misfit::Field { line, field, is } => write!(f, "`{field}` in line {line} {is}"),
            Misfit::Text { line, field, .. } => write!(f, "`{field}` in line {line} cannot be used"),
        }
    }
}

impl StdError for Misfit {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Misfit::Syntax { source, .. } | Misfit::Text { source, .. } => Some(&**source),
            Misfit::Field { .. } => None,
        }
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` in line {} is not known, and was passed over", self.field, self.line)
    }
}
