//! Trailer fields (RFC 9110, section 6.5).

use sortie_http::{Headers, HeadersBuilder};

use crate::Error;
use crate::plain::plain;

/// What a trailer section may not change: where the message ends, where it goes, who asks, how its content is read, and
/// what is kept of it (RFC 9110, section 6.5.1).
const FORBIDDEN: [&str; 28] = [
    "Age",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Cookie",
    "Expect",
    "Host",
    "Keep-Alive",
    "Location",
    "Max-Forwards",
    "Pragma",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Range",
    "Retry-After",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Vary",
    "WWW-Authenticate",
    "If-Range",
];

/// The fields that these lines hold, which were checked one by one; `None` where no field is left.
pub(crate) fn read(lines: &[u8]) -> Result<Option<Headers>, Error> {
    let lines = plain(lines);
    let mut fields = HeadersBuilder::with_capacity(lines.len());
    // Made plain, it is UTF-8.
    let text = String::from_utf8_lossy(&lines);
    for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
        if !FORBIDDEN.iter().any(|forbidden| forbidden.eq_ignore_ascii_case(name)) {
            fields.append(name, value.trim_matches([' ', '\t'])).map_err(|source| Error::Headers { source })?;
        }
    }
    Ok((!fields.is_empty()).then(|| fields.build()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_keeps_its_name_and_its_order() {
        let trailers = read(b"X-Sum: 1\r\nx-sum:\t2 \r\nEmpty:\r\n").unwrap().unwrap();
        assert_eq!(trailers.iter().collect::<Vec<_>>(), [("X-Sum", "1"), ("x-sum", "2"), ("Empty", "")]);
    }

    #[test]
    fn what_frames_routes_or_authenticates_is_no_trailer() {
        for name in FORBIDDEN {
            let lines = format!("{}: 1\r\n", name.to_lowercase());
            assert!(read(lines.as_bytes()).unwrap().is_none(), "{name}");
        }
        let trailers = read(b"Set-Cookie: a=1\r\nDigest: d\r\nHost: h\r\n").unwrap().unwrap();
        assert_eq!(trailers.iter().collect::<Vec<_>>(), [("Digest", "d")]);
    }

    #[test]
    fn a_trailer_that_is_not_utf8_is_latin_1() {
        assert_eq!(read(b"A: \xE9\r\n").unwrap().unwrap().get("a"), Some("é"));
    }
}
