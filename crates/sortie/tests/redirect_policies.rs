//! What a program says about redirects: a closure, Referer, and which fields no other origin sees.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod heads;
}

use std::sync::Arc;

use sortie::{Credentials, Decision, ErrorKind, Memory, Phase, Redirect, Session, What};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;
use support::heads::{OK, chain, heads, values};

fn leads_to(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into()
}

#[test]
fn a_closure_follows_stops_or_refuses_each_redirect() {
    let server = TestServer::start().unwrap();
    let session = Session::builder()
        .redirect_policy(|redirect: &Redirect<'_>| match redirect.followed {
            0 | 1 => Decision::Follow,
            2 => Decision::Stop,
            _ => Decision::Refuse("enough of that".into()),
        })
        .build()
        .unwrap();
    assert_eq!(session.get(server.url("/redirect/2")).send().unwrap().status(), 200);
    let stopped = session.get(server.url("/redirect/3")).send().unwrap();
    assert_eq!((stopped.status().as_u16(), stopped.history().len()), (302, 2));

    // A request's own takes the place of the session's.
    let own = |redirect: &Redirect<'_>| match redirect.followed {
        0 => Decision::Follow,
        _ => Decision::Refuse("enough of that".into()),
    };
    let error = session.get(server.url("/redirect/3")).redirect_policy(own).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Redirect, Some(Phase::Redirect)));
    assert!(chain(&error).ends_with("the program refused the redirect: enough of that"), "{error:#}");
    assert_eq!(error.response().map(|last| (last.status().as_u16(), last.history().len())), Some((302, 1)));
}

#[test]
fn a_closure_that_panics_fails_its_call_and_nothing_else() {
    let server = TestServer::start().unwrap();
    let session = Session::builder()
        .redirect_policy(|redirect: &Redirect<'_>| match redirect.from.url().query() {
            Some("panic=1") => panic!("out of ink"),
            _ => true,
        })
        .build()
        .unwrap();
    let requests = (0..20).map(|tag| session.get(server.url("/redirect-to?url=/get")).tag(tag));
    let panics = (0..4).map(|_| session.get(server.url("/redirect/1?panic=1")));
    let outcomes = session.batch().concurrency(3).map(requests.chain(panics));
    assert!(outcomes[..20].iter().all(|outcome| outcome.as_ref().is_ok_and(|response| response.status() == 200)));
    for outcome in &outcomes[20..] {
        let error = outcome.as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect);
        assert!(chain(error).ends_with("could not decide on the redirect: it panicked: out of ink"), "{error:#}");
    }
    assert!(server.connections() <= 3, "the connections serve on: {}", server.connections());
}

#[test]
fn a_closure_sees_neither_the_credentials_that_stay_behind_nor_userinfo() {
    let other = RawServer::answering(OK).unwrap();
    let server = RawServer::answering(leads_to(&other.url("/").replace("://", "://u:5ecret@"))).unwrap();
    let seen = |redirect: &Redirect<'_>| {
        assert!(redirect.leaves_origin && redirect.from.headers().contains("X-Api-Key"));
        assert!(!redirect.to.headers().contains("X-Api-Key") && !redirect.to.headers().contains("X-Marked"));
        assert!(!format!("{redirect:?}").contains("5ecret"));
        assert_eq!(redirect.to.headers().get("X-Other"), Some("1"));
        true
    };
    let request = sortie::get(server.url("/"))
        .header("X-Api-Key", "1")
        .header("X-Other", "1")
        .sensitive_header("X-Marked", "5ecret");
    assert!(request.redirect_policy(seen).send().unwrap().ok());
    assert!(values(&heads(&other)[0], "x-api-key").is_empty());
}

#[test]
fn a_referer_is_told_where_it_was_asked_for() {
    let other = RawServer::answering(OK).unwrap();
    let list = vec![leads_to("/b?c=d"), leads_to(&other.url("/"))];
    for (told, expected) in [(true, [true, true]), (false, [false, false])] {
        let server = RawServer::answers(list.clone()).unwrap();
        let session = Session::builder().referer(told).build().unwrap();
        assert!(session.get(server.url("/a?q=1#f")).send().unwrap().ok());
        let within = values(&heads(&server)[1], "referer").join("|");
        let to_other = values(heads(&other).last().unwrap(), "referer").join("|");
        assert_eq!([&within, &to_other].map(|said| !said.is_empty()), expected);
        if told {
            assert_eq!([within, to_other], [server.url("/a?q=1"), server.url("/")]);
        }
    }
}

#[test]
fn which_fields_stay_behind_can_be_said() {
    let other = RawServer::answering(OK).unwrap();
    let server = RawServer::answering(leads_to(&other.url("/"))).unwrap();
    let session = Session::builder().credentials(Credentials::new(["X-Session", "corp-*"])).build().unwrap();
    let request = session.get(server.url("/")).header("x-session", "1").header("Corp-Id", "1").header("X-Api-Key", "1");
    assert!(request.header("Authorization", "1").cookie("c", "1").send().unwrap().ok());
    let head = heads(&other).pop().unwrap();
    let left = ["x-session", "corp-id", "x-api-key", "authorization", "cookie"].map(|name| values(&head, name).len());
    assert_eq!(left, [0, 0, 1, 0, 0]);
}

#[test]
fn a_redirect_that_is_followed_is_told_and_one_that_is_stopped_is_not() {
    let server = TestServer::start().unwrap();
    let memory = Arc::new(Memory::new());
    let session = Session::builder()
        .sink(memory.clone())
        .redirect_policy(|redirect: &Redirect<'_>| redirect.followed == 0)
        .build()
        .unwrap();
    assert_eq!(session.get(server.url("/redirect/3")).send().unwrap().status(), 302);
    let told = memory.events().into_iter().filter(|event| matches!(event.what, What::Redirected { .. })).count();
    assert_eq!(told, 1);
}
