//! Which host and path a cookie is for (RFC 6265bis, sections 5.1.3 and 5.1.4).

use sortie_http::{Host, Url};

/// The host as text, as cookies name it: an IPv6 address stands in brackets.
pub(crate) fn host_of(url: &Url) -> &str {
    match url.host() {
        Host::Name(name) => name,
        Host::Ip(address) => {
            let authority = url.origin().authority();
            let end = match address.is_ipv6() {
                true => authority.find(']').map(|at| at + 1),
                false => authority.find(':'),
            };
            &authority[..end.unwrap_or(authority.len())]
        }
    }
}

/// The URL of a host that stands alone, as a cookie's domain does. `None` where it is no host, or not only one.
///
/// An IPv6 address may do without brackets, as other programs write it.
pub(crate) fn root_of(domain: &str) -> Option<Url> {
    let domain = match domain.contains(':') && !domain.starts_with('[') {
        true => format!("[{domain}]"),
        false => domain.to_ascii_lowercase(),
    };
    Url::parse(&format!("https://{domain}/")).ok().filter(|url| host_of(url) == domain)
}

/// Whether `host`, a name and no address, is `domain` or lies below it. Both are in lower case.
pub(crate) fn is_within(host: &str, domain: &str) -> bool {
    match host.strip_suffix(domain) {
        Some(rest) => rest.is_empty() || rest.ends_with('.'),
        None => false,
    }
}

/// Whether a cookie for `kept` goes with a request for `path`.
pub(crate) fn path_matches(path: &str, kept: &str) -> bool {
    path.starts_with(kept) && ends_a_segment(path, kept.len())
}

/// Whether the first `length` bytes of `path` are all of it, or end before or behind a `/`.
pub(crate) fn ends_a_segment(path: &str, length: usize) -> bool {
    let is_slash = |at: Option<usize>| at.and_then(|at| path.as_bytes().get(at)) == Some(&b'/');
    length == path.len() || is_slash(Some(length)) || is_slash(length.checked_sub(1))
}

/// The first eight bytes of a path, the first of them lowest, zeros where there are fewer. They tell most paths apart, so
/// that a look-up need not wait for the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathStart(u64);

impl PathStart {
    /// How many bytes of a path it has.
    pub(crate) const LENGTH: usize = 8;

    pub(crate) fn of(path: &str) -> Self {
        let mut bytes = [0; Self::LENGTH];
        for (place, byte) in bytes.iter_mut().zip(path.bytes()) {
            *place = byte;
        }
        PathStart(u64::from_le_bytes(bytes))
    }

    /// False only where a path that starts so cannot start with the path of that length that starts as `kept`.
    pub(crate) fn may_start_with(self, kept: Self, length: usize) -> bool {
        let beyond = Self::LENGTH.saturating_sub(length) as u32 * 8;
        (self.0 ^ kept.0).checked_shl(beyond).unwrap_or_default() == 0
    }
}

/// The path of a cookie that names none: the request's, up to its last `/`.
pub(crate) fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(end) => &path[..end],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_22_a_host_is_within_its_parents_at_label_boundaries() {
        for (host, domain, wanted) in [
            ("example.com", "example.com", true),
            ("a.example.com", "example.com", true),
            ("a.b.example.com", "example.com", true),
            ("badexample.com", "example.com", false),
            ("example.com", "a.example.com", false),
            ("example.com.", "example.com", false),
        ] {
            assert_eq!(is_within(host, domain), wanted, "{host} in {domain}");
        }
    }

    #[test]
    fn rule_22_paths_match_at_slashes() {
        for (path, kept, wanted) in [
            ("/", "/", true),
            ("/a", "/", true),
            ("/a/b", "/a", true),
            ("/a/b", "/a/", true),
            ("/a", "/a/", false),
            ("/ab", "/a", false),
            ("/A", "/a", false),
            ("/", "/a", false),
        ] {
            assert_eq!(path_matches(path, kept), wanted, "{path} for {kept}");
        }
    }

    #[test]
    fn the_start_of_a_path_never_denies_what_the_path_allows() {
        let paths = ["", "/", "/a", "/a/b", "/other", "/abcdef", "/abcdefg", "/abcdefgh", "/abcdefgi", "/\0", "/é"];
        for path in paths {
            for kept in paths {
                let may = PathStart::of(path).may_start_with(PathStart::of(kept), kept.len());
                assert!(may || !path.starts_with(kept), "{path:?} for {kept:?}");
            }
        }
        for (path, kept) in [("/a/b", "/other"), ("/", "/a"), ("/abcdefg", "/abcdeff"), ("/abcdefg/x", "/abcdeff/x")] {
            assert!(!PathStart::of(path).may_start_with(PathStart::of(kept), kept.len()), "{path:?} for {kept:?}");
        }
    }

    #[test]
    fn rule_22_the_default_path_ends_before_the_last_slash() {
        for (path, wanted) in [("/", "/"), ("/a", "/"), ("/a/", "/a"), ("/a/b", "/a"), ("/a/b/c", "/a/b"), ("", "/")] {
            assert_eq!(default_path(path), wanted, "{path}");
        }
    }

    #[test]
    fn a_domain_is_a_host_and_nothing_more() {
        for (domain, wanted) in [
            ("Example.com", Some("https://example.com/")),
            ("127.0.0.1", Some("https://127.0.0.1/")),
            ("[::1]", Some("https://[::1]/")),
            ("::1", Some("https://[::1]/")),
            ("", None),
            ("a.example:80", None),
            ("a.example/b", None),
            ("me@a.example", None),
            ("a.example?b", None),
            ("a example", None),
            ("0x7f.1", None),
            ("é.example", None),
        ] {
            assert_eq!(root_of(domain).as_ref().map(Url::as_str), wanted, "{domain:?}");
        }
    }

    #[test]
    fn the_text_of_a_host_has_no_port() {
        for (url, wanted) in [
            ("http://Example.com:81/", "example.com"),
            ("http://127.0.0.1/", "127.0.0.1"),
            ("http://127.0.0.1:81/", "127.0.0.1"),
            ("https://[::1]:444/", "[::1]"),
            ("https://[::1]/", "[::1]"),
        ] {
            assert_eq!(host_of(&Url::parse(url).unwrap()), wanted);
        }
    }
}
