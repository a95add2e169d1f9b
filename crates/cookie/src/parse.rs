//! What a Set-Cookie field, or a program, says of a cookie (RFC 6265bis, section 5.6).

use std::time::{Duration, SystemTime};

use cookie::{Cookie, SameSite};

use crate::{Reason, date};

/// Name and value together may have so many bytes.
const MOST_BYTES: usize = 4096;

// A jar keeps both lengths in so many bits.
const _: () = assert!(MOST_BYTES <= u16::MAX as usize);

/// A longer value of an attribute makes it be passed over.
const MOST_IN_ATTRIBUTE: usize = 1024;

/// No cookie lives longer.
const LONGEST: Duration = Duration::from_secs(400 * 86_400);

/// A cookie as it was given: nothing is known yet of whether it may be kept.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
    /// The Domain attribute, without a leading dot. Empty is as good as none.
    pub(crate) domain: &'a str,
    /// The Path attribute, where it stands there, whatever it says.
    pub(crate) path: Option<&'a str>,
    /// When it ends; `None` with the session.
    pub(crate) expires: Option<SystemTime>,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) same_site: Option<SameSite>,
}

impl<'a> Given<'a> {
    /// Reads the value of a Set-Cookie field that was received at `now`.
    pub(crate) fn parse(text: &'a str, now: SystemTime) -> (&'a str, Result<Self, Reason>) {
        let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let (name, value) = (trim(name), trim(value));
        if has_control(text) {
            return (name, Err(Reason::Control));
        }
        let mut given = match Self::new(name, value) {
            Ok(given) => given,
            Err(reason) => return (name, Err(reason)),
        };
        let (mut expires, mut max_age) = (None, None);
        for attribute in attributes.split(';') {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let (key, value) = (trim(key), trim(value));
            if value.len() > MOST_IN_ATTRIBUTE {
                continue;
            }
            if key.eq_ignore_ascii_case("expires") {
                expires = date::parse(value).or(expires);
            } else if key.eq_ignore_ascii_case("max-age") {
                max_age = seconds_in(value).or(max_age);
            } else if key.eq_ignore_ascii_case("domain") {
                given.domain = value.strip_prefix('.').unwrap_or(value);
            } else if key.eq_ignore_ascii_case("path") {
                given.path = Some(value);
            } else if key.eq_ignore_ascii_case("secure") {
                given.secure = true;
            } else if key.eq_ignore_ascii_case("httponly") {
                given.http_only = true;
            } else if key.eq_ignore_ascii_case("samesite") {
                given.same_site = same_site_in(value);
            }
        }
        given.expires = ending(expires, max_age, now);
        (name, Ok(given))
    }

    /// Takes a cookie that a program made at `now`.
    pub(crate) fn made(cookie: &'a Cookie<'_>, now: SystemTime) -> Result<Self, Reason> {
        let (name, value) = cookie.name_value();
        let expires = cookie.expires_datetime().map(SystemTime::from);
        Given {
            name,
            value,
            domain: cookie.domain().unwrap_or_default(),
            path: cookie.path(),
            expires: ending(expires, cookie.max_age().map(|age| age.whole_seconds()), now),
            secure: cookie.secure().unwrap_or_default(),
            http_only: cookie.http_only().unwrap_or_default(),
            same_site: cookie.same_site(),
        }
        .checked()
    }

    /// Fails where it could not be sent as it is: nobody has taken it out of a field yet.
    pub(crate) fn checked(self) -> Result<Self, Reason> {
        let Given { name, value, domain, path, .. } = self;
        if [name, value, domain, path.unwrap_or_default()].into_iter().any(has_control) {
            return Err(Reason::Control);
        }
        let is_trimmed = trim(name) == name && trim(value) == value;
        if !is_trimmed || name.contains([';', '=']) || value.contains(';') {
            return Err(Reason::Delimiter);
        }
        Self::new(name, value).map(|_| self)
    }

    pub(crate) fn is_expired(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }

    fn new(name: &'a str, value: &'a str) -> Result<Self, Reason> {
        match name.len() + value.len() {
            0 => Err(Reason::Empty),
            size if size > MOST_BYTES => Err(Reason::TooLarge { size }),
            _ => Ok(Given {
                name,
                value,
                domain: "",
                path: None,
                expires: None,
                secure: false,
                http_only: false,
                same_site: None,
            }),
        }
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

fn has_control(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t')
}

/// When a cookie that was written down ends, given in seconds since 1970.
pub(crate) fn ending_at(seconds: u64, now: SystemTime) -> SystemTime {
    let latest = now.checked_add(LONGEST).unwrap_or(now);
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).map_or(latest, |at| at.min(latest))
}

/// Max-Age over Expires, and neither past 400 days from now.
fn ending(expires: Option<SystemTime>, max_age: Option<i64>, now: SystemTime) -> Option<SystemTime> {
    let latest = now.checked_add(LONGEST).unwrap_or(now);
    match max_age {
        Some(..=0) => Some(SystemTime::UNIX_EPOCH),
        Some(seconds) => {
            Some(now.checked_add(Duration::from_secs(seconds.unsigned_abs()).min(LONGEST)).unwrap_or(latest))
        }
        None => expires.map(|at| at.min(latest)),
    }
}

/// The seconds of a Max-Age, the largest there are where it says more; `None` where it is no number.
fn seconds_in(value: &str) -> Option<i64> {
    let (is_negative, digits) = match value.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, value),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match is_negative {
        true => Some(-1),
        false => Some(digits.parse().unwrap_or(i64::MAX)),
    }
}

/// The SameSite of that name, in any case.
pub(crate) fn same_site_in(value: &str) -> Option<SameSite> {
    [("strict", SameSite::Strict), ("lax", SameSite::Lax), ("none", SameSite::None)]
        .into_iter()
        .find_map(|(name, same_site)| value.eq_ignore_ascii_case(name).then_some(same_site))
}
