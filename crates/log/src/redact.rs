//! URLs without their secrets.

use std::borrow::Cow;

use crate::secret::is_secret_name;

/// What stands where a secret stood.
const MASK: &str = "***";

/// Masks what a log must not hold of a URL: userinfo, and the values of parameters that [look secret](is_secret_name).
///
/// Parameters are looked for in the query, in the fragment (`#access_token=`) and in the path (`;jsessionid=`), and
/// their names may be percent-encoded. Takes any text, also what no parser takes, and then rather masks too much.
/// Nothing is copied where there is nothing to hide.
/// A URL that is itself percent-encoded in a value is not looked into.
///
/// ```
/// use sortie_log::redact_url;
///
/// let url = "https://user:pass@h/p?page=2&api%5Fkey=5ecret&q=x#id_token=5ecret";
/// assert_eq!(redact_url(url), "https://***@h/p?page=2&api%5Fkey=***&q=x#id_token=***");
/// ```
pub fn redact_url(url: &str) -> Cow<'_, str> {
    if !url.contains(['@', '=']) {
        return Cow::Borrowed(url);
    }
    let mut shown = String::with_capacity(url.len() + MASK.len());
    let start = authority_start(url);
    let rest = match userinfo_end(&url[start..]) {
        Some(end) if end > 0 => {
            shown.push_str(&url[..start]);
            shown.push_str(MASK);
            &url[start + end..]
        }
        _ => url,
    };
    let (rest, fragment) = cut(rest, '#');
    let (path, query) = cut(rest, '?');
    mask(path, '/', &mut shown);
    mask(query, '&', &mut shown);
    mask(fragment, '&', &mut shown);
    changed(url, shown)
}

/// Masks the secrets of every URL in a text, such as an error's message.
///
/// What stands between white space, `"`, `<` and `>` and holds `://` or `=` is taken for one, by [`redact_url`]. So a
/// URL that was never parsed and holds such a character itself is masked only up to it.
///
/// ```
/// use sortie_log::redact_text;
///
/// let link = "<http://h/a?token=5ecret>; rel=preload";
/// assert_eq!(redact_text(link), "<http://h/a?token=***>; rel=preload");
/// ```
pub fn redact_text(text: &str) -> Cow<'_, str> {
    if !text.contains('=') && !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for piece in text.split_inclusive(ends_a_word) {
        let word = piece.trim_end_matches(ends_a_word);
        let is_url = word.contains("://") || word.contains('=');
        shown.push_str(&if is_url { redact_url(word) } else { Cow::Borrowed(word) });
        shown.push_str(&piece[word.len()..]);
    }
    changed(text, shown)
}

/// `shown`, or `text` itself where nothing was masked.
fn changed(text: &str, shown: String) -> Cow<'_, str> {
    if shown == text { Cow::Borrowed(text) } else { Cow::Owned(shown) }
}

/// What a parsed URL never holds unencoded.
fn ends_a_word(char: char) -> bool {
    char.is_whitespace() || matches!(char, '"' | '<' | '>')
}

/// `text` before the first `mark`, and from it on.
fn cut(text: &str, mark: char) -> (&str, &str) {
    text.split_at(text.find(mark).unwrap_or(text.len()))
}

/// Where the authority begins: behind the scheme and any number of slashes, or at the front.
///
/// A single slash at the front begins a path, and there is no authority.
fn authority_start(url: &str) -> usize {
    const SLASHES: [char; 2] = ['/', '\\'];
    let scheme = match url.find(['/', '\\', '?', '#']) {
        Some(0) if url[1..].starts_with(SLASHES) => 0,
        Some(0) => return url.len(),
        Some(slash) if url[..slash].ends_with(':') => slash,
        _ => return 0,
    };
    url.len() - url[scheme..].trim_start_matches(SLASHES).len()
}

/// Where userinfo ends, its `@` not counted in, if `rest` begins with any.
///
/// It ends at the last `@` of the authority. Where what looks like a port is none, a raw `/`, `?` or `#` may stand in a
/// password, and the last `@` of all counts.
fn userinfo_end(rest: &str) -> Option<usize> {
    let authority = &rest[..rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = if host.starts_with('[') { None } else { host.rsplit_once(':') };
    let whole = port.is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    if whole { authority.rfind('@') } else { rest.rfind('@') }
}

/// Appends `text`, whose parameters `end` separates, with its secrets masked.
fn mask(text: &str, end: char, shown: &mut String) {
    for segment in text.split_inclusive(end) {
        let (pair, mark) = match segment.strip_suffix(end) {
            Some(pair) => segment.split_at(pair.len()),
            None => (segment, ""),
        };
        match secret_start(pair) {
            Some(start) => shown.extend([&pair[..start], MASK, mark]),
            None => shown.push_str(segment),
        }
    }
}

/// Where the first secret value of a segment begins; it is taken to reach to the segment's end.
///
/// A name may begin behind a `;`, `?` or `#` as well.
fn secret_start(segment: &str) -> Option<usize> {
    let mut start = 0;
    for piece in segment.split_inclusive([';', '?', '#']) {
        if let Some((name, _)) = piece.split_once('=') {
            let value = start + name.len() + 1;
            if value < segment.len() && is_secret_name(&decode(name)) {
                return Some(value);
            }
        }
        start += piece.len();
    }
    None
}

/// A name with its percent-encoding undone; what is not valid stays.
fn decode(name: &str) -> Cow<'_, str> {
    if !name.contains('%') {
        return Cow::Borrowed(name);
    }
    let mut decoded = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, tail @ ..] = rest {
        let byte = match tail {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        decoded.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

fn digit(hex: u8) -> Option<u8> {
    char::from(hex).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
