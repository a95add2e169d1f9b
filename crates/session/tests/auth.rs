//! Whose credentials a request brings, and whom they go to.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use sortie_http::{Method, PreparedRequest, Url};
use sortie_policy::Credentials;
use sortie_session::{Arguments, Auth, Basic, Bearer, Error, ErrorKind, Memo, Prepared, Profile, prepare};

fn ready(profile: &Profile, args: Arguments) -> Result<Prepared, Error> {
    prepare(&Arc::new(profile.clone()), &Memo::new(), args)
}

fn authorization(profile: &Profile, args: Arguments) -> Vec<String> {
    let request = ready(profile, args).unwrap().request;
    assert_eq!(request.headers().is_sensitive("Authorization"), request.headers().contains("Authorization"));
    request.headers().get_all("authorization").map(String::from).collect()
}

/// What the URL, or a name, gives as Basic.
fn basic(user: &str, password: &str) -> String {
    sortie_policy::basic(user, password)
}

#[test]
fn rule_21_each_source_of_credentials_yields_to_those_above_it() {
    let mut profile = Profile::new();
    assert!(authorization(&profile, Arguments::new(Method::GET, "http://h/")).is_empty());

    profile.set_header("authorization", "session header");
    assert_eq!(authorization(&profile, Arguments::new(Method::GET, "http://h/")), ["session header"]);

    profile.auth = Some(Basic::new("session", "auth").into());
    let mut args = Arguments::new(Method::GET, "http://h/");
    assert_eq!(authorization(&profile, args.clone()), [basic("session", "auth")]);

    args.set_url("http://us%40er:p%3Ass@h/");
    assert_eq!(authorization(&profile, args.clone()), [basic("us@er", "p:ss")]);

    args.set_header("AUTHORIZATION", "request header");
    assert_eq!(authorization(&profile, args.clone()), ["request header"]);

    args.set_auth(Bearer::new("request-auth"));
    assert_eq!(authorization(&profile, args), ["Bearer request-auth"]);
}

#[test]
fn rule_21_none_lifts_the_sessions_auth_and_nothing_else() {
    let mut profile = Profile::new();
    profile.auth = Some(Basic::new("session", "auth").into());
    let mut args = Arguments::new(Method::GET, "http://h/");
    args.set_auth(None);
    assert!(authorization(&profile, args.clone()).is_empty());
    args.set_url("http://user:pass@h/");
    assert_eq!(authorization(&profile, args), [basic("user", "pass")]);
    profile.set_header("Authorization", "session header");
    let mut args = Arguments::new(Method::GET, "http://h/");
    args.set_auth(None);
    assert_eq!(authorization(&profile, args), ["session header"]);
}

#[test]
fn rule_21_the_priority_holds_behind_an_args_hook_too() {
    let mut profile = Profile::new();
    profile.hooks.on_args(|args: &Arguments| Some(args.clone()));
    profile.set_header("Authorization", "session header");
    profile.auth = Some(Basic::new("session", "auth").into());
    let mut args = Arguments::new(Method::GET, "http://h/");
    assert_eq!(authorization(&profile, args.clone()), [basic("session", "auth")]);
    args.set_header("Authorization", "request header");
    assert_eq!(authorization(&profile, args), ["request header"]);
}

#[test]
fn rule_21_userinfo_appears_nowhere_else() {
    let mut args = Arguments::new(Method::GET, "http://user:5ecret@h:81/p#f");
    args.append_param("q", "1");
    let request = ready(&Profile::new(), args).unwrap().request;
    assert_eq!(request.url().as_str(), "http://h:81/p?q=1#f");
    assert_eq!(request.url().target(), "/p?q=1");
    assert_eq!(request.headers().get("Host"), Some("h:81"));
    assert!(!format!("{request:?}").contains("5ecret"));

    for url in ["http://user:5ecret@/p", "http://user:5ecret@h:0/", "user:5ecret@h/", "http://user:5ecret@h/\n"] {
        let error = ready(&Profile::new(), Arguments::new(Method::GET, url)).unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        assert!(!format!("{error} {error:?} {source}").contains("5ecret"), "{error} {source}");
    }
}

#[test]
fn rule_21_userinfo_of_one_request_is_not_remembered_for_the_next() {
    let (profile, memo) = (Arc::new(Profile::new()), Memo::new());
    for (url, expected) in
        [("http://u:p@h/", true), ("http://h/", false), ("http://u:p@h/", true), ("http://h/a", false)]
    {
        let request = prepare(&profile, &memo, Arguments::new(Method::GET, url)).unwrap().request;
        assert_eq!(request.headers().contains("Authorization"), expected, "{url}");
    }
}

#[test]
fn a_user_that_cannot_be_told_from_the_password_is_an_error() {
    for auth in [Basic::new("a:b", "c"), Basic::new("a\n", "c"), Basic::new("a", "\0")] {
        let mut args = Arguments::new(Method::GET, "http://h/");
        args.set_auth(Auth::from(auth));
        assert_eq!(ready(&Profile::new(), args).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    let mut args = Arguments::new(Method::GET, "http://h/");
    args.set_auth(Auth::from(Bearer::new("a\r\nb: c")));
    let error = ready(&Profile::new(), args).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidHeader);
}

#[test]
fn credentials_are_never_shown() {
    let mut profile = Profile::new();
    profile.auth = Some(Basic::new("user", "5ecret").into());
    profile.set_header("X-Api-Key", "5ecret");
    profile.append_param("token", "5ecret");
    let mut args = Arguments::new(Method::GET, "http://u:5ecret@h/?key=5ecret");
    args.set_auth(Auth::from(Bearer::new("5ecret")));
    args.append_cookie("a", "5ecret");
    args.set_body("5ecret");
    assert!(!format!("{profile:?} {args:?}").contains("5ecret"));
    let prepared = ready(&profile, args).unwrap();
    assert!(!format!("{:?} {:?}", prepared.policy, prepared.after).contains("5ecret"));
}

#[test]
fn a_field_that_the_session_calls_a_credential_is_shown_neither_by_it_nor_by_a_request() {
    let mut profile = Profile::new();
    profile.credentials = Credentials::new(["x-seat", "x-mine-*"]);
    profile.set_header("X-Seat", "5ecret");
    assert!(!format!("{profile:?}").contains("5ecret"));
    for (name, value) in [("X-Plain", "plain"), ("Range", "bytes=1-")] {
        // Behind the session's fields as they are, and with all laid anew.
        let mut args = Arguments::new(Method::GET, "http://h/");
        args.set_header(name, value);
        args.set_header("X-Mine-Too", "5ecret");
        let request = ready(&profile, args).unwrap().request;
        let shown = format!("{request:?}");
        assert!(!shown.contains("5ecret") && shown.contains(value), "{shown}");
        assert_eq!(request.headers().get("X-Seat"), Some("5ecret"));
    }
}

/// A session whose `pre_request` hook sends everything to another place.
fn moved_to(url: &'static str, also: impl Fn(&mut PreparedRequest) + Send + Sync + 'static) -> Profile {
    let mut profile = Profile::new();
    profile.auth = Some(Basic::new("session", "auth").into());
    profile.set_header("X-Api-Key", "key");
    profile.set_sensitive_header("X-Mine", "mine");
    profile.set_header("X-Harmless", "1");
    profile.hooks.on_pre_request(move |request: &PreparedRequest| {
        let mut request = request.clone();
        request.set_url(Url::parse(url).unwrap());
        also(&mut request);
        Some(request)
    });
    profile
}

#[test]
fn rule_30_credentials_do_not_follow_a_hook_to_another_origin() {
    let mut args = Arguments::new(Method::GET, "http://h/");
    args.set_header("Cookie", "a=1");
    args.append_cookie("b", "2");
    let prepared = ready(&moved_to("http://other:81/x", |_| ()), args).unwrap();
    let headers = prepared.request.headers();
    let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Host", "User-Agent", "Accept-Encoding", "Accept", "X-Harmless"]);
    assert_eq!(headers.get("Host"), Some("other:81"));
    assert_eq!(prepared.policy.cookies, None);
}

#[test]
fn rule_30_credentials_stay_where_the_origin_does() {
    let mut args = Arguments::new(Method::GET, "http://h/");
    args.append_cookie("b", "2");
    let prepared = ready(&moved_to("http://h/elsewhere", |_| ()), args).unwrap();
    let headers = prepared.request.headers();
    assert!(["Authorization", "X-Api-Key", "X-Mine"].iter().all(|name| headers.contains(name)));
    assert_eq!(prepared.policy.cookies.as_deref(), Some("b=2"));
}

#[test]
fn rule_30_what_the_hook_set_for_the_new_origin_is_kept() {
    let profile = moved_to("http://other/", |request| {
        request.headers_mut().set_sensitive("Authorization", "for other").unwrap();
        request.headers_mut().set("Host", "virtual").unwrap();
    });
    let request = ready(&profile, Arguments::new(Method::GET, "http://h/")).unwrap().request;
    assert_eq!(request.headers().get("Authorization"), Some("for other"));
    assert_eq!(request.headers().get("Host"), Some("virtual"));
    assert!(!request.headers().contains("X-Api-Key"));
}

#[test]
fn rule_30_userinfo_that_a_hook_put_into_the_url_becomes_its_credentials() {
    let request =
        ready(&moved_to("http://u:p@other/", |_| ()), Arguments::new(Method::GET, "http://h/")).unwrap().request;
    assert_eq!(request.url().as_str(), "http://other/");
    assert_eq!(request.headers().get("Authorization"), Some(&*basic("u", "p")));
}

#[test]
fn rule_30_https_only_refuses_http_before_anything_is_sent() {
    let mut profile = Profile::new();
    profile.https_only = true;
    let error = ready(&profile, Arguments::new(Method::GET, "http://h/")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidUrl);
    assert!(ready(&profile, Arguments::new(Method::GET, "https://h/")).is_ok());
    let mut profile = moved_to("http://h/", |_| ());
    profile.https_only = true;
    assert!(ready(&profile, Arguments::new(Method::GET, "https://h/")).is_err());
}

#[test]
fn a_redirect_that_the_program_follows_is_sent_what_the_session_would_send() {
    let mut profile = Profile::new();
    profile.auth = Some(Bearer::new("5ecret").into());
    profile.set_header("X-Plain", "plain");
    profile.set_header("X-Api-Key", "5ecret");
    profile.set_sensitive_header("X-Mine", "5ecret");
    profile.append_param("key", "5ecret");
    let sent = |profile: &Profile, args: &Arguments| {
        let request = ready(profile, args.clone()).unwrap().request;
        let names = ["X-Plain", "X-Api-Key", "X-Mine", "Authorization"];
        let names = names.into_iter().filter(|name| request.headers().contains(name)).collect::<Vec<_>>();
        (request.url().as_str().to_owned(), names.join(" "))
    };
    let mut args = Arguments::new(Method::GET, "http://h/a?b=c");
    assert_eq!(
        sent(&profile, &args),
        ("http://h/a?b=c&key=5ecret".to_owned(), "X-Plain X-Api-Key X-Mine Authorization".to_owned())
    );
    args.set_redirected(false);
    let home = ("http://h/a?b=c".to_owned(), "X-Plain X-Api-Key X-Mine Authorization".to_owned());
    assert_eq!(sent(&profile, &args), home);
    args.set_redirected(true);
    assert_eq!(sent(&profile, &args), ("http://h/a?b=c".to_owned(), "X-Plain".to_owned()));
    // The same where a hook has seen it.
    profile.hooks.args.register(|_: &Arguments| {});
    assert_eq!(sent(&profile, &args), ("http://h/a?b=c".to_owned(), "X-Plain".to_owned()));
    // What the request brings itself was given to be sent.
    args.set_header("X-Mine", "mine");
    args.set_auth(Bearer::new("mine"));
    assert_eq!(sent(&profile, &args), ("http://h/a?b=c".to_owned(), "X-Plain X-Mine Authorization".to_owned()));

    // Digest is said by the policy.
    profile.auth = Some(sortie_policy::Digest::new("user", "5ecret").into());
    let policy = |args: Arguments| ready(&profile, args).unwrap().policy;
    let mut args = Arguments::new(Method::GET, "http://h/");
    assert!(policy(args.clone()).auth.is_some());
    args.set_redirected(true);
    assert!(policy(args).auth.is_none());
}
