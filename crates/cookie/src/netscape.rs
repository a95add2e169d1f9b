//! `cookies.txt` ([`Format::Netscape`](crate::Format::Netscape)), written and read.

use std::fmt::Write;
use std::str;
use std::time::SystemTime;

use crate::parse::{Given, ending_at};
use crate::{Fault, Jar, Loaded, Stored};

/// Other programs look for this line.
const TITLE: &str = "# Netscape HTTP Cookie File\n";

const HTTP_ONLY: &str = "#HttpOnly_";

pub(crate) fn write<'a>(cookies: impl Iterator<Item = &'a Stored>) -> (String, usize) {
    let (mut out, mut count) = (TITLE.to_owned(), 0);
    for cookie in cookies.filter(|cookie| !cookie.name().contains('\t') && !cookie.path().contains('\t')) {
        let http_only = if cookie.http_only() { HTTP_ONLY } else { "" };
        // A dot stands before the domains that have hosts below them; some programs hold it against the second field.
        let dot = if cookie.host_only() { "" } else { "." };
        let (below, secure) = (flag(!cookie.host_only()), flag(cookie.secure()));
        let (domain, path, expires) = (cookie.domain(), cookie.path(), cookie.expires_seconds().unwrap_or_default());
        let (name, value) = (cookie.name(), cookie.value());
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{http_only}{dot}{domain}\t{below}\t{path}\t{secure}\t{expires}\t{name}\t{value}");
        count += 1;
    }
    (out, count)
}

pub(crate) fn read(jar: &mut Jar, text: &[u8], now: SystemTime) -> Loaded {
    let mut loaded = Loaded::default();
    for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_comment = line.starts_with(b"#") && !line.starts_with(HTTP_ONLY.as_bytes());
        if is_comment || line.trim_ascii().is_empty() {
            continue;
        }
        let cookie = str::from_utf8(line).map_err(|_| Fault::Text).and_then(|line| cookie_in(line, now));
        loaded.add(jar, at + 1, cookie, now);
    }
    loaded
}

/// The domain of a line, and the cookie that is for it.
fn cookie_in(line: &str, now: SystemTime) -> Result<(&str, Given<'_>), Fault> {
    let (http_only, line) = match line.strip_prefix(HTTP_ONLY) {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let mut fields = line.splitn(7, '\t');
    let mut next = || fields.next();
    let (Some(domain), Some(below), Some(path), Some(secure), Some(expires), Some(name)) =
        (next(), next(), next(), next(), next(), next())
    else {
        return Err(Fault::Fields { count: line.split('\t').count() });
    };
    let value = next().unwrap_or_default();
    let domain = domain.strip_prefix('.').unwrap_or(domain);
    let is_below = flag_in(below).ok_or(Fault::Field { name: "include subdomains" })?;
    if !path.starts_with('/') {
        return Err(Fault::Field { name: "path" });
    }
    let given = Given {
        name,
        value,
        domain: if is_below { domain } else { "" },
        path: Some(path),
        expires: match seconds_in(expires).ok_or(Fault::Field { name: "expires" })? {
            0 => None,
            seconds => Some(ending_at(seconds, now)),
        },
        secure: flag_in(secure).ok_or(Fault::Field { name: "secure" })?,
        http_only,
        same_site: None,
    };
    Ok((domain, given))
}

fn flag(is_set: bool) -> &'static str {
    if is_set { "TRUE" } else { "FALSE" }
}

fn flag_in(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Whole seconds; browsers' extensions write a fraction too. As many as there can be where it says more.
fn seconds_in(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_valid = !whole.is_empty() && is_number(whole) && is_number(fraction);
    is_valid.then(|| whole.parse().unwrap_or(u64::MAX))
}
