use std::fmt;

use crate::Refusal;

/// What a cookie did to a jar that did not refuse it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// It is new.
    Added,
    /// It took the place of one of the same name, domain and path.
    Replaced,
    /// It was expired, and took such a one away.
    Removed,
    /// It was expired, and there was none to take away.
    Nothing,
}

/// What the cookies of one response did to a jar.
///
/// `Display` is one line, such as ``2 added, 1 replaced; cookie `b` is refused: `com` is a public suffix``. It shows no
/// value.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// How many were new.
    pub added: usize,
    /// How many took the place of one of the same name, domain and path.
    pub replaced: usize,
    /// How many were expired and took such a one away.
    pub removed: usize,
    /// How many other cookies went to make room.
    pub evicted: usize,
    /// What was not kept and why, in the order of the response.
    pub refused: Vec<Refusal>,
}

impl Report {
    pub(crate) fn count(&mut self, change: Change, evicted: usize) {
        match change {
            Change::Added => self.added += 1,
            Change::Replaced => self.replaced += 1,
            Change::Removed => self.removed += 1,
            Change::Nothing => {}
        }
        self.evicted += evicted;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts =
            [(self.added, "added"), (self.replaced, "replaced"), (self.removed, "removed"), (self.evicted, "evicted")];
        let mut is_first = true;
        for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
            let comma = if is_first { "" } else { ", " };
            write!(f, "{comma}{count} {what}")?;
            is_first = false;
        }
        if is_first {
            f.write_str("nothing changed")?;
        }
        self.refused.iter().try_for_each(|refusal| write!(f, "; {refusal}"))
    }
}
