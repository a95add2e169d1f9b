//! What the environment decides. Each test runs once more in a process of its own, with variables of its own.
#![expect(clippy::disallowed_methods, reason = "the process is the test's own")]

use std::error::Error as _;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use super::*;

/// Tells a test that it runs in a process of its own, and what to do there.
const ROLE: &str = "SORTIE_TEST_ROLE";

fn role() -> Option<String> {
    env::var(ROLE).ok()
}

/// Runs `test` in a process of its own, with `variable` set to `path`.
fn again(test: &str, role: &str, variable: &str, path: &PathBuf) {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("tls::tests::environment::{test}")])
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR")
        .env_remove("SSLKEYLOGFILE")
        .env(ROLE, role)
        .env(variable, path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{role}: {said}");
}

fn scratch(name: &str) -> PathBuf {
    env::temp_dir().join(format!("sortie-{}-{name}", std::process::id()))
}

#[test]
fn secrets_are_written_on_request_only() {
    if let Some(role) = role() {
        let (server, builder) = acquainted(&[&TLS13]);
        attempt(&builder.key_log(role == "write").build().unwrap(), "a.test", server).unwrap();
        return;
    }
    let path = scratch("keys");
    again("secrets_are_written_on_request_only", "keep", "SSLKEYLOGFILE", &path);
    assert!(!path.exists());
    again("secrets_are_written_on_request_only", "write", "SSLKEYLOGFILE", &path);
    let written = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(written.contains("CLIENT_TRAFFIC_SECRET_0 "), "{written}");
}

#[test]
fn the_systems_roots_are_those_that_the_environment_names() {
    if role().is_some() {
        let (ca, other) = (authority("system"), authority("own"));
        let path = PathBuf::from(env::var_os("SSL_CERT_FILE").unwrap());
        let server = |ca: &Authority| server_config(&papers(ca, &["a.test"]), &VERSIONS);

        let error = Layer::new(&Tls::default(), &Host::from("a.test")).err().unwrap();
        assert!(matches!(error, TlsError::NoRoots { .. }), "{error:?}");
        assert!(error.source().unwrap().to_string().contains(&*path.to_string_lossy()));

        // Roots of one's own do without the system's.
        let beside = Tls::builder().add_roots_pem(other.pem()).build().unwrap();
        attempt(&beside, "a.test", server(&other)).unwrap();

        // A failure is not for good, and one bad root does not spoil the others.
        fs::write(&path, "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n".to_owned() + &ca.pem())
            .unwrap();
        attempt(&Tls::default(), "a.test", server(&ca)).unwrap();

        // Loaded once: that it is gone now is not seen.
        fs::remove_file(&path).unwrap();
        attempt(&Tls::default(), "a.test", server(&ca)).unwrap();
        assert!(matches!(refusal(&Tls::default(), "a.test", server(&other)), TlsError::UnknownIssuer { .. }));

        let beside = Tls::builder().add_roots_pem(other.pem()).build().unwrap();
        attempt(&beside, "a.test", server(&ca)).unwrap();
        attempt(&beside, "a.test", server(&other)).unwrap();
        let instead = Tls::builder().roots_pem(other.pem()).build().unwrap();
        attempt(&instead, "a.test", server(&other)).unwrap();
        assert!(matches!(refusal(&instead, "a.test", server(&ca)), TlsError::UnknownIssuer { .. }));
        return;
    }
    let path = scratch("roots");
    again("the_systems_roots_are_those_that_the_environment_names", "load", "SSL_CERT_FILE", &path);
}
