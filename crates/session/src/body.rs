use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use sortie_content::Multipart;
use sortie_http::Body;

use crate::channel::channel;
use crate::{BodySender, Error, ErrorKind};

/// What a request is asked to carry, before it is encoded. A clone shares it.
///
/// A form, JSON, a multipart message and [typed](BodyArgument::typed) bytes bring their Content-Type, unless the request gives
/// one or takes it away; anything else brings none. Files and readers are streamed: sent as they are read, and never held in memory.
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
    /// Bytes, and their Content-Type.
    Typed(Arc<(Bytes, Box<str>)>),
    Body(Body),
    /// A file that is looked for when the request is sent.
    Path(Arc<Path>),
    Multipart(Arc<Multipart>),
    /// It cannot be sent; the request fails with this when it is.
    Unfit(Arc<dyn StdError + Send + Sync>),
}

/// A message that is in memory anyway is written at once, if it is not larger than this.
const SMALL: u64 = 1024 * 1024;

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

    /// These bytes, and the Content-Type that they bring, unless the request gives one or takes it away.
    ///
    /// ```
    /// use sortie_session::BodyArgument;
    ///
    /// let body = BodyArgument::typed("<a/>", "application/xml");
    /// assert_eq!(body.as_bytes().map(|bytes| bytes.len()), Some(4));
    /// ```
    pub fn typed(bytes: impl Into<Bytes>, media_type: impl Into<Box<str>>) -> Self {
        BodyArgument(Kind::Typed(Arc::new((bytes.into(), media_type.into()))))
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

    /// A file from its current offset on, with the length that it has now; streamed.
    ///
    /// See [`Body::file`]. Where the system does not say how long it is, that is an error when the request is sent.
    pub fn file(file: File) -> Self {
        match Body::file(file) {
            Ok(body) => body.into(),
            Err(error) => BodyArgument(Kind::Unfit(Arc::new(error))),
        }
    }

    /// The file at this path, which is looked for when the request is sent, and open only while it is; streamed.
    pub fn file_path(path: impl AsRef<Path>) -> Self {
        BodyArgument(Kind::Path(path.as_ref().into()))
    }

    /// What a reader gives, up to its end; streamed in chunks, and sent once.
    ///
    /// It is read by a thread of its own: one that waits stalls nobody. That thread ends with the call, or as soon as the
    /// reader returns after that.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Body::reader(reader, None).into()
    }

    /// The same of a reader that ends after so many bytes; fewer or more are an error.
    pub fn sized_reader(reader: impl Read + Send + 'static, length: u64) -> Self {
        Body::reader(reader, length).into()
    }

    /// What another thread writes while the request is sent; streamed in chunks, and sent once.
    ///
    /// ```
    /// use std::io::Write;
    /// use sortie_session::BodyArgument;
    ///
    /// let (mut sender, body) = BodyArgument::channel();
    /// std::thread::spawn(move || {
    ///     write!(sender, "line {}\n", 1)?;
    ///     sender.finish()
    /// });
    /// # drop(body);
    /// ```
    pub fn channel() -> (BodySender, Self) {
        let (sender, receiver) = channel();
        (sender, Self::reader(receiver))
    }

    /// A multipart message, with the Content-Type that names its boundary; its parts are streamed.
    ///
    /// It has a length where every part has, and can be sent again where every part can.
    pub fn multipart(message: Multipart) -> Self {
        BodyArgument(Kind::Multipart(Arc::new(message)))
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
            Kind::Typed(typed) => Some(&typed.0),
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

    /// The body to send, and the Content-Type it brings.
    pub(crate) fn encode(&self) -> Result<(Body, Option<Cow<'static, str>>), Error> {
        match &self.0 {
            Kind::None => Ok((Body::none(), None)),
            Kind::Bytes(bytes) => Ok((Body::bytes(bytes.clone()), None)),
            Kind::Form(pairs) => {
                let form = sortie_content::form(pairs.iter().map(|(name, value)| (&**name, &**value)));
                Ok((Body::bytes(form), Some(sortie_content::FORM.into())))
            }
            #[cfg(feature = "json")]
            Kind::Json(bytes) => Ok((Body::bytes(bytes.clone()), Some(sortie_content::JSON.into()))),
            Kind::Typed(typed) => Ok((Body::bytes(typed.0.clone()), Some(typed.1.to_string().into()))),
            Kind::Body(body) => Ok((body.clone(), None)),
            Kind::Path(path) => match Body::path(&**path) {
                Ok(body) => Ok((body, None)),
                Err(source) => {
                    let message = format!("cannot send the file `{}`", path.display());
                    Err(Error::new(ErrorKind::InvalidBody).with_message(message).with_source(source))
                }
            },
            Kind::Multipart(message) => Ok((encode_multipart(message)?, Some(message.content_type().into()))),
            Kind::Unfit(source) => Err(Error::new(ErrorKind::InvalidBody).with_shared_source(source.clone())),
        }
    }
}

fn encode_multipart(message: &Arc<Multipart>) -> Result<Body, Error> {
    let length = message.length();
    if message.is_in_memory() && length.is_some_and(|length| length <= SMALL) {
        let mut bytes = Vec::new();
        let unfit = |source| Error::new(ErrorKind::InvalidBody).with_source(source);
        message.reader().read_to_end(&mut bytes).map_err(unfit)?;
        return Ok(Body::bytes(bytes));
    }
    let (again, message) = (message.is_replayable(), message.clone());
    let open = move || -> io::Result<Box<dyn Read + Send>> { Ok(Box::new(message.reader())) };
    Ok(if again { Body::reopen(open, length) } else { Body::once(open, length) })
}

/// Any body there is.
impl From<Body> for BodyArgument {
    fn from(body: Body) -> Self {
        match body.as_bytes() {
            Some(bytes) => BodyArgument(Kind::Bytes(bytes.clone())),
            None if body.is_none() => Self::none(),
            None => BodyArgument(Kind::Body(body)),
        }
    }
}

impl From<File> for BodyArgument {
    fn from(file: File) -> Self {
        Self::file(file)
    }
}

impl From<Multipart> for BodyArgument {
    fn from(message: Multipart) -> Self {
        Self::multipart(message)
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
            Kind::Typed(typed) => write!(f, "BodyArgument({} bytes)", typed.0.len()),
            Kind::Body(body) => write!(f, "BodyArgument({body:?})"),
            Kind::Path(_) => f.write_str("BodyArgument(file)"),
            Kind::Multipart(_) => f.write_str("BodyArgument(multipart)"),
            Kind::Unfit(_) => f.write_str("BodyArgument(unfit)"),
        }
    }
}
