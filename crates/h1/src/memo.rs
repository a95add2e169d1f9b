use sortie_http::StatusCode;

use crate::framing::{Expected, Measure};
use crate::{Head, Limits};

/// The last head that an origin sent, parsed. Keep one an origin.
///
/// Servers repeat themselves: when the next response begins with the very same bytes, its head shares the fields of
/// the last one instead of being parsed. What depends on the request (HEAD has no content) is decided anew each time.
/// A memo never changes what a response means, only what it costs.
#[derive(Debug, Default)]
pub struct Memo(Option<Kept>);

#[derive(Debug)]
struct Kept {
    head: Head,
    measure: Measure,
}

/// A longer head is not worth keeping.
const LARGEST: usize = 8 * 1024;

impl Memo {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The head that `bytes` begin with, and its length, if it is the last one again.
    pub(crate) fn recall(&self, bytes: &[u8], expected: Expected, limits: &Limits) -> Option<(usize, Head)> {
        let Kept { head, measure } = self.0.as_ref()?;
        let text = head.headers.text();
        if !bytes.starts_with(text) || text.len() > limits.head || head.headers.len() > limits.fields {
            return None;
        }
        let (framing, reusable) = measure.settle(head.status, expected);
        Some((text.len(), Head { framing, reusable, ..head.clone() }))
    }

    /// Keeps a head whose text is what was received. A 1xx is not kept: a final one follows it.
    pub(crate) fn keep(&mut self, head: &Head, measure: Measure) {
        if head.headers.text().len() <= LARGEST && head.status >= StatusCode::OK {
            self.0 = Some(Kept { head: head.clone(), measure });
        }
    }
}
