//! What requests that belong to no session are sent with.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::garage::Garage;
use crate::{Session, process};

static SHARED: LazyLock<Mutex<Shared>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Shared {
    /// Made from the settings of this version, when it was first wanted.
    session: Option<(u64, Session)>,
    /// The connections; they outlive a change of the settings.
    garage: Arc<Garage>,
}

/// The session of requests that belong to none, as the settings are now.
pub(crate) fn shared() -> Session {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((version, session)) = &shared.session
        && *version == process::version()
    {
        return session.clone();
    }
    let (version, settings) = process::versioned();
    let session = Session::alone_with(&settings, shared.garage.clone());
    shared.session = Some((version, session.clone()));
    // The sink may ask for this session itself.
    drop(shared);
    Session::tell_faults(&session.profile());
    session
}
