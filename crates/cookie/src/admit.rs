//! Whether a cookie may be kept at all, and for which host and path (RFC 6265bis, section 5.7).

use std::borrow::Cow;

use cookie::SameSite;
use sortie_http::{Host, Scheme, Url};

use crate::matching::{default_path, host_of, is_within};
use crate::parse::Given;
use crate::{Reason, Suffixes};

/// A cookie that may be kept, unless it would overwrite one that is better guarded.
#[derive(Debug)]
pub(crate) struct Admitted<'a> {
    pub(crate) given: Given<'a>,
    /// What the jar sorts it by.
    pub(crate) site: &'a str,
    pub(crate) domain: Cow<'a, str>,
    pub(crate) host_only: bool,
    pub(crate) path: &'a str,
}

impl<'a> Admitted<'a> {
    /// Holds a cookie against the URL that it came from.
    pub(crate) fn new(url: &'a Url, given: Given<'a>, suffixes: &Suffixes) -> Result<Self, Reason> {
        let host = host_of(url);
        let site = suffixes.site(url.host(), host);
        let (domain, host_only) = domain_of(url, &given, suffixes)?;
        let path = match given.path {
            Some(path) if path.starts_with('/') => path,
            _ => default_path(url.path()),
        };
        if given.secure && url.scheme() != Scheme::Https {
            return Err(Reason::Secure);
        }
        if given.same_site == Some(SameSite::None) && !given.secure {
            return Err(Reason::SameSite);
        }
        let is_host = given.secure && host_only && given.path.is_some() && path == "/";
        let is_refused = match given.name {
            "" => begins(given.value, "__Secure-") || begins(given.value, "__Host-"),
            name => begins(name, "__Secure-") && !given.secure || begins(name, "__Host-") && !is_host,
        };
        match is_refused {
            true => Err(Reason::Prefix),
            false => Ok(Admitted { given, site, domain, host_only, path }),
        }
    }
}

/// Whom the cookie is for, and whether for that host alone.
fn domain_of<'a>(url: &'a Url, given: &Given<'a>, suffixes: &Suffixes) -> Result<(Cow<'a, str>, bool), Reason> {
    let host = host_of(url);
    if given.domain.is_empty() {
        return Ok((Cow::Borrowed(host), true));
    }
    let domain = match given.domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(given.domain.to_ascii_lowercase()),
        false => Cow::Borrowed(given.domain),
    };
    let registrable = match url.host() {
        Host::Ip(_) if *domain == *host => return Ok((domain, true)),
        Host::Ip(_) => return Err(Reason::Domain { domain: (*domain).into() }),
        Host::Name(name) => suffixes.registrable(name),
    };
    if !is_within(host, &domain) {
        return Err(Reason::Domain { domain: (*domain).into() });
    }
    match registrable {
        Some(registrable) if domain.len() >= registrable.len() => Ok((domain, false)),
        None if *domain == *host => Ok((domain, true)),
        _ => Err(Reason::PublicSuffix { domain: (*domain).into() }),
    }
}

fn begins(text: &str, prefix: &str) -> bool {
    text.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}
