//! Digest: nonces in the hands of many, authentication sessions, and input of any kind (RFC 7616, sections 3.4 to 3.6).
#![allow(clippy::unwrap_used)]

mod verifier;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use proptest::prelude::*;
use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{Answer, Digest, DigestReply, Error, Unanswerable};
use verifier::Server;

const ALGORITHMS: [&str; 6] = ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"];

fn get(url: &str) -> PreparedRequest {
    PreparedRequest::new(Method::GET, Url::parse(url).unwrap(), Headers::new(), Body::none())
}

fn field(name: &str, value: &str) -> Headers {
    let mut headers = Headers::new();
    headers.append(name, value).unwrap();
    headers
}

fn answer(digest: &Digest, request: &PreparedRequest, challenge: &str, sent: Option<&str>) -> Answer {
    digest.answer(request, &field("WWW-Authenticate", challenge), sent)
}

fn reply(digest: &Digest, request: &PreparedRequest, challenge: &str) -> DigestReply {
    match answer(digest, request, challenge, None) {
        Answer::Again { reply, .. } => reply,
        other => panic!("{challenge:?} gave {other:?}"),
    }
}

/// A client nonce that is another one each time.
fn fresh() -> [u8; 16] {
    thread_local!(static NEXT: Cell<u128> = const { Cell::new(0xabc) });
    NEXT.set(NEXT.get() + 1);
    NEXT.get().to_be_bytes()
}

/// The count and the client nonce that the server finds in what is said next.
fn verified(server: &Server, digest: &Digest, request: &PreparedRequest) -> (u32, String) {
    let said = digest.authorization(request, fresh).unwrap();
    server.verify(request.method().as_str(), request.url().target(), &said).unwrap()
}

#[test]
fn threads_count_a_nonce_without_a_gap_and_without_a_repetition() {
    for algorithm in ["SHA-256", "SHA-256-sess"] {
        let server = Server { algorithm: Some(algorithm.into()), ..Server::new("u", "p") };
        let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
        let first = reply(&digest, &request, &server.challenge());
        let count = |number: usize| {
            let said = match number % 2 {
                0 => digest.authorization(&request, || [number as u8; 16]).unwrap(),
                _ => first.authorization(&request, || [number as u8; 16]).unwrap(),
            };
            server.verify("GET", "/", &said).unwrap().0
        };
        let counted: Vec<u32> = thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|one| scope.spawn(move || (0..100).map(|it| count(one + it)).collect::<Vec<_>>())).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(counted.len(), 800);
        assert_eq!(counted.into_iter().collect::<BTreeSet<_>>(), (1..=800).collect(), "{algorithm}");
    }
}

#[test]
fn calls_that_are_challenged_at_once_use_each_its_own_nonce() {
    let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
    let servers: Vec<Server> =
        (0..9).map(|number| Server { nonce: format!("n{number}"), ..Server::new("u", "p") }).collect();
    let replies: Vec<DigestReply> =
        servers.iter().map(|server| reply(&digest, &request, &server.challenge())).collect();
    for (server, reply) in servers.iter().zip(&replies) {
        let said = reply.authorization(&request, fresh).unwrap();
        assert_eq!(server.verify("GET", "/", &said).unwrap().0, 1);
    }
    assert_eq!(verified(&servers[8], &digest, &request).0, 2, "the last one is the origin's");
}

#[test]
fn the_same_nonce_given_to_several_calls_goes_on_being_counted() {
    for algorithm in ALGORITHMS {
        let mut server =
            Server { algorithm: Some(algorithm.into()), opaque: Some("o".into()), ..Server::new("u", "p") };
        let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
        let first = reply(&digest, &request, &server.challenge());
        let second = reply(&digest, &request, &server.challenge());
        let count = |server: &Server, reply: &DigestReply| {
            server.verify("GET", "/", &reply.authorization(&request, fresh).unwrap()).unwrap().0
        };
        assert_eq!([count(&server, &second), count(&server, &first), count(&server, &second)], [1, 2, 3]);
        server.opaque = Some("other".into());
        let third = reply(&digest, &request, &server.challenge());
        assert_eq!(count(&server, &third), 4, "what is asked for is the last challenge's");
        server.realm = "another secret".into();
        assert_eq!(count(&server, &reply(&digest, &request, &server.challenge())), 1);
    }
}

#[test]
fn an_authentication_session_keeps_its_key_until_the_next_challenge() {
    for algorithm in ["MD5-sess", "SHA-256-sess", "SHA-512-256-sess"] {
        let mut server = Server { algorithm: Some(algorithm.into()), ..Server::new("u", "p") };
        let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
        reply(&digest, &request, &server.challenge());
        let (count, cnonce) = verified(&server, &digest, &request);
        assert_eq!(count, 1);
        server.began = Some((server.nonce.clone(), cnonce.clone()));
        for number in 0..3 {
            server.nonce = format!("next{number}");
            digest.info(&request, &field("Authentication-Info", &format!("nextnonce=\"{}\"", server.nonce)));
            assert_eq!(verified(&server, &digest, &request), (1, cnonce.clone()));
            assert_eq!(verified(&server, &digest, &request), (2, cnonce.clone()));
        }
        server.began = None;
        let challenge = format!("{}, stale=true", server.challenge().replace("next2", "anew"));
        server.nonce = "anew".into();
        reply(&digest, &request, &challenge);
        let (count, begun_with) = verified(&server, &digest, &request);
        assert!(count == 1 && begun_with != cnonce);
    }
}

#[test]
fn the_nonce_that_is_wanted_next_is_used_next() {
    let (mut server, digest) = (Server::new("u", "p"), Digest::new("u", "p"));
    let request = get("http://h/");
    digest.info(&request, &field("Authentication-Info", "nextnonce=\"m\""));
    assert_eq!(digest.authorization(&request, fresh), None, "there is nothing that it could be next to");

    reply(&digest, &request, &server.challenge());
    assert_eq!(verified(&server, &digest, &request).0, 1);
    for nothing in [
        "qop=auth, nc=00000001",
        "nextnonce",
        "nextnonce=\"m",
        "nextnonce \"m\"",
        "nextnonce=\"\"",
        "@, nextnonce=m",
        "",
    ] {
        digest.info(&request, &field("Authentication-Info", nothing));
    }
    digest.info(&get("http://other/"), &field("Authentication-Info", "nextnonce=m"));
    digest.info(&request, &field("Proxy-Authentication-Info", "nextnonce=m"));
    assert_eq!(verified(&server, &digest, &request).0, 2);

    for (info, nonce) in [
        (r#"rspauth="6629", NextNonce = "a, \"b\"", nc=00000001, qop=auth"#, r#"a, "b""#),
        (",nextnonce=c, nextnonce=d", "c"),
        ("nextnonce=e, @", "e"),
    ] {
        server.nonce = nonce.into();
        for _ in 0..2 {
            digest.info(&request, &field("Authentication-Info", info));
        }
        assert_eq!(verified(&server, &digest, &request).0, 1);
        digest.info(&request, &field("Authentication-Info", info));
        assert_eq!(verified(&server, &digest, &request).0, 2, "the same one is no other");
    }
    // The server asks with the nonce it gave last: one that was used twice.
    reply(&digest, &request, &server.challenge());
    assert_eq!(verified(&server, &digest, &request).0, 3);
}

#[test]
fn credentials_that_cannot_be_told_are_an_error_and_are_never_sent() {
    let request = get("http://h/");
    let challenge = "Digest realm=r, nonce=n, qop=auth";
    for (user, password) in [("a:b", "p"), ("a\r\nX: y", "p"), ("u", "p\0"), ("u", "\u{7f}"), ("u\u{85}", "")] {
        let digest = Digest::new(user, password);
        assert_eq!(digest.check(), Err(Error::Credentials));
        assert!(matches!(answer(&digest, &request, challenge, None), Answer::Unanswerable(Unanswerable::Credentials)));
        assert_eq!(digest.authorization(&request, fresh), None);
    }
    let text = "the user has a colon, or user or password a control character";
    assert_eq!([Error::Credentials.to_string(), Unanswerable::Credentials.to_string()], [text, text]);
    for (user, password) in [("", ""), ("u", "p:q"), ("a b", " "), ("ü", "€")] {
        let digest = Digest::new(user, password);
        assert_eq!(digest.check(), Ok(()));
        reply(&digest, &request, challenge);
        verified(&Server::new(user, password), &digest, &request);
    }
}

#[test]
fn nothing_of_it_is_shown() {
    let (digest, request) = (Digest::new("XYZZY", "XYZZY"), get("http://h/"));
    let first = answer(&digest, &request, "Digest realm=XYZZY, nonce=XYZZY", None);
    assert_eq!(format!("{digest:?}"), "Digest(***)");
    assert_eq!(format!("{first:?}"), "Again { stale: false, reply: DigestReply(***) }");
}

#[test]
fn equal_are_those_with_the_same_credentials() {
    let digest = Digest::new("u", "p");
    reply(&digest, &get("http://h/"), "Digest realm=r, nonce=n");
    assert!(digest == digest.clone() && digest == Digest::new("u", "p"));
    assert!(digest != Digest::new("u", "q") && digest != Digest::new("v", "p"));
}

#[test]
fn it_goes_from_thread_to_thread() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Digest>();
    check::<DigestReply>();
    check::<Answer>();
}

#[test]
fn a_client_nonce_that_cannot_be_made_costs_no_count() {
    let (server, digest, request) = (Server::new("u", "p"), Digest::new("u", "p"), get("http://h/"));
    assert_eq!(digest.authorization(&request, || panic!("nothing is known, nothing is asked")), None);
    reply(&digest, &request, &server.challenge());
    let failed = panic::catch_unwind(AssertUnwindSafe(|| digest.authorization(&request, || panic!("no randomness"))));
    assert!(failed.is_err());
    assert_eq!(verified(&server, &digest, &request).0, 1);
}

#[test]
fn a_challenge_that_is_cut_at_any_byte_is_answered_or_refused() {
    let server = Server {
        realm: r#"a "realm", so"#.into(),
        opaque: Some("o".into()),
        qop: Some("auth-int,auth".into()),
        algorithm: Some("SHA-256-sess".into()),
        userhash: true,
        utf8: true,
        ..Server::new("u", "p")
    };
    let (whole, request) = (server.challenge(), get("http://h/"));
    let mut answered = 0;
    for end in 0..=whole.len() {
        let digest = Digest::new("u", "p");
        if let Answer::Again { reply, .. } = answer(&digest, &request, whole[..end].trim_end(), None) {
            let said = reply.authorization(&request, fresh).unwrap();
            assert!(said.contains(r#"realm="a \"realm\", so", nonce="n", uri="/""#), "{end}: {said}");
            answered += 1;
        }
    }
    assert!(answered > 0 && answered < whole.len());
    verified(
        &server,
        &{
            let digest = Digest::new("u", "p");
            reply(&digest, &request, &whole);
            digest
        },
        &request,
    );
}

proptest! {
    #[test]
    fn whoever_asks_whatever_the_server_can_verify_it(
        user in "[^:\\pC]{0,12}",
        password in "\\PC{0,16}",
        realm in "[\\PC\t]{0,16}",
        nonce in "[\\PC\t]{1,16}",
        opaque in prop::option::of("\\PC{0,8}"),
        path in "[/a-z0-9 \"\\\\%?&=ü]{0,12}",
        algorithm in prop::option::of(prop::sample::select(&ALGORITHMS[..])),
        qop in prop::option::of(prop::sample::select(&["auth", "auth,auth-int", "auth-int ,\tAuth"][..])),
        userhash: bool,
        utf8: bool,
    ) {
        let server = Server {
            realm, nonce, opaque, userhash, utf8,
            algorithm: algorithm.map(str::to_owned),
            qop: qop.map(str::to_owned),
            ..Server::new(&user, &password)
        };
        let (digest, request) = (Digest::new(user, password), get(&format!("http://h/{path}")));
        prop_assert_eq!(digest.check(), Ok(()));
        let challenge = server.challenge();
        let first = reply(&digest, &request, &challenge).authorization(&request, fresh).unwrap();
        let target = request.url().target();
        prop_assert!(Headers::new().set_sensitive("Authorization", &first).is_ok());
        prop_assert_eq!(server.verify("GET", target, &first).map(|(count, _)| count), Ok(u32::from(qop.is_some())));
        let next = digest.authorization(&request, fresh).unwrap();
        prop_assert_eq!(server.verify("GET", target, &next).map(|(count, _)| count), Ok(2 * u32::from(qop.is_some())));
        prop_assert!(matches!(answer(&digest, &request, &challenge, Some(&next)), Answer::Rejected));
    }

    #[test]
    fn whatever_is_asked_and_was_sent_nothing_panics_and_no_line_is_broken(
        middle in "[a-zA-Z0-9é=,;\" \\\\]{0,40}",
        name in prop::sample::select(&["realm", "nonce", "qop", "algorithm", "opaque", "domain", "stale", "charset", "x"][..]),
        sent in "(Digest )?[a-z=,\" \\\\é]{0,20}",
    ) {
        let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
        for challenge in [format!("Digest realm=r, {name}={middle}, nonce=n"), format!("Digest {middle}realm=r, nonce=n")] {
            if let Answer::Again { reply, .. } = answer(&digest, &request, &challenge, Some(&sent)) {
                let said = reply.authorization(&request, fresh).unwrap();
                prop_assert!(Headers::new().set("Authorization", &said).is_ok(), "{}", said);
            }
        }
        if let Ok(()) = Headers::new().append("Authentication-Info", &middle) {
            digest.info(&request, &field("Authentication-Info", &middle));
        }
    }
}
