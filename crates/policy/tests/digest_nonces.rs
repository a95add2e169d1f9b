//! Digest: nonces in the hands of many, authentication sessions, and input of any kind (RFC 7616, sections 3.4 to 3.6).
#![allow(clippy::unwrap_used)]

mod verifier;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use proptest::prelude::*;
use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{Answer, Digest, Error, Unanswerable};
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

fn challenge(digest: &Digest, request: &PreparedRequest, challenge: &str) {
    assert_eq!(answer(digest, request, challenge, None), Answer::Again { stale: false });
}

/// A client nonce that is another one each time.
fn fresh() -> [u8; 16] {
    thread_local!(static NEXT: Cell<u128> = const { Cell::new(0xabc) });
    NEXT.set(NEXT.get() + 1);
    NEXT.get().to_be_bytes()
}

/// The count and the client nonce that the server finds in what is said.
fn found(server: &Server, request: &PreparedRequest, said: Option<String>) -> (u32, String) {
    server.verify(request.method().as_str(), request.url().target(), &said.unwrap()).unwrap()
}

/// The same, of what is said before anybody asks.
fn verified(server: &Server, digest: &Digest, request: &PreparedRequest) -> (u32, String) {
    found(server, request, digest.authorization(request, fresh))
}

/// A response to what was said, with this Authentication-Info field.
fn inform(digest: &Digest, request: &PreparedRequest, info: &str) {
    let sent = digest.authorization(request, fresh);
    digest.learn(request, &field("Authentication-Info", info), sent.as_deref());
}

#[test]
fn threads_count_a_nonce_without_a_gap_and_without_a_repetition() {
    for algorithm in ["SHA-256", "SHA-256-sess"] {
        let server = Server { algorithm: Some(algorithm.into()), ..Server::new("u", "p") };
        let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
        challenge(&digest, &request, &server.challenge());
        let count = |number: usize| {
            let said = match number % 2 {
                0 => digest.authorization(&request, || [number as u8; 16]),
                _ => digest.reply(&request, || [number as u8; 16]),
            };
            found(&server, &request, said).0
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
fn requests_that_are_challenged_at_once_answer_each_its_own_nonce() {
    let digest = Digest::new("u", "p");
    let ask = |realm: &str, nonce: usize, target: &str| {
        let server = Server { nonce: nonce.to_string(), realm: realm.into(), ..Server::new("u", "p") };
        let request = get(&format!("http://h{target}"));
        challenge(&digest, &request, &server.challenge());
        (server, request)
    };
    let asked: Vec<_> = (0..9).map(|number| ask(&format!("r{}", number % 2), number, &format!("/{number}"))).collect();
    for (server, request) in &asked {
        assert_eq!(found(server, request, digest.reply(request, fresh)).0, 1);
    }
    let (server, request) = &asked[8];
    assert_eq!(verified(server, &digest, request).0, 2, "the last one is the origin's");
    assert_eq!(found(server, &asked[0].1, digest.reply(&asked[0].1, fresh)).0, 3, "where it has none of its own left");

    // The same request many times: each has another one, whichever it is.
    let asked: Vec<_> = (10..20).map(|number| ask("r", number, "/same")).collect();
    let same = &asked[0].1;
    let said: Vec<String> = asked.iter().map(|_| digest.reply(same, fresh).unwrap()).collect();
    for (server, _) in &asked {
        assert_eq!(said.iter().filter(|said| server.verify("GET", "/same", said).is_ok_and(|it| it.0 == 1)).count(), 1);
    }
}

#[test]
fn a_challenge_that_nobody_answered_is_in_nobodys_way() {
    let (mut server, digest, request) = (Server::new("u", "p"), Digest::new("u", "p"), get("http://h/"));
    for number in 0..1000 {
        server.nonce = number.to_string();
        challenge(&digest, &request, &server.challenge());
        assert_eq!(verified(&server, &digest, &request).0, 1);
    }
    assert_eq!(found(&server, &request, digest.reply(&request, fresh)).0, 2, "the newest is answered");
}

#[test]
fn the_same_nonce_given_to_several_requests_goes_on_being_counted() {
    for algorithm in ALGORITHMS {
        let mut server =
            Server { algorithm: Some(algorithm.into()), opaque: Some("o".into()), ..Server::new("u", "p") };
        let digest = Digest::new("u", "p");
        let pages: Vec<_> = (0..4).map(|number| get(&format!("http://h/{number}"))).collect();
        let reply = |server: &Server, page: usize| found(server, &pages[page], digest.reply(&pages[page], fresh)).0;
        for page in &pages[..2] {
            challenge(&digest, page, &server.challenge());
        }
        assert_eq!([reply(&server, 1), reply(&server, 0), reply(&server, 1)], [1, 2, 3]);
        challenge(&digest, &pages[2], &server.challenge());
        let other = Server { nonce: "another".into(), ..server.clone() };
        challenge(&digest, &pages[3], &other.challenge());
        challenge(&digest, &pages[0], &server.challenge());
        assert_eq!([reply(&server, 0), reply(&other, 3), reply(&server, 2)], [4, 1, 5], "whatever came in between");
        server.opaque = Some("other".into());
        challenge(&digest, &pages[0], &server.challenge());
        assert_eq!(reply(&server, 0), 6, "what is asked for is the last challenge's");
        server.realm = "another secret".into();
        challenge(&digest, &pages[0], &server.challenge());
        assert_eq!(reply(&server, 0), 1);
    }
}

#[test]
fn an_authentication_session_keeps_its_key_until_the_next_challenge() {
    for algorithm in ["MD5-sess", "SHA-256-sess", "SHA-512-256-sess"] {
        let mut server = Server { algorithm: Some(algorithm.into()), ..Server::new("u", "p") };
        let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
        challenge(&digest, &request, &server.challenge());
        let (count, cnonce) = verified(&server, &digest, &request);
        assert_eq!(count, 1);
        server.began = Some((server.nonce.clone(), cnonce.clone()));
        for number in 0..3 {
            server.nonce = format!("next{number}");
            inform(&digest, &request, &format!("nextnonce=\"{}\"", server.nonce));
            assert_eq!(verified(&server, &digest, &request), (1, cnonce.clone()));
            assert_eq!(verified(&server, &digest, &request), (2, cnonce.clone()));
        }
        server.began = None;
        server.nonce = "anew".into();
        let stale = format!("{}, stale=true", server.challenge());
        assert_eq!(answer(&digest, &request, &stale, None), Answer::Again { stale: true });
        let (count, begun_with) = verified(&server, &digest, &request);
        assert!(count == 1 && begun_with != cnonce);
    }
}

#[test]
fn the_nonce_that_is_wanted_next_is_used_next() {
    let (mut server, digest) = (Server::new("u", "p"), Digest::new("u", "p"));
    let request = get("http://h/");
    inform(&digest, &request, "nextnonce=m");
    assert_eq!(digest.authorization(&request, fresh), None, "there is nothing that it could be next to");

    challenge(&digest, &request, &server.challenge());
    let said = digest.authorization(&request, fresh).unwrap();
    let next = field("Authentication-Info", "nextnonce=m");
    for nothing in [
        "qop=auth, nc=00000001",
        "nextnonce",
        "nextnonce=\"m",
        "nextnonce \"m\"",
        "nextnonce=\"\"",
        "@, nextnonce=m",
        "",
    ] {
        digest.learn(&request, &field("Authentication-Info", nothing), Some(&said));
    }
    digest.learn(&request, &field("Proxy-Authentication-Info", "nextnonce=m"), Some(&said));
    digest.learn(&get("http://other/"), &next, Some(&said));
    digest.learn(&request, &next, None);
    for other in ["Basic dTpw", "", &said.replace("realm=\"r\"", "realm=\"s\""), &format!("{said}, algorithm=SHA-256")]
    {
        digest.learn(&request, &next, Some(other));
    }
    assert_eq!(verified(&server, &digest, &request).0, 2, "none of them said what comes next");

    for (info, nonce) in [
        (r#"rspauth="6629", NextNonce = "a, \"b\"", nc=00000001, qop=auth"#, r#"a, "b""#),
        (",nextnonce=c, nextnonce=d", "c"),
        ("nextnonce=e, @", "e"),
    ] {
        let said = digest.authorization(&request, fresh).unwrap();
        server.nonce = nonce.into();
        for count in 1..4 {
            digest.learn(&request, &field("Authentication-Info", info), Some(&said));
            assert_eq!(verified(&server, &digest, &request).0, count, "the same one again is no other");
        }
    }
    // The server asks with the nonce it gave last: one that was used already.
    challenge(&digest, &request, &server.challenge());
    assert_eq!(verified(&server, &digest, &request).0, 4);
}

#[test]
fn credentials_that_cannot_be_told_are_an_error_and_are_never_sent() {
    let request = get("http://h/");
    let challenge = "Digest realm=r, nonce=n, qop=auth";
    for (user, password) in [("a:b", "p"), ("a\r\nX: y", "p"), ("u", "p\0"), ("u", "\u{7f}"), ("u\u{85}", "")] {
        let digest = Digest::new(user, password);
        assert_eq!(digest.check(), Err(Error::Credentials));
        assert_eq!(answer(&digest, &request, challenge, None), Answer::Unanswerable(Unanswerable::Credentials));
        assert_eq!(digest.authorization(&request, fresh), None);
    }
    let text = "the user has a colon, or user or password a control character";
    assert_eq!([Error::Credentials.to_string(), Unanswerable::Credentials.to_string()], [text, text]);
    for (user, password) in [("", ""), ("u", "p:q"), ("a b", " "), ("ü", "€")] {
        let digest = Digest::new(user, password);
        assert_eq!(digest.check(), Ok(()));
        self::challenge(&digest, &request, challenge);
        verified(&Server::new(user, password), &digest, &request);
    }
}

#[test]
fn nothing_of_it_is_shown() {
    let (digest, request) = (Digest::new("XYZZY", "XYZZY"), get("http://h/"));
    challenge(&digest, &request, "Digest realm=XYZZY, nonce=XYZZY");
    assert_eq!(format!("{digest:?}"), "Digest(***)");
}

#[test]
fn equal_are_those_with_the_same_credentials() {
    let digest = Digest::new("u", "p");
    challenge(&digest, &get("http://h/"), "Digest realm=r, nonce=n");
    assert!(digest == digest.clone() && digest == Digest::new("u", "p"));
    assert!(digest != Digest::new("u", "q") && digest != Digest::new("v", "p"));
}

#[test]
fn it_goes_from_thread_to_thread() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Digest>();
}

#[test]
fn a_client_nonce_that_cannot_be_made_costs_no_count() {
    let (server, digest, request) = (Server::new("u", "p"), Digest::new("u", "p"), get("http://h/"));
    assert_eq!(digest.authorization(&request, || panic!("nothing is known, nothing is asked")), None);
    challenge(&digest, &request, &server.challenge());
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
        if let Answer::Again { stale: false } = answer(&digest, &request, whole[..end].trim_end(), None) {
            let said = digest.reply(&request, fresh).unwrap();
            assert!(said.contains(r#"realm="a \"realm\", so", nonce="n", uri="/""#), "{end}: {said}");
            answered += 1;
        }
    }
    assert!(answered > 0 && answered < whole.len());
    let digest = Digest::new("u", "p");
    challenge(&digest, &request, &whole);
    verified(&server, &digest, &request);
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
        prop_assert_eq!(answer(&digest, &request, &challenge, None), Answer::Again { stale: false });
        let first = digest.reply(&request, fresh).unwrap();
        let target = request.url().target();
        prop_assert!(Headers::new().set_sensitive("Authorization", &first).is_ok());
        prop_assert_eq!(server.verify("GET", target, &first).map(|(count, _)| count), Ok(u32::from(qop.is_some())));
        let next = digest.authorization(&request, fresh).unwrap();
        prop_assert_eq!(server.verify("GET", target, &next).map(|(count, _)| count), Ok(2 * u32::from(qop.is_some())));
        prop_assert_eq!(answer(&digest, &request, &challenge, Some(&next)), Answer::Rejected);
    }

    #[test]
    fn whatever_is_asked_and_was_sent_nothing_panics_and_no_line_is_broken(
        middle in "[a-zA-Z0-9é=,;\" \\\\]{0,40}",
        name in prop::sample::select(&["realm", "nonce", "qop", "algorithm", "opaque", "domain", "stale", "charset", "x"][..]),
        sent in "(Digest )?[a-z=,\" \\\\é]{0,20}",
    ) {
        let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
        for challenge in [format!("Digest realm=r, {name}={middle}, nonce=n"), format!("Digest {middle}realm=r, nonce=n")] {
            if let Answer::Again { .. } = answer(&digest, &request, &challenge, Some(&sent)) {
                let said = digest.reply(&request, fresh).unwrap();
                prop_assert!(Headers::new().set("Authorization", &said).is_ok(), "{}", said);
            }
        }
        if let Ok(()) = Headers::new().append("Authentication-Info", &middle) {
            inform(&digest, &request, &middle);
        }
    }
}
