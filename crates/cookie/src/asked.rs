use sortie_http::{Scheme, Url};

use crate::Suffixes;
use crate::matching::{PathStart, host_of};

/// What cookies are held against: the URL of a request, taken apart once for all of them.
pub(crate) struct Asked<'a> {
    pub(crate) host: &'a str,
    /// What the jar sorts the host's cookies by.
    pub(crate) site: &'a str,
    pub(crate) path: &'a str,
    pub(crate) path_start: PathStart,
    pub(crate) is_https: bool,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(url: &'a Url, suffixes: &Suffixes) -> Self {
        let host = host_of(url);
        let path = url.path();
        Asked {
            host,
            site: suffixes.site(url.host(), host),
            path,
            path_start: PathStart::of(path),
            is_https: url.scheme() == Scheme::Https,
        }
    }
}
