//! URLs, parameters, timeouts, redirects, cookies: a request's word over its session's.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use sortie_http::Method;
use sortie_session::{Arguments, Error, ErrorKind, Memo, Phase, Prepared, Profile, Setting, Settings, prepare};

fn ready(profile: &Profile, args: Arguments) -> Result<Prepared, Error> {
    prepare(&Arc::new(profile.clone()), &Memo::new(), args)
}

fn url(profile: &Profile, args: Arguments) -> String {
    ready(profile, args).unwrap().request.url().as_str().to_owned()
}

fn get(url: &str) -> Arguments {
    Arguments::new(Method::GET, url)
}

#[test]
fn rule_8_parameters_follow_the_query_that_is_there() {
    let mut args = get("http://h/p?x=1#f");
    args.append_param("a", "1");
    args.append_param("b", ["2", "3"]);
    args.append_param("c", None);
    args.append_param("d", "é &");
    let request = ready(&Profile::new(), args).unwrap().request;
    assert_eq!(request.url().as_str(), "http://h/p?x=1&a=1&b=2&b=3&d=%C3%A9+%26#f");
    assert_eq!(request.url().target(), "/p?x=1&a=1&b=2&b=3&d=%C3%A9+%26");
}

#[test]
fn rule_8_session_parameters_merge_and_none_removes_one() {
    let mut profile = Profile::new();
    profile.append_param("lang", "en");
    profile.append_param("page", 1);
    profile.append_param("all", true);
    assert_eq!(url(&profile, get("http://h/")), "http://h/?lang=en&page=1&all=true");
    let mut args = get("http://h/");
    args.append_param("all", None);
    args.append_param("q", "x");
    args.append_param("lang", "de");
    args.append_param("Page", 2);
    assert_eq!(url(&profile, args), "http://h/?lang=de&page=1&q=x&Page=2");
}

#[test]
fn rule_8_set_replaces_what_was_added_before() {
    let mut args = get("http://h/");
    args.append_param("a", ["1", "2"]);
    args.append_param("b", "3");
    args.set_param("a", 4u8);
    assert_eq!(url(&Profile::new(), args), "http://h/?b=3&a=4");
}

#[test]
fn rule_9_a_url_is_put_into_the_wires_form() {
    for (given, sent) in [
        ("http://H.com", "http://h.com/"),
        ("  HTTP://h/a b", "http://h/a%20b"),
        ("http://h//a//b", "http://h//a//b"),
        ("http://h/a/../b", "http://h/b"),
        ("http://h/%2F%7e", "http://h/%2F%7e"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
    ] {
        assert_eq!(url(&Profile::new(), get(given)), sent);
    }
}

#[test]
fn rule_10_a_url_that_is_none_is_an_error_that_says_which() {
    for given in ["h/p", "http:h/p", "http:///get", "http://*.x/", "ftp://h/", "http://h:65536/", "http://h/\r\nx", ""]
    {
        let error = ready(&Profile::new(), get(given)).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::InvalidUrl, Some(Phase::Prepare)), "{given:?}");
        assert_eq!(error.method(), Some(&Method::GET));
        assert!(error.to_string().starts_with("invalid URL: GET "), "{error}");
        assert!(!error.to_string().contains(char::is_control), "{error}");
        assert!(std::error::Error::source(&error).is_some());
        assert_eq!(error.attempts(), 0);
    }
    assert_eq!(
        ready(&Profile::new(), Arguments::new(Method::CONNECT, "http://h/")).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
}

#[test]
fn rule_2_headers_and_auth_of_session_and_request_are_both_sent() {
    let mut profile = Profile::new();
    profile.set_header("x-test", "true");
    profile.auth = Some(("user", "pass").into());
    let mut args = get("http://h/");
    args.set_header("x-test2", "true");
    let request = ready(&profile, args).unwrap().request;
    assert_eq!(request.headers().get("x-test"), Some("true"));
    assert_eq!(request.headers().get("x-test2"), Some("true"));
    assert_eq!(request.headers().get("Authorization"), Some("Basic dXNlcjpwYXNz"));
}

#[test]
fn rule_3_settings_are_what_later_profiles_start_from() {
    let mut settings = Settings::new();
    let before = settings.profile();
    settings.profile_mut().user_agent = Some("fleet/1.0".into());
    settings.profile_mut().set_header("X-Fleet", "1");
    let request = ready(&settings.profile(), get("http://h/")).unwrap().request;
    assert_eq!(request.headers().get("User-Agent"), Some("fleet/1.0"));
    assert_eq!(request.headers().get("X-Fleet"), Some("1"));
    let request = ready(&before, get("http://h/")).unwrap().request;
    assert!(request.headers().get("User-Agent").unwrap().starts_with("sortie/"));
}

#[test]
fn rule_3_sessions_have_jars_of_their_own_and_a_request_alone_has_none() {
    let mut settings = Settings::new();
    let (one, other) = (settings.profile(), settings.profile());
    let origin = sortie_http::Url::parse("http://h/").unwrap();
    one.jar.as_ref().unwrap().lock().store(&origin, "a=1", std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(one.jar.as_ref().unwrap().len(), 1);
    assert!(other.jar.unwrap().is_empty());
    assert!(settings.profile_alone().jar.is_none());
    settings.profile_mut().jar = None;
    assert!(settings.profile().jar.is_none());
}

#[test]
fn rule_23_the_jar_travels_with_the_policy() {
    let profile = Profile::new();
    let prepared = ready(&profile, get("http://h/")).unwrap();
    let origin = sortie_http::Url::parse("http://h/").unwrap();
    prepared.policy.jar.as_ref().unwrap().lock().store(&origin, "a=1", std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(profile.jar.unwrap().len(), 1);
}

#[test]
fn rule_24_a_requests_cookies_travel_beside_it() {
    let mut args = get("http://h/");
    args.append_cookie("a", "1");
    args.append_cookie("b", "x y");
    let prepared = ready(&Profile::new(), args).unwrap();
    assert_eq!(prepared.policy.cookies.as_deref(), Some("a=1; b=x y"));
    assert!(!prepared.request.headers().contains("Cookie"));
    for (name, value) in [("", "1"), ("a=b", "1"), ("a", "1;2"), ("a", "1\r\n2"), ("a ", "1"), ("a;", "1")] {
        let mut args = get("http://h/");
        args.append_cookie(name, value);
        let error = ready(&Profile::new(), args).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name:?}={value:?}");
        assert!(!error.to_string().contains(char::is_control));
    }
}

#[test]
fn the_defaults_are_those_that_are_documented() {
    let policy = ready(&Profile::new(), get("http://h/")).unwrap().policy;
    let timeouts = &policy.timeouts;
    let minute = Some(Duration::from_secs(60));
    assert_eq!((timeouts.connect, timeouts.first_byte), (Some(Duration::from_secs(10)), minute));
    assert_eq!((timeouts.between_bytes, timeouts.queue, timeouts.total), (minute, None, None));
    assert!(policy.redirects.follow && policy.redirects.limit == 30);
    assert!(!policy.https_only && !policy.resend && !policy.told && policy.max_content.is_none());
    let connections = Profile::new().connections;
    assert_eq!((connections.total, connections.per_origin, connections.idle.as_secs()), (128, 16, 90));
}

#[test]
fn a_requests_word_holds_over_its_sessions() {
    let second = Duration::from_secs(1);
    let mut profile = Profile::new();
    profile.timeouts.total = Some(second);
    profile.max_content = Some(10);
    profile.redirects.limit = 5;
    let mut args = get("http://h/");
    args.set_timeout(None);
    args.set_connect_timeout(second);
    args.set_first_byte_timeout(2 * second);
    args.set_between_bytes_timeout(3 * second);
    args.set_queue_timeout(Some(4 * second));
    args.set_max_content(Setting::Removed);
    args.set_redirects(false);
    args.set_resend(true);
    let policy = ready(&profile, args).unwrap().policy;
    let timeouts = &policy.timeouts;
    assert_eq!((timeouts.total, timeouts.connect, timeouts.first_byte), (None, Some(second), Some(2 * second)));
    assert_eq!((timeouts.between_bytes, timeouts.queue), (Some(3 * second), Some(4 * second)));
    assert_eq!((policy.max_content, policy.resend), (None, true));
    assert_eq!((policy.redirects.follow, policy.redirects.limit), (false, 5));

    let mut args = get("http://h/");
    args.set_redirect_limit(0);
    let policy = ready(&profile, args).unwrap().policy;
    assert_eq!((policy.redirects.follow, policy.redirects.limit, policy.timeouts.total), (true, 0, Some(second)));
}

#[test]
fn redirects_are_followed_for_every_method_but_head() {
    let follows = |method: Method, own: Option<bool>, session: bool| {
        let mut profile = Profile::new();
        profile.redirects.follow = session;
        let mut args = Arguments::new(method, "http://h/");
        if let Some(follow) = own {
            args.set_redirects(follow);
        }
        ready(&profile, args).unwrap().policy.redirects.follow
    };
    for method in [Method::GET, Method::POST, Method::DELETE] {
        assert!(follows(method.clone(), None, true));
        assert!(!follows(method, None, false));
    }
    assert!(!follows(Method::HEAD, None, true));
    assert!(follows(Method::HEAD, Some(true), true));
    assert!(follows(Method::HEAD, Some(true), false));
}

#[test]
fn rule_36_a_timeout_of_zero_is_an_error() {
    let mut args = get("http://h/");
    args.set_queue_timeout(Duration::ZERO);
    assert_eq!(ready(&Profile::new(), args).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let mut profile = Profile::new();
    profile.timeouts.connect = Some(Duration::ZERO);
    assert_eq!(ready(&profile, get("http://h/")).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert!(profile.check().is_err());
}

#[test]
fn a_tag_comes_back() {
    let mut args = get("http://h/");
    args.set_tag(7);
    let prepared = ready(&Profile::new(), args.clone()).unwrap();
    assert_eq!((prepared.tag, prepared.after.tag()), (7, 7));
    args.set_url("nowhere");
    assert_eq!(ready(&Profile::new(), args).unwrap_err().tag(), 7);
}

#[test]
fn what_users_hold_can_go_to_any_thread() {
    fn assert_send_sync<T: Send + Sync + 'static>() {}
    assert_send_sync::<sortie_session::Response>();
    assert_send_sync::<Error>();
    assert_send_sync::<Arguments>();
    assert_send_sync::<Profile>();
    assert_send_sync::<Memo>();
    assert_send_sync::<Prepared>();
}
