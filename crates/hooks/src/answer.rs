//! What a callback may return.

use std::error::Error;

/// What a callback returns: a value that replaces `R`, nothing, or an error.
///
/// It is there for `()` (nothing), `Option<R>`, `Result<Option<R>, E>` and `Result<(), E>`, where `E` is whatever a
/// `Box<dyn Error + Send + Sync>` can be made of: an error, a `String`, a `&'static str`.
///
/// A closure that only ever says `Ok(None)` has to say what its error is: `Ok::<_, Refuse>(None)`.
pub trait Answer<R> {
    /// The one form that all answers come to.
    fn into_result(self) -> Result<Option<R>, Box<dyn Error + Send + Sync>>;
}

impl<R> Answer<R> for () {
    fn into_result(self) -> Result<Option<R>, Box<dyn Error + Send + Sync>> {
        Ok(None)
    }
}

impl<R> Answer<R> for Option<R> {
    fn into_result(self) -> Result<Option<R>, Box<dyn Error + Send + Sync>> {
        Ok(self)
    }
}

impl<R, E: Into<Box<dyn Error + Send + Sync>>> Answer<R> for Result<Option<R>, E> {
    fn into_result(self) -> Result<Option<R>, Box<dyn Error + Send + Sync>> {
        self.map_err(E::into)
    }
}

impl<R, E: Into<Box<dyn Error + Send + Sync>>> Answer<R> for Result<(), E> {
    fn into_result(self) -> Result<Option<R>, Box<dyn Error + Send + Sync>> {
        self.map(|()| None).map_err(E::into)
    }
}
