//! What a `Tls` can be built from, and what is wrong with the rest.
#![cfg(any(feature = "tls", feature = "ring"))]
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::error::Error as _;
use std::path::PathBuf;
use std::{env, fs, process};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256};
use sortie_transport::{Tls, TlsError};

const GARBAGE: &str = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";

/// A file that lives as long as its test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = env::temp_dir().join(format!("sortie-{}-{name}", process::id()));
        fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = fs::remove_file(&self.0);
    }
}

fn certificate(key: &KeyPair) -> String {
    CertificateParams::new(["me.test".to_owned()]).unwrap().self_signed(key).unwrap().pem()
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(der))
}

/// The first element of `der`: its content, and what is behind it.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let (length, start) = match der[1] {
        short @ 0..=127 => (usize::from(short), 2),
        long => {
            let count = usize::from(long & 127);
            (der[2..2 + count].iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), 2 + count)
        }
    };
    (&der[start..start + length], &der[start + length..])
}

/// The key inside a PKCS#8 key: a PKCS#1 or a SEC1 one (RFC 5958, section 2).
fn inside(pkcs8: &[u8]) -> &[u8] {
    let (_version, rest) = element(element(pkcs8).0);
    let (_algorithm, rest) = element(rest);
    element(rest).0
}

#[test]
fn a_key_may_be_pkcs8_pkcs1_or_sec1() {
    for (algorithm, label) in [
        (&PKCS_RSA_SHA256, "RSA PRIVATE KEY"),
        (&PKCS_ECDSA_P256_SHA256, "EC PRIVATE KEY"),
        (&PKCS_ECDSA_P384_SHA384, "EC PRIVATE KEY"),
    ] {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let certificate = certificate(&key);
        for key in [key.serialize_pem(), pem(label, inside(key.serialized_der()))] {
            Tls::builder().identity_pem(key.clone() + &certificate).build().unwrap();
            Tls::builder().identity_pem(certificate.clone() + &key).build().unwrap();
        }
    }
}

#[test]
fn a_certificate_and_its_key_may_be_in_two_files() {
    let key = KeyPair::generate().unwrap();
    let (chain, secret) = (Scratch::new("chain", certificate(&key)), Scratch::new("key", key.serialize_pem()));
    Tls::builder().identity_files(&chain.0, &secret.0).build().unwrap();

    let error = Tls::builder().identity_files(&secret.0, &secret.0).build().unwrap_err();
    assert_eq!(error.to_string(), format!("there is no certificate in {}", secret.0.display()));
    let error = Tls::builder().identity_files(&chain.0, &chain.0).build().unwrap_err();
    assert_eq!(error.to_string(), format!("there is no private key in {}", chain.0.display()));
}

#[test]
fn files_that_were_loaded_may_go() {
    let key = KeyPair::generate().unwrap();
    let (chain, secret) =
        (Scratch::new("gone-chain", certificate(&key)), Scratch::new("gone-key", key.serialize_pem()));
    let wrong = Scratch::new("gone-wrong", "nothing\n");
    let path = wrong.0.display().to_string();
    let builder = Tls::builder().roots_file(&chain.0).identity_files(&chain.0, &secret.0).load_files().unwrap();
    let unfit = builder.clone().add_roots_file(&wrong.0).load_files().unwrap();
    drop((chain, secret, wrong));
    builder.clone().build().unwrap();
    assert_eq!(unfit.build().unwrap_err().to_string(), format!("there is no certificate in {path}"));
    let error = builder.add_roots_file(&path).load_files().unwrap_err();
    assert!(matches!(error, TlsError::Read { .. }), "{error:?}");
}

#[test]
fn an_encrypted_key_is_called_so() {
    let certificate = certificate(&KeyPair::generate().unwrap());
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAQID\n\
               -----END RSA PRIVATE KEY-----\n";
    for key in [old.to_owned(), pem("ENCRYPTED PRIVATE KEY", &[1, 2, 3])] {
        let error = Tls::builder().identity_pem(certificate.clone() + &key).build().unwrap_err();
        assert!(matches!(error, TlsError::EncryptedKey { .. }), "{error:?}");
        assert_eq!(error.to_string(), "the private key in identity_pem is encrypted");
    }
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let [one, other] = [(); 2].map(|()| KeyPair::generate().unwrap());
    let error = Tls::builder().identity_pem(certificate(&one) + &other.serialize_pem()).build().unwrap_err();
    assert!(matches!(error, TlsError::KeyMismatch { .. }), "{error:?}");
    assert!(error.source().is_some());
}

#[test]
fn a_key_that_is_none_is_refused() {
    let certificate = certificate(&KeyPair::generate().unwrap());
    let error = Tls::builder().identity_pem(certificate + &pem("PRIVATE KEY", &[1, 2, 3])).build().unwrap_err();
    assert!(matches!(error, TlsError::Identity { .. }), "{error:?}");
}

#[test]
fn roots_may_be_many_in_many_files() {
    let roots: String = (0..2).map(|_| certificate(&KeyPair::generate().unwrap())).collect();
    let file = Scratch::new("many", format!("a comment\n{roots}"));
    Tls::builder().roots_file(&file.0).add_roots_pem(roots).add_roots_file(&file.0).build().unwrap();
}

#[test]
fn roots_that_cannot_be_used_are_named() {
    let missing = env::temp_dir().join(format!("sortie-{}-missing", process::id()));
    let error = Tls::builder().roots_file(&missing).build().unwrap_err();
    assert!(matches!(error, TlsError::Read { .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("cannot read {}", missing.display()));
    assert!(error.source().unwrap().is::<std::io::Error>());

    let empty = Scratch::new("empty", "nothing\n");
    let error = Tls::builder().add_roots_file(&empty.0).build().unwrap_err();
    assert!(matches!(error, TlsError::NoCertificate { .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("there is no certificate in {}", empty.0.display()));

    let error = Tls::builder().roots_pem(GARBAGE).build().unwrap_err();
    assert!(matches!(error, TlsError::Root { .. }), "{error:?}");
    assert_eq!(error.to_string(), "a certificate in roots_pem cannot be a root");

    let error = Tls::builder().add_roots_pem(GARBAGE.replace("AQID", "*")).build().unwrap_err();
    assert!(matches!(error, TlsError::Pem { .. }), "{error:?}");
    assert_eq!(error.to_string(), "add_roots_pem is not PEM");
}

#[test]
fn nobody_to_trust_is_an_error() {
    let error = Tls::builder().system_roots(false).build().unwrap_err();
    assert!(matches!(error, TlsError::NoRoots { source: None }), "{error:?}");
    Tls::builder().system_roots(false).danger_accept_invalid_certs(true).build().unwrap();
}

#[cfg(feature = "webpki-roots")]
#[test]
fn roots_may_be_compiled_in() {
    Tls::builder().webpki_roots().build().unwrap();
}

#[test]
fn a_server_has_a_name_or_an_address() {
    for name in ["a.test", "a.test.", "127.0.0.1", "::1"] {
        Tls::builder().server_name(name).build().unwrap();
    }
    let error = Tls::builder().server_name("a test").build().unwrap_err();
    assert!(matches!(error, TlsError::Name { .. }), "{error:?}");
    assert_eq!(error.to_string(), "a test cannot be a server's name");
}

#[test]
fn a_protocol_has_1_to_255_bytes() {
    Tls::builder().alpn([vec![b'a'; 255], vec![b'b']]).build().unwrap();
    for length in [0, 256] {
        let error = Tls::builder().alpn([vec![b'a'; length]]).build().unwrap_err();
        assert!(matches!(error, TlsError::Alpn { length: told } if told == length), "{error:?}");
    }
}

#[test]
fn clones_are_equal_and_nothing_else_is() {
    let (one, other) = (Tls::default(), Tls::default());
    assert_eq!(one, one.clone());
    assert_ne!(one, other);
    assert_eq!(HashSet::from([one.clone(), other, one]).len(), 2);
}

#[test]
fn secrets_are_not_shown() {
    let key = KeyPair::generate().unwrap();
    let builder = Tls::builder().identity_pem(certificate(&key) + &key.serialize_pem());
    let secret = format!("{:?}", &key.serialized_der()[..8]);
    let shown = format!("{builder:?} {:?}", builder.clone().build().unwrap());
    assert!(shown.contains("identity_pem"), "{shown}");
    assert!(!shown.contains(secret.trim_matches(['[', ']'])) && !shown.contains("PRIVATE"), "{shown}");
}
