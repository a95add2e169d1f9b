//! Challenges, read (RFC 9110, sections 11.3 and 11.6.1).

use std::borrow::Cow;

/// How a server would have a client say who it is: a scheme, and what that has to know.
///
/// Names are compared without regard to case. Values are text as [`Headers`](sortie_http::Headers) has it: bytes that
/// were not UTF-8 were read as ISO-8859-1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge<'a> {
    scheme: &'a str,
    detail: Detail<'a>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Detail<'a> {
    Params(Vec<Param<'a>>),
    Token68(&'a str),
}

/// A name as it was given, and a value without its quotes.
type Param<'a> = (&'a str, Cow<'a, str>);

/// Reads the challenges of WWW-Authenticate or Proxy-Authenticate fields, in their order.
///
/// What is neither a challenge nor a parameter ends the field it stands in, and the challenge that it is a part of is not
/// among the result; those before that are, and other fields are read all the same. Two liberties are granted, since
/// servers take them: elements of the list may be empty, and a value without quotes may have any character but a blank,
/// a comma, a quote and a control character, or none at all. Takes time in proportion to the text.
///
/// ```
/// let found = sortie_policy::challenges(["Digest realm=\"a, b\", nonce=xyz, Basic realm=c", "Negotiate"]);
/// let schemes: Vec<_> = found.iter().map(|challenge| challenge.scheme()).collect();
/// assert_eq!(schemes, ["Digest", "Basic", "Negotiate"]);
/// assert_eq!(found[0].param("REALM"), Some("a, b"));
/// ```
pub fn challenges<'a>(fields: impl IntoIterator<Item = &'a str>) -> Vec<Challenge<'a>> {
    let mut found = Vec::new();
    for field in fields {
        read(Cursor(field), &mut found);
    }
    found
}

/// Reads a list of parameters, as Authentication-Info has it (RFC 9110, section 11.6.3), up to what is none.
pub(crate) fn params(field: &str) -> Vec<Param<'_>> {
    let (mut cursor, mut found) = (Cursor(field), Vec::new());
    while cursor.begins_element() {
        match cursor.param() {
            Some(param) if cursor.ends_element() => found.push(param),
            _ => break,
        }
    }
    found
}

impl<'a> Challenge<'a> {
    /// The scheme, as it was given: `Digest`, `Basic`.
    pub fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// Whether it is of that scheme.
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The first parameter of that name, without quotes and escapes.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Names and values of all parameters, in order.
    pub fn params(&self) -> impl Iterator<Item = (&'a str, &str)> {
        let params = match &self.detail {
            Detail::Params(params) => &params[..],
            Detail::Token68(_) => &[],
        };
        params.iter().map(|(name, value)| (*name, &**value))
    }

    /// What stands in place of parameters, as in `Negotiate oYGg==`.
    pub fn token68(&self) -> Option<&'a str> {
        match self.detail {
            Detail::Params(_) => None,
            Detail::Token68(text) => Some(text),
        }
    }
}

/// `None` where the field is malformed: the challenge that is open then is lost.
fn read<'a>(mut cursor: Cursor<'a>, found: &mut Vec<Challenge<'a>>) -> Option<()> {
    let mut open: Option<Challenge<'a>> = None;
    while cursor.begins_element() {
        let token = cursor.token()?;
        let is_apart = !cursor.skip(is_blank).is_empty();
        if cursor.eat(b'=') {
            match &mut open.as_mut()?.detail {
                Detail::Params(params) => params.push((token, cursor.value()?)),
                Detail::Token68(_) => return None,
            }
        } else if is_apart || cursor.is_at_end() {
            found.extend(open.take());
            open = Some(Challenge { scheme: token, detail: cursor.detail()? });
        } else {
            return None;
        }
        cursor.ends_element().then_some(())?;
    }
    found.extend(open);
    Some(())
}

/// What of a field is not read yet. It only ever gets shorter, and no look ahead is repeated.
#[derive(Clone, Copy)]
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    /// Passes over empty elements; whether one begins that is not.
    fn begins_element(&mut self) -> bool {
        self.skip(|byte| is_blank(byte) || byte == b',');
        !self.0.is_empty()
    }

    /// Passes over blanks; whether the element ends there.
    fn ends_element(&mut self) -> bool {
        self.skip(is_blank);
        self.is_at_end()
    }

    fn is_at_end(&self) -> bool {
        matches!(self.0.as_bytes().first(), None | Some(b','))
    }

    /// What stands behind a scheme, in the same element.
    fn detail(&mut self) -> Option<Detail<'a>> {
        if self.is_at_end() {
            return Some(Detail::Params(Vec::new()));
        }
        match self.token68() {
            Some(text) => Some(Detail::Token68(text)),
            None => Some(Detail::Params(vec![self.param()?])),
        }
    }

    /// The same text may begin a parameter: it is a token68 if nothing follows in this element.
    fn token68(&mut self) -> Option<&'a str> {
        let mut ahead = *self;
        let length = ahead.skip(is_token68).len() + ahead.skip(|byte| byte == b'=').len();
        if !ahead.ends_element() {
            return None;
        }
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(text)
    }

    /// Blanks beside the `=` are bad white space, which is to be read over (RFC 9110, section 11.2).
    fn param(&mut self) -> Option<Param<'a>> {
        let name = self.token()?;
        self.skip(is_blank);
        match self.eat(b'=') {
            true => Some((name, self.value()?)),
            false => None,
        }
    }

    fn value(&mut self) -> Option<Cow<'a, str>> {
        self.skip(is_blank);
        match self.eat(b'"') {
            true => self.quoted(),
            false => Some(self.skip(|byte| !is_blank(byte) && !is_forbidden(byte) && byte != b',').into()),
        }
    }

    /// What stands before the closing quote (RFC 9110, section 5.6.4).
    fn quoted(&mut self) -> Option<Cow<'a, str>> {
        let mut text = Cow::Borrowed("");
        loop {
            text += self.skip(|byte| !is_forbidden(byte) && byte != b'\\');
            if self.eat(b'"') {
                return Some(text);
            }
            if !self.eat(b'\\') {
                return None;
            }
            let escaped = self.0.chars().next().filter(|char| *char == '\t' || !char.is_ascii_control())?;
            text.to_mut().push(escaped);
            self.0 = &self.0[escaped.len_utf8()..];
        }
    }

    fn token(&mut self) -> Option<&'a str> {
        let token = self.skip(is_token);
        (!token.is_empty()).then_some(token)
    }

    /// Passes over the bytes for which `is` holds: all of those that are not ASCII, or none.
    fn skip(&mut self, is: impl Fn(u8) -> bool) -> &'a str {
        let end = self.0.bytes().position(|byte| !is(byte)).unwrap_or(self.0.len());
        let (passed, rest) = self.0.split_at(end);
        self.0 = rest;
        passed
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is_there = self.0.as_bytes().first() == Some(&byte);
        if is_there {
            self.0 = &self.0[1..];
        }
        is_there
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// No value has these but a quoted one, and that escaped.
fn is_forbidden(byte: u8) -> bool {
    byte == b'"' || byte.is_ascii_control() && byte != b'\t'
}

/// RFC 9110, section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// RFC 9110, section 11.2, but for the `=` at the end.
fn is_token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte)
}
