//! The settings of the process.

use std::sync::{LazyLock, PoisonError, RwLock};

use sortie_session::{Profile, Settings};

static STATE: LazyLock<RwLock<State>> = LazyLock::new(RwLock::default);

#[derive(Default)]
struct State {
    settings: Settings,
    /// How often they were replaced.
    version: u64,
}

/// The settings as they are now.
pub(crate) fn current() -> Settings {
    versioned().1
}

/// The settings as they are now, and how often they were replaced.
pub(crate) fn versioned() -> (u64, Settings) {
    let state = STATE.read().unwrap_or_else(PoisonError::into_inner);
    (state.version, state.settings.clone())
}

/// How often the settings were replaced.
pub(crate) fn version() -> u64 {
    STATE.read().unwrap_or_else(PoisonError::into_inner).version
}

/// Makes a profile the settings; gives the former ones.
pub(crate) fn replace(profile: Profile) -> Settings {
    let mut settings = Settings::new();
    *settings.profile_mut() = profile;
    swap(settings)
}

/// Makes these the settings; gives the former ones.
pub(crate) fn swap(settings: Settings) -> Settings {
    let mut state = STATE.write().unwrap_or_else(PoisonError::into_inner);
    state.version += 1;
    std::mem::replace(&mut state.settings, settings)
}
