use crate::Stored;

/// Which cookie is meant: by its name, and where that is not enough by its domain and its path.
///
/// A `&str` is one too, of a name alone.
///
/// ```
/// # use std::time::SystemTime;
/// # use sortie_cookie::{Error, Jar, Key};
/// # use sortie_http::Url;
/// # let now = SystemTime::UNIX_EPOCH;
/// let mut jar = Jar::new();
/// jar.store(&Url::parse("http://a.example/")?, "sid=1", now)?;
/// jar.store(&Url::parse("http://b.example/")?, "sid=2", now)?;
///
/// assert!(matches!(jar.get("sid"), Err(Error::Ambiguous { count: 2, .. })));
/// assert_eq!(jar.get(Key::new("sid").domain("b.example"))?.map(|cookie| cookie.value()), Some("2"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Key<'a> {
    pub(crate) name: &'a str,
    /// In lower case, without a leading dot.
    pub(crate) domain: Option<Box<str>>,
    path: Option<&'a str>,
}

impl<'a> Key<'a> {
    /// Cookies of that name, with regard to case. An empty one means those that have none.
    pub fn new(name: &'a str) -> Self {
        Key { name, domain: None, path: None }
    }

    /// Only those whose domain is exactly that, as [`Stored::domain`] gives it. Default: of any.
    ///
    /// A leading dot and upper case do no harm.
    pub fn domain(mut self, domain: &str) -> Self {
        self.domain = Some(domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase().into());
        self
    }

    /// Only those whose path is exactly that, as [`Stored::path`] gives it. Default: of any.
    pub fn path(mut self, path: &'a str) -> Self {
        self.path = Some(path);
        self
    }

    pub(crate) fn is_for(&self, cookie: &Stored) -> bool {
        cookie.name() == self.name
            && self.domain.as_deref().is_none_or(|domain| cookie.domain() == domain)
            && self.path.is_none_or(|path| cookie.path() == path)
    }
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(name: &'a str) -> Self {
        Self::new(name)
    }
}

impl<'a> From<&'a String> for Key<'a> {
    fn from(name: &'a String) -> Self {
        Self::new(name)
    }
}
