//! Whose certificates a request trusts, for people to read.

#[cfg(any(feature = "tls", feature = "ring"))]
use sortie_policy::Channel;
use sortie_session::{Matter, Profile};
#[cfg(any(feature = "tls", feature = "ring"))]
use sortie_session::{What, Whence};

use crate::connecting::Connecting;

/// Whom TLS trusts for a request that says this of its connection, and who has said so.
#[cfg(any(feature = "tls", feature = "ring"))]
pub(crate) fn roots(profile: &Profile, own: Option<&Connecting>) -> Option<Matter> {
    let session = crate::plan::connector(&profile.channel);
    let (tls, whence) = match own.and_then(Connecting::tls) {
        Some(tls) => (tls, Whence::Request),
        None if session.tls() == crate::plan::connector(&Channel::default()).tls() => (session.tls(), Whence::Default),
        None => (session.tls(), Whence::Session),
    };
    Some(Matter::new(What::Roots, tls.trusted(), whence))
}

#[cfg(not(any(feature = "tls", feature = "ring")))]
pub(crate) fn roots(_: &Profile, _: Option<&Connecting>) -> Option<Matter> {
    None
}
