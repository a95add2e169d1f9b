//! Whether a peer is whom we mean.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest as _, Sha256};
use webpki::{Cert, EndEntityCert, KeyUsage};

use super::{TlsError, provider};

/// Verifies certificates by roots, by pins, or by both. A peer's signature on the handshake is verified in any case.
#[derive(Debug)]
pub(super) struct Verifier {
    trust: Trust,
    /// The SHA-256 of each key that will do. Empty: any.
    pins: Box<[[u8; 32]]>,
    algorithms: WebPkiSupportedAlgorithms,
}

/// Whom to trust.
#[derive(Debug)]
enum Trust {
    /// Whom these roots vouch for.
    Roots {
        roots: Arc<RootCertStore>,
        verifier: Arc<WebPkiServerVerifier>,
        /// The roots that may be a server's own certificate.
        given: Box<[CertificateDer<'static>]>,
    },
    /// Whoever has the key of the certificate that is shown.
    Anyone,
}

impl Verifier {
    /// Trusts whom `roots` vouch for, and those of them that were `given`. Fails if there are no roots.
    pub(super) fn of_roots(
        roots: Arc<RootCertStore>,
        given: &[CertificateDer<'static>],
        pins: &[[u8; 32]],
    ) -> Result<Self, TlsError> {
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), provider())
            .build()
            .map_err(|source| TlsError::NoRoots { source: Some(source.into()) })?;
        Ok(Self::new(Trust::Roots { roots, verifier, given: given.into() }, pins))
    }

    /// Trusts anyone, or anyone with a pinned key.
    pub(super) fn of_anyone(pins: &[[u8; 32]]) -> Self {
        Self::new(Trust::Anyone, pins)
    }

    fn new(trust: Trust, pins: &[[u8; 32]]) -> Self {
        Self { trust, pins: pins.into(), algorithms: provider().signature_verification_algorithms }
    }

    /// Whether `certificate` has a pinned key.
    fn is_pinned(&self, certificate: &Cert<'_>) -> bool {
        let digest: [u8; 32] = Sha256::digest(certificate.subject_public_key_info()).into();
        self.pins.contains(&digest)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Trust::Roots { verifier, given, .. } = &self.trust {
            match verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
                // It is trusted as it is. That it is valid now was verified before it was found to be an authority's.
                Err(error) if is_authority(&error) && given.iter().any(|root| root == end_entity) => {
                    verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                }
                Err(error) => return Err(error),
                Ok(_) => {}
            }
        }
        if self.pins.is_empty() {
            return Ok(ServerCertVerified::assertion());
        }
        let leaf = EndEntityCert::try_from(end_entity).map_err(|_| CertificateError::BadEncoding)?;
        let pinned = self.is_pinned(&leaf)
            || match &self.trust {
                // Only what leads from the leaf to a root counts: anyone can add a certificate of someone else's to
                // what it shows.
                Trust::Roots { roots, .. } => leaf
                    .verify_for_usage(
                        self.algorithms.all,
                        &roots.roots,
                        intermediates,
                        now,
                        KeyUsage::server_auth(),
                        None,
                        Some(&|path| match path.intermediate_certificates().any(|issuer| self.is_pinned(issuer)) {
                            true => Ok(()),
                            false => Err(webpki::Error::UnknownIssuer),
                        }),
                    )
                    .is_ok(),
                Trust::Anyone => false,
            };
        match pinned {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Whether a certificate was refused because it is an authority's.
pub(super) fn is_authority(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else { return false };
    matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}
