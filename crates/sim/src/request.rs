use crate::Error;

/// A request as a server sees it: its head.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Which call it belongs to.
    pub tag: u64,
    /// How many redirects led to it.
    pub step: u32,
    /// How often this call has come here with this step before, on any connection.
    pub repeated: u32,
    /// Which exchange of its connection this is, counted from 1.
    pub exchange: u32,
    /// How many bytes its body has; `None` where it comes in chunks.
    pub length: Option<usize>,
    /// Whether it waits for a 100 before its body.
    pub expects: bool,
}

impl Request {
    /// What its answer's content is made from.
    pub(crate) fn key(&self) -> u64 {
        (self.tag * 1_000 + u64::from(self.step)) * 10 + u64::from(self.repeated)
    }

    /// Reads the head that `bytes` begin with, and its length; `None` where it is not complete.
    pub(crate) fn read(bytes: &[u8], exchange: u32) -> Result<Option<(usize, Request)>, Error> {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let malformed = || Error::Malformed { head: head.clone() };
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap_or_default();
        let (method, tag, step) = parse_line(line).ok_or_else(malformed)?;
        let (mut length, mut expects) = (Some(0), false);
        for line in lines {
            let (name, value) = line.split_once(": ").ok_or_else(malformed)?;
            match name {
                "Content-Length" => length = Some(value.parse().map_err(|_| malformed())?),
                "Transfer-Encoding" => length = None,
                "Expect" => expects = true,
                _ => {}
            }
        }
        let request = Request { method: method.to_owned(), tag, step, repeated: 0, exchange, length, expects };
        Ok(Some((end + 4, request)))
    }
}

/// Whose request bytes begin with this request line: method, tag and step.
pub(crate) fn parse_line(line: &str) -> Option<(&str, u64, u32)> {
    let (method, rest) = line.split_once(' ')?;
    let (tag, step) = rest.strip_suffix(" HTTP/1.1")?.strip_prefix('/')?.split_once('/')?;
    Some((method, tag.parse().ok()?, step.parse().ok()?))
}
