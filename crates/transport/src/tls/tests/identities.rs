//! Our certificate, shown to servers that ask for one.

use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;

use super::*;

/// A server that asks for a certificate by `ca`, and one who trusts it.
fn demanding(ca: &Authority, versions: &[&'static SupportedProtocolVersion]) -> (ServerConfig, TlsBuilder) {
    let papers = papers(ca, &["a.test"]);
    let mut roots = RootCertStore::empty();
    roots.add(ca.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider()).build().unwrap();
    let config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(papers.chain.clone(), private_key(&papers))
        .unwrap();
    (config, Tls::builder().roots_pem(ca.pem()))
}

#[test]
fn a_server_that_asks_is_shown_our_certificate() {
    let ca = authority("ours");
    let (key, params) = (KeyPair::generate().unwrap(), CertificateParams::new(["me.test".to_owned()]).unwrap());
    let certificate = params.signed_by(&key, &ca).unwrap();
    let pem = format!("{}{}", key.serialize_pem(), certificate.pem());
    for version in VERSIONS {
        let (server, builder) = demanding(&ca, &[version]);
        let pair = attempt(&builder.identity_pem(pem.as_str()).build().unwrap(), "a.test", server).unwrap();
        assert_eq!(pair.server.peer_certificates().unwrap(), [certificate.der().clone()]);
    }
}

#[test]
fn a_server_that_asks_in_vain_refuses() {
    let ca = authority("ours");
    for (version, code) in [(&TLS12, 40..=116), (&TLS13, 116..=116)] {
        let (server, builder) = demanding(&ca, &[version]);
        let mut pair = Pair::new(&builder.build().unwrap(), "a.test", &Arc::new(server));
        let error = pair.shake().unwrap_err();
        let TlsError::Alert { code: told, .. } = &error else { panic!("{error:?}") };
        assert!(code.contains(told), "{told}");
        assert_eq!(pair.layer.is_handshaking(), version.version == TLS12.version, "1.3 says so afterwards");
    }
}

#[test]
fn a_server_that_does_not_know_us_refuses() {
    let (ca, other) = (authority("ours"), authority("theirs"));
    let me = papers(&other, &["me.test"]);
    let mut pem = me.key.serialize_pem();
    pem.push_str(&other.pem()); // its key is another
    let (_, builder) = demanding(&ca, &VERSIONS);
    assert!(matches!(builder.identity_pem(pem).build(), Err(TlsError::KeyMismatch { .. })));

    let (server, builder) = demanding(&ca, &VERSIONS);
    let key = KeyPair::generate().unwrap();
    let unknown = CertificateParams::default().signed_by(&key, &other).unwrap();
    let tls = builder.identity_pem(unknown.pem() + &key.serialize_pem()).build().unwrap();
    let error = refusal(&tls, "a.test", server);
    assert!(matches!(&error, TlsError::Alert { name, .. } if &**name == "unknown_ca"), "{error:?}");
}
