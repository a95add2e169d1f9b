//! Why a link could not be secured.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use std::{error, fmt, io};

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};

use super::verifier::is_authority;

/// What another crate says about it.
type Source = Box<dyn error::Error + Send + Sync>;

/// Why a [`Tls`](super::Tls) could not be built, or a link could not be secured: which check failed.
///
/// The `origin` of PEM is the file's path, or the name of the builder's method that it was given by.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// A file could not be read.
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What should be PEM is not.
    Pem {
        /// Where it was looked for.
        origin: Box<str>,
        /// What is wrong with it.
        source: Source,
    },
    /// There is no certificate where one should be.
    NoCertificate {
        /// Where it was looked for.
        origin: Box<str>,
    },
    /// A certificate cannot be used as a root.
    Root {
        /// Where it was looked for.
        origin: Box<str>,
        /// What rustls said.
        source: Source,
    },
    /// There is nobody to trust. The source, if there is one, is the first thing that went wrong with the system's
    /// roots.
    NoRoots {
        /// What went wrong first with the system's.
        source: Option<Source>,
    },
    /// There is no private key where one should be, or none of a known kind.
    NoKey {
        /// Where it was looked for.
        origin: Box<str>,
    },
    /// A private key is encrypted. Decrypt it first.
    EncryptedKey {
        /// Where it was looked for.
        origin: Box<str>,
    },
    /// A private key and a certificate do not belong together.
    KeyMismatch {
        /// Where the certificate is from.
        chain: Box<str>,
        /// Where the key is from.
        key: Box<str>,
        /// What rustls said.
        source: Source,
    },
    /// A private key or its certificate cannot be used.
    Identity {
        /// Where the certificate is from.
        chain: Box<str>,
        /// Where the key is from.
        key: Box<str>,
        /// What rustls said.
        source: Source,
    },
    /// A protocol to offer is empty, or longer than 255 bytes.
    Alpn {
        /// How many bytes it has.
        length: usize,
    },
    /// A host cannot be a server's name.
    Name {
        /// The host.
        name: Box<str>,
        /// What is wrong with it.
        source: Source,
    },

    /// The certificate is no longer valid.
    Expired {
        /// Until when it was valid, where that is known.
        not_after: Option<SystemTime>,
        /// What rustls said.
        source: Source,
    },
    /// The certificate is not valid yet, or our clock is behind.
    NotValidYet {
        /// From when on it is valid, where that is known.
        not_before: Option<SystemTime>,
        /// What rustls said.
        source: Source,
    },
    /// The certificate is of another host.
    WrongHost {
        /// The host that was meant.
        expected: Box<str>,
        /// The hosts that the certificate names, with control characters escaped.
        presented: Vec<Box<str>>,
        /// What rustls said.
        source: Source,
    },
    /// No root vouches for the certificate.
    UnknownIssuer {
        /// What rustls said.
        source: Source,
    },
    /// A signature, on a certificate or on the handshake, is not by whom it should be.
    BadSignature {
        /// What rustls said.
        source: Source,
    },
    /// The certificate is that of an authority. It could vouch for a server's, but cannot be one.
    Authority {
        /// What rustls said.
        source: Source,
    },
    /// The certificate cannot be used for another reason.
    Certificate {
        /// What rustls said.
        source: Source,
    },
    /// The certificate is good, but no key that leads to it is pinned.
    Pin {
        /// What rustls said.
        source: Source,
    },
    /// There is no version of TLS that both sides speak.
    NoSharedVersion {
        /// What rustls said.
        source: Source,
    },
    /// The peer can do nothing that we ask for: no cipher suite or group in common.
    Incompatible {
        /// What rustls said.
        source: Source,
    },
    /// The peer refused, or gave up, with an alert (RFC 8446, section 6).
    Alert {
        /// Its number.
        code: u8,
        /// Its name, `certificate_required`; its number if it has none.
        name: Box<str>,
        /// What rustls said.
        source: Source,
    },
    /// What came is not TLS. Perhaps a server of plain HTTP.
    NotTls {
        /// What rustls said.
        source: Source,
    },
    /// The peer broke the rules, or someone changed what it sent.
    Protocol {
        /// What rustls said.
        source: Source,
    },
    /// The stream below ended, and the peer did not say that it would: content may be missing.
    Truncated,
    /// Anything else: no random numbers, no clock.
    Other {
        /// What rustls said.
        source: Source,
    },
}

impl TlsError {
    /// What rustls calls `error`, in our words.
    pub(super) fn of(error: rustls::Error) -> Self {
        use rustls::Error as E;
        match error {
            _ if is_authority(&error) => Self::Authority { source: error.into() },
            E::InvalidCertificate(error) => Self::of_certificate(error),
            E::AlertReceived(alert) => Self::of_alert(alert, error.into()),
            E::InvalidMessage(InvalidMessage::InvalidContentType) => Self::NotTls { source: error.into() },
            E::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ) => Self::NoSharedVersion { source: error.into() },
            E::PeerIncompatible(_) => Self::Incompatible { source: error.into() },
            E::InappropriateMessage { .. }
            | E::InappropriateHandshakeMessage { .. }
            | E::InvalidMessage(_)
            | E::NoCertificatesPresented
            | E::DecryptError
            | E::PeerMisbehaved(_)
            | E::PeerSentOversizedRecord => Self::Protocol { source: error.into() },
            _ => Self::Other { source: error.into() },
        }
    }

    fn of_certificate(error: CertificateError) -> Self {
        use CertificateError as C;
        let source = rustls::Error::from(error.clone()).into();
        match error {
            C::Expired => Self::Expired { not_after: None, source },
            C::ExpiredContext { not_after, .. } => Self::Expired { not_after: moment(not_after), source },
            C::NotValidYet => Self::NotValidYet { not_before: None, source },
            C::NotValidYetContext { not_before, .. } => Self::NotValidYet { not_before: moment(not_before), source },
            C::NotValidForNameContext { expected, presented } => Self::WrongHost {
                expected: expected.to_str().into(),
                presented: presented.iter().map(|name| presented_name(name)).collect(),
                source,
            },
            C::UnknownIssuer => Self::UnknownIssuer { source },
            C::BadSignature => Self::BadSignature { source },
            C::ApplicationVerificationFailure => Self::Pin { source }, // our verifier says so, and no other
            _ => Self::Certificate { source },
        }
    }

    fn of_alert(alert: AlertDescription, source: Source) -> Self {
        match alert {
            AlertDescription::ProtocolVersion => Self::NoSharedVersion { source },
            _ => Self::Alert { code: alert.into(), name: alert_name(alert), source },
        }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, .. } => write!(f, "cannot read {}", path.display()),
            Self::Pem { origin, .. } => write!(f, "{origin} is not PEM"),
            Self::NoCertificate { origin } => write!(f, "there is no certificate in {origin}"),
            Self::Root { origin, .. } => write!(f, "a certificate in {origin} cannot be a root"),
            Self::NoRoots { .. } => f.write_str("there are no root certificates to trust"),
            Self::NoKey { origin } => write!(f, "there is no private key in {origin}"),
            Self::EncryptedKey { origin } => write!(f, "the private key in {origin} is encrypted"),
            Self::KeyMismatch { chain, key, .. } => {
                write!(f, "the private key in {key} is not that of the certificate in {chain}")
            }
            Self::Identity { chain, key, .. } => {
                write!(f, "the certificate in {chain} cannot be used with the private key in {key}")
            }
            Self::Alpn { length } => write!(f, "a protocol to offer has {length} bytes, not 1 to 255"),
            Self::Name { name, .. } => write!(f, "{name} cannot be a server's name"),
            Self::Expired { .. } => f.write_str("the certificate has expired"),
            Self::NotValidYet { .. } => f.write_str("the certificate is not valid yet"),
            Self::WrongHost { expected, presented, .. } => {
                write!(f, "the certificate is not valid for {expected} (it names ")?;
                match presented.as_slice() {
                    [] => f.write_str("nobody)"),
                    names => write!(f, "{})", names.join(", ")),
                }
            }
            Self::UnknownIssuer { .. } => f.write_str("the certificate's issuer is unknown"),
            Self::BadSignature { .. } => f.write_str("a signature of the peer's or of its certificate's is wrong"),
            Self::Authority { .. } => f.write_str("the certificate is an authority's, not a server's"),
            Self::Certificate { .. } => f.write_str("the certificate cannot be used"),
            Self::Pin { .. } => f.write_str("the certificate's key is not among the pinned ones"),
            Self::NoSharedVersion { .. } => f.write_str("the peer speaks no version of TLS that is allowed"),
            Self::Incompatible { .. } => f.write_str("the peer has no cipher in common with us"),
            Self::Alert { name, .. } => write!(f, "the peer refused to go on: alert {name}"),
            Self::NotTls { .. } => f.write_str("the peer does not speak TLS"),
            Self::Protocol { .. } => f.write_str("the peer broke the rules of TLS"),
            Self::Truncated => f.write_str("the stream ended without TLS having been closed"),
            Self::Other { .. } => f.write_str("TLS failed"),
        }
    }
}

impl error::Error for TlsError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            Self::NoRoots { source } => source.as_ref().map(|source| &**source as _),
            Self::Pem { source, .. }
            | Self::Root { source, .. }
            | Self::KeyMismatch { source, .. }
            | Self::Identity { source, .. }
            | Self::Name { source, .. }
            | Self::Expired { source, .. }
            | Self::NotValidYet { source, .. }
            | Self::WrongHost { source, .. }
            | Self::UnknownIssuer { source }
            | Self::BadSignature { source }
            | Self::Authority { source }
            | Self::Certificate { source }
            | Self::Pin { source }
            | Self::NoSharedVersion { source }
            | Self::Incompatible { source }
            | Self::Alert { source, .. }
            | Self::NotTls { source }
            | Self::Protocol { source }
            | Self::Other { source } => Some(&**source),
            Self::NoCertificate { .. }
            | Self::NoKey { .. }
            | Self::EncryptedKey { .. }
            | Self::Alpn { .. }
            | Self::Truncated => None,
        }
    }
}

/// `None`: this system cannot tell a time so far away.
fn moment(time: UnixTime) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs()))
}

/// The name in what rustls makes of one (`DnsName("a.test")`, `IpAddress(127.0.0.1)`), harmless to show.
fn presented_name(shown: &str) -> Box<str> {
    let quoted = || shown.strip_prefix("DnsName(\"")?.strip_suffix("\")");
    let plain = || shown.strip_prefix("IpAddress(")?.strip_suffix(')');
    quoted().or_else(plain).unwrap_or(shown).escape_debug().to_string().into()
}

/// The name that RFC 8446 gives it, out of that which rustls gives it: `unknown_ca` of `UnknownCA`.
fn alert_name(alert: AlertDescription) -> Box<str> {
    let AlertDescription::Unknown(code) = alert else {
        let shown = format!("{alert:?}");
        let mut name = String::with_capacity(shown.len() + 4);
        for (index, letter) in shown.char_indices() {
            let lower_before = shown[..index].ends_with(char::is_lowercase);
            let lower_behind = index > 0 && shown[index + 1..].starts_with(char::is_lowercase);
            if letter.is_uppercase() && (lower_before || lower_behind) {
                name.push('_');
            }
            name.push(letter.to_ascii_lowercase());
        }
        return name.into();
    };
    code.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_have_the_names_of_the_rfc() {
        let name = |code: u8| alert_name(code.into());
        assert_eq!(&*name(116), "certificate_required");
        assert_eq!(&*name(48), "unknown_ca");
        assert_eq!(&*name(20), "bad_record_mac");
        assert_eq!(&*name(115), "unknown_psk_identity");
        assert_eq!(&*name(199), "199");
    }

    #[test]
    fn a_name_in_a_certificate_cannot_write_into_a_log() {
        assert_eq!(&*presented_name("DnsName(\"*.b.test\")"), "*.b.test");
        assert_eq!(&*presented_name("IpAddress(::1)"), "::1");
        assert_eq!(&*presented_name("DnsName(\"a\n\u{1b}[31m\")"), "a\\n\\u{1b}[31m");
        assert_eq!(&*presented_name("DirectoryName"), "DirectoryName");
    }
}
