use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// Why a program's own code failed. A clone shares it; equal to its clones alone.
#[derive(Clone)]
pub struct Cause(Arc<dyn StdError + Send + Sync>);

impl From<Box<dyn StdError + Send + Sync>> for Cause {
    fn from(error: Box<dyn StdError + Send + Sync>) -> Self {
        Cause(error.into())
    }
}

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Cause {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}
