//! A profile as text, for a file: what of it can be told as data. The format stands in docs/session-file.md.

use std::time::Duration;

use serde_json::{Map, Value, json};
use sortie_cookie::{Format, Scope, SharedJar};
use sortie_http::Url;
use sortie_log::{is_secret_name, redact_url};
use sortie_policy::{Credentials, Proxies, Proxy, Redirects, Retries, Timeouts};

use crate::base::BaseUrl;
use crate::entries::{Entries, Entry};
use crate::{Auth, Error, ErrorKind, Profile, Secrets};

/// The version of the format.
pub(crate) const VERSION: u64 = 1;

/// A field of the timeouts.
type Timeout = fn(&mut Timeouts) -> &mut Option<Duration>;

/// What each of the timeouts is called.
pub(crate) const TIMEOUTS: [(&str, Timeout); 8] = [
    ("connect_ms", |it| &mut it.connect),
    ("resolve_ms", |it| &mut it.resolve),
    ("proxy_ms", |it| &mut it.proxy),
    ("tls_ms", |it| &mut it.tls),
    ("first_byte_ms", |it| &mut it.first_byte),
    ("between_bytes_ms", |it| &mut it.between_bytes),
    ("queue_ms", |it| &mut it.queue),
    ("total_ms", |it| &mut it.total),
];

impl Profile {
    /// The settings and cookies as JSON, which [`restore_json`](Self::restore_json) reads. Feature `json`.
    ///
    /// Left out is what is no data: hooks, the sink, a decision on redirects, how connections are made (TLS, names, sockets), a
    /// way of one's own to say who asks. So is netrc, which has a file of its own. Times are rounded up to milliseconds.
    ///
    /// Fails where the proxies cannot be told, since one of them cannot be used.
    pub fn to_json(&self, secrets: Secrets) -> Result<String, Error> {
        // All of them, so that a new one is not forgotten.
        let Profile {
            user_agent,
            auth,
            netrc: _,
            jar,
            timeouts,
            redirects,
            retries,
            https_only,
            credentials,
            max_content,
            resend,
            trust_env,
            channel: _,
            hooks: _,
            sink: _,
            connections,
            base,
            headers,
            params,
            proxies: _,
        } = self;
        let is_told = |entry: &&Entry| secrets != Secrets::Without || !is_secret(entry, credentials);
        let mut out = Lines::new();
        out.put("version", &VERSION.into());
        if let Some(base) = told_base(base, secrets) {
            out.put("base_url", &base);
        }
        out.put("user_agent", &user_agent.as_deref().into());
        out.put_list("headers", entries(headers).filter(|entry| is_told(entry)).map(header));
        out.put_list("params", entries(params).filter(|entry| is_told(entry)).map(param));
        if let Some(auth) = told_auth(auth.as_ref(), secrets) {
            out.put("auth", &auth);
        }
        out.put("timeouts", &told_timeouts(timeouts.clone()));
        out.put("redirects", &told_redirects(redirects));
        out.put("retries", &told_retries(retries));
        out.put("https_only", &(*https_only).into());
        out.put("credentials", &credentials.names().collect());
        out.put("max_content_bytes", &(*max_content).into());
        out.put("resend", &(*resend).into());
        out.put("trust_env", &(*trust_env).into());
        out.put(
            "connections",
            &json!({
                "total": connections.total,
                "per_origin": connections.per_origin,
                "idle_ms": milliseconds(connections.idle),
            }),
        );
        let said = self.proxies().and_then(|proxies| told_proxies(proxies, secrets));
        out.put("proxies", &said.map_err(|fault| untold(fault.clone()))?);
        out.put("keeps_cookies", &jar.is_some().into());
        if let Some(jar) = jar
            && let Some(scope) = scope(secrets)
        {
            out.put_text("cookies", cookies(jar, scope)?.trim_end());
        }
        Ok(out.end())
    }
}

/// An object whose fields stand on a line each, in order.
struct Lines(String);

impl Lines {
    fn new() -> Self {
        Lines("{".to_owned())
    }

    fn put_text(&mut self, name: &str, json: &str) {
        let comma = if self.0.len() == 1 { "" } else { "," };
        self.0.extend([comma, "\n  \"", name, "\": ", json]);
    }

    fn put(&mut self, name: &str, value: &Value) {
        self.put_text(name, &value.to_string());
    }

    fn put_list(&mut self, name: &str, items: impl Iterator<Item = Value>) {
        let items: Vec<String> = items.map(|item| format!("\n    {item}")).collect();
        let end = if items.is_empty() { "]" } else { "\n  ]" };
        self.put_text(name, &["[", &items.join(","), end].concat());
    }

    fn end(mut self) -> String {
        self.0.push_str("\n}\n");
        self.0
    }
}

fn entries(list: &Entries) -> impl Iterator<Item = &Entry> {
    list.as_slice().iter()
}

/// Whether an entry has a value that is nobody's business.
fn is_secret(entry: &Entry, credentials: &Credentials) -> bool {
    let is_credential = entry.sensitive || credentials.holds(&entry.name) || is_secret_name(&entry.name);
    is_credential && entry.value.is_some()
}

fn header(entry: &Entry) -> Value {
    match entry.sensitive {
        true => json!({"name": entry.name, "value": entry.value, "sensitive": true}),
        false => param(entry),
    }
}

fn param(entry: &Entry) -> Value {
    json!({"name": entry.name, "value": entry.value})
}

/// The base URL; without secrets nothing that looks like one is told, and nothing at all where its path does.
fn told_base(base: &BaseUrl, secrets: Secrets) -> Option<Value> {
    let url = match base {
        BaseUrl::Known { url, .. } => url,
        BaseUrl::Missing | BaseUrl::Faulty(_) => return Some(Value::Null),
    };
    if secrets != Secrets::Without {
        return Some(url.as_str().into());
    }
    let hides_nothing = |url: &str| redact_url(url) == url;
    let bare = url.without_userinfo();
    let text = match hides_nothing(bare.as_str()) {
        true => bare.as_str().to_owned(),
        false => without_query(&bare),
    };
    hides_nothing(&text).then(|| text.into())
}

fn without_query(url: &Url) -> String {
    format!("{}{}", url.origin(), url.path())
}

/// The credentials, where they are data and may be told.
fn told_auth(auth: Option<&Auth>, secrets: Secrets) -> Option<Value> {
    match auth {
        _ if secrets == Secrets::Without => None,
        None => Some(Value::Null),
        Some(Auth::Basic(basic)) => Some(json!({"kind": "basic", "user": *basic.user, "password": *basic.password})),
        Some(Auth::Bearer(bearer)) => Some(json!({"kind": "bearer", "token": *bearer.token})),
        Some(Auth::Digest(digest)) => {
            let (user, password) = digest.credentials();
            Some(json!({"kind": "digest", "user": user, "password": password}))
        }
        Some(Auth::Scheme(_)) => None,
    }
}

fn told_timeouts(mut timeouts: Timeouts) -> Value {
    let told = TIMEOUTS.iter().map(|(name, of)| ((*name).to_owned(), of(&mut timeouts).map(milliseconds).into()));
    Value::Object(told.collect())
}

fn told_redirects(redirects: &Redirects) -> Value {
    json!({"follow": redirects.follow, "limit": redirects.limit, "referer": redirects.referer})
}

fn told_retries(retries: &Retries) -> Value {
    // All of them, so that a new one is not forgotten.
    let Retries { count, statuses, failures, any_method, backoff, max_wait, jitter } = retries;
    json!({
        "count": count,
        "statuses": statuses,
        "failures": failures,
        "any_method": any_method,
        "backoff_ms": milliseconds(*backoff),
        "max_wait_ms": milliseconds(*max_wait),
        "jitter_percent": jitter,
    })
}

/// What proxies say, the topmost first.
fn told_proxies(proxies: &Proxies, secrets: Secrets) -> Result<Value, &sortie_policy::Error> {
    let url = |proxy: &Proxy| match secrets {
        Secrets::Without => proxy.without_credentials().to_url(),
        Secrets::With | Secrets::WithSessionCookies => proxy.to_url(),
    };
    let mut layers = Vec::new();
    for said in proxies.said()? {
        let through: Map<String, Value> =
            said.entries.into_iter().map(|(key, proxy)| (key, proxy.map(url).into())).collect();
        layers.push(json!({"through": through, "no_proxy": said.no_proxy}));
    }
    Ok(json!({"direct": proxies.is_closed(), "layers": layers}))
}

fn scope(secrets: Secrets) -> Option<Scope> {
    match secrets {
        Secrets::Without => None,
        Secrets::With => Some(Scope::Lasting),
        Secrets::WithSessionCookies => Some(Scope::All),
    }
}

fn cookies(jar: &SharedJar, scope: Scope) -> Result<String, Error> {
    let mut text = Vec::new();
    let written = jar.lock().write_to(&mut text, Format::Json, scope);
    written.map_err(untold)?;
    String::from_utf8(text).map_err(untold)
}

/// Rounded up, so that a time above zero stays one.
fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

fn untold(source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::InvalidArgument).with_message("the session cannot be told as data").with_source(source)
}
