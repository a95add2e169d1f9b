//! What a handshake agrees upon, and where it does not.

use rustls::{AlertDescription, Error, PeerIncompatible};

use super::*;
use crate::tls::{Secured, TlsVersion};

fn secured(tls: &Tls, server: ServerConfig) -> Secured {
    attempt(tls, "a.test", server).unwrap().layer.facts().unwrap()
}

#[test]
fn what_was_agreed_upon_is_told() {
    for (version, told) in [(&TLS12, TlsVersion::V1_2), (&TLS13, TlsVersion::V1_3)] {
        let (server, builder) = acquainted(&[version]);
        let pair = attempt(&builder.build().unwrap(), "a.test", server).unwrap();
        let Secured { version, cipher, alpn, resumed, certificate } = pair.layer.facts().unwrap();
        assert_eq!((version, alpn, resumed), (told, None, false));
        assert!(cipher.starts_with("TLS") && cipher.ends_with("AES_128_GCM_SHA256"), "{cipher}");
        let leaf = certificate.unwrap();
        assert!(leaf.windows(6).any(|window| window == b"a.test"));
    }
}

#[test]
fn nothing_is_told_before_the_handshake_is_done() {
    let (server, builder) = acquainted(&VERSIONS);
    let mut pair = Pair::new(&builder.build().unwrap(), "a.test", &Arc::new(server));
    assert_eq!(pair.layer.facts(), None);
    pair.deliver().unwrap();
    let flight = pair.collect();
    pair.feed(&flight[..flight.len() / 2]).unwrap();
    assert!(pair.layer.is_handshaking());
    assert_eq!(pair.layer.facts(), None);
    pair.feed(&flight[flight.len() / 2..]).unwrap();
    assert!(pair.layer.facts().is_some());
}

#[test]
fn the_newest_version_is_spoken() {
    let (server, builder) = acquainted(&VERSIONS);
    assert_eq!(secured(&builder.build().unwrap(), server).version, TlsVersion::V1_3);
}

#[test]
fn a_version_that_is_too_low_is_refused() {
    let (server, builder) = acquainted(&[&TLS12]);
    let tls = builder.min_version(TlsVersion::V1_3).build().unwrap();
    let error = refusal(&tls, "a.test", server);
    assert!(matches!(error, TlsError::NoSharedVersion { .. }), "{error:?}");
}

#[test]
fn the_server_chooses_one_of_the_protocols() {
    let (mut server, builder) = acquainted(&VERSIONS);
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    let tls = builder.clone().alpn(["h2", "http/1.1"]).build().unwrap();
    assert_eq!(secured(&tls, server.clone()).alpn.as_deref(), Some(b"http/1.1".as_slice()));
    let tls = builder.build().unwrap();
    assert_eq!(secured(&tls, server).alpn, None);
}

#[test]
fn protocols_are_offered_where_none_are_named_and_it_is_the_same_value() {
    let (mut server, builder) = acquainted(&VERSIONS);
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let protocols = [b"http/1.1".to_vec()];
    let tls = builder.clone().build().unwrap();
    let offering = tls.or_alpn(&protocols);
    assert_eq!(tls, offering);
    assert_eq!(secured(&offering, server.clone()).alpn.as_deref(), Some(b"http/1.1".as_slice()));
    assert_eq!(secured(&tls, server.clone()).alpn, None);
    assert_eq!(tls.handshakes().full + tls.handshakes().resumed, 2);
    assert_eq!(offering.handshakes(), tls.handshakes());

    let named = builder.alpn(["h2"]).build().unwrap().or_alpn(&protocols);
    assert_eq!(secured(&named, server).alpn.as_deref(), Some(b"h2".as_slice()));
}

#[test]
fn a_server_with_no_such_protocol_refuses() {
    let (mut server, builder) = acquainted(&VERSIONS);
    server.alpn_protocols = vec![b"h2".to_vec()];
    let error = refusal(&builder.alpn(["http/1.1"]).build().unwrap(), "a.test", server);
    let TlsError::Alert { code: 120, name, .. } = &error else { panic!("{error:?}") };
    assert_eq!(&**name, "no_application_protocol");
    assert_eq!(error.to_string(), "the peer refused to go on: alert no_application_protocol");
}

#[test]
fn a_server_without_our_ciphers_refuses() {
    let ca = authority("ours");
    let tls = Tls::builder().roots_pem(ca.pem()).build().unwrap();
    let mut pair = Pair::new(&tls, "a.test", &Arc::new(server_config(&papers(&ca, &["a.test"]), &VERSIONS)));
    let handshake_failure = [21, 3, 3, 0, 2, 2, 40];
    let error = pair.feed(&handshake_failure).unwrap_err();
    assert!(matches!(error, TlsError::Alert { code: 40, .. }), "{error:?}");
}

#[test]
fn what_a_server_cannot_is_told_from_what_it_may_not() {
    let versions = Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13);
    assert!(matches!(TlsError::of(versions), TlsError::NoSharedVersion { .. }));
    let version = Error::AlertReceived(AlertDescription::ProtocolVersion);
    assert!(matches!(TlsError::of(version), TlsError::NoSharedVersion { .. }));
    let groups = Error::PeerIncompatible(PeerIncompatible::NoKxGroupsInCommon);
    assert!(matches!(TlsError::of(groups), TlsError::Incompatible { .. }));
    assert!(matches!(TlsError::of(Error::FailedToGetRandomBytes), TlsError::Other { .. }));
}

#[test]
fn a_server_of_plain_http_does_not_speak_tls() {
    let (server, builder) = acquainted(&VERSIONS);
    let mut pair = Pair::new(&builder.build().unwrap(), "a.test", &Arc::new(server));
    let error = pair.feed(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").unwrap_err();
    assert!(matches!(error, TlsError::NotTls { .. }), "{error:?}");
    assert_eq!(error.to_string(), "the peer does not speak TLS");
}
