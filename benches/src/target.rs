//! Where the limit's requests go, and what they say.

use std::net::{Ipv4Addr, SocketAddrV4};

use crate::Error;

/// An address, and the request for it, baked.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Target {
    /// Whether by TLS.
    pub(crate) secure: bool,
    /// Where to connect.
    pub(crate) address: SocketAddrV4,
    /// The bytes of one request: those that a session's GET without any settings has too, so that the server's work is
    /// the same; and `Connection: close` where connections are not kept.
    pub(crate) request: Vec<u8>,
}

impl Target {
    /// Reads `http://` or `https://`, an IPv4 address, perhaps a port, and a path.
    pub(crate) fn parse(url: &str, keep_alive: bool) -> Result<Self, Error> {
        let fault = || Error::Target { url: url.to_owned() };
        let (secure, rest, port) = match url.split_once("://").ok_or_else(fault)? {
            ("http", rest) => (false, rest, 80),
            ("https", rest) => (true, rest, 443),
            _ => return Err(fault()),
        };
        if !rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            return Err(fault());
        }
        let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let address = match host.parse::<SocketAddrV4>() {
            Ok(address) => address,
            Err(_) => SocketAddrV4::new(host.parse::<Ipv4Addr>().map_err(|_| fault())?, port),
        };
        let host = host.strip_suffix(&format!(":{port}")).unwrap_or(host);
        let slash = if path.starts_with('/') { "" } else { "/" };
        let agent = concat!("sortie/", env!("CARGO_PKG_VERSION"));
        let close = if keep_alive { "" } else { "Connection: close\r\n" };
        let request = format!(
            "GET {slash}{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n\
             Accept-Encoding: gzip, deflate, br, zstd\r\nAccept: */*\r\n{close}\r\n"
        );
        Ok(Target { secure, address, request: request.into_bytes() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_and_a_path_may_be_left_out() {
        for (url, address, start) in [
            ("http://127.0.0.2:8000/a?b=c", "127.0.0.2:8000", "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.2:8000\r\n"),
            ("http://127.0.0.1", "127.0.0.1:80", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"),
            ("https://127.0.0.1/", "127.0.0.1:443", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"),
            ("https://127.0.0.1:80/", "127.0.0.1:80", "GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n"),
            ("http://127.0.0.1:80?q", "127.0.0.1:80", "GET /?q HTTP/1.1\r\nHost: 127.0.0.1\r\n"),
        ] {
            let target = Target::parse(url, true).unwrap();
            assert_eq!(target.address, address.parse().unwrap(), "{url}");
            assert_eq!(target.secure, url.starts_with("https:"), "{url}");
            assert!(target.request.starts_with(start.as_bytes()), "{url}: {}", target.request.escape_ascii());
        }
    }

    #[test]
    fn a_connection_that_is_not_kept_is_announced() {
        let [kept, closed] = [true, false].map(|keep| Target::parse("http://127.0.0.1/", keep).unwrap().request);
        let head = kept.strip_suffix(b"\r\n").unwrap();
        assert_eq!(closed, [head, b"Connection: close\r\n\r\n"].concat());
    }

    #[test]
    fn a_name_another_scheme_or_a_space_is_no_target() {
        for url in [
            "http://localhost/",
            "ftp://127.0.0.1/",
            "127.0.0.1/",
            "http://127.0.0.1/a b",
            "http://127.0.0.1/\r\nX: y",
            "http://127.0.0.1:70000/",
            "http://u@127.0.0.1/",
            "http://127.0.0.1/#top",
        ] {
            assert!(matches!(Target::parse(url, true), Err(Error::Target { .. })), "{url}");
        }
    }
}
