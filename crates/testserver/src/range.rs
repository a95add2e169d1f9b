//! Parts of a document (RFC 9110, section 14).

use hyper::header::{ACCEPT_RANGES, CONTENT_RANGE, ETAG, HeaderName, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE};
use hyper::{Method, StatusCode};

use crate::answer::{self, Answer};
use crate::content::Content;
use crate::request::Request;

/// The longest document, in octets.
const MOST: usize = 100 * 1024 * 1024;

const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";

/// When every document was made.
const MADE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

/// What of a document is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// All of it.
    Whole,
    /// From the first octet up to before the second.
    Between(usize, usize),
    /// What it does not have.
    Beyond,
}

/// `/range/:n`: the alphabet, over and over, whole or the part that is asked for.
pub(crate) fn part(request: &Request, length: &str) -> Answer {
    let Some(length) = length.parse().ok().filter(|length| *length <= MOST) else {
        return answer::bad("not a count of octets up to 104857600");
    };
    let tag = format!("\"range-{length}\"");
    let part = match request.header(RANGE) {
        Some(range) if request.method() == Method::GET && holds(request.header(IF_RANGE), &tag) => {
            Part::read(range, length)
        }
        _ => Part::Whole,
    };
    let (status, from, to) = match part {
        Part::Whole => (StatusCode::OK, 0, length),
        Part::Between(from, to) => (StatusCode::PARTIAL_CONTENT, from, to),
        Part::Beyond => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    let letters: Vec<u8> = LETTERS.iter().cycle().skip(from % LETTERS.len()).take(to - from).copied().collect();
    let mut answer = answer::typed("application/octet-stream", Content::Whole(letters.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let fields: &[(HeaderName, String)] = &[(ETAG, tag), (LAST_MODIFIED, MADE.into())];
    let answer = fields.iter().fold(answer, |answer, (name, value)| answer::with(answer, name.clone(), value));
    match status {
        StatusCode::OK => answer,
        StatusCode::PARTIAL_CONTENT => {
            answer::with(answer, CONTENT_RANGE, &format!("bytes {from}-{}/{length}", to - 1))
        }
        _ => answer::with(answer, CONTENT_RANGE, &format!("bytes */{length}")),
    }
}

/// A part can be given: nothing but this version is asked for.
fn holds(condition: Option<&str>, tag: &str) -> bool {
    condition.is_none_or(|condition| condition == tag || condition == MADE)
}

impl Part {
    /// The part that a Range field names; a field with several, or one that cannot be read, is ignored.
    fn read(field: &str, length: usize) -> Self {
        let Some((first, last)) = field.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
            return Self::Whole;
        };
        let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
        if !digits(first) || !digits(last) {
            return Self::Whole;
        }
        // More digits than a number has are more than any document.
        let number = |text: &str| text.parse().unwrap_or(usize::MAX);
        match (first, last) {
            ("", "") => Self::Whole,
            ("", suffix) => Self::between(length.saturating_sub(number(suffix)), length),
            (first, "") if number(first) < length => Self::between(number(first), length),
            (_, "") => Self::Beyond,
            (first, last) if number(last) < number(first) => Self::Whole,
            (first, last) => Self::between(number(first), number(last).saturating_add(1).min(length)),
        }
    }

    fn between(from: usize, to: usize) -> Self {
        if from < to { Self::Between(from, to) } else { Self::Beyond }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_rfc_has_it() {
        let cases = [
            ("bytes=0-0", Part::Between(0, 1)),
            ("bytes=2-", Part::Between(2, 10)),
            ("bytes=2-99999999999999999999999", Part::Between(2, 10)),
            ("bytes=-3", Part::Between(7, 10)),
            ("bytes=-99", Part::Between(0, 10)),
            ("bytes=-0", Part::Beyond),
            ("bytes=10-", Part::Beyond),
            ("bytes=10-12", Part::Beyond),
            ("bytes=3-2", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("lines=0-1", Part::Whole),
        ];
        for (field, part) in cases {
            assert_eq!(Part::read(field, 10), part, "{field}");
        }
        assert_eq!(Part::read("bytes=0-", 0), Part::Beyond);
    }
}
