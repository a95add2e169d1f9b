use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use sortie_http::Body;

use crate::Error;

/// What a request is asked to carry, before it is encoded. A clone shares the bytes.
///
/// A form and JSON bring their Content-Type, unless the request gives one or takes it away; bytes and text bring none.
///
/// ```
/// use sortie_session::BodyArgument;
///
/// let form = BodyArgument::form([("a", "1"), ("a", "2 3")]);
/// assert_eq!(form.form_pairs().map(<[_]>::len), Some(2));
/// assert!(BodyArgument::none().is_none());
/// ```
#[derive(Clone, Default)]
pub struct BodyArgument(Kind);

#[derive(Clone, Default)]
enum Kind {
    #[default]
    None,
    Bytes(Bytes),
    Form(Arc<[(Box<str>, Box<str>)]>),
    #[cfg(feature = "json")]
    Json(Bytes),
    /// It could not be encoded; the request fails with this when it is sent.
    #[cfg(feature = "json")]
    Unfit(Arc<sortie_content::Error>),
}

impl BodyArgument {
    /// No body.
    pub const fn none() -> Self {
        BodyArgument(Kind::None)
    }

    /// These bytes; none of them are a body of length 0.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        BodyArgument(Kind::Bytes(bytes.into()))
    }

    /// This text, in UTF-8.
    pub fn text(text: impl Into<String>) -> Self {
        BodyArgument(Kind::Bytes(text.into().into()))
    }

    /// A form, `application/x-www-form-urlencoded`; no pairs are a body of length 0.
    pub fn form(pairs: impl IntoIterator<Item = (impl Into<Box<str>>, impl Into<Box<str>>)>) -> Self {
        BodyArgument(Kind::Form(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }

    /// Any value as JSON; `null`, `0`, `false` and what is empty are sent too.
    ///
    /// A value that JSON cannot express, such as a map whose keys are no strings, is an error when the request is sent.
    #[cfg(feature = "json")]
    pub fn json<T: serde_core::Serialize + ?Sized>(value: &T) -> Self {
        BodyArgument(match sortie_content::to_json(value) {
            Ok(bytes) => Kind::Json(bytes),
            Err(error) => Kind::Unfit(Arc::new(error)),
        })
    }

    /// Whether there is no body at all.
    pub fn is_none(&self) -> bool {
        matches!(self.0, Kind::None)
    }

    /// The bytes, where bytes, text or JSON were given.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Bytes(bytes) => Some(bytes),
            #[cfg(feature = "json")]
            Kind::Json(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The pairs, where a form was given.
    pub fn form_pairs(&self) -> Option<&[(Box<str>, Box<str>)]> {
        match &self.0 {
            Kind::Form(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The bytes to send, and the Content-Type they bring.
    pub(crate) fn encode(&self) -> Result<(Body, Option<&'static str>), Error> {
        match &self.0 {
            Kind::None => Ok((Body::none(), None)),
            Kind::Bytes(bytes) => Ok((Body::bytes(bytes.clone()), None)),
            Kind::Form(pairs) => {
                let form = sortie_content::form(pairs.iter().map(|(name, value)| (&**name, &**value)));
                Ok((Body::bytes(form), Some(sortie_content::FORM)))
            }
            #[cfg(feature = "json")]
            Kind::Json(bytes) => Ok((Body::bytes(bytes.clone()), Some(sortie_content::JSON))),
            #[cfg(feature = "json")]
            Kind::Unfit(source) => Err(Error::new(crate::ErrorKind::InvalidBody).with_shared_source(source.clone())),
        }
    }
}

impl From<Bytes> for BodyArgument {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for BodyArgument {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

impl From<&[u8]> for BodyArgument {
    fn from(bytes: &[u8]) -> Self {
        Self::bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for BodyArgument {
    fn from(bytes: &[u8; N]) -> Self {
        Self::bytes(bytes.to_vec())
    }
}

impl From<String> for BodyArgument {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<&str> for BodyArgument {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<Cow<'_, str>> for BodyArgument {
    fn from(text: Cow<'_, str>) -> Self {
        Self::text(text)
    }
}

/// What kind it is and how long; not what it says, which may be a secret.
impl fmt::Debug for BodyArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::None => f.write_str("BodyArgument(none)"),
            Kind::Bytes(bytes) => write!(f, "BodyArgument({} bytes)", bytes.len()),
            Kind::Form(pairs) => write!(f, "BodyArgument(form of {} pairs)", pairs.len()),
            #[cfg(feature = "json")]
            Kind::Json(bytes) => write!(f, "BodyArgument(JSON of {} bytes)", bytes.len()),
            #[cfg(feature = "json")]
            Kind::Unfit(_) => f.write_str("BodyArgument(unfit)"),
        }
    }
}
