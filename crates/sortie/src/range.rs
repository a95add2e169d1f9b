//! Requests for a part of the content.

use std::ops::{Bound, RangeBounds};

use crate::Request;

impl Request {
    /// Asks for these bytes of the content alone, counted from 0 (RFC 9110, section 14.2), and for no content coding.
    ///
    /// A server that can sends a 206, whose [`content_range`](crate::Response::content_range) says which part it is; one
    /// that cannot sends a 200 with all of it, and so it does where the range is empty. Where there is no such part, it sends
    /// a 416.
    ///
    /// ```
    /// let request = sortie::get("http://127.0.0.1:8000/file").range(100..200);
    /// assert!(request.arguments().headers().any(|field| field == ("Range", "bytes=100-199")));
    /// ```
    pub fn range(self, bytes: impl RangeBounds<u64>) -> Self {
        let first = match bytes.start_bound() {
            Bound::Included(first) => *first,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let range = match bytes.end_bound() {
            Bound::Included(last) => format!("bytes={first}-{last}"),
            // Nothing at all cannot be asked for: this is no range, and is ignored.
            Bound::Excluded(0) => "bytes=1-0".to_owned(),
            Bound::Excluded(end) => format!("bytes={first}-{}", end - 1),
            Bound::Unbounded => format!("bytes={first}-"),
        };
        self.header("Range", range).header("Accept-Encoding", "identity")
    }
}
