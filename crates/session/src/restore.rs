//! A profile from text: what [`Profile::to_json`] wrote, and what a person wrote into it. The format stands in
//! docs/session-file.md.

use std::time::{Duration, SystemTime};

use sortie_cookie::{Format, Loaded};
use sortie_http::Url;
use sortie_policy::{Credentials, Digest, Proxies, Retries};

use crate::base::BaseUrl;
use crate::entries::{Entries, Entry, Source};
use crate::field::{Document, Field, Members};
use crate::save::{TIMEOUTS, VERSION};
use crate::{Auth, Basic, Bearer, Ignored, Misfit, Profile};

/// How many layers of proxies there may be.
const LAYERS: usize = 64;

/// What became of a saved session, beside the settings.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Restored {
    /// The fields that are not known, in order. They were passed over.
    pub ignored: Vec<Ignored>,
    /// What became of the cookies. One that is damaged was passed over too.
    pub cookies: Loaded,
}

impl Profile {
    /// Takes over the settings that [`to_json`](Self::to_json) has told; those that the text says nothing of stay as they
    /// are. Feature `json`.
    ///
    /// Cookies are put into the jar, which others may share; each is held against the same rules as if it were set at `now`.
    /// Whether the settings make sense together is for [`check`](Self::check) to say.
    ///
    /// Fails where the text is no JSON, or a field is not what it must be. Everything is then as it was.
    pub fn restore_json(&mut self, text: &[u8], now: SystemTime) -> Result<Restored, Misfit> {
        let document = Document::new(text)?;
        let whole = document.whole()?;
        let mut members = whole.members()?;
        match members.take("version") {
            Some(version) if version.number::<u64>()? == VERSION => {}
            Some(version) => return Err(version.misfit("is not 1, the only one that is known")),
            None => return Err(whole.lacks("version")),
        }
        let (mut profile, mut restored) = (self.clone(), Restored::default());
        let cookies = members.take("cookies");
        settings(&mut profile, &mut members, &mut restored.ignored)?;
        members.pass_over(&mut restored.ignored);
        restored.ignored.sort_by_key(Ignored::line);
        if let (Some(jar), Some(cookies)) = (&profile.jar, cookies.and_then(Field::given)) {
            let loaded = jar.lock().read_from(cookies.json().as_bytes(), Format::Json, now);
            restored.cookies = loaded.map_err(|source| cookies.unusable(source))?;
        }
        *self = profile;
        Ok(restored)
    }
}

fn settings(profile: &mut Profile, members: &mut Members<'_>, ignored: &mut Vec<Ignored>) -> Result<(), Misfit> {
    if let Some(field) = members.take("base_url") {
        profile.base = field.given().map_or(Ok(BaseUrl::Missing), |field| base_url(&field))?;
    }
    if let Some(field) = members.take("user_agent") {
        profile.user_agent = field.given().map(|field| field.text()).transpose()?.map(Into::into);
    }
    if let Some(field) = members.take("headers") {
        profile.headers = entries(&field, ignored)?;
    }
    if let Some(field) = members.take("params") {
        profile.params = entries(&field, ignored)?;
    }
    if let Some(field) = members.take("auth") {
        profile.auth = field.given().map(|field| auth(&field, ignored)).transpose()?;
    }
    if let Some(field) = members.take("timeouts") {
        let mut limits = field.members()?;
        for (name, of) in TIMEOUTS {
            if let Some(field) = limits.take(name) {
                *of(&mut profile.timeouts) = field.given().map(|field| time_above_zero(&field)).transpose()?;
            }
        }
        limits.pass_over(ignored);
    }
    if let Some(field) = members.take("redirects") {
        let mut redirects = field.members()?;
        set(&mut redirects, "follow", &mut profile.redirects.follow, Field::flag)?;
        set(&mut redirects, "limit", &mut profile.redirects.limit, Field::number)?;
        set(&mut redirects, "referer", &mut profile.redirects.referer, Field::flag)?;
        redirects.pass_over(ignored);
    }
    if let Some(field) = members.take("retries") {
        retries(&mut profile.retries, &mut field.members()?, ignored)?;
    }
    set(members, "https_only", &mut profile.https_only, Field::flag)?;
    set(members, "credentials", &mut profile.credentials, |field| {
        let names = field.items()?.iter().map(Field::text).collect::<Result<Vec<_>, _>>()?;
        Ok(Credentials::new(names))
    })?;
    if let Some(field) = members.take("max_content_bytes") {
        profile.max_content = field.given().map(|field| field.number()).transpose()?;
    }
    set(members, "resend", &mut profile.resend, Field::flag)?;
    set(members, "trust_env", &mut profile.trust_env, Field::flag)?;
    if let Some(field) = members.take("connections") {
        let mut connections = field.members()?;
        set(&mut connections, "total", &mut profile.connections.total, Field::number)?;
        set(&mut connections, "per_origin", &mut profile.connections.per_origin, Field::number)?;
        set(&mut connections, "idle_ms", &mut profile.connections.idle, time)?;
        connections.pass_over(ignored);
    }
    if let Some(field) = members.take("proxies") {
        profile.set_proxies(proxies(&field, ignored)?);
    }
    if let Some(field) = members.take("keeps_cookies") {
        profile.jar = field.flag()?.then(|| profile.jar.take().unwrap_or_default());
    }
    Ok(())
}

/// Sets what the field of this name says, if there is one.
fn set<'a, T>(
    members: &mut Members<'a>,
    name: &str,
    place: &mut T,
    read: impl FnOnce(&Field<'a>) -> Result<T, Misfit>,
) -> Result<(), Misfit> {
    if let Some(field) = members.take(name) {
        *place = read(&field)?;
    }
    Ok(())
}

fn retries(told: &mut Retries, members: &mut Members<'_>, ignored: &mut Vec<Ignored>) -> Result<(), Misfit> {
    set(members, "count", &mut told.count, Field::number)?;
    set(members, "statuses", &mut told.statuses, |field| field.items()?.iter().map(Field::number).collect())?;
    set(members, "failures", &mut told.failures, Field::flag)?;
    set(members, "any_method", &mut told.any_method, Field::flag)?;
    set(members, "backoff_ms", &mut told.backoff, time)?;
    set(members, "max_wait_ms", &mut told.max_wait, time)?;
    set(members, "jitter_percent", &mut told.jitter, Field::number)?;
    members.pass_over(ignored);
    Ok(())
}

fn base_url(field: &Field<'_>) -> Result<BaseUrl, Misfit> {
    match Url::parse(&field.text()?) {
        Ok(url) => Ok(BaseUrl::from(Ok(url))),
        Err(source) => Err(field.unusable(source)),
    }
}

/// Header fields or parameters. One whose value is `null` takes a default away.
fn entries(field: &Field<'_>, ignored: &mut Vec<Ignored>) -> Result<Entries, Misfit> {
    let entry = |item: Field<'_>| {
        let mut members = item.members()?;
        let name = needed(&item, &mut members, "name")?.text()?;
        let value = needed(&item, &mut members, "value")?.given().map(|field| field.text()).transpose()?;
        let mut sensitive = false;
        set(&mut members, "sensitive", &mut sensitive, Field::flag)?;
        members.pass_over(ignored);
        Ok(Entry { sensitive, ..Entry::new(&name, value.as_deref(), Source::Session) })
    };
    field.items()?.into_iter().map(entry).collect()
}

fn auth(field: &Field<'_>, ignored: &mut Vec<Ignored>) -> Result<Auth, Misfit> {
    let mut members = field.members()?;
    let kind = needed(field, &mut members, "kind")?;
    let mut text = |name| needed(field, &mut members, name)?.text();
    let auth = match kind.text()?.as_str() {
        "basic" => Basic::new(text("user")?, text("password")?).into(),
        "bearer" => Bearer::new(text("token")?).into(),
        "digest" => Digest::new(text("user")?, text("password")?).into(),
        _ => return Err(kind.misfit("is none of `basic`, `bearer` and `digest`")),
    };
    members.pass_over(ignored);
    Ok(auth)
}

fn proxies(field: &Field<'_>, ignored: &mut Vec<Ignored>) -> Result<Proxies, Misfit> {
    let mut members = field.members()?;
    let mut is_direct = false;
    set(&mut members, "direct", &mut is_direct, Field::flag)?;
    let lowest = if is_direct { Proxies::direct() } else { Proxies::new() };
    let mut layers = Vec::new();
    if let Some(field) = members.take("layers") {
        layers = field.items()?;
        if layers.len() > LAYERS {
            return Err(field.misfit("has more than 64 layers"));
        }
    }
    members.pass_over(ignored);
    let mut layers = layers.into_iter().rev();
    let Some(last) = layers.next() else { return Ok(lowest) };
    let lowest = layer(lowest, &last, ignored)?;
    layers.try_fold(lowest, |lower, field| Ok(layer(Proxies::new(), &field, ignored)?.over(&lower)))
}

/// What one layer says, upon what was said.
fn layer(start: Proxies, field: &Field<'_>, ignored: &mut Vec<Ignored>) -> Result<Proxies, Misfit> {
    let (mut members, mut proxies) = (field.members()?, start);
    if let Some(through) = members.take("through") {
        for (key, field) in through.members()?.rest() {
            let said = match field.is_null() {
                true => proxies.none_for(&key),
                false => proxies.set(&key, &field.text()?),
            };
            proxies = said.map_err(|source| field.unusable(source))?;
        }
    }
    if let Some(field) = members.take("no_proxy").and_then(Field::given) {
        proxies = proxies.no_proxy(&field.text()?).map_err(|source| field.unusable(source))?;
    }
    members.pass_over(ignored);
    Ok(proxies)
}

fn needed<'a>(object: &Field<'a>, members: &mut Members<'a>, name: &str) -> Result<Field<'a>, Misfit> {
    members.take(name).ok_or_else(|| object.lacks(name))
}

fn time(field: &Field<'_>) -> Result<Duration, Misfit> {
    field.number().map(Duration::from_millis)
}

fn time_above_zero(field: &Field<'_>) -> Result<Duration, Misfit> {
    match time(field)? {
        Duration::ZERO => Err(field.misfit("is 0, which nothing could meet")),
        limit => Ok(limit),
    }
}
