use std::fmt;
use std::time::Duration;

use sortie_http::StatusCode;

use crate::Error;

/// An exchange that went wrong and was tried again: see [`Retries`](sortie_policy::Retries).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tried {
    /// How it went wrong.
    pub why: Setback,
    /// How long the call waited before it went again.
    pub wait: Duration,
}

/// How an exchange went wrong that was tried again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Setback {
    /// There was a response with this status; it stands in the history.
    Status(StatusCode),
    /// There was none.
    Failed(Error),
}

impl Tried {
    /// It went wrong like this, and went again after so long.
    pub fn new(why: Setback, wait: Duration) -> Self {
        Tried { why, wait }
    }
}

/// `status 503, again after 1s`.
impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Setback::Status(status) => write!(f, "status {}", status.as_u16())?,
            Setback::Failed(error) => write!(f, "{error:#}")?,
        }
        write!(f, ", again after {:?}", self.wait)
    }
}
