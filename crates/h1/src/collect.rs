//! A head that comes in pieces, put together.

use memchr::memchr;

use crate::{Error, Limits};

/// What came of a head so far. The search for its end goes on where it stopped.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    bytes: Vec<u8>,
    /// No end begins before this place.
    searched: usize,
}

impl Collected {
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Takes what may belong to the head from the front of `input`: so many bytes, if the head is complete with them.
    ///
    /// Otherwise all of the input was taken. Fails as soon as it cannot become a head within the limits.
    pub(crate) fn take(&mut self, input: &[u8], limits: &Limits) -> Result<Option<usize>, Error> {
        let before = self.bytes.len();
        let room = limits.head.saturating_sub(before);
        self.bytes.extend_from_slice(&input[..input.len().min(room)]);
        check_start(&self.bytes)?;
        if let Some(end) = self.find_end() {
            self.bytes.truncate(end);
            return Ok(Some(end - before));
        }
        match self.bytes.len() < limits.head {
            true => Ok(None),
            false => Err(Error::HeadTooLarge { limit: limits.head }),
        }
    }

    /// Where the first empty line ends.
    fn find_end(&mut self) -> Option<usize> {
        while let Some(found) = memchr(b'\n', &self.bytes[self.searched..]) {
            let at = self.searched + found;
            match self.bytes[at + 1..] {
                [b'\n', ..] => return Some(at + 2),
                [b'\r', b'\n', ..] => return Some(at + 3),
                [] | [b'\r'] => {
                    self.searched = at;
                    return None;
                }
                _ => self.searched = at + 1,
            }
        }
        self.searched = self.bytes.len();
        None
    }
}

/// Refuses, at the first byte that shows it, what is no response of HTTP/1.0 or HTTP/1.1.
pub(crate) fn check_start(bytes: &[u8]) -> Result<(), Error> {
    if bytes.starts_with(b"HTTP/1.1") || bytes.starts_with(b"HTTP/1.0") {
        return Ok(());
    }
    let name = bytes.len().min(5);
    if bytes[..name] != b"HTTP/"[..name] {
        return Err(Error::Garbage);
    }
    match &bytes[name..] {
        [] | [b'1'] | [b'1', b'.'] => Ok(()),
        _ => Err(Error::Version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_start_is_refused_at_its_first_byte() {
        for good in ["", "H", "HTTP", "HTTP/", "HTTP/1", "HTTP/1.", "HTTP/1.0", "HTTP/1.1 200"] {
            assert_eq!(check_start(good.as_bytes()), Ok(()), "{good}");
        }
        for bad in ["\r", " ", "HTTQ", "http/1.1", "HTTP 200"] {
            assert_eq!(check_start(bad.as_bytes()), Err(Error::Garbage), "{bad:?}");
        }
        for bad in ["HTTP/2", "HTTP/1,", "HTTP/1.2", "HTTP/1.\r"] {
            assert_eq!(check_start(bad.as_bytes()), Err(Error::Version), "{bad:?}");
        }
    }

    #[test]
    fn the_end_is_found_across_pieces() {
        for head in ["HTTP/1.1 200 OK\r\na: b\r\n\r\n", "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200\r\na: b\n\r\n"] {
            let wire = format!("{head}\n\nbody");
            for cut in 1..wire.len() {
                let mut collected = Collected::default();
                let (first, second) = wire.as_bytes().split_at(cut);
                let used = match collected.take(first, &Limits::default()).unwrap() {
                    Some(used) => used,
                    None => cut + collected.take(second, &Limits::default()).unwrap().unwrap(),
                };
                assert_eq!(used, head.len(), "cut at {cut}");
                assert_eq!(collected.into_bytes(), head.as_bytes());
            }
        }
    }

    #[test]
    fn a_head_may_be_as_long_as_the_limit() {
        let head = b"HTTP/1.1 200 OK\r\n\r\n";
        let limits = |head| Limits { head, ..Limits::default() };
        assert_eq!(Collected::default().take(head, &limits(head.len())), Ok(Some(head.len())));
        let limit = head.len() - 1;
        assert_eq!(Collected::default().take(head, &limits(limit)), Err(Error::HeadTooLarge { limit }));
    }
}
