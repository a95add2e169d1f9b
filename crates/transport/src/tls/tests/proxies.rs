//! What a proxy gets where nothing is said of it.

use super::*;
use crate::tls::TlsVersion;

#[test]
fn what_is_said_of_the_target_is_not_said_to_a_proxy() {
    let (server, builder) = acquainted(&VERSIONS);
    let ours = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["me.test".to_owned()]).unwrap().self_signed(&ours).unwrap();
    let tls = builder
        .server_name("b.test")
        .pin_sha256([7; 32])
        .identity_pem(format!("{}{}", ours.serialize_pem(), certificate.pem()))
        .alpn(["h2"])
        .build()
        .unwrap();
    assert!(tls.config().unwrap().client_auth_cert_resolver.has_certs());
    let proxy = tls.for_proxy();
    assert!(!proxy.config().unwrap().client_auth_cert_resolver.has_certs());
    let pair = attempt(proxy, "a.test", server).unwrap();
    assert_eq!((pair.server.server_name(), pair.server.alpn_protocol()), (Some("a.test"), None));
}

#[test]
fn a_proxy_is_verified_though_the_target_need_not_be() {
    let (server, _) = acquainted(&VERSIONS);
    let tls = Tls::builder().roots_pem(authority("other").pem()).danger_accept_invalid_certs(true).build().unwrap();
    attempt(&tls, "a.test", server.clone()).unwrap();
    assert!(matches!(refusal(tls.for_proxy(), "a.test", server), TlsError::UnknownIssuer { .. }));
}

#[test]
fn the_lowest_version_holds_for_a_proxy_too() {
    let (server, builder) = acquainted(&[&TLS12]);
    let tls = builder.min_version(TlsVersion::V1_3).build().unwrap();
    assert!(matches!(refusal(tls.for_proxy(), "a.test", server), TlsError::NoSharedVersion { .. }));
}

#[test]
fn all_clones_resume_the_sessions_of_a_proxy() {
    let (server, builder) = acquainted(&VERSIONS);
    let tls = builder.build().unwrap();
    assert_eq!(tls.for_proxy(), tls.clone().for_proxy());
    assert_ne!(*tls.for_proxy(), tls);
    attempt(tls.for_proxy(), "a.test", server).unwrap();
    assert_eq!((tls.for_proxy().handshakes().full, tls.handshakes().full), (1, 0));
}
