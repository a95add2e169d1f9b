use sortie_cookie::SharedJar;

use crate::Profile;

/// What later sessions start from: the defaults of a process, as a value.
///
/// ```
/// use sortie_session::Settings;
///
/// let mut settings = Settings::new();
/// settings.profile_mut().user_agent = Some("fleet/1.0".into());
/// assert_eq!(settings.profile().user_agent.as_deref(), Some("fleet/1.0"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Settings(Profile);

impl Settings {
    /// The defaults of [`Profile`].
    pub fn new() -> Self {
        Self::default()
    }

    /// The profile to be changed. Whether it has a jar says whether sessions keep cookies; the jar itself is not
    /// handed on.
    pub fn profile_mut(&mut self) -> &mut Profile {
        &mut self.0
    }

    /// What a new session starts from: these settings, and a jar of its own where cookies are kept.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile { jar: self.0.jar.as_ref().map(|_| SharedJar::new()), ..self.0.clone() }
    }

    /// What a request without a session starts from: these settings, and no jar, since no cookie persists.
    #[must_use]
    pub fn profile_alone(&self) -> Profile {
        Profile { jar: None, ..self.0.clone() }
    }
}
