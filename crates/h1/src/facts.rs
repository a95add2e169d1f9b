//! What the fields of a head mean to the connection, gathered in one pass over them.

use crate::Error;

/// Which fields a head has, of those that a client looks for in every response.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Present {
    /// Location.
    pub location: bool,
    /// Set-Cookie.
    pub set_cookie: bool,
    /// Content-Encoding.
    pub content_encoding: bool,
    /// Retry-After.
    pub retry_after: bool,
    /// WWW-Authenticate or Proxy-Authenticate.
    pub challenge: bool,
}

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Content-Length, where there is one.
    pub(crate) length: Option<Result<u64, Error>>,
    pub(crate) coding: Coding,
    /// Whether `Connection: close` was said.
    pub(crate) close: bool,
    /// The timeout of Keep-Alive, in seconds.
    pub(crate) keep_alive: Option<u32>,
    pub(crate) has: Present,
}

/// The transfer codings.
#[derive(Debug, Default)]
pub(crate) enum Coding {
    /// The field is not there.
    #[default]
    Absent,
    /// Just `chunked`.
    Chunked,
    /// Anything else: the whole list.
    List(Vec<u8>),
}

impl Facts {
    /// Looks at one field. Length and first letter tell most names apart before they are compared.
    pub(crate) fn note(&mut self, name: &str, value: &[u8]) {
        let Some(first) = name.as_bytes().first() else { return };
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match (name.len(), first | 0x20) {
            (8, b'l') => self.has.location |= is("location"),
            (10, b's') => self.has.set_cookie |= is("set-cookie"),
            (10, b'c') if is("connection") => {
                let closes = || items(value).any(|token| token.eq_ignore_ascii_case(b"close"));
                self.close |= value != b"keep-alive" && closes();
            }
            (10, b'k') if is("keep-alive") => self.keep_alive = self.keep_alive.or_else(|| timeout(value)),
            (11, b'r') => self.has.retry_after |= is("retry-after"),
            (14, b'c') if is("content-length") => {
                self.length = Some(length(self.length.take(), value));
            }
            (16, b'c') => self.has.content_encoding |= is("content-encoding"),
            (16, b'w') => self.has.challenge |= is("www-authenticate"),
            (17, b't') if is("transfer-encoding") => self.coding.add(value),
            (18, b'p') => self.has.challenge |= is("proxy-authenticate"),
            _ => {}
        }
    }
}

impl Coding {
    fn add(&mut self, value: &[u8]) {
        *self = match self {
            Coding::Absent if value.eq_ignore_ascii_case(b"chunked") => Coding::Chunked,
            Coding::Absent => Coding::List(value.to_vec()),
            Coding::Chunked => Coding::List([b"chunked, ", value].concat()),
            Coding::List(list) => Coding::List([list, &b", "[..], value].concat()),
        };
    }

    /// Whether the content is chunked. Fails where it is coded in a way that cannot be undone.
    pub(crate) fn verdict(&self) -> Result<bool, Error> {
        let list = match self {
            Coding::Absent => return Ok(false),
            Coding::Chunked => return Ok(true),
            Coding::List(list) => list,
        };
        let codings: Vec<&[u8]> = items(list).filter(|coding| !coding.is_empty()).collect();
        let is_chunked = |coding: &&[u8]| coding.eq_ignore_ascii_case(b"chunked");
        match codings.split_last() {
            Some((last, [])) if is_chunked(last) => Ok(true),
            Some((last, others)) if is_chunked(last) && !others.iter().any(is_chunked) => {
                Err(Error::UnsupportedCoding { coding: Error::shown(&others.join(&b", "[..])) })
            }
            _ => Err(Error::TransferEncoding { value: Error::shown(list) }),
        }
    }
}

/// A Content-Length behind what earlier ones said. The same number again says nothing new (RFC 9112, section 6.3).
fn length(known: Option<Result<u64, Error>>, value: &[u8]) -> Result<u64, Error> {
    if known.is_none()
        && let Some(length) = number(value)
    {
        return Ok(length);
    }
    let mut known = known.transpose()?;
    for item in items(value) {
        let other = number(item).ok_or_else(|| Error::ContentLength { value: Error::shown(value) })?;
        let first = *known.get_or_insert(other);
        if first != other {
            return Err(Error::ConflictingLengths { first, other });
        }
    }
    known.ok_or_else(|| Error::ContentLength { value: Error::shown(value) })
}

/// Decimal digits, and nothing else.
fn number(digits: &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    (!digits.is_empty()).then_some(number)
}

/// `timeout=5` of a Keep-Alive field.
fn timeout(value: &[u8]) -> Option<u32> {
    items(value).find_map(|item| {
        let at = item.iter().position(|byte| *byte == b'=')?;
        let named = item[..at].trim_ascii().eq_ignore_ascii_case(b"timeout");
        if named { number(item[at + 1..].trim_ascii())?.try_into().ok() } else { None }
    })
}

/// The parts of a list, without the white space around them; empty ones too.
fn items(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(fields: &[(&str, &str)]) -> Facts {
        let mut facts = Facts::default();
        fields.iter().for_each(|(name, value)| facts.note(name, value.as_bytes()));
        facts
    }

    #[test]
    fn a_length_is_digits_and_nothing_else() {
        for bad in ["", "+5", "-5", "5 5", "0x5", "5,", ",5", "5;", "5.0", "18446744073709551616", "5\r\n 5"] {
            let length = facts(&[("Content-Length", bad)]).length.unwrap();
            assert_eq!(length, Err(Error::ContentLength { value: bad.into() }), "{bad:?}");
        }
        let length = facts(&[("content-LENGTH", "18446744073709551615")]).length;
        assert_eq!(length, Some(Ok(u64::MAX)));
    }

    #[test]
    fn the_same_length_again_is_no_conflict() {
        assert_eq!(facts(&[("Content-Length", "5, 5"), ("Content-Length", "05")]).length, Some(Ok(5)));
        let conflict = Some(Err(Error::ConflictingLengths { first: 5, other: 6 }));
        assert_eq!(facts(&[("Content-Length", "5, 6")]).length, conflict);
        assert_eq!(
            facts(&[("Content-Length", "5"), ("Content-Length", "6"), ("Content-Length", "5")]).length,
            conflict
        );
    }

    #[test]
    fn chunked_is_last_and_stands_alone() {
        let verdict = |values: &[&str]| {
            facts(&values.iter().map(|value| ("Transfer-Encoding", *value)).collect::<Vec<_>>()).coding.verdict()
        };
        assert_eq!(verdict(&[]), Ok(false));
        assert_eq!(verdict(&["CHUNKED"]), Ok(true));
        assert_eq!(verdict(&[" , chunked,"]), Ok(true));
        assert_eq!(verdict(&["gzip, chunked"]), Err(Error::UnsupportedCoding { coding: "gzip".into() }));
        assert_eq!(verdict(&["br", "gzip", "chunked"]), Err(Error::UnsupportedCoding { coding: "br, gzip".into() }));
        for bad in [&["chunked", "chunked"][..], &["chunked, gzip"], &["gzip"], &[""], &["identity"], &["xchunked"]] {
            assert!(matches!(verdict(bad), Err(Error::TransferEncoding { .. })), "{bad:?}");
        }
    }

    #[test]
    fn close_is_found_in_any_place_and_case() {
        assert!(facts(&[("Connection", "keep-alive"), ("connection", "upgrade , CLOSE")]).close);
        assert!(!facts(&[("Connection", "closed, keep-alive")]).close);
    }

    #[test]
    fn keep_alive_gives_seconds_or_nothing() {
        assert_eq!(facts(&[("Keep-Alive", "max=3, TIMEOUT = 15")]).keep_alive, Some(15));
        for odd in ["timeout", "timeout=", "timeout=-1", "timeout=4294967296", "max=1"] {
            assert_eq!(facts(&[("Keep-Alive", odd)]).keep_alive, None, "{odd}");
        }
    }
}
