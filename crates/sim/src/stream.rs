use std::io::{self, Read};

use sortie_http::Body;

use crate::letters;

/// How a body is sent that is read meanwhile.
#[derive(Clone, Debug)]
pub struct Stream {
    /// What is said of its length; `None` for nothing, so that it is sent in chunks.
    pub length: Option<u64>,
    /// Whether it can be opened a second time.
    pub again: bool,
    /// Whether reading it fails behind its last byte.
    pub fails: bool,
}

impl Stream {
    /// Whether a call that can be sent again cannot fail of it, which has so many bytes.
    pub(crate) fn is_sound(&self, count: Option<usize>) -> bool {
        self.again && !self.fails && self.length.is_none_or(|length| count.map(|count| count as u64) == Some(length))
    }

    /// So many letters of a call.
    pub(crate) fn body(&self, tag: u64, count: usize) -> Body {
        let Stream { length, again, fails } = *self;
        let open = move || -> io::Result<Box<dyn Read + Send>> {
            let letters = io::Cursor::new(letters(tag, count));
            Ok(if fails { Box::new(letters.chain(Failing)) } else { Box::new(letters) })
        };
        if again { Body::reopen(open, length) } else { Body::once(open, length) }
    }
}

/// A reader that has nothing to give.
struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("as the world has it"))
    }
}
