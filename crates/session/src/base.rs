//! Where relative URLs lead (RFC 3986, section 5).

use std::fmt;
use std::sync::Arc;

use sortie_http::Url;
use sortie_log::redact_url;

use crate::{Error, ErrorKind, Profile};

/// What the relative URLs of a session's requests are joined with.
#[derive(Clone, Default)]
pub(crate) enum BaseUrl {
    /// Nothing: they are errors.
    #[default]
    Missing,
    /// This URL.
    Known {
        url: Url,
        /// Where its path begins.
        root: usize,
        /// Where the last part of its path begins.
        folder: usize,
    },
    /// What was given is no URL.
    Faulty(sortie_http::Error),
}

impl Profile {
    /// Joins the relative URLs of requests with this one, in place of an earlier one. A fault in it is found by
    /// [`check`](Self::check).
    ///
    /// ```
    /// use sortie_session::Profile;
    ///
    /// let mut profile = Profile::new();
    /// profile.set_base_url("http://h/api/");
    /// assert_eq!(profile.absolute("items?page=2")?.as_deref(), Some("http://h/api/items?page=2"));
    /// assert_eq!(profile.absolute("http://other/")?, None);
    /// # Ok::<(), sortie_session::Error>(())
    /// ```
    pub fn set_base_url(&mut self, url: &str) {
        self.base = BaseUrl::from(Url::parse(url));
    }

    /// Has no base any more: relative URLs are errors.
    pub fn unset_base_url(&mut self) {
        self.base = BaseUrl::Missing;
    }

    /// What relative URLs are joined with, if anything, or why what was given is no URL. Default: nothing.
    pub fn base_url(&self) -> Result<Option<&Url>, &sortie_http::Error> {
        match &self.base {
            BaseUrl::Missing => Ok(None),
            BaseUrl::Known { url, .. } => Ok(Some(url)),
            BaseUrl::Faulty(fault) => Err(fault),
        }
    }

    /// The absolute URL that a relative one leads to. `None` where it is to be taken as it is: it has a scheme, or there is
    /// no base. Whether the result is a URL that can be asked is found when it is parsed.
    pub fn absolute(&self, url: &str) -> Result<Option<Arc<str>>, Error> {
        self.base.join(url)
    }
}

impl BaseUrl {
    /// Fails where what was given is no URL.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self {
            BaseUrl::Faulty(fault) => Err(unusable(fault)),
            BaseUrl::Missing | BaseUrl::Known { .. } => Ok(()),
        }
    }

    fn join(&self, reference: &str) -> Result<Option<Arc<str>>, Error> {
        match self {
            BaseUrl::Missing => Ok(None),
            _ if Url::has_scheme(reference) => Ok(None),
            BaseUrl::Faulty(fault) => Err(unusable(fault)),
            BaseUrl::Known { url, root, folder } => match behind(reference, *root, *folder) {
                Some((start, rest)) => Ok(Some([&url.as_str()[..start], rest].concat().into())),
                None => match url.join(reference) {
                    Ok(joined) => Ok(Some(joined.as_str().into())),
                    Err(source) => Err(Error::new(ErrorKind::InvalidUrl).with_source(source)),
                },
            },
        }
    }
}

impl From<Result<Url, sortie_http::Error>> for BaseUrl {
    fn from(parsed: Result<Url, sortie_http::Error>) -> Self {
        let url = match parsed {
            Ok(url) => url,
            Err(fault) => return BaseUrl::Faulty(fault),
        };
        let fragment = url.fragment().map_or(0, |fragment| fragment.len() + 1);
        let root = url.as_str().len() - url.target().len() - fragment;
        let folder = root + url.path().rfind('/').map_or(0, |slash| slash + 1);
        BaseUrl::Known { url, root, folder }
    }
}

/// Without secrets.
impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BaseUrl::Missing => f.write_str("None"),
            BaseUrl::Known { url, .. } => f.write_str(&redact_url(url.as_str())),
            BaseUrl::Faulty(fault) => fault.fmt(f),
        }
    }
}

/// A reference that is a path, and how much of the base stands before it. What follows from `.`, `..` and escapes is found
/// when the whole is parsed. `None` where it is joined in another way.
fn behind(reference: &str, root: usize, folder: usize) -> Option<(usize, &str)> {
    let reference = reference.trim_matches([' ', '\t']);
    match reference.as_bytes() {
        // The URL standard takes a backslash for a slash.
        _ if reference.contains('\\') => None,
        [] | [b'?' | b'#', ..] | [b'/', b'/', ..] => None,
        [b'/', ..] => Some((root, reference)),
        _ => Some((folder, reference)),
    }
}

fn unusable(fault: &sortie_http::Error) -> Error {
    Error::new(ErrorKind::InvalidUrl).with_message("the base URL cannot be used").with_source(fault.clone())
}
