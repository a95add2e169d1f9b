use std::io;
use std::sync::Arc;

use sortie_session::{Error, ErrorKind};

/// Why a batch gives up on what is unfinished.
#[derive(Clone, Debug)]
pub(crate) enum Cause {
    /// The loop has failed.
    Broken(Arc<io::Error>),
    /// The batch's deadline has passed.
    Deadline,
    /// A call has failed, and the batch was to fail fast.
    FailedFast,
    /// The content that was streamed cannot be read on.
    Faulty(Error),
}

impl Cause {
    /// The error of a call that was cancelled for this reason.
    pub(crate) fn error(&self) -> Error {
        match self {
            Cause::Broken(source) => {
                Error::new(ErrorKind::System).with_message("the event loop failed").with_shared_source(source.clone())
            }
            Cause::Deadline => Error::new(ErrorKind::Deadline),
            Cause::FailedFast => Error::new(ErrorKind::FailedFast),
            Cause::Faulty(error) => error.clone(),
        }
    }
}
