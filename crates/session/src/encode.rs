//! Header fields in the order of the wire.

use std::sync::Arc;

use sortie_http::{Headers, HeadersBuilder, Method, Origin};
use sortie_policy::Authenticator;

use crate::entries::{Entry, Laid, Source, same_field};
use crate::{Auth, Basic, Error, ErrorKind, Setting};

/// What of a request its header fields depend on, beside those that are asked for.
pub(crate) struct Facts<'a> {
    pub(crate) method: &'a Method,
    pub(crate) origin: &'a Origin,
    pub(crate) content: Content<'a>,
    /// Which fields hold credentials, whoever set them: those are marked.
    pub(crate) secret: &'a sortie_policy::Credentials,
}

/// What of a body its header fields depend on. Without a body: nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Content<'a> {
    /// Its length, where that is known.
    pub(crate) length: Option<u64>,
    /// Its length is not known.
    pub(crate) chunked: bool,
    /// The Content-Type that it brings.
    pub(crate) media_type: Option<&'a str>,
    /// The coding that was put on it.
    pub(crate) coding: Option<&'a str>,
    /// It is held back until the server wants it.
    pub(crate) expects: bool,
}

impl Facts<'_> {
    /// Whether there is a Content-Length or a Transfer-Encoding to derive.
    pub(crate) fn has_framing(&self) -> bool {
        self.content.chunked || self.content_length().is_some()
    }

    fn content_length(&self) -> Option<u64> {
        match self.content.chunked {
            true => None,
            false => self.content.length.or_else(|| empty_length(self.method)),
        }
    }
}

/// Where credentials may come from, beside the header fields that are asked for.
pub(crate) struct Credentials<'a> {
    pub(crate) request: Setting<&'a Auth>,
    pub(crate) userinfo: Option<(String, String)>,
    pub(crate) session: Option<&'a Auth>,
    /// What the netrc file says of the host.
    pub(crate) netrc: Option<(&'a str, &'a str)>,
}

/// Host, what is asked for, then what is derived: what speaks of the content, Expect, Authorization.
///
/// With them how it is said who asks. Whether what the caller gave is right is not looked at, but for what no field may have.
pub(crate) fn headers(
    list: &[Laid<'_>],
    facts: &Facts<'_>,
    credentials: &Credentials<'_>,
) -> Result<(Headers, Said), Error> {
    let said = credentials.said(list)?;
    let has_range = value_of(list, "Range").is_some();
    let mut out = HeadersBuilder::with_capacity(256);
    if value_of(list, "Host").is_none() {
        append(&mut out, "Host", facts.origin.authority(), false)?;
    }
    for laid in list.iter().filter(|laid| same_field(laid.name, "Host")) {
        append_laid(&mut out, laid, None, facts)?;
    }
    for laid in list.iter().filter(|laid| !same_field(laid.name, "Host")) {
        let is_default_coding = laid.source == Source::Default && same_field(laid.name, "Accept-Encoding");
        if matches!(said, Said::AsAsked) || !same_field(laid.name, "Authorization") {
            append_laid(&mut out, laid, (is_default_coding && has_range).then_some("identity"), facts)?;
        }
    }
    let has_type = list.iter().any(|laid| same_field(laid.name, "Content-Type"));
    let has_length = value_of(list, "Content-Length").is_some();
    append_derived(&mut out, facts, has_type, has_length, said.value())?;
    Ok((out.build(), said))
}

/// The same as [`headers`], for a request that only adds to what its session has: `own` behind `base`.
///
/// `base` is right already, and so is the result.
pub(crate) fn headers_behind(base: &Base, own: &[Entry], facts: &Facts<'_>) -> Result<Headers, Error> {
    let mut out = HeadersBuilder::from(&base.headers);
    for entry in own {
        append_laid(&mut out, &Laid::from(entry), None, facts)?;
    }
    let has_type = out.contains("Content-Type");
    append_derived(&mut out, facts, has_type, false, base.authorization.as_deref())?;
    Ok(out.build())
}

/// The header fields of a session, but for the Authorization that sortie adds behind all others.
pub(crate) struct Base {
    pub(crate) headers: Headers,
    pub(crate) authorization: Option<Arc<str>>,
}

impl Base {
    /// Whether `own` only adds fields, and nothing follows from them for others.
    pub(crate) fn is_added_to_by(&self, own: &[Entry]) -> bool {
        const OTHERS_FOLLOW: [&str; 4] = ["Range", "Authorization", "Content-Length", "Transfer-Encoding"];
        own.iter().all(|entry| {
            entry.value.is_some()
                && !OTHERS_FOLLOW.iter().any(|name| same_field(name, &entry.name))
                && !self.headers.contains(&entry.name)
        })
    }
}

fn append_derived(
    out: &mut HeadersBuilder,
    facts: &Facts<'_>,
    has_type: bool,
    has_length: bool,
    authorization: Option<&str>,
) -> Result<(), Error> {
    let Content { chunked, media_type, coding, expects, .. } = facts.content;
    if let Some(media_type) = media_type.filter(|_| !has_type) {
        append(out, "Content-Type", media_type, false)?;
    }
    if let Some(coding) = coding {
        if out.contains("Content-Encoding") {
            let message = "Content-Encoding is given for a body that is to be coded";
            return Err(Error::new(ErrorKind::InvalidHeader).with_message(message));
        }
        append(out, "Content-Encoding", coding, false)?;
    }
    if chunked {
        append(out, "Transfer-Encoding", "chunked", false)?;
    }
    if let Some(length) = facts.content_length().filter(|_| !has_length) {
        append(out, "Content-Length", &length.to_string(), false)?;
    }
    if expects && !out.contains("Expect") {
        append(out, "Expect", "100-continue", false)?;
    }
    match authorization {
        Some(authorization) => append(out, "Authorization", authorization, true),
        None => Ok(()),
    }
}

/// What Content-Length says where there is no body: 0 for the methods that mean to have one (RFC 9110, section 8.6).
pub(crate) fn empty_length(method: &Method) -> Option<u64> {
    (*method == Method::POST || *method == Method::PUT || *method == Method::PATCH).then_some(0)
}

impl Credentials<'_> {
    /// Who says who asks: the request, its Authorization field, userinfo in the URL, the session, its Authorization field, the
    /// netrc file, in this order.
    fn said(&self, list: &[Laid<'_>]) -> Result<Said, Error> {
        let is_given = |laid: &Laid<'_>| {
            laid.source == Source::Request && laid.value.is_some() && same_field(laid.name, "Authorization")
        };
        let by = |auth: &Auth| match auth.authenticator() {
            Some(authenticator) => auth.value().map(|_| Said::EachTime(authenticator)),
            None => auth.value().map(|value| value.map_or(Said::AsAsked, Said::Value)),
        };
        match (self.request, &self.userinfo, self.session) {
            (Setting::Set(auth), _, _) => by(auth),
            _ if list.iter().any(is_given) => Ok(Said::AsAsked),
            (_, Some((user, password)), _) => by(&Basic::new(user.as_str(), password.as_str()).into()),
            (Setting::Unset, None, Some(auth)) => by(auth),
            _ if value_of(list, "Authorization").is_some() => Ok(Said::AsAsked),
            (Setting::Unset, None, None) => match self.netrc {
                Some((user, password)) => by(&Basic::new(user, password).into()),
                None => Ok(Said::AsAsked),
            },
            _ => Ok(Said::AsAsked),
        }
    }
}

/// How a request says who asks.
#[derive(Debug)]
pub(crate) enum Said {
    /// By the header fields that are asked for, if at all.
    AsAsked,
    /// By this Authorization field.
    Value(String),
    /// Anew for each exchange.
    EachTime(Authenticator),
}

impl Said {
    pub(crate) fn value(&self) -> Option<&str> {
        match self {
            Said::Value(value) => Some(value),
            Said::AsAsked | Said::EachTime(_) => None,
        }
    }
}

fn append_laid(
    out: &mut HeadersBuilder,
    laid: &Laid<'_>,
    instead: Option<&str>,
    facts: &Facts<'_>,
) -> Result<(), Error> {
    match laid.value {
        None => Ok(()),
        Some(value) => {
            append(out, laid.name, instead.unwrap_or(value), laid.sensitive || facts.secret.holds(laid.name))
        }
    }
}

fn append(out: &mut HeadersBuilder, name: &str, value: &str, sensitive: bool) -> Result<(), Error> {
    out.append(name, value).map_err(|source| Error::new(ErrorKind::InvalidHeader).with_source(source))?;
    if sensitive {
        out.mark_sensitive(name);
    }
    Ok(())
}

fn value_of<'a>(list: &[Laid<'a>], name: &str) -> Option<&'a str> {
    list.iter().filter(|laid| same_field(laid.name, name)).find_map(|laid| laid.value)
}
