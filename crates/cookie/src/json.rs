//! A jar as JSON ([`Format::Json`](crate::Format::Json)), written and read.

use std::time::SystemTime;

use serde_json::{Map, Value};

use crate::parse::{Given, ending_at, same_site_in};
use crate::{Error, Fault, Jar, Loaded, Stored};

const VERSION: u64 = 1;

pub(crate) fn write<'a>(cookies: impl Iterator<Item = &'a Stored>) -> (String, usize) {
    let (mut out, mut count) = (format!("{{\"version\":{VERSION},\"cookies\":["), 0);
    for cookie in cookies {
        out.push_str(if count == 0 { "\n" } else { ",\n" });
        out.push_str(&object_of(cookie).to_string());
        count += 1;
    }
    out.push_str("\n]}\n");
    (out, count)
}

pub(crate) fn read(jar: &mut Jar, text: &[u8], now: SystemTime) -> Result<Loaded, Error> {
    let document: Value = serde_json::from_slice(text)
        .map_err(|error| Error::Syntax { line: error.line().max(1), source: error.into() })?;
    let cookies = match document.get("version").and_then(Value::as_u64) {
        Some(VERSION) => document.get("cookies").and_then(Value::as_array).ok_or(Error::Schema)?,
        _ => return Err(Error::Schema),
    };
    let mut loaded = Loaded::default();
    for (at, value) in cookies.iter().enumerate() {
        loaded.add(jar, at + 1, cookie_in(value, now), now);
    }
    Ok(loaded)
}

fn object_of(cookie: &Stored) -> Value {
    let mut object = Map::new();
    for (key, value) in [
        ("name", cookie.name().into()),
        ("value", cookie.value().into()),
        ("domain", cookie.domain().into()),
        ("host_only", cookie.host_only().into()),
        ("path", cookie.path().into()),
        ("secure", cookie.secure().into()),
        ("http_only", cookie.http_only().into()),
    ] {
        object.insert(key.to_owned(), value);
    }
    if let Some(expires) = cookie.expires_seconds() {
        object.insert("expires".to_owned(), expires.into());
    }
    if let Some(same_site) = cookie.same_site() {
        object.insert("same_site".to_owned(), same_site.to_string().into());
    }
    Value::Object(object)
}

/// The domain of an entry, and the cookie that is for it.
fn cookie_in(value: &Value, now: SystemTime) -> Result<(&str, Given<'_>), Fault> {
    let text = |name| part(value, name, Value::as_str);
    let is_set = |name| part(value, name, Value::as_bool);
    let needed = |name| text(name)?.ok_or(Fault::Field { name });
    let domain = needed("domain")?;
    let domain = domain.strip_prefix('.').unwrap_or(domain);
    let path = text("path")?.unwrap_or("/");
    if !path.starts_with('/') {
        return Err(Fault::Field { name: "path" });
    }
    let same_site = match text("same_site")? {
        Some(name) => Some(same_site_in(name).ok_or(Fault::Field { name: "same_site" })?),
        None => None,
    };
    let given = Given {
        name: needed("name")?,
        value: needed("value")?,
        domain: if is_set("host_only")?.unwrap_or(true) { "" } else { domain },
        path: Some(path),
        expires: part(value, "expires", Value::as_u64)?.map(|seconds| ending_at(seconds, now)),
        secure: is_set("secure")?.unwrap_or_default(),
        http_only: is_set("http_only")?.unwrap_or_default(),
        same_site,
    };
    Ok((domain, given))
}

/// A member of an object, of the one type that it may have; `None` where it is `null` or not there.
fn part<'a, T>(
    object: &'a Value,
    name: &'static str,
    read: impl Fn(&'a Value) -> Option<T>,
) -> Result<Option<T>, Fault> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => read(value).map(Some).ok_or(Fault::Field { name }),
    }
}
