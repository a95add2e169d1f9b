//! What the server in memory answers.

use std::ops::Range;

/// A response of 100 bytes, with a head as nginx has it. Where they are to differ, each has an entity tag of its own.
#[derive(Clone, Debug)]
pub struct Canned {
    bytes: Vec<u8>,
    differs: bool,
}

/// The digits of the entity tag stand at [`DIGITS`].
const RESPONSE: &[u8] =
    b"HTTP/1.1 200 OK\r\nETag: \"00000000\"\r\nServer: nginx\r\nDate: Sat, 14 Nov 2026 09:00:00 GMT\r\n\
    Content-Type: text/plain\r\nContent-Length: 100\r\nLast-Modified: Sat, 14 Nov 2026 08:00:00 GMT\r\n\
    Connection: keep-alive\r\nAccept-Ranges: bytes\r\n\r\n\
    sortie goes out and comes back, and so does the next one, sortie goes out and comes back, and so ...";

const DIGITS: Range<usize> = 24..32;

impl Canned {
    /// The same one every time.
    pub fn alike() -> Self {
        Canned { bytes: RESPONSE.to_vec(), differs: false }
    }

    /// Each with an entity tag that counts up from 1. The tags come again after 100,000,000 of them.
    pub fn different() -> Self {
        Canned { bytes: RESPONSE.to_vec(), differs: true }
    }

    /// The next response.
    pub fn response(&mut self) -> &[u8] {
        if self.differs {
            count_up(&mut self.bytes[DIGITS]);
        }
        &self.bytes
    }
}

/// Adds one to a number of decimal digits; after all nines comes 0. A tenth of what formatting costs.
pub(crate) fn count_up(digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_response_has_the_length_that_it_promises() {
        let head = RESPONSE.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        assert_eq!(RESPONSE.len() - head - 4, 100);
    }

    #[test]
    fn responses_that_differ_differ_in_the_tag_alone() {
        let mut canned = Canned::different();
        (0..11).for_each(|_| drop(canned.response().to_vec()));
        let twelfth = String::from_utf8(canned.response().to_vec()).unwrap();
        assert_eq!(twelfth, String::from_utf8_lossy(RESPONSE).replace("00000000", "00000012"));
        assert_eq!(Canned::alike().response(), RESPONSE);
    }

    #[test]
    fn counting_carries_and_begins_again() {
        let mut digits = *b"0999";
        count_up(&mut digits);
        assert_eq!(&digits, b"1000");
        let mut digits = *b"99";
        count_up(&mut digits);
        assert_eq!(&digits, b"00");
    }
}
