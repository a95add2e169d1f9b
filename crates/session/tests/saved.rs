//! Profiles as JSON: told, and taken over again.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used)]

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use sortie_cookie::Cookie;
use sortie_http::Url;
use sortie_policy::{Credentials, Digest, Proxies, Retries};
use sortie_session::{Basic, Bearer, Connections, Misfit, Profile, Secrets};

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// What a text makes of a new profile.
fn restored(text: &str) -> Profile {
    let mut profile = Profile::new();
    let told = profile.restore_json(text.as_bytes(), now()).unwrap();
    assert!(told.ignored.is_empty(), "{:?}", told.ignored);
    profile
}

fn misfit(text: &str) -> Misfit {
    Profile::new().restore_json(text.as_bytes(), now()).unwrap_err()
}

/// A profile with a secret in every place that may hold one.
fn secretive() -> Profile {
    let mut profile = Profile::new();
    profile.set_base_url("http://user:5ecret@h/api/?token=5ecret#f");
    profile.set_header("X-Open", "open");
    profile.set_sensitive_header("X-Mine", "5ecret");
    profile.set_header("Authorization", "5ecret");
    profile.set_header("X-Api-Key", "5ecret");
    profile.set_header("X-Corp", "5ecret");
    profile.unset_header("Cookie");
    profile.credentials = Credentials::new(["x-corp"]);
    profile.append_param("open", "open");
    profile.append_param("access_token", "5ecret");
    profile.auth = Some(Basic::new("user", "5ecret").into());
    profile.set_proxies(Proxies::new().all("http://user:5ecret@p.test:3128").unwrap());
    let jar = profile.jar.as_ref().unwrap();
    let url = Url::parse("https://h/").unwrap();
    jar.lock().store(&url, "lasting=5ecret; Max-Age=60", now()).unwrap();
    jar.lock().store(&url, "session=5ecret", now()).unwrap();
    profile
}

fn cookie_names(profile: &Profile) -> Vec<String> {
    profile.jar.as_ref().unwrap().lock().iter().map(|cookie| cookie.name().to_owned()).collect()
}

#[test]
fn the_defaults_are_told_and_taken_over() {
    let text = Profile::new().to_json(Secrets::With).unwrap();
    let profile = restored(&text);
    assert_eq!(profile.to_json(Secrets::With).unwrap(), text);
    assert_eq!(profile.timeouts, Profile::new().timeouts);
    assert_eq!(profile.user_agent, Profile::new().user_agent);
    assert!(text.starts_with("{\n  \"version\": 1,\n  \"base_url\": null,\n"));
}

#[test]
fn without_secrets_none_is_told() {
    let text = secretive().to_json(Secrets::Without).unwrap();
    assert!(!text.contains("5ecret") && !text.contains("user:"), "{text}");
    let profile = restored(&text);
    assert_eq!(profile.headers().collect::<Vec<_>>(), [("X-Open", "open")]);
    assert_eq!(profile.params().collect::<Vec<_>>(), [("open", "open")]);
    assert_eq!(profile.base_url().unwrap().unwrap().as_str(), "http://h/api/");
    assert!(profile.auth.is_none() && cookie_names(&profile).is_empty());
    let through =
        profile.proxies().unwrap().choose(Url::parse("http://h/").unwrap().origin()).unwrap().unwrap().clone();
    assert_eq!((through.to_url().as_str(), through.credentials()), ("http://p.test:3128", None));
    // The header field that was taken away is still taken away.
    assert!(text.contains(r#"{"name":"Cookie","value":null}"#));
}

#[test]
fn with_secrets_all_is_told_and_cookies_of_the_session_on_request_only() {
    for (secrets, cookies) in
        [(Secrets::With, &["lasting"][..]), (Secrets::WithSessionCookies, &["lasting", "session"])]
    {
        let (former, text) = (secretive(), secretive().to_json(secrets).unwrap());
        let profile = restored(&text);
        assert_eq!(profile.headers().collect::<Vec<_>>(), former.headers().collect::<Vec<_>>());
        assert_eq!(profile.params().collect::<Vec<_>>(), former.params().collect::<Vec<_>>());
        assert_eq!(profile.base_url().unwrap(), former.base_url().unwrap());
        assert_eq!(cookie_names(&profile), cookies);
        assert_eq!(profile.to_json(secrets).unwrap(), text);
        assert!(!format!("{:?}", profile.base_url()).contains("user"));
    }
}

#[test]
fn a_path_that_looks_like_a_secret_is_not_told() {
    let mut profile = Profile::new();
    profile.set_base_url("http://h/a;jsessionid=5ecret/");
    let text = profile.to_json(Secrets::Without).unwrap();
    assert!(!text.contains("base_url") && !text.contains("5ecret"));
    assert_eq!(restored(&profile.to_json(Secrets::With).unwrap()).base_url().unwrap(), profile.base_url().unwrap());
}

#[test]
fn what_is_not_said_stays_and_null_takes_away() {
    let mut profile = secretive();
    profile.restore_json(br#"{"version": 1}"#, now()).unwrap();
    assert_eq!(profile.to_json(Secrets::With).unwrap(), secretive().to_json(Secrets::With).unwrap());
    let text = r#"{"version": 1, "base_url": null, "user_agent": null, "headers": [], "params": [], "auth": null,
        "timeouts": {"connect_ms": null}, "max_content_bytes": null, "proxies": {}, "keeps_cookies": false}"#;
    profile.restore_json(text.as_bytes(), now()).unwrap();
    assert!(profile.base_url().unwrap().is_none() && profile.user_agent.is_none() && profile.auth.is_none());
    assert!(profile.headers().chain(profile.params()).next().is_none() && profile.jar.is_none());
    assert!(profile.timeouts.connect.is_none() && profile.timeouts.first_byte.is_some());
    assert!(profile.proxies().unwrap().is_empty());
}

#[test]
fn cookies_go_into_the_jar_that_is_there() {
    let mut profile = Profile::new();
    let jar = profile.jar.clone().unwrap();
    let mine = Cookie::build(("mine", "1")).domain("other.test").build();
    jar.lock().set(mine, now()).unwrap();
    let text = secretive().to_json(Secrets::WithSessionCookies).unwrap();
    let told = profile.restore_json(text.as_bytes(), now() + Duration::from_secs(60)).unwrap();
    assert_eq!((told.cookies.kept, told.cookies.expired), (1, 1));
    assert_eq!(jar.len(), 2);
    // Where none are kept there is no jar for them.
    let without = text.replace(r#""keeps_cookies": true"#, r#""keeps_cookies": false"#);
    assert_eq!(profile.restore_json(without.as_bytes(), now()).unwrap().cookies.kept, 0);
    assert!(profile.jar.is_none());
}

#[test]
fn a_damaged_cookie_is_passed_over_and_told() {
    let text = r#"{"version": 1, "cookies": {"version": 1, "cookies": [
        {"name": "a", "value": 7, "domain": "h"}, {"name": "b", "value": "5ecret", "domain": "h"}]}}"#;
    let told = Profile::new().restore_json(text.as_bytes(), now()).unwrap();
    assert_eq!((told.cookies.kept, told.cookies.damaged.len()), (1, 1));
}

#[test]
fn what_is_not_known_is_passed_over_and_told_with_its_place() {
    let text = r#"{
        "version": 1,
        "timeouts": {
            "conect_ms": 5
        },
        "headers": [{"name": "a", "value": "b", "why": [{}]}],
        "later": {"version": 2},
        "proxies": {"layers": [{"through": {}, "x\ny": 1}]}
    }"#;
    let told = Profile::new().restore_json(text.as_bytes(), now()).unwrap();
    let told: Vec<String> = told.ignored.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`timeouts.conect_ms` in line 4 is not known, and was passed over",
            "`headers[0].why` in line 6 is not known, and was passed over",
            "`later` in line 7 is not known, and was passed over",
            "`proxies.layers[0].x\\ny` in line 8 is not known, and was passed over",
        ]
    );
}

#[test]
fn damage_is_told_with_its_line_and_nothing_is_taken_over() {
    let mut profile = Profile::new();
    let text = "{\"version\": 1,\n\"https_only\": true,\n\"user_agent\": \"5ecret\",\n\"resend\": 5ecret}";
    let misfit = profile.restore_json(text.as_bytes(), now()).unwrap_err();
    assert_eq!((misfit.line(), misfit.field()), (4, None));
    assert_eq!(misfit.to_string(), "line 4 is not JSON");
    assert!(misfit.source().is_some() && !profile.https_only);
    let misfit = profile.restore_json(b"{\n\n\xff}", now()).unwrap_err();
    assert_eq!((misfit.line(), misfit.source().is_some()), (3, true));
    for text in ["", "{", "{}}", "[1,]", "\u{0}"] {
        let misfit = profile.restore_json(text.as_bytes(), now()).unwrap_err();
        assert!(matches!(misfit, Misfit::Syntax { line: 1, .. }), "{text}");
    }
}

#[test]
fn a_field_that_is_not_what_it_must_be_is_named_with_its_line() {
    for (field, name, is) in [
        (r#""user_agent": 1"#, "user_agent", "is not a text"),
        (r#""user_agent": "\ud800""#, "user_agent", "is not a text"),
        (r#""https_only": "5ecret""#, "https_only", "is neither true nor false"),
        (r#""headers": {}"#, "headers", "is not a list"),
        (r#""headers": [1]"#, "headers[0]", "is not an object"),
        (r#""headers": [{"value": "5ecret"}]"#, "headers[0].name", "is missing"),
        (r#""params": [{"name": "5ecret"}]"#, "params[0].value", "is missing"),
        (r#""timeouts": {"total_ms": 0}"#, "timeouts.total_ms", "is 0, which nothing could meet"),
        (r#""timeouts": {"total_ms": 1.5}"#, "timeouts.total_ms", "is not a whole number from 0 on"),
        (r#""timeouts": {"total_ms": -1}"#, "timeouts.total_ms", "is not a whole number from 0 on"),
        (r#""timeouts": {"total_ms": 1e999}"#, "timeouts.total_ms", "is not a whole number from 0 on"),
        (r#""timeouts": 5"#, "timeouts", "is not an object"),
        (r#""redirects": {"limit": 4294967296}"#, "redirects.limit", "is too large"),
        (r#""auth": {"kind": "5ecret"}"#, "auth.kind", "is none of `basic`, `bearer` and `digest`"),
        (r#""auth": {"kind": "basic", "user": "5ecret"}"#, "auth.password", "is missing"),
        (r#""credentials": [null]"#, "credentials[0]", "is not a text"),
        (r#""proxies": []"#, "proxies", "is not an object"),
        (r#""version": 2"#, "version", "is not 1, the only one that is known"),
    ] {
        let start = if field.starts_with("\"version") { "" } else { "\"version\": 1,\n" };
        let text = format!("{{\n{start}{field}\n}}");
        let misfit = misfit(&text);
        let line = if start.is_empty() { 2 } else { 3 };
        assert_eq!((misfit.line(), misfit.field()), (line, Some(name)), "{misfit}");
        assert_eq!(misfit.to_string(), format!("`{name}` in line {line} {is}"));
    }
    assert_eq!(misfit("\n[]").to_string(), "`the whole` in line 2 is not an object");
    assert_eq!(misfit("{}").to_string(), "`version` in line 1 is missing");
}

#[test]
fn a_text_that_cannot_be_used_is_named_with_the_reason_and_without_secrets() {
    let many = json!({"layers": vec![json!({}); 65]});
    for (field, name, why) in [
        (r#""base_url": "/api""#, "base_url", "invalid URL `/api`"),
        (r#""base_url": "http://user:5ecret@h:x/""#, "base_url", "invalid URL `http://h:x/`"),
        (
            r#""proxies": {"layers": [{"through": {"all": "x://u:5ecret@p"}}]}"#,
            "proxies.layers[0].through.all",
            "cannot use",
        ),
        (
            r#""proxies": {"layers": [{"through": {"ftp": null}}]}"#,
            "proxies.layers[0].through.ftp",
            "`ftp` does not say",
        ),
        (r#""proxies": {"layers": [{"no_proxy": "a/b"}]}"#, "proxies.layers[0].no_proxy", "`a/b` names no host"),
        (r#""cookies": 7"#, "cookies", "the JSON is not that of a cookie jar"),
    ] {
        let misfit = misfit(&format!("{{\"version\": 1,\n{field}}}"));
        assert_eq!((misfit.line(), misfit.field()), (2, Some(name)));
        assert_eq!(misfit.to_string(), format!("`{name}` in line 2 cannot be used"));
        let source = misfit.source().unwrap().to_string();
        assert!(source.starts_with(why), "{source}");
        assert!(!format!("{misfit:?} {source}").contains("5ecret"));
    }
    let misfit = misfit(&json!({"version": 1, "proxies": many}).to_string());
    assert_eq!(misfit.to_string(), "`proxies.layers` in line 1 has more than 64 layers");
}

#[test]
fn a_byte_order_mark_is_passed_over_and_depth_does_no_harm() {
    restored("\u{feff}{\"version\": 1}");
    let deep = ["[".repeat(200_000), "]".repeat(200_000)].concat();
    let told = Profile::new().restore_json(format!("{{\"version\": 1, \"x\": {deep}}}").as_bytes(), now()).unwrap();
    assert_eq!(told.ignored[0].field(), "x");
    assert_eq!(misfit(&format!("{{\"version\": 1, \"headers\": {deep}}}")).field(), Some("headers[0]"));
}

/// A text with all that may need an escape.
fn text() -> impl Strategy<Value = String> {
    "[a-z é\"\\\\\u{1}\n/]{0,8}"
}

fn limit() -> impl Strategy<Value = Option<Duration>> {
    option::of((1..u64::MAX).prop_map(Duration::from_millis))
}

prop_compose! {
    fn profile()(
        base in option::of(select(vec!["http://h/", "https://u:p@h:81/a/?b#c", "http://[::1]/é"])),
        agent in option::of(text()),
        headers in vec((text(), option::of(text()), any::<bool>()), 0..4),
        params in vec((text(), option::of(text())), 0..4),
        auth in 0..4,
        (user, password) in (text(), text()),
        (total, connect, queue) in (limit(), limit(), limit()),
        (follow, redirects, referer) in any::<(bool, u32, bool)>(),
        (count, statuses, any_method, jitter, wait) in any::<(u32, Vec<u16>, bool, u8, u64)>(),
        (https_only, resend, trust_env, jar) in any::<(bool, bool, bool, bool)>(),
        credentials in option::of(vec(text(), 0..3)),
        max_content in any::<Option<u64>>(),
        (open, per_origin, idle) in any::<(usize, usize, u64)>(),
        proxy in option::of(select(vec!["http://u:p@p:1", "socks5h://[::1]", "https://p"])),
        (direct, hosts) in (any::<bool>(), option::of(select(vec!["", "*", "a.test, [::1]:80"]))),
        cookies in vec(("[a-z]{1,3}", "[a-z]{0,3}"), 0..4),
    ) -> Profile {
        let mut profile = Profile::new();
        base.into_iter().for_each(|base| profile.set_base_url(base));
        profile.user_agent = agent.map(Into::into);
        for (name, value, sensitive) in headers {
            match value {
                Some(value) if sensitive => profile.set_sensitive_header(&name, &value),
                Some(value) => profile.append_header(&name, &value),
                None => profile.unset_header(&name),
            }
        }
        params.iter().for_each(|(name, value)| profile.append_param(name, value.as_deref()));
        let password = password.as_str();
        profile.auth = match auth {
            0 => None,
            1 => Some(Basic::new(user, password).into()),
            2 => Some(Digest::new(user, password).into()),
            _ => Some(Bearer::new(password).into()),
        };
        (profile.timeouts.total, profile.timeouts.connect, profile.timeouts.queue) = (total, connect, queue);
        (profile.redirects.follow, profile.redirects.limit) = (follow, redirects);
        profile.redirects.referer = referer;
        let wait = Duration::from_millis(wait);
        profile.retries = Retries { count, statuses, any_method, jitter, backoff: wait, max_wait: wait, failures: !follow };
        (profile.https_only, profile.resend, profile.trust_env) = (https_only, resend, trust_env);
        profile.credentials = credentials.map(Credentials::new).unwrap_or_default();
        profile.max_content = max_content;
        profile.connections = Connections { total: open, per_origin, idle: Duration::from_millis(idle) };
        let mut proxies = if direct { Proxies::direct() } else { Proxies::new() };
        if let Some(proxy) = proxy {
            proxies = Proxies::new().none_for("https://h").unwrap().over(&proxies.set("http", proxy).unwrap());
        }
        if let Some(hosts) = hosts {
            proxies = proxies.no_proxy(hosts).unwrap();
        }
        profile.set_proxies(proxies);
        for (name, value) in cookies {
            let cookie = Cookie::build((name, value)).domain("h.test").build();
            profile.jar.as_ref().unwrap().lock().set(cookie, now()).unwrap();
        }
        profile.jar = profile.jar.take().filter(|_| jar);
        profile
    }
}

proptest! {
    #[test]
    fn what_is_told_is_what_is_taken_over(profile in profile()) {
        for secrets in [Secrets::WithSessionCookies, Secrets::With, Secrets::Without] {
            let text = profile.to_json(secrets).unwrap();
            let parsed: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&parsed["version"], &json!(1));
            let again = restored(&text);
            prop_assert_eq!(again.to_json(secrets).unwrap(), text);
            prop_assert_eq!(&again.timeouts, &profile.timeouts);
            prop_assert_eq!(&again.redirects, &profile.redirects);
            prop_assert_eq!(&again.retries, &profile.retries);
            prop_assert_eq!(&again.user_agent, &profile.user_agent);
            prop_assert_eq!(again.connections, profile.connections);
            prop_assert_eq!(again.max_content, profile.max_content);
            prop_assert_eq!(
                (again.https_only, again.resend, again.trust_env, again.jar.is_some()),
                (profile.https_only, profile.resend, profile.trust_env, profile.jar.is_some())
            );
            if secrets == Secrets::WithSessionCookies {
                prop_assert_eq!(again.headers().collect::<Vec<_>>(), profile.headers().collect::<Vec<_>>());
                prop_assert_eq!(again.params().collect::<Vec<_>>(), profile.params().collect::<Vec<_>>());
                prop_assert_eq!(again.base_url(), profile.base_url());
                prop_assert_eq!(format!("{:?}", again.auth), format!("{:?}", profile.auth));
            }
        }
    }

    #[test]
    fn a_text_that_was_damaged_is_taken_over_or_refused_with_a_line(
        profile in profile(),
        at in any::<proptest::sample::Index>(),
        byte in select(b"\"{}[],:0-e\\\n\xc3 ".to_vec()),
        cut in any::<bool>(),
    ) {
        let mut text = profile.to_json(Secrets::WithSessionCookies).unwrap().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        text.truncate(if cut { at } else { text.len() });
        let lines = 1 + text.iter().filter(|byte| **byte == b'\n').count();
        if let Err(misfit) = Profile::new().restore_json(&text, now()) {
            prop_assert!((1..=lines).contains(&misfit.line()), "{} of {}", misfit.line(), lines);
        }
    }
}
