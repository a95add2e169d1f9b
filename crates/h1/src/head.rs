//! The head of a response: status line and fields (RFC 9112, sections 4 and 5).

use std::mem::MaybeUninit;

use memchr::memchr;
use sortie_http::{FieldRange, Headers, Reason, StatusCode, Version};

use crate::collect::check_start;
use crate::facts::{Facts, Present};
use crate::framing::{Expected, Measure, has_content};
use crate::plain::plain;
use crate::{Error, Framing, Limits, Memo, Scratch};

/// A response's status and fields, and what they mean to the connection. A clone shares the fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Head {
    /// The status code, 100 to 999.
    pub status: StatusCode,
    /// HTTP/1.0 or HTTP/1.1.
    pub version: Version,
    /// The reason phrase, where it is not the registered one; empty where the server left a registered one out.
    pub reason: Option<Box<Reason>>,
    /// The fields, in the order and case in which they came.
    pub headers: Headers,
    /// Where the content ends.
    pub framing: Framing,
    /// Whether the connection can carry another exchange after this one, as far as the head says.
    pub reusable: bool,
    /// For how many seconds the server means to keep the idle connection (`Keep-Alive: timeout=`).
    pub keep_alive: Option<u32>,
    /// Whether the framing looks like an attempt to smuggle: Transfer-Encoding beside Content-Length, or in HTTP/1.0.
    ///
    /// The coding was obeyed, and the connection is not reusable (RFC 9112, section 6.1). Also set where a response
    /// without content has framing fields that are at fault.
    pub suspicious: bool,
    /// Which of the fields that matter to a client are there.
    pub has: Present,
}

/// What the parser found; the ranges of the fields are left in the scratch.
struct Parsed {
    length: usize,
    status: StatusCode,
    version: Version,
    reason: Option<Box<Reason>>,
    facts: Facts,
}

/// Whether a field may go on in the next line (RFC 9112, section 5.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Folds {
    Refused,
    Read,
}

/// What came of one run of the parser.
enum Attempt {
    Complete(Parsed),
    /// The head goes on.
    Partial,
    /// There are more fields than there was room for.
    NoRoom,
}

/// Most heads have fewer fields; room for so many is on the stack.
const USUAL: usize = 64;

/// Room for most of the others.
const MANY: usize = 256;

/// Reads the head that `bytes` begin with, and its length; `None` where it is not complete.
pub(crate) fn read(
    bytes: &[u8],
    expected: Expected,
    memo: &mut Memo,
    limits: &Limits,
    scratch: &mut Scratch,
) -> Result<Option<(usize, Head)>, Error> {
    if let Some(found) = memo.recall(bytes, expected, limits) {
        return Ok(Some(found));
    }
    check_start(bytes)?;
    let window = &bytes[..bytes.len().min(limits.head)];
    // Folds are rare: a head is first read as if there were none.
    let (attempt, is_folded) = match parse(window, Folds::Refused, limits, &mut scratch.fields) {
        Err(Error::Field { .. }) => (parse(window, Folds::Read, limits, &mut scratch.fields)?, true),
        other => (other?, false),
    };
    let Some(mut parsed) = attempt else {
        return match window.len() < limits.head {
            true => Ok(None),
            false => Err(Error::HeadTooLarge { limit: limits.head }),
        };
    };
    let length = parsed.length;
    let mut text = &window[..length];
    let made_plain;
    let is_plain = !is_folded && std::str::from_utf8(text).is_ok();
    if !is_plain {
        made_plain = plain(text);
        parsed = parse(&made_plain, Folds::Refused, limits, &mut scratch.fields)?.ok_or(Error::StatusLine)?;
        text = &made_plain;
    }
    let headers = Headers::from_received(text, &scratch.fields, &mut scratch.block)
        .map_err(|source| Error::Headers { source })?;

    let Parsed { status, version, reason, facts, .. } = parsed;
    let (keep_alive, has) = (facts.keep_alive, facts.has);
    let measured = Measure::of(facts, version);
    let is_sound = measured.is_ok();
    let measure = match has_content(status, expected) {
        true => measured?,
        false => measured.unwrap_or_else(|_| Measure::faulty()),
    };
    let (framing, reusable) = measure.settle(status, expected);
    let suspicious = measure.suspicious;
    let head = Head { status, version, reason, headers, framing, reusable, keep_alive, suspicious, has };
    if is_plain && is_sound {
        memo.keep(&head, measure);
    }
    Ok(Some((length, head)))
}

/// Parses with as much room for fields as it takes; `None` where the head is not complete.
fn parse(text: &[u8], folds: Folds, limits: &Limits, ranges: &mut Vec<FieldRange>) -> Result<Option<Parsed>, Error> {
    // A field takes three bytes at the very least.
    let most = limits.fields.min(text.len() / 3);
    let mut usual = [const { MaybeUninit::uninit() }; USUAL];
    let mut attempt = parse_into(&mut usual[..most.min(USUAL)], text, folds, ranges)?;
    for room in [MANY.min(most), most] {
        if matches!(attempt, Attempt::NoRoom) && room > USUAL {
            attempt = parse_into(&mut vec![MaybeUninit::uninit(); room], text, folds, ranges)?;
        }
    }
    match attempt {
        Attempt::Complete(parsed) => Ok(Some(parsed)),
        Attempt::Partial => Ok(None),
        Attempt::NoRoom => Err(Error::TooManyFields { limit: limits.fields }),
    }
}

/// Parses with this much room for fields.
fn parse_into<'t>(
    room: &mut [MaybeUninit<httparse::Header<'t>>],
    text: &'t [u8],
    folds: Folds,
    ranges: &mut Vec<FieldRange>,
) -> Result<Attempt, Error> {
    let mut parser = httparse::ParserConfig::default();
    parser.allow_obsolete_multiline_headers_in_responses(folds == Folds::Read);
    parser.allow_multiple_spaces_in_response_status_delimiters(true);
    let mut response = httparse::Response::new(&mut []);
    let length = match parser.parse_response_with_uninit_headers(&mut response, text, room) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(Attempt::Partial),
        Err(httparse::Error::TooManyHeaders) => return Ok(Attempt::NoRoom),
        Err(httparse::Error::HeaderName | httparse::Error::HeaderValue | httparse::Error::NewLine) => {
            return Err(Error::Field { line: faulty_line(text) });
        }
        Err(_) => return Err(Error::StatusLine),
    };
    let status = response.code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or(Error::StatusLine)?;
    let version = if response.version == Some(0) { Version::HTTP_10 } else { Version::HTTP_11 };
    let reason = match response.reason {
        None | Some("") => reason_in(text),
        Some(reason) => reason.trim_ascii_end(),
    };
    let reason = (reason != status.canonical_reason().unwrap_or_default()).then(|| Box::new(Reason::from(reason)));

    let mut facts = Facts::default();
    ranges.clear();
    ranges.extend(response.headers.iter().map(|field| {
        facts.note(field.name, field.value);
        FieldRange {
            name: offset(text, field.name.as_bytes()),
            name_length: field.name.len() as u16,
            sensitive: false,
            value: offset(text, field.value),
            value_length: field.value.len() as u32,
        }
    }));
    if length > usize::from(u16::MAX) {
        let is_too_long = |field: &httparse::Header<'_>| field.name.len() > usize::from(u16::MAX);
        if let Some(index) = response.headers.iter().position(is_too_long) {
            return Err(Error::Field { line: index + 1 });
        }
    }
    Ok(Attempt::Complete(Parsed { length, status, version, reason, facts }))
}

/// Where `part` stands in `text`, of which it was cut.
fn offset(text: &[u8], part: &[u8]) -> u32 {
    (part.as_ptr().addr() - text.as_ptr().addr()) as u32
}

/// The reason phrase, where the parser gives none because it is not ASCII.
fn reason_in(head: &[u8]) -> &str {
    let line = &head[..memchr(b'\n', head).unwrap_or(head.len())];
    let after_version = line.get(8..).unwrap_or_default().trim_ascii();
    std::str::from_utf8(after_version.get(3..).unwrap_or_default().trim_ascii()).unwrap_or_default()
}

/// Which line behind the status line is no field, counted from 1. Only asked once the parser has refused one.
fn faulty_line(head: &[u8]) -> usize {
    let is_good = |index: usize, line: &[u8]| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let has_control = line.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t');
        let is_fold = index > 0 && matches!(line.first(), Some(b' ' | b'\t'));
        let name = line.split(|byte| *byte == b':').next().and_then(|name| std::str::from_utf8(name).ok());
        let is_named = line.contains(&b':') && name.is_some_and(|name| sortie_http::check_name(name).is_ok());
        !has_control && (is_fold || is_named)
    };
    let mut lines = head.split(|byte| *byte == b'\n').skip(1).enumerate();
    lines.find(|(index, line)| !is_good(*index, line)).map_or(1, |(index, _)| index + 1)
}
