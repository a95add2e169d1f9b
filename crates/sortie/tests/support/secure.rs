//! An authority that is made for the test, and who trusts it.

use std::sync::LazyLock;

use sortie::{Tls, TlsBuilder};
use sortie_testserver::{Authority, TlsOptions};

pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new().unwrap());

/// A server that the authority vouches for, by each name of the tests.
pub(crate) fn options() -> TlsOptions {
    TlsOptions::new(AUTHORITY.certificate(&["127.0.0.1", "localhost", "a.test", "b.test"]).unwrap())
}

/// Trusts the authority, and nobody else.
pub(crate) fn trusting() -> TlsBuilder {
    Tls::builder().roots_pem(AUTHORITY.pem())
}
