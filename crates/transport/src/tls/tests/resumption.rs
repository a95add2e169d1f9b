//! Sessions that go on.

use super::*;
use crate::tls::Handshakes;

/// Opens `count` links at once and completes all of them.
fn open(tls: &Tls, server: &Arc<ServerConfig>, count: usize) {
    let mut pairs: Vec<Pair> = (0..count).map(|_| Pair::new(tls, "a.test", server)).collect();
    for pair in &mut pairs {
        pair.shake().unwrap();
    }
}

fn known(version: &'static SupportedProtocolVersion) -> (Arc<ServerConfig>, Tls) {
    let (server, builder) = acquainted(&[version]);
    (Arc::new(server), builder.build().unwrap())
}

#[test]
fn a_second_link_resumes() {
    for version in VERSIONS {
        let (server, tls) = known(version);
        open(&tls, &server, 1);
        assert_eq!(tls.handshakes(), Handshakes { full: 1, resumed: 0 });

        let mut pair = Pair::new(&tls.clone(), "a.test", &server);
        pair.shake().unwrap();
        assert_eq!(tls.handshakes(), Handshakes { full: 1, resumed: 1 });
        let facts = pair.layer.facts().unwrap();
        assert!(facts.resumed);
        assert!(facts.certificate.is_some());
    }
}

#[test]
fn a_session_goes_on_whatever_protocols_are_offered() {
    for version in VERSIONS {
        let (server, tls) = known(version);
        open(&tls, &server, 1);
        open(&tls.or_alpn(&[b"http/1.1".to_vec()]), &server, 1);
        assert_eq!(tls.handshakes(), Handshakes { full: 1, resumed: 1 });
    }
}

#[test]
fn one_link_after_another_resumes() {
    for version in VERSIONS {
        let (server, tls) = known(version);
        for _ in 0..50 {
            open(&tls, &server, 1);
        }
        assert_eq!(tls.handshakes(), Handshakes { full: 1, resumed: 49 });
    }
}

#[test]
fn links_that_open_at_once_resume() {
    let (server, tls) = known(&TLS13);
    open(&tls, &server, 64);
    for round in 1..=2 {
        open(&tls, &server, 64);
        assert_eq!(tls.handshakes(), Handshakes { full: 64, resumed: 64 * round });
    }
}

#[test]
fn tickets_are_kept_up_to_a_limit() {
    let (server, tls) = known(&TLS13);
    open(&tls, &server, 140); // two tickets each
    open(&tls, &server, 260);
    assert_eq!(tls.handshakes(), Handshakes { full: 144, resumed: 256 });
}

#[test]
fn sessions_are_not_shared_with_other_terms() {
    let (server, builder) = acquainted(&VERSIONS);
    let server = Arc::new(server);
    let [one, other] = [builder.clone(), builder].map(|builder| builder.build().unwrap());
    open(&one, &server, 1);
    open(&other, &server, 1);
    assert_eq!(other.handshakes(), Handshakes { full: 1, resumed: 0 });
}

#[test]
fn sessions_of_one_name_are_not_used_for_another() {
    let ca = authority("ours");
    let server = Arc::new(server_config(&papers(&ca, &["a.test", "b.test"]), &VERSIONS));
    let tls = Tls::builder().roots_pem(ca.pem()).build().unwrap();
    open(&tls, &server, 1);
    Pair::new(&tls, "b.test", &server).shake().unwrap();
    assert_eq!(tls.handshakes(), Handshakes { full: 2, resumed: 0 });
}

#[test]
fn sessions_that_are_not_wanted_do_not_go_on() {
    for version in VERSIONS {
        let (server, builder) = acquainted(&[version]);
        let (server, tls) = (Arc::new(server), builder.resumption(false).build().unwrap());
        open(&tls, &server, 1);
        open(&tls, &server, 1);
        assert_eq!(tls.handshakes(), Handshakes { full: 2, resumed: 0 });
    }
}

#[test]
fn a_handshake_that_fails_is_not_counted() {
    let (server, _) = acquainted(&VERSIONS);
    let tls = Tls::builder().roots_pem(authority("other").pem()).build().unwrap();
    refusal(&tls, "a.test", server);
    assert_eq!(tls.handshakes(), Handshakes::default());
}
