//! Rules 34 and 38 over TLS, what is verified and by whom, sessions that go on, and https in redirects.
#![cfg(all(feature = "tls", target_os = "linux"))]
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod chain;
    pub(crate) mod secure;
    pub(crate) mod sockets;
}

use std::error::Error as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use sortie::{Basic, Error, ErrorKind, Phase, Pool, Response, Session, Tls, TlsError, TlsVersion};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{Authority, Identity, Manners, TestServer, TlsOptions, TlsVersions};
use support::chain::chain;
use support::secure::{AUTHORITY, options, trusting};
use support::sockets::sockets_to;

const KEPT: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";

fn session(tls: Tls) -> Session {
    Session::builder().tls(tls).build().unwrap()
}

/// A session that trusts the authority.
fn trustful() -> Session {
    session(trusting().build().unwrap())
}

/// A server that answers each request of each connection with these bytes, and then ends as it is told.
fn ending(answer: &'static str, by_notify: bool) -> RawServer {
    let server = RawServer::start_tls(options(), move |peer| {
        peer.read_request()?;
        peer.write(answer.as_bytes())?;
        if by_notify { peer.finish() } else { Ok(()) }
    });
    server.unwrap()
}

/// What comes of one request to such a server.
fn ended(answer: &'static str, by_notify: bool) -> Result<Response, Error> {
    let server = ending(answer, by_notify);
    let outcome = trustful().get(server.url("/")).send();
    assert!(sockets_to(server.addr()).is_empty(), "{answer}");
    outcome
}

#[test]
fn rule_34_missing_close_notify_is_no_truncation_where_the_message_has_an_end() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\ndone",
        "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\ndone",
    ] {
        assert_eq!(ended(answer, false).unwrap().text(), "done", "{answer}");
    }
    let empty = "HTTP/1.1 204 No Content\r\n\r\n";
    assert_eq!(ended(empty, false).unwrap().status().as_u16(), 204);
}

#[test]
fn rule_34_missing_close_notify_is_truncation_where_the_body_ends_with_the_connection() {
    for answer in ["HTTP/1.1 200 OK\r\n\r\ndone", "HTTP/1.0 200 OK\r\n\r\ndone", "HTTP/1.1 200 OK\r\n\r\n"] {
        let text = ended(answer, true).unwrap().text().into_owned();
        assert!(answer.ends_with(&format!("\r\n\r\n{text}")), "{answer}");
        let error = ended(answer, false).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Truncated, Some(Phase::Content)), "{answer}");
        assert!(chain(&error).contains("close_notify"), "{}", chain(&error));
    }
}

#[test]
fn rule_34_a_short_body_says_how_much_came_with_and_without_close_notify() {
    let cases = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ndone", ["4 bytes", "6"]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n", ["4 bytes", ""]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\ndone", ["4 bytes", ""]),
    ];
    for (answer, words) in cases {
        for by_notify in [true, false] {
            let error = ended(answer, by_notify).unwrap_err();
            assert_eq!((error.kind(), error.phase()), (ErrorKind::Truncated, Some(Phase::Content)), "{answer}");
            assert!(words.iter().all(|word| chain(&error).contains(word)), "{}", chain(&error));
        }
    }
    for by_notify in [true, false] {
        let error = ended("", by_notify).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Closed, Some(Phase::FirstByte)));
        let error = ended("HTTP/1.1 200 OK\r\nContent-Le", by_notify).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Protocol, Some(Phase::FirstByte)));
    }
}

#[test]
fn rule_34_a_record_that_was_changed_on_the_way_is_an_error_of_tls() {
    let server = RawServer::start_tls(options(), |peer| {
        peer.read_request()?;
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")?;
        peer.write_below(&[&[0x17, 3, 3, 0, 32][..], &[7; 32]].concat())?;
        peer.stall()
    });
    let server = server.unwrap();
    let error = trustful().get(server.url("/")).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Tls, Some(Phase::Content)), "{}", chain(&error));
    assert!(sockets_to(server.addr()).is_empty());
}

#[test]
fn rule_38_over_tls_a_connection_is_used_again_where_its_message_allows_it() {
    let kept = RawServer::start_tls(options(), |peer| {
        while peer.read_request()?.is_some() {
            peer.write(KEPT.as_bytes())?;
        }
        Ok(())
    });
    let (kept, session) = (kept.unwrap(), trustful());
    for _ in 0..3 {
        assert_eq!(session.get(kept.url("/")).send().unwrap().text(), "done");
    }
    assert_eq!(kept.connections(), 1);
    for answer in [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\ndone",
        "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\ndone",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone and more",
    ] {
        let server = RawServer::start_tls(options(), |peer| {
            peer.read_request()?;
            peer.write(answer.as_bytes())?;
            peer.stall()
        });
        let (server, session) = (server.unwrap(), trustful());
        for count in 1..=2 {
            assert_eq!(session.get(server.url("/")).send().unwrap().text(), "done");
            assert_eq!(server.connections(), count, "{answer}");
        }
    }
}

/// What TLS itself says, among the causes.
fn tls_error(error: &Error) -> &TlsError {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.filter_map(|cause| cause.downcast_ref()).next().unwrap()
}

/// How a request to a server of this identity fails in the handshake.
fn refused(tls: Tls, options: TlsOptions) -> String {
    let server = TestServer::start_tls(options).unwrap();
    let error = session(tls).get(server.url("/get")).send().unwrap_err();
    assert_eq!((error.kind(), error.phase(), error.attempts()), (ErrorKind::Tls, Some(Phase::Tls), 0));
    assert!(sockets_to(server.addr()).is_empty() && server.requests() == 0);
    let causes = chain(&error);
    assert!(causes.contains(&tls_error(&error).to_string()), "{causes}");
    assert!(causes.contains(&format!("cannot secure the connection to 127.0.0.1 at {}", server.addr())), "{causes}");
    causes
}

#[test]
fn the_error_says_which_check_of_the_certificate_failed() {
    const HERE: &[&str] = &["127.0.0.1"];
    let stranger = Authority::new().unwrap();
    let cases = [
        (AUTHORITY.expired(HERE), "the certificate has expired"),
        (AUTHORITY.not_yet_valid(HERE), "the certificate is not valid yet"),
        (AUTHORITY.certificate(&["c.test", "10.0.0.1"]), "not valid for 127.0.0.1 (it names c.test, 10.0.0.1)"),
        (stranger.certificate(HERE), "the certificate's issuer is unknown"),
    ];
    for (identity, words) in cases {
        let identity = identity.unwrap();
        let causes = refused(trusting().build().unwrap(), TlsOptions::new(identity.clone()));
        assert!(causes.contains(words), "{causes}");
        // Whoever wants to know nothing of all that says so.
        let server = TestServer::start_tls(TlsOptions::new(identity)).unwrap();
        let tls = Tls::builder().danger_accept_invalid_certs(true).build().unwrap();
        assert!(session(tls).get(server.url("/get")).send().unwrap().ok());
    }
}

#[test]
fn an_authority_between_is_sent_along_and_more_roots_can_be_given() {
    let other = Authority::new().unwrap();
    let below = AUTHORITY.intermediate().unwrap().certificate(&["127.0.0.1"]).unwrap();
    let servers = [below, other.certificate(&["127.0.0.1"]).unwrap()];
    let servers = servers.map(|identity| TestServer::start_tls(TlsOptions::new(identity)).unwrap());
    let session = session(trusting().add_roots_pem(other.pem()).build().unwrap());
    for server in servers {
        assert!(session.get(server.url("/get")).send().unwrap().ok());
    }
}

#[test]
fn a_server_that_wants_a_clients_certificate_gets_one_or_says_so() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        let options = TlsOptions { versions, client_auth: Some(AUTHORITY.pem().to_owned()), ..options() };
        let server = TestServer::start_tls(options).unwrap();
        let Identity { cert_pem, key_pem } = AUTHORITY.client("ann").unwrap();
        let shows = trusting().identity_pem(format!("{cert_pem}{key_pem}")).build().unwrap();
        let document: serde_json::Value = session(shows).get(server.url("/tls")).send().unwrap().json().unwrap();
        assert_eq!(document["client_certificates"], 1);

        let error = trustful().get(server.url("/tls")).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{}", chain(&error));
        let words = "the peer refused to go on: alert certificate_required";
        assert!(chain(&error).contains(words), "{}", chain(&error));
        assert!(sockets_to(server.addr()).is_empty() && server.requests() == 1);
    }
}

/// The SHA-256 of the key in a certificate (RFC 7469, section 2.4): a P-256 key's SubjectPublicKeyInfo has 91 bytes.
fn pin(identity: &Identity) -> [u8; 32] {
    const START: &[u8] = &[0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    let lines = identity.cert_pem.lines().skip(1).take_while(|line| !line.starts_with('-'));
    let der = BASE64_STANDARD.decode(lines.collect::<String>()).unwrap();
    let at = der.windows(START.len()).position(|window| window == START).unwrap();
    Sha256::digest(&der[at..at + 91]).into()
}

#[test]
fn a_pinned_key_is_needed_beside_a_good_certificate() {
    let options = options();
    let other = AUTHORITY.certificate(&["127.0.0.1"]).unwrap();
    let causes = refused(trusting().pin_sha256(pin(&other)).build().unwrap(), options.clone());
    assert!(causes.contains("the certificate's key is not among the pinned ones"), "{causes}");
    let strange = Tls::builder().roots_pem(Authority::new().unwrap().pem()).pin_sha256(pin(&options.identity));
    assert!(refused(strange.build().unwrap(), options.clone()).contains("issuer is unknown"));

    let server = TestServer::start_tls(options.clone()).unwrap();
    let tls = trusting().pin_sha256(pin(&other)).pin_sha256(pin(&options.identity)).build().unwrap();
    assert!(session(tls).get(server.url("/get")).send().unwrap().ok());
}

#[test]
fn the_lowest_version_is_held_to() {
    let old = TlsOptions { versions: TlsVersions::Tls12, ..options() };
    let causes = refused(trusting().min_version(TlsVersion::V1_3).build().unwrap(), old.clone());
    assert!(causes.contains("the peer speaks no version of TLS that is allowed"), "{causes}");
    for (options, version) in [(old, "TLSv1.2"), (options(), "TLSv1.3")] {
        let server = TestServer::start_tls(options).unwrap();
        let document: serde_json::Value = trustful().get(server.url("/tls")).send().unwrap().json().unwrap();
        assert_eq!(document["version"], version);
    }
}

#[test]
fn another_name_can_be_asked_for() {
    let server = TestServer::start_tls(options()).unwrap();
    let tls = trusting().server_name("a.test").build().unwrap();
    let document: serde_json::Value = session(tls).get(server.url("/tls")).send().unwrap().json().unwrap();
    assert_eq!(document["server_name"], "a.test");
    assert!(refused(trusting().server_name("d.test").build().unwrap(), options()).contains("not valid for d.test"));
}

#[test]
fn http_1_1_is_offered_also_by_tls_that_names_no_protocol() {
    let alpn = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let server = TestServer::start_tls(TlsOptions { alpn, ..options() }).unwrap();
    let seen = |response: Response| response.json::<serde_json::Value>().unwrap()["alpn"].clone();
    let tls = trusting().build().unwrap();
    assert_eq!(seen(session(tls.clone()).get(server.url("/tls")).send().unwrap()), "http/1.1");
    assert_eq!(seen(Session::new().get(server.url("/tls")).tls(tls.clone()).send().unwrap()), "http/1.1");
    assert_eq!((tls.handshakes().full, tls.handshakes().resumed), (1, 1));
}

#[test]
fn a_server_that_chose_another_protocol_is_not_spoken_to() {
    let alpn = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let server = TestServer::start_tls(TlsOptions { alpn, ..options() }).unwrap();
    let tls = trusting().alpn(["h2", "http/1.1"]).build().unwrap();
    let error = session(tls).get(server.url("/get")).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Tls, Some(Phase::Tls)), "{}", chain(&error));
    assert!(chain(&error).contains("the peer chose the protocol h2, not http/1.1"), "{}", chain(&error));
    assert!(sockets_to(server.addr()).is_empty());
}

#[test]
fn a_server_that_does_not_speak_tls_is_told_from_one_that_breaks_off() {
    let cases: [(&'static [u8], &str); 3] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the peer does not speak TLS"),
        (b"", "ended while"),
        (b"\x16\x03\x03\x00\x50\x02", "ended while"),
    ];
    for (answer, words) in cases {
        let server = RawServer::start(move |peer| {
            std::io::Read::read(peer, &mut [0; 4096])?;
            peer.write(answer)?;
            peer.finish()
        });
        let server = server.unwrap();
        let url = format!("https://{}/", server.addr());
        let error = trustful().get(url).send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Tls, Some(Phase::Tls)), "{}", chain(&error));
        let causes = chain(&error);
        assert!(causes.contains(words) && causes.contains(&server.addr().to_string()), "{causes}");
        assert!(sockets_to(server.addr()).is_empty());
    }
}

#[test]
fn sessions_go_on_where_connections_do_not_and_are_counted() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        let manners = Manners { close_every: Some(1), ..Manners::default() };
        let server = TestServer::start_tls_with(TlsOptions { versions, ..options() }, manners).unwrap();
        let tls = trusting().build().unwrap();
        let mut batch = session(tls.clone()).batch();
        assert_eq!(batch.pool(), Pool::default());
        for _ in 0..5 {
            batch.submit(sortie::get(server.url("/small")));
            let (_, outcome) = loop {
                if let Some(taken) = batch.take() {
                    break taken;
                }
                batch.turn(sortie::Wait::Forever).unwrap();
            };
            assert!(outcome.unwrap().ok());
        }
        let pool = batch.pool();
        assert_eq!((pool.secured, pool.resumed, pool.reused), (5, 4, 0), "{versions:?}");
        // Another loop of another session, on another thread, knows of it by the same `Tls`.
        let url = server.url("/small");
        let other = session(tls.clone());
        std::thread::scope(|scope| scope.spawn(|| other.get(&url).send().unwrap()).join().unwrap());
        // One with a `Tls` of its own does not.
        trustful().get(&url).send().unwrap();
        let (handshakes, own) = (server.handshakes(), tls.handshakes());
        assert_eq!((handshakes.full, handshakes.resumed, handshakes.failed), (2, 5, 0), "{versions:?}");
        assert_eq!((own.full, own.resumed), (1, 5));
    }
}

#[test]
fn a_request_has_its_own_tls_and_what_is_not_the_same_is_not_shared() {
    let server = TestServer::start_tls(options()).unwrap();
    let [one, other] = [(); 2].map(|()| trusting().build().unwrap());
    let session = Session::new();
    let get = |tls: &Tls| session.get(server.url("/small")).tls(tls.clone()).send().unwrap();
    for (tls, connections) in [(&one, 1), (&one, 1), (&other, 2), (&one, 2), (&other, 2)] {
        assert!(get(tls).ok());
        assert_eq!(server.connections(), connections);
    }
    // What one trusts, the session does not: its own connection fails, though two are open.
    assert_eq!(session.get(server.url("/small")).send().unwrap_err().kind(), ErrorKind::Tls);
    assert_eq!((one.handshakes().full, other.handshakes().full), (1, 1));
}

/// A server that leads to `location`, over TLS.
fn leading(location: &str) -> RawServer {
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let server = RawServer::start_tls(options(), move |peer| {
        while peer.read_request()?.is_some() {
            peer.write(answer.as_bytes())?;
        }
        Ok(())
    });
    server.unwrap()
}

#[test]
fn rule_30_credentials_stay_behind_when_the_scheme_changes() {
    let [plain, secure] = [TestServer::start(), TestServer::start_tls(options())].map(Result::unwrap);
    let [up, down] = [
        RawServer::answering(format!(
            "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
            secure.url("/headers")
        ))
        .unwrap(),
        leading(&plain.url("/headers")),
    ];
    let session =
        Session::builder().tls(trusting().build().unwrap()).auth(Basic::new("ann", "secret")).build().unwrap();
    for (server, scheme) in [(&up, "https"), (&down, "http")] {
        let request = session.get(server.url("/")).header("X-Api-Key", "k").header("X-Kept", "1").cookie("c", "1");
        let response = request.send().unwrap();
        assert_eq!((response.url().scheme().as_str(), response.history().len()), (scheme, 1));
        let seen: serde_json::Value = response.json().unwrap();
        let names = ["X-Kept", "Authorization", "X-Api-Key", "Cookie"].map(|name| seen["headers"].get(name).is_some());
        assert_eq!(names, [true, false, false, false], "to {scheme}");
        let first = String::from_utf8(server.requests().remove(0)).unwrap();
        assert!(["Authorization: ", "X-Api-Key: ", "Cookie: "].iter().all(|name| first.contains(name)), "{first}");
    }
}

#[test]
fn rule_30_https_only_refuses_plain_http_at_once_and_in_redirects() {
    let (plain, secure) = (TestServer::start().unwrap(), TestServer::start_tls(options()).unwrap());
    let [down, stays] = [plain.url("/get"), secure.url("/get")].map(|url| leading(&url));
    let session = Session::builder().tls(trusting().build().unwrap()).https_only(true).build().unwrap();
    let error = session.get(plain.url("/get")).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::InvalidUrl, Some(Phase::Prepare)));
    let error = session.get(down.url("/")).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Redirect, Some(Phase::Redirect)), "{}", chain(&error));
    assert_eq!(error.response().map(|response| response.status().as_u16()), Some(302));
    assert_eq!(session.get(stays.url("/")).send().unwrap().url().as_str(), secure.url("/get"));
    assert_eq!(plain.connections(), 0);
}
