//! A tiny HTTP client on std's sockets, so that no client of ours vouches for the server.
#![allow(dead_code, reason = "not every test file asks in every way")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

/// One kept connection.
pub(crate) struct Client<S = TcpStream> {
    stream: BufReader<S>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) content: Vec<u8>,
}

impl Client {
    pub(crate) fn new(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream)
    }
}

impl<S: Read + Write> Client<S> {
    /// On a stream that is connected.
    pub(crate) fn over(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    pub(crate) fn stream(&mut self) -> &mut S {
        self.stream.get_mut()
    }

    /// `GET path`.
    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: h:1\r\n\r\n"), b"")
    }

    /// `method path` with content of that type.
    pub(crate) fn send_content(&mut self, method: &str, path: &str, content_type: &str, content: &[u8]) -> Answer {
        let length = content.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: h:1\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
        );
        self.send(&head, content)
    }

    /// A head and content as they are.
    pub(crate) fn send(&mut self, head: &str, content: &[u8]) -> Answer {
        self.stream.get_mut().write_all(&[head.as_bytes(), content].concat()).unwrap();
        self.receive(head.starts_with("HEAD "))
    }

    /// The next answer.
    pub(crate) fn receive(&mut self, headless: bool) -> Answer {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.stream.read_line(&mut head).unwrap(), 0, "the head ends at {head:?}");
        }
        let status = head[9..12].parse().unwrap();
        let mut answer = Answer { status, head, content: Vec::new() };
        if headless || status < 200 || matches!(status, 204 | 304) {
            return answer;
        }
        if answer.field("Transfer-Encoding") == Some("chunked") {
            answer.content = self.chunks();
        } else if let Some(length) = answer.field("Content-Length") {
            answer.content.resize(length.parse().unwrap(), 0);
            self.stream.read_exact(&mut answer.content).unwrap();
        } else {
            self.stream.read_to_end(&mut answer.content).unwrap();
        }
        answer
    }

    /// Whether the server has ended the connection, one way or the other.
    pub(crate) fn at_end(&mut self) -> bool {
        self.stream.fill_buf().map_or(true, <[u8]>::is_empty)
    }

    /// The next `count` octets, whatever they are.
    pub(crate) fn octets(&mut self, count: usize) -> Vec<u8> {
        let mut octets = vec![0; count];
        self.stream.read_exact(&mut octets).unwrap();
        octets
    }

    /// How the server ends the connection: `Ok` is the way that the stream knows as proper.
    pub(crate) fn end(&mut self) -> std::io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).map(|_| rest)
    }

    fn chunks(&mut self) -> Vec<u8> {
        let mut content = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            let size = usize::from_str_radix(line.trim(), 16).unwrap();
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk).unwrap();
            if size == 0 {
                return content;
            }
            content.extend_from_slice(&chunk[..size]);
        }
    }
}

impl Answer {
    /// The first field of that name, in the case the server writes.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields(name).first().copied()
    }

    pub(crate) fn fields(&self, name: &str) -> Vec<&str> {
        self.head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.content).unwrap()
    }
}
