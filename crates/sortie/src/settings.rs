//! The defaults of the process, while they are being changed.

use sortie_session::Settings;

use crate::builder::Defaults;
use crate::process;

/// Defaults that become those of the process: see [`settings`](crate::settings()).
pub type SettingsBuilder = Defaults<ForSettings>;

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
    SettingsBuilder::new(process::current().profile())
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
            process::swap(former);
        }
    }
}

impl Defaults<ForSettings> {
    /// Makes these the defaults of the process, for good. Sessions that exist already stay as they are.
    pub fn apply(self) {
        process::replace(self.profile);
    }

    /// Makes these the defaults of the process until the guard is dropped, which brings back those of before.
    pub fn scoped(self) -> Guard {
        Guard::new(process::replace(self.profile))
    }
}
