//! Which certificates are taken, and what is wrong with the others.

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, PublicKeyData as _, date_time_ymd};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use sha2::{Digest as _, Sha256};

use super::*;

fn trusting(ca: &Authority) -> Tls {
    Tls::builder().roots_pem(ca.pem()).build().unwrap()
}

/// An authority that the root vouches for.
fn intermediate(root: &Authority) -> Authority {
    CertifiedIssuer::signed_by(ca_params("between"), KeyPair::generate().unwrap(), root).unwrap()
}

/// A certificate of `a.test` by an intermediate that `root` vouches for.
fn chained(root: &Authority) -> (Authority, Papers) {
    let between = intermediate(root);
    let mut papers = papers(&between, &["a.test"]);
    papers.chain.push(between.der().clone());
    (between, papers)
}

fn digest(key: &KeyPair) -> [u8; 32] {
    Sha256::digest(key.subject_public_key_info()).into()
}

#[test]
fn a_name_an_address_and_a_wildcard_are_verified() {
    let ca = authority("ours");
    for version in VERSIONS {
        let papers = papers(&ca, &["a.test", "*.b.test", "127.0.0.1", "::1"]);
        for host in ["a.test", "A.TEST", "a.test.", "x.b.test", "127.0.0.1", "[::1]"] {
            attempt(&trusting(&ca), host, server_config(&papers, &[version])).unwrap();
        }
    }
}

#[test]
fn a_chain_leads_to_the_root() {
    let root = authority("root");
    let (_, mut papers) = chained(&root);
    attempt(&trusting(&root), "a.test", server_config(&papers, &VERSIONS)).unwrap();

    papers.chain.pop();
    let error = refusal(&trusting(&root), "a.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::UnknownIssuer { .. }), "{error:?}");
}

#[test]
fn an_expired_certificate_is_refused() {
    let ca = authority("ours");
    let papers = papers_with(&ca, &["a.test"], |params| params.not_after = date_time_ymd(2000, 1, 1));
    for version in VERSIONS {
        let error = refusal(&trusting(&ca), "a.test", server_config(&papers, &[version]));
        let TlsError::Expired { not_after: Some(end), .. } = &error else { panic!("{error:?}") };
        assert_eq!(*end, SystemTime::UNIX_EPOCH + Duration::from_secs(946_684_800));
        assert_eq!(error.to_string(), "the certificate has expired");
        assert!(error.source().unwrap().is::<rustls::Error>());
    }
}

#[test]
fn a_certificate_of_the_future_is_refused() {
    let ca = authority("ours");
    let papers = papers_with(&ca, &["a.test"], |params| params.not_before = date_time_ymd(3000, 1, 1));
    let error = refusal(&trusting(&ca), "a.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::NotValidYet { not_before: Some(_), .. }), "{error:?}");
}

#[test]
fn a_certificate_of_another_host_is_refused() {
    let ca = authority("ours");
    let papers = papers(&ca, &["b.test", "*.c.test", "127.0.0.1"]);
    for (host, version) in [("a.test", &TLS12), ("a.test", &TLS13), ("127.0.0.2", &TLS13)] {
        let error = refusal(&trusting(&ca), host, server_config(&papers, &[version]));
        assert!(matches!(error, TlsError::WrongHost { .. }), "{error:?}");
        let said = format!("the certificate is not valid for {host} (it names b.test, *.c.test, 127.0.0.1)");
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn an_unknown_issuer_is_refused() {
    let papers = papers(&authority("theirs"), &["a.test"]);
    for version in VERSIONS {
        let error = refusal(&trusting(&authority("ours")), "a.test", server_config(&papers, &[version]));
        assert!(matches!(error, TlsError::UnknownIssuer { .. }), "{error:?}");
    }
}

#[test]
fn an_issuer_of_the_same_name_is_not_the_same() {
    let papers = papers(&authority("ours"), &["a.test"]);
    let error = refusal(&trusting(&authority("ours")), "a.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::BadSignature { .. }), "{error:?}");
}

/// An authority that serves `a.test` itself, as `openssl req -x509` makes them.
fn serving_authority(change: impl FnOnce(&mut CertificateParams)) -> (Authority, Papers) {
    let mut params = CertificateParams::new(["a.test".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::try_from(ca.key().serialize_der()).unwrap();
    let papers = Papers { chain: vec![ca.der().clone()], key };
    (ca, papers)
}

#[test]
fn an_authority_is_not_a_server() {
    let (_, papers) = serving_authority(|_| {});
    let error = refusal(&trusting(&authority("ours")), "a.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::Authority { .. }), "{error:?}");
}

#[test]
fn an_authority_that_was_given_may_be_a_server() {
    let (ca, papers) = serving_authority(|_| {});
    attempt(&trusting(&ca), "a.test", server_config(&papers, &VERSIONS)).unwrap();
    let error = refusal(&trusting(&ca), "b.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::WrongHost { .. }), "{error:?}");

    let pinned = |pin| Tls::builder().roots_pem(ca.pem()).pin_sha256(pin).build().unwrap();
    attempt(&pinned(digest(ca.key())), "a.test", server_config(&papers, &VERSIONS)).unwrap();
    let error = refusal(&pinned([0; 32]), "a.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::Pin { .. }), "{error:?}");
}

#[test]
fn an_authority_that_was_given_expires_nevertheless() {
    let (ca, papers) = serving_authority(|params| params.not_after = date_time_ymd(2000, 1, 1));
    let error = refusal(&trusting(&ca), "a.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::Expired { .. }), "{error:?}");
}

#[test]
fn a_certificate_that_signs_itself_can_be_given() {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["a.test".to_owned()]).unwrap().self_signed(&key).unwrap();
    let papers = Papers { chain: vec![certificate.der().clone()], key };
    let tls = Tls::builder().roots_pem(certificate.pem()).build().unwrap();
    attempt(&tls, "a.test", server_config(&papers, &VERSIONS)).unwrap();
    let error = refusal(&trusting(&authority("ours")), "a.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::UnknownIssuer { .. }), "{error:?}");
}

#[test]
fn a_certificate_for_clients_is_refused() {
    let ca = authority("ours");
    let papers = papers_with(&ca, &["a.test"], |params| {
        params.insert_extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth);
    });
    let error = refusal(&trusting(&ca), "a.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::Certificate { .. }), "{error:?}");
}

#[test]
fn a_refused_server_is_told_why() {
    let papers = papers(&authority("theirs"), &["a.test"]);
    let config = Arc::new(server_config(&papers, &VERSIONS));
    let mut pair = Pair::new(&trusting(&authority("ours")), "a.test", &config);
    pair.shake().unwrap_err();
    let told = pair.deliver().unwrap_err();
    assert_eq!(told, rustls::Error::AlertReceived(rustls::AlertDescription::UnknownCA));
}

#[test]
fn the_name_that_is_verified_can_be_another() {
    let ca = authority("ours");
    let papers = papers(&ca, &["b.test", "127.0.0.1"]);
    for name in ["b.test", "b.test.", "127.0.0.1"] {
        let tls = Tls::builder().roots_pem(ca.pem()).server_name(name).build().unwrap();
        let pair = attempt(&tls, "a.test", server_config(&papers, &VERSIONS)).unwrap();
        assert_eq!(pair.server.server_name(), (name != "127.0.0.1").then_some("b.test"));
    }
}

#[test]
fn a_host_that_cannot_be_a_name_is_an_error() {
    for host in ["", "a..test", "a test", &"a".repeat(300)] {
        let error = Layer::new(&Tls::builder().roots_pem(authority("ours").pem()).build().unwrap(), &Host::from(host));
        assert!(matches!(error.err(), Some(TlsError::Name { .. })), "{host}");
    }
}

#[test]
fn everyone_is_taken_where_that_was_asked_for() {
    let ca = authority("theirs");
    let papers = papers_with(&ca, &["b.test"], |params| params.not_after = date_time_ymd(2000, 1, 1));
    let tls = Tls::builder().danger_accept_invalid_certs(true).build().unwrap();
    for version in VERSIONS {
        attempt(&tls, "a.test", server_config(&papers, &[version])).unwrap();
    }
}

#[test]
fn even_then_the_key_has_to_be_the_certificates() {
    let ca = authority("ours");
    let (shown, had) = (papers(&ca, &["a.test"]), papers(&ca, &["a.test"]));
    for version in VERSIONS {
        let key = provider().key_provider.load_private_key(private_key(&had)).unwrap();
        let stolen = SingleCertAndKey::from(CertifiedKey::new(shown.chain.clone(), key));
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(stolen));
        let tls = Tls::builder().danger_accept_invalid_certs(true).build().unwrap();
        let error = refusal(&tls, "a.test", config);
        assert!(matches!(error, TlsError::BadSignature { .. }), "{error:?}");
    }
}

#[test]
fn a_pinned_key_is_taken_and_no_other() {
    let root = authority("root");
    let (between, papers) = chained(&root);
    let builder = || Tls::builder().roots_pem(root.pem()).pin_sha256([0; 32]);

    for pin in [digest(&papers.key), digest(between.key())] {
        let tls = builder().pin_sha256(pin).build().unwrap();
        attempt(&tls, "a.test", server_config(&papers, &VERSIONS)).unwrap();
    }
    for tls in [builder(), builder().pin_sha256(digest(root.key()))] {
        let error = refusal(&tls.build().unwrap(), "a.test", server_config(&papers, &VERSIONS));
        assert!(matches!(error, TlsError::Pin { .. }), "{error:?}");
    }
}

#[test]
fn a_pinned_certificate_that_vouches_for_nothing_does_not_count() {
    let root = authority("root");
    let (_, mut papers) = chained(&root);
    let pinned = intermediate(&root);
    papers.chain.push(pinned.der().clone());
    let tls = Tls::builder().roots_pem(root.pem()).pin_sha256(digest(pinned.key())).build().unwrap();
    let error = refusal(&tls, "a.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::Pin { .. }), "{error:?}");
}

#[test]
fn a_pin_does_not_stand_in_for_verification() {
    let papers = papers(&authority("theirs"), &["a.test"]);
    let tls = Tls::builder().roots_pem(authority("ours").pem()).pin_sha256(digest(&papers.key)).build().unwrap();
    let error = refusal(&tls, "a.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::UnknownIssuer { .. }), "{error:?}");
}

#[test]
fn without_verification_the_servers_own_pin_decides() {
    let root = authority("root");
    let (between, papers) = chained(&root);
    let pinned = |key| Tls::builder().danger_accept_invalid_certs(true).pin_sha256(digest(key)).build().unwrap();

    attempt(&pinned(&papers.key), "b.test", server_config(&papers, &VERSIONS)).unwrap();
    let error = refusal(&pinned(between.key()), "b.test", server_config(&papers, &VERSIONS));
    assert!(matches!(error, TlsError::Pin { .. }), "{error:?}");
}
