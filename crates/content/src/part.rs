//! One part of a multipart message.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use bytes::Bytes;
use sortie_http::{Body, Headers};

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
///
/// A clone shares the content: what a reader gives is sent once, by either of them.
#[derive(Clone, Debug)]
pub struct Part {
    pub(crate) name: String,
    filename: Option<String>,
    /// Content-Type, and what the caller added.
    fields: Headers,
    pub(crate) source: Source,
}

/// Where a part's content comes from.
#[derive(Clone)]
pub(crate) enum Source {
    Bytes(Bytes),
    /// As much of it as the length says, or all.
    Streamed {
        body: Body,
        length: Option<u64>,
    },
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
        Part::new(name.into(), Source::Streamed { body: Body::reader(reader, None), length })
    }

    /// Any body, streamed: one that can be sent again leaves the whole message one that can. No body is an empty one.
    pub fn body(name: impl Into<String>, body: Body) -> Self {
        let source = match body.as_bytes() {
            Some(bytes) => Source::Bytes(bytes.clone()),
            None if body.is_none() => Source::Bytes(Bytes::new()),
            None => Source::Streamed { length: body.length(), body },
        };
        Part::new(name.into(), source)
    }

    /// A file from its current offset on, as [`Body::file`] has it. It has no [`filename`](Part::filename) but one that is
    /// given.
    ///
    /// Fails where the system does not say how long it is.
    pub fn file(name: impl Into<String>, file: File) -> io::Result<Self> {
        Ok(Part::body(name, Body::file(file)?))
    }

    /// The file at this path, as [`Body::path`] has it, under its own name.
    ///
    /// Fails where there is nothing that could be read.
    pub fn path(name: impl Into<String>, path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let filename = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let part = Part::body(name, Body::path(path)?);
        Ok(Part { filename, ..part })
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
            Source::Streamed { length, .. } => *length,
        }
    }

    /// Whether its content can be read as often as need be.
    pub fn is_replayable(&self) -> bool {
        match &self.source {
            Source::Bytes(_) => true,
            Source::Streamed { body, .. } => body.is_replayable(),
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
            Source::Streamed { length, .. } => write!(f, "Streamed({length:?})"),
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
