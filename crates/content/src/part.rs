//! One part of a multipart message.

use std::fmt;
use std::io::Read;

use bytes::Bytes;
use sortie_http::Headers;

use crate::Error;

/// The type of a file whose part names none (RFC 7578, section 4.4).
const OCTETS: &str = "application/octet-stream";

/// A field or a file of a [`Multipart`](crate::Multipart).
///
/// ```
/// use sortie_content::Part;
///
/// let photo = Part::bytes("photo", &b"\x89PNG"[..]).filename("é.png").content_type("image/png")?.header("X-Id", "7")?;
/// assert_eq!(photo.length(), Some(4));
/// # Ok::<(), sortie_content::Error>(())
/// ```
#[derive(Debug)]
pub struct Part {
    pub(crate) name: String,
    filename: Option<String>,
    /// Content-Type, and what the caller added.
    fields: Headers,
    pub(crate) source: Source,
}

/// Where a part's content comes from.
pub(crate) enum Source {
    Bytes(Bytes),
    Reader { reader: Box<dyn Read + Send>, length: Option<u64> },
}

impl Part {
    /// A text: UTF-8, sent as it is, without a content type.
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Part::bytes(name, text.into())
    }

    /// Bytes, which are kept and not copied. Without a [`filename`](Part::filename) they are a field like a text.
    pub fn bytes(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Part::new(name.into(), Source::Bytes(content.into()))
    }

    /// What a reader gives, streamed: no more is read than is asked for.
    ///
    /// With a length in bytes, just so many are read, and sent; it is an error if the reader ends before. Without one, it
    /// is read to its end, and the length of the whole message is not known.
    pub fn reader(name: impl Into<String>, reader: Box<dyn Read + Send>, length: Option<u64>) -> Self {
        Part::new(name.into(), Source::Reader { reader, length })
    }

    /// Makes it a file of that name. Files stand behind all texts, and are `application/octet-stream` unless
    /// [`content_type`](Part::content_type) says otherwise.
    pub fn filename(mut self, filename: impl Into<String>) -> Self {
        self.filename = Some(filename.into());
        self
    }

    /// Says what media type its content has. Default: none for a text, `application/octet-stream` for a file.
    ///
    /// Fails with [`Error::PartField`] for what cannot stand in a field.
    pub fn content_type(mut self, media_type: &str) -> Result<Self, Error> {
        self.fields.set("Content-Type", media_type).map_err(|source| Error::PartField { source: Some(source) })?;
        Ok(self)
    }

    /// Adds a field to the part, behind those it has.
    ///
    /// Fails with [`Error::PartField`] for what is no field, and for Content-Disposition and Content-Type, which the part
    /// writes itself.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        if ["content-disposition", "content-type"].iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return Err(Error::PartField { source: None });
        }
        self.fields.append(name, value).map_err(|source| Error::PartField { source: Some(source) })?;
        Ok(self)
    }

    /// The length of its content in bytes, if it is known.
    pub fn length(&self) -> Option<u64> {
        match &self.source {
            Source::Bytes(bytes) => Some(bytes.len() as u64),
            Source::Reader { length, .. } => *length,
        }
    }

    pub(crate) fn is_file(&self) -> bool {
        self.filename.is_some()
    }

    /// Writes its fields, and the empty line behind them (RFC 7578, section 4.2).
    pub(crate) fn write_head(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Content-Disposition: form-data; name=\"");
        write_escaped(&self.name, out);
        if let Some(filename) = &self.filename {
            out.extend_from_slice(b"\"; filename=\"");
            write_escaped(filename, out);
        }
        out.extend_from_slice(b"\"\r\n");
        if self.is_file() && !self.fields.contains("content-type") {
            out.extend_from_slice(format!("Content-Type: {OCTETS}\r\n").as_bytes());
        }
        self.fields.write_to(out);
        out.extend_from_slice(b"\r\n");
    }

    fn new(name: String, source: Source) -> Self {
        Part { name, filename: None, fields: Headers::new(), source }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Source::Reader { length, .. } => write!(f, "Reader({length:?})"),
        }
    }
}

/// As browsers do (the HTML standard, section 4.10.21.8): UTF-8, and three characters that would end the name as percent
/// escapes. A percent sign itself stays.
fn write_escaped(name: &str, out: &mut Vec<u8>) {
    for byte in name.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"%22"),
            b'\r' => out.extend_from_slice(b"%0D"),
            b'\n' => out.extend_from_slice(b"%0A"),
            byte => out.push(byte),
        }
    }
}
