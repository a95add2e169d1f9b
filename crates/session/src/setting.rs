/// What a request says about something that its session has a default for.
///
/// ```
/// use sortie_session::Setting;
///
/// assert_eq!(Setting::Unset.over(Some(3)), Some(3)); // the session's holds
/// assert_eq!(Setting::Set(5).over(Some(3)), Some(5)); // the request's holds
/// assert_eq!(Setting::Removed.over(Some(3)), None); // the session's is lifted
/// assert_eq!(Setting::from(Some(5)), Setting::Set(5));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Setting<T> {
    /// Nothing: the session's value holds.
    #[default]
    Unset,
    /// This value, whatever the session's.
    Set(T),
    /// No value, even where the session has one.
    Removed,
}

impl<T> Setting<T> {
    /// What holds for the request, given the session's value.
    pub fn over(self, session: Option<T>) -> Option<T> {
        match self {
            Setting::Unset => session,
            Setting::Set(value) => Some(value),
            Setting::Removed => None,
        }
    }

    /// Whether it says nothing.
    pub fn is_unset(&self) -> bool {
        matches!(self, Setting::Unset)
    }

    /// The same, lent.
    pub fn as_ref(&self) -> Setting<&T> {
        match self {
            Setting::Unset => Setting::Unset,
            Setting::Set(value) => Setting::Set(value),
            Setting::Removed => Setting::Removed,
        }
    }
}

impl<T> From<T> for Setting<T> {
    fn from(value: T) -> Self {
        Setting::Set(value)
    }
}

/// `None` lifts the session's value.
impl<T> From<Option<T>> for Setting<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Setting::Removed, Setting::Set)
    }
}
