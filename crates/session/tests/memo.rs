//! What like requests share, and what a memo must not mix up.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use sortie_http::Method;
use sortie_session::{Arguments, Basic, Memo, Prepared, Profile, prepare};

fn ready(profile: &Arc<Profile>, memo: &Memo, url: &str) -> Prepared {
    prepare(profile, memo, Arguments::new(Method::GET, url)).unwrap()
}

fn shares_headers(a: &Prepared, b: &Prepared) -> bool {
    a.request.headers().text().as_ptr() == b.request.headers().text().as_ptr()
}

#[test]
fn like_requests_share_header_fields_policy_and_origin_and_the_same_url_its_text() {
    let (profile, memo) = (Arc::new(Profile::new()), Memo::new());
    ready(&profile, &memo, "http://h/1");
    let (a, b, c) = (
        ready(&profile, &memo, "http://h/2"),
        ready(&profile, &memo, "http://h/3?q"),
        ready(&profile, &memo, "http://h/3?q"),
    );
    for other in [&b, &c] {
        assert!(shares_headers(&a, other));
        assert!(Arc::ptr_eq(&a.policy, &other.policy));
        assert!(Arc::ptr_eq(a.request.url().origin(), other.request.url().origin()));
    }
    assert_eq!(b.request.url().as_str().as_ptr(), c.request.url().as_str().as_ptr());
}

#[test]
fn a_memo_gives_what_no_memo_gives() {
    let mut profile = Profile::new();
    profile.set_header("X", "1");
    profile.auth = Some(Basic::new("a", "b").into());
    let (profile, memo) = (Arc::new(profile), Memo::new());
    let urls = [
        "http://h/a",
        "http://h:81/a",
        "https://h/a",
        "http://h.com/a",
        "http://h/a b",
        "http://h/a#f",
        "http://h",
        "http://h?x",
        "http://H/a",
        "http://h:80/a",
        "http://u:p@h/a",
        "http://h/a/../b",
        "http://h//a",
        "http://h/",
    ];
    for round in 0..3 {
        for first in urls {
            for second in urls {
                ready(&profile, &memo, first);
                let (with, without) = (ready(&profile, &memo, second), ready(&profile, &Memo::new(), second));
                assert_eq!(with.request, without.request, "{first}, then {second}, round {round}");
                assert_eq!(with.request.url().origin(), without.request.url().origin());
            }
        }
    }
}

#[test]
fn more_origins_than_are_kept_in_mind_do_no_harm() {
    let (profile, memo) = (Arc::new(Profile::new()), Memo::new());
    for _ in 0..2 {
        for port in 70..=90 {
            let prepared = ready(&profile, &memo, &format!("http://h:{port}/"));
            let host = if port == 80 { "h".to_owned() } else { format!("h:{port}") };
            assert_eq!(prepared.request.headers().get("Host"), Some(&*host));
        }
    }
    let (a, b) = (ready(&profile, &memo, "http://h:90/a"), ready(&profile, &memo, "http://h:89/b"));
    assert!(shares_headers(&a, &ready(&profile, &memo, "http://h:90/c")));
    assert!(shares_headers(&b, &ready(&profile, &memo, "http://h:89/d")));
}

#[test]
fn another_profile_begins_anew() {
    let memo = Memo::new();
    let old = Arc::new(Profile::new());
    ready(&old, &memo, "http://h/");
    let mut new = Profile::clone(&old);
    new.user_agent = Some("new/1".into());
    new.redirects.limit = 3;
    let prepared = ready(&Arc::new(new), &memo, "http://h/");
    assert_eq!(prepared.request.headers().get("User-Agent"), Some("new/1"));
    assert_eq!(prepared.policy.redirects.limit, 3);
    let prepared = ready(&old, &memo, "http://h/");
    assert!(prepared.request.headers().get("User-Agent").unwrap().starts_with("sortie/"));
    assert_eq!(prepared.policy.redirects.limit, 30);
}

#[test]
fn what_one_request_brings_is_not_seen_by_the_next() {
    let (profile, memo) = (Arc::new(Profile::new()), Memo::new());
    let mut own = Arguments::new(Method::POST, "http://h/");
    own.set_header("X", "1");
    own.append_param("q", "1");
    own.append_cookie("a", "1");
    own.set_redirects(false);
    own.set_body("body");
    prepare(&profile, &memo, own).unwrap();
    let plain = ready(&profile, &memo, "http://h/");
    assert_eq!(plain.request.headers().len(), 4);
    assert_eq!(plain.request.url().as_str(), "http://h/");
    assert!(plain.request.body().is_none());
    assert!(plain.policy.redirects.follow && plain.policy.cookies.is_none());
}

#[test]
fn head_and_get_have_policies_of_their_own() {
    let (profile, memo) = (Arc::new(Profile::new()), Memo::new());
    for (method, follow) in [(Method::GET, true), (Method::HEAD, false), (Method::GET, true), (Method::HEAD, false)] {
        let prepared = prepare(&profile, &memo, Arguments::new(method, "http://h/")).unwrap();
        assert_eq!(prepared.policy.redirects.follow, follow);
    }
}

#[test]
fn threads_share_a_memo() {
    let (profile, memo) = (Arc::new(Profile::new()), Memo::new());
    std::thread::scope(|scope| {
        for port in 1..=4 {
            let (profile, memo) = (&profile, &memo);
            scope.spawn(move || {
                for path in 0..200 {
                    let url = format!("http://h:{}/{path}", port + path % 9);
                    assert_eq!(ready(profile, memo, &url).request.url().as_str(), url);
                }
            });
        }
    });
}

#[test]
fn fields_put_behind_ready_ones_are_as_if_all_were_laid_anew() {
    let mut sessions = vec![Profile::new(); 5];
    sessions[1].auth = Some(Basic::new("a", "b").into());
    sessions[2].auth = Some(Basic::new("a", "b").into());
    sessions[2].set_header("Authorization", "session");
    sessions[3].unset_header("Content-Type");
    sessions[3].unset_header("Accept");
    sessions[4].set_header("content-type", "text/session");
    sessions[4].set_sensitive_header("X-Mine", "1");
    let changes: [fn(&mut Arguments); 9] = [
        |args| args.set_header("X-New", "1"),
        |args| args.append_header("x-new", "2"),
        |args| args.set_sensitive_header("X-Hidden", "3"),
        |args| args.set_header("Cookie", "a=1"),
        |args| args.set_header("Content-Type", "text/request"),
        |args| args.set_header("Accept", "text/request"),
        |args| args.set_header("Range", "bytes=0-"),
        |args| args.unset_header("Accept-Encoding"),
        |args| args.set_body(sortie_session::BodyArgument::form([("a", "1")])),
    ];
    for profile in sessions {
        let mut laid = profile.clone();
        laid.hooks.on_args(|args: &Arguments| Some(args.clone()));
        let (profile, laid, memo) = (Arc::new(profile), Arc::new(laid), Memo::new());
        for which in 0..1 << changes.len() {
            for method in [Method::GET, Method::POST] {
                let mut args = Arguments::new(method, "http://h/");
                for (_, change) in changes.iter().enumerate().filter(|(bit, _)| which >> bit & 1 == 1) {
                    change(&mut args);
                }
                let ready = prepare(&profile, &memo, args.clone()).unwrap().request;
                let anew = prepare(&laid, &Memo::new(), args.clone()).unwrap().request;
                assert_eq!(ready.headers().text(), anew.headers().text(), "{args:?}");
                assert_eq!(format!("{:?}", ready.headers()), format!("{:?}", anew.headers()));
            }
        }
    }
}
