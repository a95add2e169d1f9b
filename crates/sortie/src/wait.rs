use std::time::Duration;

/// How long a turn may wait for something to happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Wait {
    /// Not at all: what is ready is done.
    Not,
    /// At most so long.
    UpTo(Duration),
    /// Until something happens, or a timeout of a call runs out.
    Forever,
}
