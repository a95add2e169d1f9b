//! URLs that name a Unix socket in the place of a host: `http+unix://%2Frun%2Fserver.sock/path`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use percent_encoding::percent_decode_str;
use sortie_http::{Host, Origin, Scheme};

const PREFIX: &str = "http+unix://";

/// The socket that a URL of the scheme `http+unix` names, and the `http` URL to ask for there.
///
/// `None` for any other URL. The path of the socket is percent-encoded, so that it has no `/`. The host is `localhost`
/// from then on: in the Host field, in cookies and in the response's URL.
pub(crate) fn unix_socket_of(url: &str) -> Option<(PathBuf, String)> {
    // Most URLs are told apart by one byte, or two.
    let is_blank = |byte: &u8| byte.is_ascii_whitespace();
    if url.as_bytes().get(4) != Some(&b'+') && !url.as_bytes().first().is_some_and(is_blank) {
        return None;
    }
    let text = url.trim_start();
    if !text.get(..PREFIX.len())?.eq_ignore_ascii_case(PREFIX) {
        return None;
    }
    let rest = &text[PREFIX.len()..];
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    let (userinfo, path) = authority.rsplit_once('@').map_or(("", authority), |(userinfo, path)| (userinfo, path));
    let at = if userinfo.is_empty() { "" } else { "@" };
    let path: Vec<u8> = percent_decode_str(path).collect();
    (!path.is_empty()).then(|| (OsString::from_vec(path).into(), format!("http://{userinfo}{at}localhost{target}")))
}

/// The origin of the URLs that are asked for at a socket.
pub(crate) fn localhost() -> Arc<Origin> {
    static LOCALHOST: LazyLock<Arc<Origin>> =
        LazyLock::new(|| Arc::new(Origin::new(Scheme::Http, Host::Name("localhost".into()), 80)));
    LOCALHOST.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_stands_percent_encoded_in_the_place_of_the_host() {
        let (path, url) = unix_socket_of("http+unix://%2Frun%2Fa%20b.sock/x/y?z=1#f").unwrap();
        assert_eq!((path.to_str().unwrap(), url.as_str()), ("/run/a b.sock", "http://localhost/x/y?z=1#f"));
        let (path, url) = unix_socket_of("http+unix://user:5ecret@%2Frun%2Fs/x").unwrap();
        assert_eq!((path.to_str().unwrap(), url.as_str()), ("/run/s", "http://user:5ecret@localhost/x"));
        let (path, url) = unix_socket_of(" HTTP+UNIX://%2Frun%2Fs").unwrap();
        assert_eq!((path.to_str().unwrap(), url.as_str()), ("/run/s", "http://localhost"));
    }

    #[test]
    fn other_urls_name_none() {
        for url in ["http://h/", "https://h/", "http+unix:///x", "http+tcp://h/", "", "http", "é+é+é"] {
            assert!(unix_socket_of(url).is_none(), "{url}");
        }
    }
}
