//! From the transport's errors to the engine's.

use std::io;

use sortie_engine::{LinkError, LinkFault, Phase};
use sortie_transport::{Error, OpenPhase, TlsError};

/// What of a link failed.
pub(crate) fn fault_of(error: &Error) -> LinkFault {
    match error {
        Error::Resolve { .. } => LinkFault::Resolve,
        Error::Write { .. } => LinkFault::Write,
        error if error.is_exhausted() => LinkFault::Exhausted,
        Error::Refused { .. } => LinkFault::Refused,
        Error::Proxy { .. } | Error::Cut { phase: OpenPhase::Proxying, .. } => LinkFault::Proxy,
        Error::Tls { .. } | Error::Cut { phase: OpenPhase::Securing, .. } => LinkFault::Tls,
        _ => LinkFault::Connect,
    }
}

/// Why an open link is closed that cannot be read or written.
pub(crate) fn closed_by(error: io::Error, otherwise: LinkFault) -> LinkError {
    let is_of_tls = error.get_ref().is_some_and(|inner| inner.is::<TlsError>());
    let kind = match error.kind() {
        io::ErrorKind::UnexpectedEof => LinkFault::Unclean,
        _ if is_of_tls => LinkFault::Tls,
        _ => otherwise,
    };
    LinkError { kind, source: Box::new(error) }
}

/// The engine's name of a phase.
pub(crate) fn phase_of(phase: OpenPhase) -> Phase {
    match phase {
        OpenPhase::Resolving => Phase::Resolve,
        OpenPhase::Proxying => Phase::Proxy,
        OpenPhase::Securing => Phase::Tls,
        _ => Phase::Connect,
    }
}
