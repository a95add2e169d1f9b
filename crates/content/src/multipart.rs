//! Multipart messages: forms with files (RFC 7578).

use std::collections::VecDeque;
use std::io::{self, Read};

use bytes::{Buf, Bytes};
use sortie_http::{Body, Opened};

use crate::part::Source;
use crate::{Boundary, Error, Part};

/// Fields and files, written as `multipart/form-data`.
///
/// ```
/// use std::io::Read;
///
/// use sortie_content::{Boundary, Multipart, Part};
///
/// let form = Multipart::new(Boundary::from_seed([7; 16])) // random bytes, in earnest
///     .part(Part::bytes("file", &b"content"[..]).filename("a.txt").content_type("text/plain")?)
///     .part(Part::text("name", "value"));
/// assert!(form.content_type().starts_with("multipart/form-data; boundary=0707"));
/// let length = form.length();
///
/// let mut written = String::new();
/// form.into_reader().read_to_string(&mut written)?;
/// assert_eq!(length, Some(written.len() as u64));
/// assert!(written.contains("form-data; name=\"name\"\r\n\r\nvalue\r\n--0707"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Multipart {
    boundary: Boundary,
    parts: Vec<Part>,
}

impl Multipart {
    /// One without parts.
    pub fn new(boundary: Boundary) -> Self {
        Multipart { boundary, parts: Vec::new() }
    }

    /// Adds a part. Those without a filename are written first; apart from that the order is kept, and so are repeated
    /// names.
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// The value of Content-Type: `multipart/form-data; boundary=..`.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// How many bytes will be written, if that is known of every part.
    pub fn length(&self) -> Option<u64> {
        let (mut head, mut length) = (Vec::new(), 0_u64);
        for part in &self.parts {
            head.clear();
            self.write_head(part, &mut head);
            length = length.checked_add(head.len() as u64)?.checked_add(part.length()?)?.checked_add(2)?;
        }
        length.checked_add(self.end().len() as u64)
    }

    /// Whether it can be written as often as need be: every part is bytes, a file, or a body that can be opened again.
    pub fn is_replayable(&self) -> bool {
        self.parts.iter().all(Part::is_replayable)
    }

    /// Whether no part has to be read from anywhere.
    pub fn is_in_memory(&self) -> bool {
        self.parts.iter().all(|part| matches!(part.source, Source::Bytes(_)))
    }

    /// A reader that gives the whole message.
    pub fn into_reader(self) -> MultipartReader {
        self.reader()
    }

    /// A reader that gives the whole message; what is streamed is opened when its turn comes. For a message that is not
    /// [replayable](Self::is_replayable) a second one fails where a part was read already.
    pub fn reader(&self) -> MultipartReader {
        let end = self.end();
        let mut parts: Vec<&Part> = self.parts.iter().collect();
        parts.sort_by_key(|part| part.is_file());
        let mut pieces = VecDeque::with_capacity(3 * parts.len() + 1);
        for part in parts {
            let mut head = Vec::new();
            self.write_head(part, &mut head);
            pieces.push_back(Piece::Bytes(head.into()));
            pieces.push_back(match &part.source {
                Source::Bytes(bytes) => Piece::Bytes(bytes.clone()),
                Source::Streamed { body, length } => {
                    Piece::Streamed { name: part.name.clone(), body: body.clone(), opened: None, left: *length }
                }
            });
            pieces.push_back(Piece::Bytes(Bytes::from_static(b"\r\n")));
        }
        pieces.push_back(Piece::Bytes(end.into()));
        MultipartReader { pieces }
    }

    fn write_head(&self, part: &Part, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("--{}\r\n", self.boundary.as_str()).as_bytes());
        part.write_head(out);
    }

    fn end(&self) -> Vec<u8> {
        format!("--{}--\r\n", self.boundary.as_str()).into_bytes()
    }
}

/// Writes a [`Multipart`], as it is read. Holds no content but what was given as bytes.
///
/// Fails where a part's reader does, with [`Error::PartRead`] inside an error of the same kind, and may be read on where
/// that one may; and with [`Error::PartShort`], for good, where a reader ended before its promised length.
pub struct MultipartReader {
    /// What is still to be given; none of it is empty for good.
    pieces: VecDeque<Piece>,
}

enum Piece {
    Bytes(Bytes),
    /// `left` bytes of a body, or all that it has; opened when it is its turn.
    Streamed {
        name: String,
        body: Body,
        opened: Option<Opened>,
        left: Option<u64>,
    },
}

impl Read for MultipartReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while let Some(piece) = self.pieces.front_mut() {
            let count = piece.read(out)?;
            if count > 0 {
                return Ok(count);
            }
            self.pieces.pop_front();
        }
        Ok(0)
    }
}

impl std::fmt::Debug for MultipartReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MultipartReader").field("pieces", &self.pieces.len()).finish()
    }
}

impl Piece {
    /// 0 is the end.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Piece::Bytes(bytes) => {
                let count = bytes.len().min(out.len());
                bytes.copy_to_slice(&mut out[..count]);
                Ok(count)
            }
            Piece::Streamed { left: Some(0), .. } => Ok(0),
            Piece::Streamed { name, body, opened, left } => {
                let unreadable = |source| io::Error::from(Error::PartRead { name: name.clone(), source });
                let reader = match opened {
                    Some(reader) => reader,
                    None => opened.insert(body.open().map_err(unreadable)?),
                };
                let most = left.map_or(out.len(), |left| usize::try_from(left).unwrap_or(usize::MAX).min(out.len()));
                let count = reader.read(&mut out[..most]).map_err(unreadable)?;
                match left {
                    Some(missing) if count == 0 => {
                        Err(Error::PartShort { name: name.clone(), missing: *missing }.into())
                    }
                    Some(left) => {
                        // A reader that says more than it was asked for is held to what it was asked for.
                        let count = count.min(most);
                        *left -= count as u64;
                        Ok(count)
                    }
                    None => Ok(count.min(most)),
                }
            }
        }
    }
}
