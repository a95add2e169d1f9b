//! An error with all its causes, as a log would have it.

use std::error::Error;

/// What an error says, then each of its causes, joined by ` < `.
pub(crate) fn chain(error: &dyn Error) -> String {
    let errors = std::iter::successors(Some(error), |error: &&dyn Error| (*error).source());
    errors.map(ToString::to_string).collect::<Vec<_>>().join(" < ")
}
