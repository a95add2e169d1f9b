//! Where a request ends (RFC 9112, section 6.3), as far as a script needs it.

use std::io;

/// How the content of a request is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// By its length in octets; 0 where the head says nothing.
    Length(usize),
    /// By chunks.
    Chunked,
}

impl Framing {
    /// Reads it from a head. A transfer coding wins over a length; of several lengths the first counts.
    pub(super) fn of(head: &[u8]) -> io::Result<Self> {
        let head = String::from_utf8_lossy(head);
        let field = |name: &str| {
            head.lines().skip(1).find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim())
            })
        };
        if let Some(coding) = field("transfer-encoding") {
            return match coding.rsplit(',').next().map(str::trim) {
                Some(last) if last.eq_ignore_ascii_case("chunked") => Ok(Self::Chunked),
                _ => Err(invalid("the request's transfer coding has no end")),
            };
        }
        match field("content-length") {
            None => Ok(Self::Length(0)),
            Some(length) => length.parse().map(Self::Length).map_err(|_| invalid("the request's length is no number")),
        }
    }
}

/// The octets that a chunk's first line promises, extensions passed over.
pub(super) fn chunk_size(line: &[u8]) -> io::Result<usize> {
    let line = String::from_utf8_lossy(line);
    let digits = line.split(';').next().unwrap_or_default().trim();
    usize::from_str_radix(digits, 16).map_err(|_| invalid("the request's chunk size is no number"))
}

/// What came is no request.
pub(super) fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transfer_coding_wins_over_a_length() {
        let head = b"POST / HTTP/1.1\r\ncontent-length: 5\r\nTRANSFER-ENCODING: gzip, Chunked\r\n\r\n";
        assert_eq!(Framing::of(head).unwrap(), Framing::Chunked);
        assert_eq!(Framing::of(b"POST / HTTP/1.1\r\ncontent-LENGTH:5\r\n\r\n").unwrap(), Framing::Length(5));
        assert_eq!(Framing::of(b"GET / HTTP/1.1\r\n\r\n").unwrap(), Framing::Length(0));
    }

    #[test]
    fn what_is_not_a_number_is_no_length() {
        assert!(Framing::of(b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n").is_err());
        assert!(Framing::of(b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n").is_err());
        assert!(chunk_size(b"zz\r\n").is_err());
        assert_eq!(chunk_size(b"1f;name=value\r\n").unwrap(), 31);
    }
}
