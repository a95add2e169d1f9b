//! Media types, and the Content-Type field that holds one (RFC 9110, section 8.3.1).

use std::borrow::Cow;
use std::fmt;

use sortie_http::Headers;

/// A media type, taken apart: `text/html; charset=utf-8`.
///
/// ```
/// let mut headers = sortie_http::Headers::new();
/// headers.set("Content-Type", "Text/HTML; charset=\"utf-8\"")?;
/// let media_type = sortie_content::content_type(&headers).unwrap();
/// assert!(media_type.is("text/html"));
/// assert_eq!(media_type.parameter("charset").as_deref(), Some("utf-8"));
/// # Ok::<(), sortie_http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MediaType<'a> {
    /// What stands before the first `;`.
    essence: &'a str,
    /// Where the `/` stands in it.
    slash: usize,
    /// What stands behind the first `;`.
    parameters: &'a str,
}

/// The media type of a message. `None` where it names none, or names it so that it cannot be read.
///
/// Of several fields the first counts.
pub fn content_type(headers: &Headers) -> Option<MediaType<'_>> {
    MediaType::parse(headers.get("content-type")?)
}

impl<'a> MediaType<'a> {
    /// Takes a media type apart. `None` unless type and subtype are tokens; parameters that cannot be read are passed
    /// over.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
        let essence = essence.trim();
        let (kind, subtype) = essence.split_once('/')?;
        let is_token = |text: &str| sortie_http::check_name(text).is_ok();
        (is_token(kind) && is_token(subtype)).then_some(MediaType { essence, slash: kind.len(), parameters })
    }

    /// The type: `text` of `text/html`. In the peer's case, as what follows.
    pub fn kind(&self) -> &'a str {
        &self.essence[..self.slash]
    }

    /// The subtype: `html` of `text/html`, `svg+xml` of `image/svg+xml`.
    pub fn subtype(&self) -> &'a str {
        &self.essence[self.slash + 1..]
    }

    /// Both: `text/html`.
    pub fn essence(&self) -> &'a str {
        self.essence
    }

    /// Whether type and subtype are these, in any case: `is("text/html")`.
    pub fn is(&self, essence: &str) -> bool {
        self.essence.eq_ignore_ascii_case(essence)
    }

    /// Whether it is JSON: `application/json`, `text/json`, or a subtype that ends in `+json` (RFC 6839, section 3.1).
    pub fn is_json(&self) -> bool {
        let subtype = self.subtype();
        let suffix = subtype.len().checked_sub("+json".len()).and_then(|at| subtype.get(at..));
        self.is("application/json")
            || self.is("text/json")
            || suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("+json"))
    }

    /// The first parameter of that name, in any case; its value out of its quotes.
    pub fn parameter(&self, name: &str) -> Option<Cow<'a, str>> {
        self.parameters().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All parameters in their order; values out of their quotes. What has no name or no `=` is passed over.
    pub fn parameters(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        parameters(self.parameters).map(|(name, value)| (name, unquote(value)))
    }
}

/// As it was sent.
impl fmt::Display for MediaType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.essence)?;
        if self.parameters.is_empty() { Ok(()) } else { write!(f, ";{}", self.parameters) }
    }
}

/// Names, and values in their quotes, of what stands behind the first `;`.
///
/// More is let pass than the RFC allows: white space around `=`, and a quote that is never closed.
pub(crate) fn parameters(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = parameter_end(text);
        rest = text.get(end + 1..);
        Some(&text[..end])
    })
    .filter_map(|parameter| parameter.split_once('='))
    .map(|(name, value)| (name.trim(), value.trim()))
    .filter(|(name, _)| !name.is_empty())
}

/// Where the first `;` stands that is not in quotes, or the end.
fn parameter_end(parameters: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in parameters.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => return at,
            _ => {}
        }
    }
    parameters.len()
}

/// A quoted string's characters (RFC 9110, section 5.6.4); a token as it is.
fn unquote(value: &str) -> Cow<'_, str> {
    let Some(quoted) = value.strip_prefix('"') else {
        return Cow::Borrowed(value);
    };
    let mut out = String::new();
    let mut rest = quoted;
    while let Some(at) = rest.find(['"', '\\']) {
        let (before, from) = rest.split_at(at);
        if from.starts_with('"') {
            return if out.is_empty() { Cow::Borrowed(before) } else { Cow::Owned(out + before) };
        }
        let mut escaped = from[1..].chars();
        out.push_str(before);
        out.extend(escaped.next());
        rest = escaped.as_str();
    }
    if out.is_empty() { Cow::Borrowed(rest) } else { Cow::Owned(out + rest) }
}
