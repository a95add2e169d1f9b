//! Lines of text, in every cut and encoding.
#![allow(clippy::unwrap_used)]

use std::io::{self, Read};

use sortie_content::{Error, Lines};
use sortie_http::Headers;

/// Gives its bytes in pieces of this size, and may fail behind them.
struct Pieces<'a> {
    rest: &'a [u8],
    size: usize,
    fails: bool,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && self.fails {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let count = self.size.min(buf.len());
        self.rest.read(&mut buf[..count])
    }
}

fn typed(charset: &str) -> Headers {
    let mut headers = Headers::new();
    headers.append("Content-Type", &format!("text/plain; charset={charset}")).unwrap();
    headers
}

fn lines(bytes: &[u8], size: usize, headers: &Headers) -> Vec<String> {
    Lines::new(Pieces { rest: bytes, size, fails: false }, headers).collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_line_ends_with_lf_or_crlf_in_every_cut() {
    let text = "one\r\ntwo\n\r\nlone \r is none\né € 𝄞\r\nlast".as_bytes();
    for size in 1..=text.len() {
        let expected = ["one", "two", "", "lone \r is none", "é € 𝄞", "last"];
        assert_eq!(lines(text, size, &Headers::new()), expected, "pieces of {size}");
    }
    assert_eq!(lines(b"", 1, &Headers::new()), [""; 0]);
    assert_eq!(lines(b"\n", 1, &Headers::new()), [""]);
    assert_eq!(lines(b"a\r", 1, &Headers::new()), ["a\r"]);
}

#[test]
fn the_encoding_is_the_marks_then_the_parameters() {
    let utf16: Vec<u8> = "a€\r\nb\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe", &utf16[..]].concat();
    for size in 1..=marked.len() {
        assert_eq!(lines(&marked, size, &typed("utf-8")), ["a€", "b"], "pieces of {size}");
        assert_eq!(lines(&utf16, size, &typed("utf-16le")), ["a€", "b"], "pieces of {size}");
    }
    assert_eq!(lines(b"caf\xe9\n", 1, &typed("latin1")), ["café"]);
    assert_eq!(lines(b"\xef\xbb\xbfa\xff\n", 1, &Headers::new()), ["a\u{fffd}"]);
    assert_eq!(lines(b"a\xe2\x82", 1, &Headers::new()), ["a\u{fffd}"]);
}

#[test]
fn a_line_past_the_limit_is_an_error_and_the_last() {
    for (text, fits) in
        [("abcd\nefgh\r\nijkl", true), ("ok\nabcde\nx\n", false), ("ok\nabcde", false), ("ok\nabcdeabcde", false)]
    {
        for size in [1, 3, 100] {
            let pieces = Pieces { rest: text.as_bytes(), size, fails: false };
            let all: Vec<_> = Lines::new(pieces, &Headers::new()).limit(4).collect();
            match fits {
                true => assert!(all.len() == 3 && all.iter().all(Result::is_ok)),
                false => {
                    let error = all[1].as_ref().unwrap_err().get_ref().unwrap().downcast_ref::<Error>();
                    assert!(matches!(error, Some(Error::LineTooLong { limit: 4 })) && all.len() == 2);
                }
            }
        }
    }
}

#[test]
fn what_is_held_does_not_grow_with_a_line_that_never_ends() {
    let mut lines = Lines::new(io::repeat(b'x'), &Headers::new());
    assert!(lines.next().unwrap().is_err());
    assert!(lines.next().is_none());
}

#[test]
fn an_error_of_the_reader_is_passed_on_behind_the_lines_before_it() {
    let mut lines = Lines::new(Pieces { rest: b"one\ntwo", size: 2, fails: true }, &Headers::new());
    assert_eq!(lines.next().unwrap().unwrap(), "one");
    assert_eq!(lines.next().unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert!(lines.next().is_none());
}
