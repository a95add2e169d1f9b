//! The defaults of the process: the only state that is global.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use sortie_session::{Profile, Settings};

use crate::Session;
use crate::builder::SettingsBuilder;
use crate::garage::Garage;

static STATE: LazyLock<RwLock<State>> = LazyLock::new(RwLock::default);

#[derive(Default)]
struct State {
    settings: Settings,
    /// What requests of no session are sent with, made from the settings when it is first wanted.
    shared: Option<Session>,
    /// The connections of those requests; they outlive a change of the settings.
    garage: Arc<Garage>,
}

/// The defaults that later sessions start from, to be changed.
///
/// Nothing changes before [`apply`](SettingsBuilder::apply), which is for good, or [`scoped`](SettingsBuilder::scoped),
/// which lasts as long as its guard. Sessions take the settings when they are made;
/// [`get`](crate::get) and the like when they are sent.
///
/// ```
/// sortie::settings().user_agent("fleet/1.0").verbose(std::io::stderr()).apply();
/// {
///     let _guard = sortie::settings().user_agent("scout/2.0").scoped();
///     assert_eq!(sortie::Session::new().profile().user_agent.as_deref(), Some("scout/2.0"));
/// }
/// assert_eq!(sortie::Session::new().profile().user_agent.as_deref(), Some("fleet/1.0"));
/// ```
pub fn settings() -> SettingsBuilder {
    SettingsBuilder::new(current().profile())
}

/// The defaults become those of the process.
#[derive(Clone, Copy, Debug)]
pub struct ForSettings(());

/// Brings the former settings back when it is dropped.
///
/// Guards that overlap should be dropped in the reverse order of their making, as scopes do: each brings back what it
/// found.
#[derive(Debug)]
#[must_use = "the settings end with the guard"]
pub struct Guard {
    former: Option<Settings>,
}

impl Guard {
    pub(crate) fn new(former: Settings) -> Self {
        Guard { former: Some(former) }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(former) = self.former.take() {
            swap(former);
        }
    }
}

/// The settings as they are now.
pub(crate) fn current() -> Settings {
    STATE.read().unwrap_or_else(PoisonError::into_inner).settings.clone()
}

/// Makes a profile the settings; gives the former ones.
pub(crate) fn replace(profile: Profile) -> Settings {
    let mut settings = Settings::new();
    *settings.profile_mut() = profile;
    swap(settings)
}

/// The session of requests that belong to none, as the settings are now.
pub(crate) fn shared() -> Session {
    if let Some(session) = &STATE.read().unwrap_or_else(PoisonError::into_inner).shared {
        return session.clone();
    }
    let mut state = STATE.write().unwrap_or_else(PoisonError::into_inner);
    let State { settings, shared, garage } = &mut *state;
    let alone = settings.profile().jar.is_some();
    shared.get_or_insert_with(|| Session::assemble(settings.profile_alone(), garage.clone(), alone)).clone()
}

fn swap(settings: Settings) -> Settings {
    let mut state = STATE.write().unwrap_or_else(PoisonError::into_inner);
    state.shared = None;
    std::mem::replace(&mut state.settings, settings)
}
