//! Rules 20 and 30: credentials that are said anew for each exchange, as servers on loopback see them.
#![allow(clippy::unwrap_used)]

use std::error::Error as StdError;
use std::time::SystemTime;

use sortie::{Auth, AuthScheme, Digest, Error, Headers, Netrc, PreparedRequest, Response, Session};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;

/// A response without content that leads to `location`.
fn leads_to(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into()
}

const DONE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
const CHALLENGE: &[u8] =
    b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\nContent-Length: 0\r\n\r\n";

/// The Authorization fields of the requests that a server saw, in order; empty where there was none.
fn authorizations(server: &RawServer) -> Vec<String> {
    let requests = server.requests().into_iter().map(|request| String::from_utf8(request).unwrap());
    let value = |request: String| {
        let field = request.lines().find_map(|line| line.strip_prefix("Authorization: ").map(ToOwned::to_owned));
        field.unwrap_or_default()
    };
    requests.map(value).collect()
}

/// A call from one origin to another, which asks who is there, and back; what was said here and there.
fn there_and_back(session: &Session, first: &[&[u8]]) -> (Result<Response, Error>, Vec<String>, Vec<String>) {
    let mut answers: Vec<Vec<u8>> = first.iter().map(|answer| answer.to_vec()).collect();
    let back = RawServer::answering(CHALLENGE).unwrap();
    let away = RawServer::answers(vec![leads_to(&back.url("/back"))]).unwrap();
    answers.push(leads_to(&away.url("/away").replace("127.0.0.1", "localhost")));
    let home = RawServer::answers(answers).unwrap();
    let response = session.get(home.url("/")).send();
    (response, authorizations(&home), [authorizations(&away), authorizations(&back)].concat())
}

#[test]
fn rule_20_a_digest_answers_one_challenge_and_says_who_asks_before_the_next() {
    let server = TestServer::start().unwrap();
    for algorithm in ["MD5", "SHA-256", "SHA-512-256"] {
        let session = Session::builder().auth(Digest::new("user", "5ecret")).build().unwrap();
        let url = server.url(&format!("/digest-auth/auth/user/5ecret/{algorithm}"));
        let first = session.post(&url).body("content").send().unwrap();
        assert_eq!((first.status().as_u16(), first.history().len()), (200, 1), "{algorithm}");
        assert!(first.text().contains("content"), "{algorithm}: {}", first.text());
        let second = session.post(&url).body("content").send().unwrap();
        assert_eq!((second.status().as_u16(), second.history().len()), (200, 0), "{algorithm}");
        assert!(second.request().headers().get("Authorization").unwrap().contains("nc=00000002"));
        let wrong = session.get(&url).auth(Digest::new("user", "wrong")).send().unwrap();
        assert_eq!((wrong.status().as_u16(), wrong.history().len()), (401, 1), "{algorithm}");
    }
}

#[test]
fn rule_30_a_digest_answers_no_other_origin() {
    let session = Session::builder().auth(Digest::new("user", "5ecret")).build().unwrap();
    let (response, home, others) = there_and_back(&session, &[CHALLENGE]);
    assert_eq!(response.unwrap().status().as_u16(), 401);
    assert!(home[0].is_empty() && home[1].starts_with("Digest username=\"user\""), "{home:?}");
    assert_eq!(others, ["", ""]);
}

/// A scheme that says which path it was asked for.
struct Paths;

impl AuthScheme for Paths {
    fn authorize(&self, request: &PreparedRequest, _: SystemTime) -> Result<Headers, Box<dyn StdError + Send + Sync>> {
        let mut headers = Headers::new();
        headers.append("Authorization", &format!("Path {}", request.url().path()))?;
        Ok(headers)
    }

    fn answer(&self, _: &sortie::Seen<'_>) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        Ok(true)
    }
}

#[test]
fn rule_30_a_scheme_of_ones_own_is_asked_for_no_other_origin() {
    let session = Session::builder().auth(Auth::scheme(Paths)).build().unwrap();
    let (response, home, others) = there_and_back(&session, &[]);
    assert_eq!(response.unwrap().status().as_u16(), 401);
    assert_eq!((home, others), (vec!["Path /".to_owned()], vec![String::new(), String::new()]));
}

#[test]
fn rule_30_netrc_is_looked_up_for_each_new_host() {
    let (netrc, faults) = Netrc::parse("machine localhost login there password p");
    assert!(faults.is_empty());
    let session = Session::builder().netrc(netrc).auth(("user", "pass")).build().unwrap();
    let (response, home, others) = there_and_back(&session, &[]);
    assert_eq!(response.unwrap().status().as_u16(), 401);
    assert_eq!(home, ["Basic dXNlcjpwYXNz"]);
    assert_eq!(others, ["Basic dGhlcmU6cA==", ""], "and what one host is told no other is");
}

#[test]
fn rule_20_a_body_that_is_gone_is_an_error_and_never_empty() {
    let server = RawServer::answers(vec![CHALLENGE.to_vec(), DONE.to_vec()]).unwrap();
    let session = Session::builder().auth(Digest::new("user", "5ecret")).build().unwrap();
    let body = sortie::Body::reader(&b"content"[..], Some(7));
    let error = session.post(server.url("/")).body(body).send().unwrap_err();
    assert_eq!(error.kind(), sortie::ErrorKind::Auth);
    assert_eq!(server.requests().len(), 1);
}
