use std::fmt;

use std::sync::Arc;

use bytes::Bytes;

/// The content of a request. A clone shares the bytes.
///
/// All bodies are bytes in memory as yet, so each can be sent again.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Body(Option<Arc<Bytes>>);

impl Body {
    /// No body at all.
    pub const fn none() -> Self {
        Body(None)
    }

    /// These bytes; no bytes are a body of length 0.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Body(Some(Arc::new(bytes.into())))
    }

    /// Whether there is no body at all.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// How many bytes it has; `None` where there is no body.
    pub fn length(&self) -> Option<u64> {
        self.0.as_ref().map(|bytes| bytes.len() as u64)
    }

    /// The bytes, where there are any.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        self.0.as_deref()
    }

    /// Whether it can be sent a second time, as a redirect or a stale connection may ask for.
    pub fn is_replayable(&self) -> bool {
        true
    }
}

/// How long it is; not what it says, which may be a secret.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length() {
            None => f.write_str("Body(none)"),
            Some(length) => write!(f, "Body({length} bytes)"),
        }
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Body::bytes(bytes)
    }
}
