//! Why a request could not be read.

/// What went wrong below HTTP, so that no answer can be given.
pub(crate) type Broken = Box<dyn std::error::Error + Send + Sync>;
