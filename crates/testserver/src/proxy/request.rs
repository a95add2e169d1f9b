//! What a proxy was asked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Request;
use hyper::header::PROXY_AUTHORIZATION;

/// A request that came to a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxyRequest {
    /// What for.
    pub asked: Asked,
    /// The host that was named, without a port and without brackets; empty where it did not come to that.
    pub host: String,
    /// The port; 0 where it did not come to that.
    pub port: u16,
    /// The request line of HTTP; empty with SOCKS.
    pub line: String,
    /// The fields of HTTP in lower case; none with SOCKS.
    pub fields: Vec<(String, String)>,
    /// The user and the password that came, right or wrong.
    pub credentials: Option<(String, String)>,
    /// The first 64 KiB that the client sent through the tunnel.
    pub carried: Vec<u8>,
}

/// What a proxy was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asked {
    /// A tunnel, by CONNECT of HTTP.
    Connect,
    /// To pass a request on.
    Forward,
    /// A tunnel, by SOCKS 5, to a host that was given by its name.
    SocksName,
    /// A tunnel, by SOCKS 5, to an address.
    SocksAddress,
    /// Something else, or nothing yet: SOCKS credentials were wrong.
    Nothing,
}

impl ProxyRequest {
    /// The first field of that name, which is in lower case.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// One that came by SOCKS.
    pub(super) fn socks(asked: Asked, host: String, port: u16, credentials: Option<(String, String)>) -> Self {
        Self { asked, host, port, line: String::new(), fields: Vec::new(), credentials, carried: Vec::new() }
    }

    /// One that came by HTTP.
    pub(super) fn http<B>(request: &Request<B>) -> Self {
        let (method, uri) = (request.method(), request.uri());
        let (asked, default) = match uri.authority() {
            Some(_) if method == hyper::Method::CONNECT => (Asked::Connect, 443),
            Some(_) => (Asked::Forward, 80),
            None => (Asked::Nothing, 0),
        };
        let host = uri.host().unwrap_or_default();
        let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Self {
            asked,
            host: host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).to_owned(),
            port: uri.port_u16().unwrap_or(default),
            line: format!("{method} {uri} {:?}", request.version()),
            fields: request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            credentials: request.headers().get(PROXY_AUTHORIZATION).and_then(|value| basic(&text(value))),
            carried: Vec::new(),
        }
    }

    /// One that came by HTTP and is answered badly: its head as text.
    pub(super) fn head(head: &str) -> Self {
        let mut lines = head.lines();
        let line = lines.next().unwrap_or_default().to_owned();
        let fields = lines.filter_map(|line| line.split_once(':'));
        let mut request = Self::socks(Asked::Nothing, String::new(), 0, None);
        request.fields = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        request.asked = match line.split(' ').next() {
            Some("CONNECT") => Asked::Connect,
            _ => Asked::Forward,
        };
        let target = line.split(' ').nth(1).and_then(|target| target.parse::<hyper::Uri>().ok()).unwrap_or_default();
        request.host = target.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        request.port = target.port_u16().unwrap_or_default();
        request.credentials = request.field("proxy-authorization").and_then(basic);
        request.line = line;
        request
    }
}

/// User and password (RFC 7617).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, token) = value.split_once(' ')?;
    let pair = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(token.trim()).ok())??;
    let (user, password) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}
