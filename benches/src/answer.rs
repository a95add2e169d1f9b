//! A response, read as cheaply as can be: its status, its head's end and its length.

use std::mem;

use memchr::memchr_iter;
use memchr::memmem::Finder;

use crate::Error;

/// The longest head that is waited for, in bytes.
const LONGEST: usize = 64 << 10;

/// The response that a connection waits for, as far as it has arrived.
///
/// ```text
/// Head ──► Content ──► Head
/// ```
#[derive(Debug)]
pub(crate) enum Answer {
    /// The head has not ended: what there is of it.
    Head(Vec<u8>),
    /// The head has ended; `left` bytes of content are to come.
    Content { status: u16, length: usize, left: usize, content: Vec<u8> },
}

/// A whole response.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Whole {
    pub(crate) status: u16,
    /// Of the content, in bytes.
    pub(crate) length: usize,
    /// The content, in memory of its size, if it was to be kept; else empty.
    pub(crate) content: Vec<u8>,
}

impl Answer {
    /// Nothing has arrived.
    pub(crate) fn new() -> Self {
        Answer::Head(Vec::new())
    }

    /// Reads what arrived; gives the response with its last byte, and is as new then.
    ///
    /// After an error the connection is lost.
    pub(crate) fn receive(&mut self, bytes: &[u8], search: &Search, keep: bool) -> Result<Option<Whole>, Error> {
        match self {
            Answer::Head(seen) if seen.is_empty() => match search.head(bytes)? {
                Some(head) => self.begin(&head, &bytes[head.size..], keep),
                None => {
                    seen.extend_from_slice(bytes);
                    Ok(None)
                }
            },
            Answer::Head(seen) => {
                seen.extend_from_slice(bytes);
                let seen = mem::take(seen);
                match search.head(&seen)? {
                    Some(head) => self.begin(&head, &seen[head.size..], keep),
                    None => {
                        *self = Answer::Head(seen);
                        Ok(None)
                    }
                }
            }
            Answer::Content { status, length, left, content } => {
                *left = left.checked_sub(bytes.len()).ok_or(Error::Beyond)?;
                if keep {
                    content.extend_from_slice(bytes);
                }
                if *left > 0 {
                    return Ok(None);
                }
                let whole = Whole { status: *status, length: *length, content: mem::take(content) };
                *self = Answer::new();
                Ok(Some(whole))
            }
        }
    }

    fn begin(&mut self, head: &Head, first: &[u8], keep: bool) -> Result<Option<Whole>, Error> {
        let &Head { status, length, .. } = head;
        let left = length.checked_sub(first.len()).ok_or(Error::Beyond)?;
        if left == 0 {
            let content = if keep { first.to_vec() } else { Vec::new() };
            *self = Answer::new();
            return Ok(Some(Whole { status, length, content }));
        }
        let mut content = Vec::new();
        if keep {
            content.reserve_exact(length);
            content.extend_from_slice(first);
        }
        *self = Answer::Content { status, length, left, content };
        Ok(None)
    }
}

/// What is looked for in a head.
struct Head {
    status: u16,
    length: usize,
    /// With the empty line, in bytes.
    size: usize,
}

/// The searches in a head, prepared once.
#[derive(Debug)]
pub(crate) struct Search {
    end: Finder<'static>,
    length: Finder<'static>,
}

impl Search {
    pub(crate) fn new() -> Self {
        Search { end: Finder::new(b"\r\n\r\n"), length: Finder::new(b"\r\nContent-Length:") }
    }

    /// Reads the head at the front of `bytes`; `None` if its end is not there.
    fn head(&self, bytes: &[u8]) -> Result<Option<Head>, Error> {
        let Some(end) = self.end.find(bytes) else {
            return if bytes.len() < LONGEST { Ok(None) } else { Err(Error::Head) };
        };
        let head = &bytes[..end];
        let status = status(head).ok_or(Error::Head)?;
        let value = match self.length.find(head) {
            Some(at) => &head[at + self.length.needle().len()..],
            None => length_in_any_case(head).ok_or(Error::Length)?,
        };
        Ok(Some(Head { status, length: decimal(value).ok_or(Error::Length)?, size: end + 4 }))
    }
}

/// What follows the name, up to the end of the head.
fn length_in_any_case(head: &[u8]) -> Option<&[u8]> {
    memchr_iter(b'\n', head)
        .filter_map(|at| head[at + 1..].split_at_checked(15))
        .find_map(|(name, value)| name.eq_ignore_ascii_case(b"content-length:").then_some(value))
}

/// The status in a head of HTTP/1.1.
fn status(head: &[u8]) -> Option<u16> {
    match head.strip_prefix(b"HTTP/1.1 ")? {
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b' ' | b'\r', ..] => {
            Some(u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0'))
        }
        _ => None,
    }
}

/// The number at the front of a line, spaces around it aside.
fn decimal(line: &[u8]) -> Option<usize> {
    let line = line.trim_ascii_start();
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match line[digits..].iter().find(|byte| !matches!(byte, b' ' | b'\t')) {
        None | Some(b'\r') if digits > 0 => line[..digits]
            .iter()
            .try_fold(0_usize, |number, digit| number.checked_mul(10)?.checked_add(usize::from(digit - b'0'))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIRE: &[u8] = b"HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: 11\r\nETag: \"a\"\r\n\r\nhello world";

    #[test]
    fn a_response_is_the_same_however_the_network_cuts_it() {
        for keep in [false, true] {
            for size in 1..=WIRE.len() {
                let mut answer = Answer::new();
                let mut found: Vec<Whole> = WIRE
                    .chunks(size)
                    .filter_map(|piece| answer.receive(piece, &Search::new(), keep).unwrap())
                    .collect();
                let whole = found.pop().unwrap();
                assert_eq!((whole.status, whole.length), (200, 11), "pieces of {size}");
                assert_eq!(whole.content, if keep { &b"hello world"[..] } else { b"" }, "pieces of {size}");
                assert_eq!(whole.content.capacity(), whole.content.len(), "pieces of {size}");
                assert!(found.is_empty() && matches!(answer, Answer::Head(seen) if seen.is_empty()));
            }
        }
    }

    #[test]
    fn more_than_the_response_is_an_error_in_every_cut() {
        let wire = [WIRE, b"!"].concat();
        for at in 1..WIRE.len() {
            let mut answer = Answer::new();
            assert!(answer.receive(&wire[..at], &Search::new(), true).unwrap().is_none());
            assert!(matches!(answer.receive(&wire[at..], &Search::new(), true), Err(Error::Beyond)), "cut at {at}");
        }
    }

    #[test]
    fn a_length_is_one_number() {
        for lines in
            ["", "Content-Length:\r\n", "Content-Length: +1\r\n", "Content-Length: 1 1\r\n", "Content-Length: 1x\r\n"]
        {
            let wire = format!("HTTP/1.1 200 OK\r\n{lines}\r\na");
            assert!(
                matches!(Answer::new().receive(wire.as_bytes(), &Search::new(), false), Err(Error::Length)),
                "{lines:?}"
            );
        }
        let wire = format!("HTTP/1.1 200 OK\r\nContent-Length: {}0\r\n\r\n", u64::MAX);
        assert!(matches!(Answer::new().receive(wire.as_bytes(), &Search::new(), false), Err(Error::Length)));
    }

    #[test]
    fn the_name_of_the_length_has_any_case_and_its_value_spaces() {
        for line in [
            "Content-Length: 1",
            "content-length:1",
            "CONTENT-LENGTH: \t1 ",
            "X: Content-Length: 9\r\nContent-Length: 1",
        ] {
            let wire = format!("HTTP/1.1 200 OK\r\n{line}\r\nY: z\r\n\r\na");
            let whole = Answer::new().receive(wire.as_bytes(), &Search::new(), false).unwrap();
            assert_eq!(whole.map(|whole| whole.length), Some(1), "{line:?}");
        }
    }

    #[test]
    fn another_version_is_not_a_head() {
        for line in ["HTTP/1.0 200 OK", "HTTP/1.1 20x OK", "HTTP/1.1 2000 OK", "SSH-2.0-x"] {
            let wire = format!("{line}\r\nContent-Length: 0\r\n\r\n");
            assert!(
                matches!(Answer::new().receive(wire.as_bytes(), &Search::new(), false), Err(Error::Head)),
                "{line}"
            );
        }
    }

    #[test]
    fn a_head_without_end_is_given_up() {
        let mut answer = Answer::new();
        assert!(answer.receive(b"HTTP/1.1 200 OK\r\n", &Search::new(), false).unwrap().is_none());
        let line = format!("X: {}\r\n", "y".repeat(1000));
        let pieces =
            (0..100).map(|_| answer.receive(line.as_bytes(), &Search::new(), false)).take_while(Result::is_ok).count();
        assert!((60..70).contains(&pieces), "{pieces}");
    }
}
