//! How long a body is (RFC 9112, section 6.3).

use sortie_http::{Method, StatusCode, Version};

use crate::Error;
use crate::facts::Facts;

/// Where the content of a response ends. Complete: RFC 9112, section 6.3, knows no other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Framing {
    /// There is no content: the answer to HEAD, a 1xx, 204 or 304.
    None,
    /// After so many bytes.
    Length(u64),
    /// With the last chunk.
    Chunked,
    /// When the peer closes the connection.
    Close,
}

/// What the request's method lets us expect behind the head.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Expected {
    /// Content, as the head says.
    Content,
    /// None, whatever the head says: HEAD.
    Nothing,
    /// A tunnel, if the answer is 2xx: CONNECT.
    Tunnel,
}

impl Expected {
    pub(crate) fn of(method: &Method) -> Self {
        match *method {
            Method::HEAD => Expected::Nothing,
            Method::CONNECT => Expected::Tunnel,
            _ => Expected::Content,
        }
    }
}

/// What a head says of its content and its connection, before the method and the status are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    framing: Framing,
    persists: bool,
    pub(crate) suspicious: bool,
}

impl Measure {
    /// Weighs the fields of a head. A coding wins over a length, whatever that length is.
    pub(crate) fn of(facts: Facts, version: Version) -> Result<Self, Error> {
        let persists = version == Version::HTTP_11 && !facts.close;
        match (facts.coding.verdict()?, facts.length) {
            (true, length) => {
                // HTTP/1.0 has no codings: its framing is faulty (section 6.1).
                let suspicious = length.is_some() || version == Version::HTTP_10;
                Ok(Measure { framing: Framing::Chunked, persists: persists && !suspicious, suspicious })
            }
            (false, Some(length)) => Ok(Measure { framing: Framing::Length(length?), persists, suspicious: false }),
            (false, None) => Ok(Measure { framing: Framing::Close, persists, suspicious: false }),
        }
    }

    /// The framing for this method and status, and whether the connection can be reused after it.
    pub(crate) fn settle(self, status: StatusCode, expected: Expected) -> (Framing, bool) {
        match has_content(status, expected) {
            true => (self.framing, self.persists && self.framing != Framing::Close),
            false => (Framing::None, self.persists && !is_tunnel(status, expected)),
        }
    }

    /// Measures a head that has no content, where no field can be at fault: it is not reused then.
    pub(crate) fn faulty() -> Self {
        Measure { framing: Framing::None, persists: false, suspicious: true }
    }
}

/// Whether content may stand behind a head at all.
pub(crate) fn has_content(status: StatusCode, expected: Expected) -> bool {
    let never = status.is_informational() || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    !never && expected != Expected::Nothing && !is_tunnel(status, expected)
}

fn is_tunnel(status: StatusCode, expected: Expected) -> bool {
    expected == Expected::Tunnel && status.is_success()
}
