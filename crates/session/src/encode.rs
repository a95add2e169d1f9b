//! Header fields in the order of the wire.

use sortie_http::{Headers, HeadersBuilder, Method, Origin};

use crate::entries::{Laid, Source, same_field};
use crate::{Auth, Basic, Error, ErrorKind, Setting};

/// What of a request its header fields depend on, beside those that are asked for.
pub(crate) struct Facts<'a> {
    pub(crate) method: &'a Method,
    pub(crate) origin: &'a Origin,
    /// The body's length; `None` where there is no body.
    pub(crate) length: Option<u64>,
    /// The Content-Type that the body brings.
    pub(crate) media_type: Option<&'a str>,
    pub(crate) credentials: Credentials<'a>,
}

/// Where credentials may come from, beside the header fields that are asked for.
pub(crate) struct Credentials<'a> {
    pub(crate) request: Setting<&'a Auth>,
    pub(crate) userinfo: Option<(String, String)>,
    pub(crate) session: Option<&'a Auth>,
}

/// Host, what is asked for, then what is derived: Content-Type, Content-Length, Authorization.
///
/// Whether what the caller gave is right is not looked at, but for what no field may have.
pub(crate) fn headers(list: &[Laid<'_>], facts: Facts<'_>) -> Result<Headers, Error> {
    let authorization = authorization(list, facts.credentials)?;
    let has_range = value_of(list, "Range").is_some();
    let mut out = HeadersBuilder::with_capacity(256);
    if value_of(list, "Host").is_none() {
        append(&mut out, "Host", facts.origin.authority(), false)?;
    }
    for laid in list.iter().filter(|laid| same_field(laid.name, "Host")) {
        append_laid(&mut out, laid, None)?;
    }
    for laid in list.iter().filter(|laid| !same_field(laid.name, "Host")) {
        let is_default_coding = laid.source == Source::Default && same_field(laid.name, "Accept-Encoding");
        if authorization.is_none() || !same_field(laid.name, "Authorization") {
            append_laid(&mut out, laid, (is_default_coding && has_range).then_some("identity"))?;
        }
    }
    if let Some(media_type) = facts.media_type
        && !list.iter().any(|laid| same_field(laid.name, "Content-Type"))
    {
        append(&mut out, "Content-Type", media_type, false)?;
    }
    if let Some(length) = facts.length.or_else(|| empty_length(facts.method))
        && value_of(list, "Content-Length").is_none()
    {
        append(&mut out, "Content-Length", &length.to_string(), false)?;
    }
    if let Some(authorization) = authorization {
        append(&mut out, "Authorization", &authorization, true)?;
    }
    Ok(out.build())
}

/// What Content-Length says where there is no body: 0 for the methods that mean to have one (RFC 9110, section 8.6).
pub(crate) fn empty_length(method: &Method) -> Option<u64> {
    (*method == Method::POST || *method == Method::PUT || *method == Method::PATCH).then_some(0)
}

/// What sortie adds as Authorization; `None` where what is asked for holds.
fn authorization(list: &[Laid<'_>], credentials: Credentials<'_>) -> Result<Option<String>, Error> {
    let is_given = |laid: &Laid<'_>| {
        laid.source == Source::Request && laid.value.is_some() && same_field(laid.name, "Authorization")
    };
    match (credentials.request, credentials.userinfo, credentials.session) {
        (Setting::Set(auth), _, _) => auth.value().map(Some),
        _ if list.iter().any(is_given) => Ok(None),
        (_, Some((user, password)), _) => Auth::from(Basic::new(user, password)).value().map(Some),
        (Setting::Unset, None, Some(auth)) => auth.value().map(Some),
        _ => Ok(None),
    }
}

fn append_laid(out: &mut HeadersBuilder, laid: &Laid<'_>, instead: Option<&str>) -> Result<(), Error> {
    match laid.value {
        None => Ok(()),
        Some(value) => append(out, laid.name, instead.unwrap_or(value), laid.sensitive || is_credential(laid.name)),
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

/// Fields that hold nothing but credentials (RFC 9110, sections 11.6 and 11.7; RFC 6265bis).
fn is_credential(name: &str) -> bool {
    ["Authorization", "Proxy-Authorization", "Cookie"].iter().any(|it| same_field(it, name))
}
