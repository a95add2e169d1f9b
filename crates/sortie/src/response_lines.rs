//! The text of a streamed response, line by line.

use std::fmt;

use sortie_content::Lines;
use sortie_session::Error;

use crate::ResponseStream;

/// The lines of a response's text as they come, without their ends: LF or CRLF. Made by [`ResponseStream::lines`].
///
/// The text is in the encoding of its byte order mark, else of Content-Type's charset, else in UTF-8; what is not valid
/// there reads as U+FFFD. After an error nothing follows.
pub struct ResponseLines(Lines<ResponseStream>);

impl ResponseLines {
    pub(crate) fn new(stream: ResponseStream) -> Self {
        let headers = stream.headers().clone();
        ResponseLines(Lines::new(stream, &headers))
    }

    /// How long a line may be, in bytes of UTF-8; a longer one is
    /// [`ErrorKind::ContentTooLarge`](crate::ErrorKind::ContentTooLarge). Default: 1 MiB.
    #[must_use]
    pub fn limit(self, bytes: usize) -> Self {
        ResponseLines(self.0.limit(bytes))
    }

    /// The response whose lines these are.
    pub fn response(&self) -> &ResponseStream {
        self.0.inner()
    }
}

impl Iterator for ResponseLines {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Result<String, Error>> {
        let line = self.0.next()?;
        Some(line.map_err(|error| self.0.inner_mut().reason_of(error)))
    }
}

impl fmt::Debug for ResponseLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ResponseLines").field(self.response()).finish()
    }
}
