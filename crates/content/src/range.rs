//! Parts of content, and the Content-Range field that says which (RFC 9110, section 14.4).

use sortie_http::Headers;

/// Which bytes of the whole a message has.
///
/// ```
/// use sortie_content::ContentRange;
///
/// let range = ContentRange::parse("bytes 10-19/100").unwrap();
/// assert_eq!((range.first, range.last, range.total), (10, 19, Some(100)));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ContentRange {
    /// The first byte, counted from 0.
    pub first: u64,
    /// The last byte, which is not before the first.
    pub last: u64,
    /// How long the whole is, where that is known; past the last byte.
    pub total: Option<u64>,
}

/// The range of a message's content. `None` where it names none, names it twice, or so that it cannot be read.
pub fn content_range(headers: &Headers) -> Option<ContentRange> {
    let mut fields = headers.get_all("content-range");
    let field = fields.next()?;
    ContentRange::parse(field).filter(|_| fields.next().is_none())
}

impl ContentRange {
    /// Reads `bytes first-last/total`, or `*` for a total that is not known. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (unit, range) = text.trim().split_once(' ')?;
        let (range, total) = range.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let total = match total {
            "*" => None,
            total => Some(number(total)?),
        };
        let range = ContentRange { first: number(first)?, last: number(last)?, total };
        let is_sound = range.first <= range.last && range.total.is_none_or(|total| range.last < total);
        (unit.eq_ignore_ascii_case("bytes") && is_sound).then_some(range)
    }

    /// How long the whole is, as a 416 says it: `bytes */total` (RFC 9110, section 15.5.17).
    pub fn unsatisfied(headers: &Headers) -> Option<u64> {
        let (unit, total) = headers.get("content-range")?.trim().split_once(' ')?;
        number(total.trim().strip_prefix("*/")?).filter(|_| unit.eq_ignore_ascii_case("bytes"))
    }
}

/// Decimal digits only: `parse` would take a sign.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_lies_in_its_whole() {
        let range = |first, last, total| Some(ContentRange { first, last, total });
        assert_eq!(ContentRange::parse("Bytes 0-0/1"), range(0, 0, Some(1)));
        assert_eq!(ContentRange::parse(" bytes  5-9/* "), range(5, 9, None));
        for bad in [
            "bytes 9-5/10",
            "bytes 0-10/10",
            "bytes +1-5/10",
            "bytes 0-9",
            "items 0-9/10",
            "bytes */10",
            "",
            "bytes -/-",
        ] {
            assert_eq!(ContentRange::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_range_that_could_not_be_had_says_how_long_the_whole_is() {
        let mut headers = Headers::new();
        assert_eq!(ContentRange::unsatisfied(&headers), None);
        headers.append("Content-Range", "bytes */47").unwrap();
        assert_eq!(ContentRange::unsatisfied(&headers), Some(47));
        assert_eq!(content_range(&headers), None);
        headers.append("Content-Range", "bytes 0-4/47").unwrap();
        assert_eq!(content_range(&headers), None, "twice");
    }
}
