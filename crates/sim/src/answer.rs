use std::time::Duration;

use crate::{Request, letters};

/// What a server does with one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The Location field.
    pub location: Option<String>,
    /// The content, before it is framed.
    pub content: Vec<u8>,
    /// How its end is told.
    pub framing: Framing,
    /// How many 1xx responses go before.
    pub informational: u32,
    /// Whether the connection is kept; if not, `Connection: close` is said, and done.
    pub keeps: bool,
    /// `Keep-Alive: timeout=`, in seconds.
    pub keep_alive: Option<u32>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
    /// Bytes behind the message that belong to nothing.
    pub surplus: Vec<u8>,
    /// How long the server thinks, counted from the end of the request.
    pub after: Duration,
    /// Whether it answers as soon as the request's head has come, without waiting for its body.
    pub early: bool,
    /// Into how many pieces the network cuts the bytes, at any places. 0 counts as 1.
    pub pieces: usize,
    /// The longest time between two pieces.
    pub gap: Duration,
    /// How it ends.
    pub ending: Ending,
    /// How long the idle connection is kept, if no other request comes; `None` for ever.
    pub idle: Option<Duration>,
}

/// How the end of a content is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Framing {
    /// By Content-Length.
    Length,
    /// By chunks.
    Chunked,
    /// By closing the connection.
    Close,
}

/// What becomes of an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ending {
    /// All of it is sent.
    Whole,
    /// Only so many bytes of it, head and all, are sent before the server leaves.
    Cut {
        /// How many.
        after: usize,
        /// How it leaves.
        with: Farewell,
    },
    /// Only so many bytes of it are sent, and then nothing more, ever.
    Stall {
        /// How many.
        after: usize,
    },
    /// These bytes are sent in its place, and the server leaves.
    Garbage(Vec<u8>),
}

/// How a server leaves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Farewell {
    /// In good order.
    Close,
    /// By a reset.
    Reset,
}

impl Answer {
    /// `200 OK` with so many bytes of content that belong to this request and no other; at once, whole, in one piece,
    /// on a connection that is kept.
    pub fn ok(request: &Request, size: usize) -> Self {
        Answer {
            status: 200,
            location: None,
            content: letters(request.key(), size),
            framing: Framing::Length,
            informational: 0,
            keeps: true,
            keep_alive: None,
            retry_after: None,
            surplus: Vec::new(),
            after: Duration::ZERO,
            early: false,
            pieces: 1,
            gap: Duration::ZERO,
            ending: Ending::Whole,
            idle: None,
        }
    }

    /// A redirect, otherwise as [`ok`](Self::ok): to the next step of the same call, at this origin.
    pub fn redirect(request: &Request, status: u16, authority: &str) -> Self {
        let location = format!("http://{authority}/{}/{}", request.tag, request.step + 1);
        Answer { status, location: Some(location), ..Answer::ok(request, 16) }
    }

    /// Whether a response of this status to this method has content.
    pub(crate) fn has_content(&self, request: &Request) -> bool {
        request.method != "HEAD" && self.status != 204 && self.status != 304
    }

    /// Whether the connection ends with this answer.
    pub(crate) fn closes(&self, request: &Request) -> bool {
        !self.keeps || self.framing == Framing::Close && self.has_content(request)
    }

    /// Its bytes, if all goes well.
    pub fn wire(&self, request: &Request) -> Vec<u8> {
        let mut wire = b"HTTP/1.1 103 Early Hints\r\nLink: </style>\r\n\r\n".repeat(self.informational as usize);
        wire.extend_from_slice(format!("HTTP/1.1 {} As Planned\r\nServer: sim\r\n", self.status).as_bytes());
        let mut field = |name: &str, value: &str| wire.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        if let Some(location) = &self.location {
            field("Location", location);
        }
        if !self.keeps {
            field("Connection", "close");
        }
        if let Some(seconds) = self.keep_alive {
            field("Keep-Alive", &format!("timeout={seconds}"));
        }
        if let Some(seconds) = self.retry_after {
            field("Retry-After", &seconds.to_string());
        }
        match self.framing {
            _ if self.status == 204 || self.status == 304 => {}
            Framing::Length => field("Content-Length", &self.content.len().to_string()),
            Framing::Chunked => field("Transfer-Encoding", "chunked"),
            Framing::Close => {}
        }
        wire.extend_from_slice(b"\r\n");
        if self.has_content(request) {
            match self.framing {
                Framing::Chunked => chunks(&self.content, &mut wire),
                Framing::Length | Framing::Close => wire.extend_from_slice(&self.content),
            }
        }
        wire.extend_from_slice(&self.surplus);
        wire
    }
}

/// Chunks, each twice as large as the one before.
fn chunks(mut content: &[u8], wire: &mut Vec<u8>) {
    let mut size = 7;
    while !content.is_empty() {
        let (chunk, rest) = content.split_at(size.min(content.len()));
        wire.extend_from_slice(format!("{:x};twice=\"as much\"\r\n", chunk.len()).as_bytes());
        wire.extend_from_slice(chunk);
        wire.extend_from_slice(b"\r\n");
        (content, size) = (rest, size * 2);
    }
    wire.extend_from_slice(b"0\r\nExpires: never\r\n\r\n");
}
