use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use crate::Opened;
use crate::streamed::Streamed;

/// The content of a request: nothing, bytes, or something that is read while it is sent. A clone shares it.
///
/// What is streamed is opened when it is sent and read in pieces, never held in memory. A redirect, a challenge or a
/// stale connection may ask for a body once more: bytes, files and what can be [opened again](Self::reopen) are sent as
/// often as need be; a [reader](Self::reader) is sent once.
///
/// ```
/// use std::io::Read;
/// use sortie_http::Body;
///
/// let body = Body::reader(&b"from somewhere"[..], None);
/// assert!(body.is_chunked() && body.is_whole() && !body.is_replayable());
///
/// let mut text = String::new();
/// body.open()?.read_to_string(&mut text)?;
/// assert_eq!(text, "from somewhere");
/// assert!(!body.is_whole() && body.open().is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Body(Option<Arc<Content>>);

enum Content {
    Bytes(Bytes),
    /// Boxed, so that bytes stay as small as they are.
    Streamed(Box<Streamed>),
}

impl Body {
    /// No body at all.
    pub const fn none() -> Self {
        Body(None)
    }

    /// These bytes; no bytes are a body of length 0.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Body(Some(Arc::new(Content::Bytes(bytes.into()))))
    }

    /// A file from its current offset on, with the length that it has now. Its offset is neither used nor moved later.
    ///
    /// A file that is shorter by the time it is sent is an error then; what was appended to it is left out. What has no
    /// length of its own, such as a pipe or a terminal, becomes a [reader](Self::reader). Fails where the system does not
    /// say what it is, and for a folder.
    pub fn file(file: File) -> io::Result<Self> {
        Ok(Body::streamed(Streamed::file(file)?))
    }

    /// The file at this path, with the length that it has now; opened each time it is sent, and closed after that.
    ///
    /// What has no length of its own, such as a named pipe, is opened once. Fails where there is nothing that could be
    /// read.
    pub fn path(path: impl Into<PathBuf>) -> io::Result<Self> {
        Ok(Body::streamed(Streamed::path(path.into())?))
    }

    /// What a reader gives, up to its end, which can be sent once.
    ///
    /// With a length it must end after so many bytes: fewer or more are an error when it is sent, so wrap it in
    /// [`take`](Read::take) where it goes on. Without, the length of the request is not known.
    pub fn reader(reader: impl Read + Send + 'static, length: impl Into<Option<u64>>) -> Self {
        Body::once(|| Ok(Box::new(reader)), length)
    }

    /// What the reader gives that is opened when it is sent, once. As [`reader`](Self::reader) in all else.
    pub fn once(
        open: impl FnOnce() -> io::Result<Box<dyn Read + Send>> + Send + 'static,
        length: impl Into<Option<u64>>,
    ) -> Self {
        Body::streamed(Streamed::once(Box::new(open), length.into()))
    }

    /// What a reader gives that is opened anew each time it is sent. As [`reader`](Self::reader) in all else.
    pub fn reopen(
        open: impl Fn() -> io::Result<Box<dyn Read + Send>> + Send + Sync + 'static,
        length: impl Into<Option<u64>>,
    ) -> Self {
        Body::streamed(Streamed::reopen(Box::new(open), length.into()))
    }

    /// Whether there is no body at all.
    #[inline]
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// How many bytes it has; `None` where there is no body, or [nobody knows](Self::is_chunked).
    pub fn length(&self) -> Option<u64> {
        match self.0.as_deref()? {
            Content::Bytes(bytes) => Some(bytes.len() as u64),
            Content::Streamed(streamed) => streamed.length(),
        }
    }

    /// The bytes, where they are in memory.
    #[inline]
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match self.0.as_deref() {
            Some(Content::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Whether it is read while it is sent.
    #[inline]
    pub fn is_streamed(&self) -> bool {
        self.as_streamed().is_some()
    }

    /// Whether its length is not known, so that it is sent in chunks (RFC 9112, section 7.1).
    pub fn is_chunked(&self) -> bool {
        self.as_streamed().is_some_and(|streamed| streamed.length().is_none())
    }

    /// Whether it can be sent as often as need be.
    pub fn is_replayable(&self) -> bool {
        self.as_streamed().is_none_or(Streamed::is_replayable)
    }

    /// Whether all of it can be sent from now on: it is replayable, or was not opened yet.
    pub fn is_whole(&self) -> bool {
        self.as_streamed().is_none_or(Streamed::is_whole)
    }

    /// Opens it for sending: from its beginning.
    ///
    /// Runs what the program gave to [`once`](Self::once) and [`reopen`](Self::reopen), and may wait for the disk.
    pub fn open(&self) -> io::Result<Opened> {
        match self.0.as_deref() {
            None => Ok(Opened::Bytes(Bytes::new())),
            Some(Content::Bytes(bytes)) => Ok(Opened::Bytes(bytes.clone())),
            Some(Content::Streamed(streamed)) => streamed.open(),
        }
    }

    /// Whether it is a file, which can be read without waiting for anything but the disk.
    pub fn is_file(&self) -> bool {
        self.as_streamed().is_some_and(Streamed::is_file)
    }

    /// Drops a reader that can be read once and was not: its call has ended. Nothing else is changed.
    ///
    /// Whoever keeps the request would else keep what the reader holds.
    #[inline]
    pub fn give_up(&self) {
        if let Some(streamed) = self.as_streamed() {
            streamed.give_up();
        }
    }

    fn streamed(streamed: Streamed) -> Self {
        match streamed.length() {
            Some(0) if streamed.is_file() => Body::bytes(Bytes::new()),
            _ => Body(Some(Arc::new(Content::Streamed(Box::new(streamed))))),
        }
    }

    #[inline]
    fn as_streamed(&self) -> Option<&Streamed> {
        match self.0.as_deref() {
            Some(Content::Streamed(streamed)) => Some(streamed),
            _ => None,
        }
    }
}

/// The same bytes, or one is a clone of the other.
impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) => {
                Arc::ptr_eq(one, other)
                    || matches!((&**one, &**other), (Content::Bytes(one), Content::Bytes(other)) if one == other)
            }
            _ => false,
        }
    }
}

impl Eq for Body {}

/// How long it is; not what it says, which may be a secret.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_none(), self.length()) {
            (true, _) => f.write_str("Body(none)"),
            (false, Some(length)) => write!(f, "Body({length} bytes)"),
            (false, None) => f.write_str("Body(of unknown length)"),
        }
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Body::bytes(bytes)
    }
}
