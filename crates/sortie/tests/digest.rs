//! Rule 20: Digest (RFC 7616), as a server that checks it sees it.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod heads;
}

use std::thread;

use serde_json::Value;
use sortie::{Body, Digest, ErrorKind, Method, Response, Session};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;
use support::heads::{OK, chain, heads, values};

fn mufasa() -> Digest {
    Digest::new("Mufasa", "Circle of Life")
}

/// Where Mufasa is let in, by this quality of protection and what else the path says.
fn door(server: &TestServer, qop: &str, rest: &str) -> String {
    server.url(&format!("/digest-auth/{qop}/Mufasa/Circle%20of%20Life{rest}"))
}

fn session(digest: Digest) -> Session {
    Session::builder().auth(digest).build().unwrap()
}

fn statuses(response: &Response) -> Vec<u16> {
    response.history().iter().chain([response]).map(|exchange| exchange.status().as_u16()).collect()
}

/// What each exchange of a call said of who asks.
fn said(response: &Response) -> Vec<Option<String>> {
    let of = |exchange: &Response| exchange.request().headers().get("Authorization").map(str::to_owned);
    response.history().iter().chain([response]).map(of).collect()
}

/// A parameter of what was said, without its quotes.
fn parameter<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = said.split_once(&format!("{name}="))?;
    Some(rest.split(',').next().unwrap_or(rest).trim_matches('"'))
}

/// A 401 with these challenges, one field each.
fn challenged(fields: &[&str]) -> Vec<u8> {
    let fields: String = fields.iter().map(|field| format!("WWW-Authenticate: {field}\r\n")).collect();
    format!("HTTP/1.1 401 Unauthorized\r\n{fields}Content-Length: 0\r\n\r\n").into()
}

#[test]
fn rule_20_every_algorithm_is_answered_and_the_next_request_says_so_at_once() {
    let server = TestServer::start().unwrap();
    for algorithm in ["", "/MD5", "/MD5-sess", "/SHA-256", "/SHA-256-sess", "/SHA-512-256", "/SHA-512-256-sess"] {
        for qop in ["auth", "both", "none"] {
            let (session, url) = (session(mufasa()), door(&server, qop, algorithm));
            let first = session.get(&url).send().unwrap();
            assert_eq!(statuses(&first), [401, 200], "{qop}{algorithm}");
            assert_eq!(first.json::<Value>().unwrap()["user"], "Mufasa");
            let next = session.get(&url).send().unwrap();
            assert_eq!(statuses(&next), [200], "{qop}{algorithm}");
        }
    }
}

#[test]
fn rule_20_the_count_goes_on_and_one_challenge_is_enough() {
    let server = TestServer::start().unwrap();
    let (session, url) = (session(mufasa()), door(&server, "auth", "/SHA-256"));
    let before = server.requests();
    let responses: Vec<_> = (0..5).map(|_| session.get(&url).send().unwrap()).collect();
    assert_eq!(server.requests() - before, 6, "one challenge, five answers");
    assert_eq!(said(&responses[0])[0], None);
    for (index, response) in responses.iter().enumerate() {
        let said = said(response).pop().flatten().unwrap();
        assert_eq!(parameter(&said, "nc"), Some(&*format!("{:08x}", index + 1)));
    }
}

#[test]
fn rule_20_a_wrong_password_is_told_by_the_401_after_one_retry() {
    let server = TestServer::start().unwrap();
    for algorithm in ["", "/SHA-256-sess"] {
        let session = session(Digest::new("Mufasa", "Hakuna Matata"));
        let before = server.requests();
        let response = session.get(door(&server, "auth", algorithm)).send().unwrap();
        assert_eq!(statuses(&response), [401, 401]);
        assert_eq!(server.requests() - before, 2);
        assert!(response.raise_for_status().is_err());
    }
}

#[test]
fn rule_20_the_body_goes_again_whole() {
    let server = TestServer::start().unwrap();
    let body = "0123456789abcdef".repeat(16 * 1024);
    for method in [Method::POST, Method::PUT, Method::PATCH] {
        let request = sortie::request(method.clone(), door(&server, "auth", "")).auth(mufasa());
        let response = request.body(body.clone()).send().unwrap();
        assert_eq!(statuses(&response), [401, 200], "{method}");
        assert!(response.json::<Value>().unwrap()["data"] == body.as_str(), "{method}");
    }
}

#[test]
fn rule_20_a_body_that_is_gone_is_an_error_and_never_empty() {
    let challenge = challenged(&["Digest realm=\"r\", nonce=\"n\", qop=\"auth\""]);
    let server = RawServer::answers(vec![challenge, OK.into()]).unwrap();
    let body = Body::reader(&b"content"[..], Some(7));
    let error = sortie::post(server.url("/")).auth(mufasa()).body(body).send().unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Auth, 1));
}

#[test]
fn rule_20_the_cookies_of_the_401_are_kept_and_go_along_with_the_answer() {
    let server = TestServer::start().unwrap();
    let session = session(mufasa());
    let response = session.get(door(&server, "auth", "?cookie=1")).send().unwrap();
    let cookies = |response: &Response| response.request().headers().get("Cookie").map(str::to_owned);
    assert_eq!(cookies(&response.history()[0]), None);
    assert_eq!(cookies(&response).as_deref(), Some("challenged=1"));
    assert_eq!(session.cookies().unwrap().len(), 1);
}

#[test]
fn rule_20_a_nonce_that_is_stale_is_replaced_without_the_password_being_wrong() {
    let server = TestServer::start().unwrap();
    let (session, url) = (session(mufasa()), door(&server, "auth", "/SHA-256/2"));
    let all: Vec<_> = (0..5).map(|_| statuses(&session.get(&url).send().unwrap())).collect();
    assert_eq!(all, [vec![401, 200], vec![200], vec![401, 200], vec![200], vec![401, 200]]);
}

#[test]
fn rule_20_a_server_that_calls_every_nonce_stale_is_not_asked_for_ever() {
    let stale = challenged(&["Digest realm=\"r\", nonce=\"n\", qop=\"auth\", stale=true"]);
    let server = RawServer::answering(stale).unwrap();
    let response = sortie::get(server.url("/")).auth(mufasa()).send().unwrap();
    assert_eq!(response.status(), 401);
    assert!((2..=4).contains(&server.requests().len()), "{}", server.requests().len());
}

#[test]
fn rule_20_the_strongest_of_several_challenges_is_answered_in_one_field_or_in_several() {
    let md5 = "Digest realm=\"a, b\", nonce=\"m\", qop=\"auth\", algorithm=MD5";
    let sha = "Digest realm=\"a, b\", nonce=\"s\", qop=\"auth, auth-int\", algorithm=SHA-256";
    let joined = format!("Basic realm=\"x\", {md5}, {sha}, Negotiate");
    for fields in [vec!["Basic realm=\"x\"", md5, sha, "Negotiate"], vec![joined.as_str()], vec![sha, md5]] {
        let server = RawServer::answers(vec![challenged(&fields), OK.into()]).unwrap();
        let response = sortie::get(server.url("/p?q=1")).auth(mufasa()).send().unwrap();
        assert_eq!(statuses(&response), [401, 200]);
        let said = heads(&server).pop().map(|head| values(&head, "authorization").join("|")).unwrap();
        let parts = ["nonce", "realm", "uri", "qop", "algorithm", "nc"].map(|name| parameter(&said, name).unwrap());
        assert_eq!(parts, ["s", "a", "/p?q=1", "auth", "SHA-256", "00000001"], "{said}");
        assert!(said.contains("realm=\"a, b\""));
    }
}

#[test]
fn rule_20_a_challenge_that_cannot_be_answered_is_the_answer() {
    let server = TestServer::start().unwrap();
    let before = server.requests();
    let response = sortie::get(door(&server, "auth-int", "")).auth(mufasa()).send().unwrap();
    assert_eq!((statuses(&response), server.requests() - before), (vec![401], 1));
    for field in [
        "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-1",
        "Digest realm=\"r\"",
        "Digest \"\"\"",
        "Basic realm=\"r\"",
        "",
    ] {
        let server = RawServer::answering(challenged(&[field])).unwrap();
        let response = sortie::get(server.url("/")).auth(mufasa()).send().unwrap();
        assert_eq!((statuses(&response), server.requests().len()), (vec![401], 1), "{field:?}");
    }
}

#[test]
fn rule_20_many_at_once_are_all_answered_whatever_their_order() {
    let server = TestServer::start().unwrap();
    for rest in ["?nc=any", ""] {
        let (session, url) = (session(mufasa()), door(&server, "auth", rest));
        let before = server.requests();
        let requests = (0..200).map(|tag| session.get(&url).param("n", tag).tag(tag));
        let outcomes = session.batch().concurrency(16).map(requests);
        for (tag, outcome) in (0..).zip(outcomes) {
            let response = outcome.unwrap();
            assert_eq!((response.status().as_u16(), response.tag()), (200, tag), "{rest}");
        }
        let asked = server.requests() - before;
        let most = if rest.is_empty() { 400 } else { 216 };
        assert!((201..=most).contains(&asked), "{rest}: {asked}");
    }
}

#[test]
fn rule_20_threads_share_what_is_known() {
    let server = TestServer::start().unwrap();
    let (session, url) = (session(mufasa()), door(&server, "auth", "?nc=any"));
    assert_eq!(statuses(&session.get(&url).send().unwrap()), [401, 200]);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..25 {
                    assert_eq!(statuses(&session.get(&url).send().unwrap()), [200]);
                }
            });
        }
    });
    assert_eq!(server.requests(), 52);
}

#[test]
fn rule_20_a_session_and_requests_of_none_can_share_one_digest() {
    let server = TestServer::start().unwrap();
    let (digest, url) = (mufasa(), door(&server, "auth", ""));
    assert_eq!(statuses(&session(digest.clone()).get(&url).send().unwrap()), [401, 200]);
    assert_eq!(statuses(&sortie::get(&url).auth(digest).send().unwrap()), [200]);
    assert_eq!(statuses(&sortie::get(&url).auth(mufasa()).send().unwrap()), [401, 200]);
}

#[test]
fn the_401_stands_in_the_history_with_its_own_request_and_times() {
    let server = TestServer::start().unwrap();
    let response = sortie::get(door(&server, "auth", "")).auth(mufasa()).send().unwrap();
    let [first] = response.history() else { panic!("{:?}", statuses(&response)) };
    assert!(first.headers().get("WWW-Authenticate").unwrap().starts_with("Digest "));
    assert_eq!((first.url(), response.tried().len()), (response.url(), 0));
    let [none, some] = [first, &response].map(|exchange| exchange.request().headers().contains("Authorization"));
    assert!(!none && some && response.request().headers().is_sensitive("Authorization"));
    let connecting = |exchange: &Response| exchange.timings().connect();
    assert!(!connecting(first).is_zero(), "a connection was opened for the challenge");
    assert!(connecting(&response).is_zero(), "the answer takes the same one");
}

#[test]
fn a_digest_goes_through_a_redirect_on_its_origin_and_never_to_another() {
    let server = TestServer::start().unwrap();
    let inner = door(&server, "auth", "?nc=any");
    let session = session(mufasa());
    let response = session.get(server.url("/redirect-to")).param("url", &*inner).send().unwrap();
    assert_eq!(statuses(&response), [302, 401, 200]);
    let response = session.get(server.url("/redirect-to")).param("url", &*inner).send().unwrap();
    assert_eq!(statuses(&response), [302, 200]);
    assert!(said(&response).iter().all(Option::is_some), "what is known is said to the whole origin");

    let challenge = challenged(&["Digest realm=\"r\", nonce=\"n\", qop=\"auth\""]);
    let other = RawServer::answering(challenge).unwrap();
    let response = session.get(server.url("/redirect-to")).param("url", &*other.url("/")).send().unwrap();
    assert_eq!(statuses(&response), [302, 401], "another origin is not answered");
    assert_eq!(said(&response)[1], None);
}

#[test]
fn what_a_redirect_has_taken_away_stays_away_on_the_way_back() {
    let server = TestServer::start().unwrap();
    let session = session(mufasa());
    let inner = door(&server, "auth", "?nc=any");
    assert!(session.get(&inner).send().unwrap().ok());
    let location = format!("HTTP/1.1 302 Found\r\nLocation: {inner}\r\nContent-Length: 0\r\n\r\n");
    let away = RawServer::answering(location).unwrap();
    let response = session.get(server.url("/redirect-to")).param("url", &*away.url("/")).send().unwrap();
    assert_eq!(statuses(&response), [302, 302, 401]);
    let said = said(&response);
    assert!(said[0].is_some() && said[1].is_none() && said[2].is_none(), "{said:?}");
}

#[test]
fn a_user_that_cannot_be_told_from_its_realm_is_refused_unsent() {
    let server = TestServer::start().unwrap();
    let error = sortie::get(server.url("/get")).auth(Digest::new("a:b", "5ecret")).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(chain(&error).ends_with("the user has a colon, or user or password a control character"), "{error:#}");
    assert!(!format!("{error:?} {error:#}").contains("5ecret") && server.requests() == 0);
    assert!(Session::builder().auth(Digest::new("a", "line\nbreak")).build().is_err());
}
