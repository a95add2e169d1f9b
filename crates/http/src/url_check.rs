//! What is looked at in a URL's text before and after the parser, which mends some faults in silence.

use crate::UrlFault;

/// The characters that the fast path of [`Url::parse_like`](crate::Url::parse_like) takes as they are.
///
/// Each of them is kept by the URL standard's parser, in a path and in a query.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~!$&()*+,;=:@/.";
    let mut at = 0;
    while at < plain.len() {
        table[plain[at] as usize] = true;
        at += 1;
    }
    table
};

/// Faults that the parser would mend or overlook, found in the raw text (already without blanks at its ends).
pub(crate) fn check_raw(text: &str) -> Result<(), UrlFault> {
    if let Some(at) = text.bytes().position(|byte| byte.is_ascii_control()) {
        return Err(UrlFault::Control { at });
    }
    let Some(colon) = text.find([':', '/', '?', '#']).filter(|at| text.as_bytes()[*at] == b':') else {
        return Err(UrlFault::NoScheme);
    };
    let (scheme, rest) = (&text[..colon], &text[colon + 1..]);
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        let looks_like_a_port = rest.starts_with(|c: char| c.is_ascii_digit());
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && !scheme.contains('.');
        return Err(match is_scheme && !looks_like_a_port {
            true => UrlFault::UnknownScheme,
            false => UrlFault::NoScheme,
        });
    }
    let Some(rest) = rest.strip_prefix("//") else {
        return Err(UrlFault::NoAuthority);
    };
    let authority = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    if rest[authority.len()..].starts_with('\\') {
        // The URL standard takes it for a slash, others for a part of the host: nobody shall be led astray.
        return Err(UrlFault::Host);
    }
    let host_and_port = authority.rsplit('@').next().unwrap_or(authority);
    if host_and_port.is_empty() || host_and_port.starts_with(':') {
        return Err(UrlFault::EmptyHost);
    }
    Ok(())
}

/// A host the resolver can be asked for: letters, digits, `-`, `_` and single dots.
pub(crate) fn check_name(name: &str) -> Result<(), UrlFault> {
    let labels = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    match labels.split('.').all(is_label) && labels.len() <= 253 {
        true => Ok(()),
        false => Err(UrlFault::Host),
    }
}

/// Where the query and the end of `rest` (a path and a query) stand, when the parser would keep all of it as it is.
pub(crate) fn plain_target(rest: &[u8]) -> Option<usize> {
    let query = rest.iter().position(|byte| *byte == b'?').unwrap_or(rest.len());
    let (path, query_text) = rest.split_at(query);
    if path.first() != Some(&b'/') || !path.iter().all(|byte| PLAIN[*byte as usize]) {
        return None;
    }
    if path.windows(2).any(|pair| pair == b"/.") {
        return None;
    }
    query_text.iter().all(|byte| PLAIN[*byte as usize] || *byte == b'?' || *byte == b'%').then_some(query)
}

/// A text that was meant as a URL, as an error may show it: no userinfo wherever it may have been meant, no query, nothing
/// that breaks a line, not endless.
pub(crate) fn shown(text: &str) -> Box<str> {
    let slashes = text.find(['/', '\\']).filter(|at| *at == 0 || text[..*at].ends_with(':')).unwrap_or(0);
    let start = text.len() - text[slashes..].trim_start_matches(['/', '\\']).len();
    let host = text[start..].rfind('@').map_or(start, |at| start + at + 1);
    let end = text[host..].find(['?', '#']).map_or(text.len(), |at| host + at);
    let mut out = String::new();
    for c in text[..start].chars().chain(text[host..end].chars()).take(200) {
        match c.is_control() {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    out.into()
}
