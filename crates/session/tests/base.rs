//! Relative URLs, and the base that they are joined with.
#![allow(clippy::unwrap_used)]

use std::error::Error as _;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use sortie_http::{Method, Url};
use sortie_session::{Arguments, Basic, Error, ErrorKind, Memo, Prepared, Profile, prepare};

fn with_base(base: &str) -> Profile {
    let mut profile = Profile::new();
    profile.set_base_url(base);
    profile
}

fn ready(profile: &Arc<Profile>, memo: &Memo, url: &str) -> Result<Prepared, Error> {
    prepare(profile, memo, Arguments::new(Method::GET, url))
}

fn asked(base: &str, url: &str) -> Result<String, ErrorKind> {
    let prepared = ready(&Arc::new(with_base(base)), &Memo::new(), url).map_err(|error| error.kind())?;
    Ok(prepared.request.url().as_str().to_owned())
}

#[test]
fn a_relative_url_is_joined_with_the_base() {
    let cases = [
        ("items", "http://h/api/items"),
        ("items?q=1#f", "http://h/api/items?q=1#f"),
        ("./a/../b", "http://h/api/b"),
        ("../x", "http://h/x"),
        ("/x y", "http://h/x%20y"),
        ("?q=1", "http://h/api/?q=1"),
        ("", "http://h/api/"),
        (" items ", "http://h/api/items"),
        ("a:b/c", "a:b/c"),
        ("./a:b", "http://h/api/a:b"),
        ("\\x", "http://h/x"),
        ("é", "http://h/api/%C3%A9"),
    ];
    for (url, joined) in cases {
        match joined.contains("://") {
            true => assert_eq!(asked("http://h/api/", url).as_deref(), Ok(joined), "{url}"),
            false => assert_eq!(asked("http://h/api/", url), Err(ErrorKind::InvalidUrl), "{url}"),
        }
    }
    assert_eq!(asked("http://h/api/v1?a=1#f", "items").as_deref(), Ok("http://h/api/items"));
    assert_eq!(asked("http://h", "items").as_deref(), Ok("http://h/items"));
}

#[test]
fn an_absolute_url_stays_and_two_slashes_lead_to_another_host() {
    assert_eq!(asked("http://h/api/", "https://other/x").as_deref(), Ok("https://other/x"));
    assert_eq!(asked("https://h/api/", "//other/x").as_deref(), Ok("https://other/x"));
    assert_eq!(asked("http://h/api/", "localhost:8000/x"), Err(ErrorKind::InvalidUrl));
    assert_eq!(asked("http://h/api/", "http:h/x"), Err(ErrorKind::InvalidUrl));
    assert_eq!(asked("http://h/api/", "a\nb"), Err(ErrorKind::InvalidUrl));
}

#[test]
fn without_a_base_a_relative_url_is_an_error() {
    let mut profile = with_base("http://h/api/");
    profile.unset_base_url();
    let error = ready(&Arc::new(profile), &Memo::new(), "/x").unwrap_err();
    assert_eq!((error.kind(), error.url().as_deref()), (ErrorKind::InvalidUrl, Some("/x")));
}

#[test]
fn a_base_that_is_no_url_is_told_by_check_and_by_relative_requests_alone() {
    for base in ["/api/", "h/api/", "ftp://h/", "http://", "http://user:5ecret@h:port/"] {
        let profile = with_base(base);
        let fault = profile.check().unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::InvalidUrl);
        assert!(fault.to_string().starts_with("the base URL cannot be used"), "{fault}");
        assert!(fault.source().is_some() && !format!("{fault:#} {fault:?} {profile:?}").contains("5ecret"));
        assert!(profile.base_url().is_err());
        let profile = Arc::new(profile);
        assert_eq!(ready(&profile, &Memo::new(), "x").unwrap_err().kind(), ErrorKind::InvalidUrl);
        assert!(ready(&profile, &Memo::new(), "http://h/x").is_ok());
    }
}

#[test]
fn a_joined_url_is_found_in_the_memo() {
    let (profile, memo) = (Arc::new(with_base("http://h/api/")), Memo::new());
    let texts = ["a", "a", "a", "/api/a", "http://h/api/a"];
    let prepared = texts.map(|url| ready(&profile, &memo, url).unwrap());
    let [_, _, like, other, whole] = &prepared;
    for same in [other, whole] {
        // Not only the text, the whole request is shared.
        assert_eq!(like.request.url().as_str().as_ptr(), same.request.url().as_str().as_ptr());
        assert_eq!(like.request.headers().text().as_ptr(), same.request.headers().text().as_ptr());
        assert!(Arc::ptr_eq(&like.policy, &same.policy));
    }
}

#[test]
fn an_error_names_the_joined_url() {
    let profile = Arc::new(with_base("http://u:5ecret@h/api/?token=5ecret"));
    let mut args = Arguments::new(Method::GET, "items");
    args.set_header("bad", "line\nbreak");
    let error = prepare(&profile, &Memo::new(), args).unwrap_err();
    assert_eq!(error.url().as_deref(), Some("http://***@h/api/items"));
    assert!(!format!("{profile:?}").contains("5ecret"));
}

#[test]
fn userinfo_of_the_base_is_sent_to_its_own_host_and_the_sessions_auth_everywhere() {
    let authorization = |profile: &Arc<Profile>, url: &str| {
        let prepared = ready(profile, &Memo::new(), url).unwrap();
        assert!(prepared.request.url().userinfo().is_none());
        prepared.request.headers().get("Authorization").map(str::to_owned)
    };
    let profile = Arc::new(with_base("http://user:pass@h/api/"));
    for url in ["items", "/x", "?q"] {
        assert_eq!(authorization(&profile, url).as_deref(), Some("Basic dXNlcjpwYXNz"), "{url}");
    }
    assert_eq!(authorization(&profile, "//other/x"), None);
    let mut profile = with_base("http://h/api/");
    profile.auth = Some(Basic::new("user", "pass").into());
    assert_eq!(authorization(&Arc::new(profile), "//other/x").as_deref(), Some("Basic dXNlcjpwYXNz"));
}

#[test]
fn an_args_hook_sees_the_joined_url_and_may_leave_a_relative_one() {
    let mut profile = with_base("http://h/api/");
    profile.hooks.on_args(|args: &Arguments| {
        assert_eq!(args.url(), "http://h/api/items");
        let mut changed = args.clone();
        changed.set_url("others");
        Some(changed)
    });
    let prepared = ready(&Arc::new(profile), &Memo::new(), "items").unwrap();
    assert_eq!(prepared.request.url().as_str(), "http://h/api/others");
}

#[test]
fn parameters_stand_behind_the_joined_url() {
    let mut profile = with_base("http://h/api/");
    profile.append_param("a", "1");
    let mut args = Arguments::new(Method::GET, "items?x=0");
    args.append_param("b", "2");
    let prepared = prepare(&Arc::new(profile), &Memo::new(), args).unwrap();
    assert_eq!(prepared.request.url().as_str(), "http://h/api/items?x=0&a=1&b=2");
}

proptest! {
    #[test]
    fn a_url_is_joined_as_url_join_does(
        base in select(vec!["http://h", "http://h/a/b", "https://u:p@h:81/a/b/?x/y#z/w", "http://[::1]/..;/é/"]),
        url in "[a:/.?#\\\\@ %é2e;\t-]{0,8}",
    ) {
        let joined = Url::parse(base).unwrap().join(&url);
        let profile = with_base(base);
        let text = profile.absolute(&url);
        match joined {
            Ok(joined) => {
                let text = text.unwrap().unwrap_or_else(|| url.as_str().into());
                let parsed = Url::parse(&text).unwrap();
                prop_assert_eq!(parsed.as_str(), joined.as_str());
            }
            Err(_) => {
                let text = text.map(|text| text.unwrap_or_else(|| url.as_str().into()));
                prop_assert!(text.is_err() || Url::parse(&text.unwrap()).is_err());
            }
        }
    }
}
