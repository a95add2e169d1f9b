//! A hook that says no on purpose.

use std::error::Error;
use std::fmt;

/// The error a callback returns to refuse what it was shown.
///
/// At a point made by [`Point::refusing`](crate::Point::refusing) it ends the run with a [`Refusal`]; elsewhere it is
/// an error like any other. It is known by its type, so return it itself or boxed, not as the source of another error.
///
/// ```
/// # use sortie_hooks::{Point, Refuse};
/// # use std::error::Error;
/// let mut point: Point<u32> = Point::refusing("quota");
/// point.register(|used: &u32| -> Result<(), Box<dyn Error + Send + Sync>> {
///     if *used > 9 { Err(Refuse::new("quota used up").into()) } else { Ok(()) }
/// });
/// assert_eq!(point.run(10, &mut Vec::new()).unwrap_err().reason, "quota used up");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refuse(
    /// Why, as a clause that reads well behind `refused: `.
    pub String,
);

impl Refuse {
    /// Refuses for this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// How a run ended that a callback refused: which one, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The name of the point.
    pub point: &'static str,
    /// Which callback of the point, counted from 1 in the order they ran.
    pub number: usize,
    /// What the callback gave as its reason.
    pub reason: String,
}

impl Refusal {
    pub(crate) fn new(point: &'static str, number: usize, reason: String) -> Self {
        Self { point, number, reason }
    }
}

impl fmt::Display for Refuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused: {}", self.0)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hook {} of {} refused: {}", self.number, self.point, self.reason)
    }
}

impl Error for Refuse {}

impl Error for Refusal {}
