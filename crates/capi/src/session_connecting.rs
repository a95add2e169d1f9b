//! How a session's connections are made.

use std::ffi::c_char;
use std::net::IpAddr;

use facade::{Addresses, Proxies};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{optional_text, out, text};
use crate::session::sortie_session;
use crate::status::sortie_status;
use crate::values::{SORTIE_ADDRESSES_ALL, SORTIE_ADDRESSES_PUBLIC, between, limit};

/// Sends each request through a proxy, in place of all that was said of proxies before, also by the environment. By
/// default it is what the environment says.
///
/// Parameters: `url`: as `http://user:password@proxy.test:3128`; the schemes are `http`, `https`, `socks5` (names are looked up
/// here) and `socks5h` (by the proxy). NULL: straight, whatever the environment says.
/// Returns: `SORTIE_ERR_ARGUMENT` for a URL of no such proxy; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: `url` is copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_proxy(
    session: Option<&sortie_session>,
    url: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let url = optional_text(url, "url")?;
        sortie_session::change(session, |defaults| match url {
            Some(url) => defaults.proxy(url),
            None => defaults.proxies(Proxies::direct()),
        })
    })
}

/// Sends some requests through a proxy, beside all else that was said of proxies before.
///
/// Parameters: `key`: `http`, `https` or `all`, alone or before `://` and a host, such as `all://example.com`; the most precise
/// key holds. `proxy_url`: as for `sortie_session_set_proxy`.
/// Returns: `SORTIE_ERR_ARGUMENT` for another key, or a URL of no such proxy; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`,
/// `SORTIE_ERR_FORKED`.
/// Ownership: both are copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_proxy_for(
    session: Option<&sortie_session>,
    key: *const c_char,
    proxy_url: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (key, url) = (text(key, "key")?, text(proxy_url, "proxy_url")?);
        sortie_session::change(session, |defaults| defaults.proxy_for(key, url))
    })
}

/// Which hosts need no proxy, in place of those that were named before, also by the environment.
///
/// Parameters: `list`: between commas: `example.com` (and all below it), `10.0.0.1`, `10.0.0.0/8`, each of them with or without a
/// port, or `*`. Empty: every host needs it.
/// Returns: `SORTIE_ERR_ARGUMENT` for an entry that is none of these; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`,
/// `SORTIE_ERR_FORKED`.
/// Ownership: `list` is copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_no_proxy(
    session: Option<&sortie_session>,
    list: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let list = text(list, "list")?;
        sortie_session::change(session, |defaults| defaults.no_proxy(list))
    })
}

/// Whether `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy` and netrc files are heeded where nothing else is said.
/// Default: yes.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_trust_env(
    session: Option<&sortie_session>,
    trusted: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.trust_env(trusted != 0)))
}

/// Connects to a Unix socket, in the place of whatever host a URL names. The environment's proxies are put aside; with
/// `sortie_session_set_proxy` it is the proxy that is there.
///
/// Parameters: `path`: or NULL for none; the environment's proxies stay aside then.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: `path` is copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_unix_socket(
    session: Option<&sortie_session>,
    path: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let path = optional_text(path, "path")?;
        sortie_session::change(session, |defaults| match path {
            Some(path) => defaults.unix_socket(path),
            None => defaults.unset_unix_socket(),
        })
    })
}

/// The local address to connect from. Default: the system's choice.
///
/// Parameters: `address`: an IPv4 or IPv6 address, without a port; or NULL for the default.
/// Returns: `SORTIE_ERR_ARGUMENT` for what is no address; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_bind(
    session: Option<&sortie_session>,
    address: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let address = optional_text(address, "address")?.map(|address| ip(address, "address")).transpose()?;
        sortie_session::change(session, |defaults| match address {
            Some(address) => defaults.bind(address),
            None => defaults.unset_bind(),
        })
    })
}

/// The network interface to connect through, such as `eth0`. Linux only. Default: the system's choice.
///
/// Parameters: `name`: or NULL for the default.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`. One that there is not is told by the calls.
/// Ownership: `name` is copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_interface(
    session: Option<&sortie_session>,
    name: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let name = optional_text(name, "name")?;
        sortie_session::change(session, |defaults| match name {
            Some(name) => defaults.interface(name),
            None => defaults.unset_interface(),
        })
    })
}

/// How long a connection may be idle before the system asks the peer whether it is still there (SO_KEEPALIVE).
///
/// Parameters: `idle_ms`: 1 or more, which counts as 1,000 at least and 32,767,000 at most, or `SORTIE_NEVER`. Default: 60,000.
/// Returns: `SORTIE_ERR_ARGUMENT` for another time; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_tcp_keepalive_ms(
    session: Option<&sortie_session>,
    idle_ms: i64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let idle = limit(idle_ms, "idle_ms")?;
        sortie_session::change(session, |defaults| defaults.tcp_keepalive(idle))
    })
}

/// The addresses of a name for connections to a port: nobody is asked for them. Once for each name and port; the last one
/// counts.
///
/// Parameters: `port`: 1 to 65535; `addresses`: IPv4 and IPv6 addresses between commas, one at least.
/// Returns: `SORTIE_ERR_ARGUMENT` for another port, and for what is no address; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: both are copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_resolve(
    session: Option<&sortie_session>,
    name: *const c_char,
    port: i32,
    addresses: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (name, addresses) = (text(name, "name")?, text(addresses, "addresses")?);
        let addresses = addresses.split(',').map(|one| ip(one.trim(), "addresses")).collect::<Result<Vec<_>, _>>()?;
        let port = between(port, 1..=65_535, "port")?;
        sortie_session::change(session, |defaults| defaults.resolve(name, port, addresses))
    })
}

/// Which addresses may be connected to, whoever names them: URLs, redirects, the resolver, proxies. Calls to others end with
/// `SORTIE_ERR_ADDRESS`.
///
/// Parameters: `rule`: `SORTIE_ADDRESSES_ALL`, which is the default, or `SORTIE_ADDRESSES_PUBLIC`, for URLs that strangers choose.
/// Returns: `SORTIE_ERR_ARGUMENT` for another rule; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_addresses(
    session: Option<&sortie_session>,
    rule: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let addresses = match rule {
            SORTIE_ADDRESSES_ALL => Addresses::all(),
            SORTIE_ADDRESSES_PUBLIC => Addresses::public_only(),
            other => return Err(Fault::argument("rule", format_args!("is {other}, which is no rule for addresses"))),
        };
        sortie_session::change(session, |defaults| defaults.addresses(addresses))
    })
}

/// Sees to it that up to `count` connections to the origin of a URL stand, TLS and proxy included, for the session's next
/// calls. Those that are there already and idle count; the others are opened. Waits for them; nothing is sent.
///
/// Parameters: `count`: no more stand than the session's limits allow; 64 are opened at a time, and none after those of which
/// one has failed; `*standing`: how many stand, at least 1 unless `count` is 0.
/// Returns: why not one stands, such as `SORTIE_ERR_CONNECT`; `SORTIE_ERR_INVALID_URL`; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_warm(
    session: Option<&sortie_session>,
    url: *const c_char,
    count: usize,
    standing: *mut usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (url, out) = (text(url, "url")?, out(standing, "standing")?);
        out.write(sortie_session::lend(session)?.warm(url, count)?);
        Ok(())
    })
}

fn ip(text: &str, name: &'static str) -> Result<IpAddr, Fault> {
    text.parse().map_err(|_| Fault::argument(name, format_args!("has `{text}`, which is no address")))
}

#[cfg(test)]
mod tests {
    use std::ffi::CString;
    use std::ptr;

    use sortie_testserver::TestServer;

    use super::*;
    use crate::status::*;
    use crate::trial::session;
    use crate::values::SORTIE_NEVER;

    const NO: *mut *mut sortie_error = ptr::null_mut();

    #[test]
    fn names_lead_where_they_are_told_to() {
        let server = TestServer::start().unwrap();
        let port = i32::from(server.addr().port());
        let session = session();
        let session = Some(&*session);
        let (name, addresses) = (c"h.test".as_ptr(), c"127.0.0.1, ::1".as_ptr());
        assert_eq!(sortie_session_set_proxy(session, ptr::null(), NO), SORTIE_OK);
        assert_eq!(sortie_session_set_resolve(session, name, port, addresses, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_bind(session, c"127.0.0.1".as_ptr(), NO), SORTIE_OK);
        assert_eq!(sortie_session_set_tcp_keepalive_ms(session, i64::MAX, NO), SORTIE_OK);
        for wrong in [c"", c"127.0.0.1,", c"localhost", c"127.0.0.1:80"] {
            assert_eq!(sortie_session_set_resolve(session, name, port, wrong.as_ptr(), NO), SORTIE_ERR_ARGUMENT);
            assert_eq!(sortie_session_set_bind(session, wrong.as_ptr(), NO), SORTIE_ERR_ARGUMENT);
        }
        for wrong in [0, -1, 65_536, port + 65_536] {
            assert_eq!(sortie_session_set_resolve(session, name, wrong, addresses, NO), SORTIE_ERR_ARGUMENT, "{wrong}");
        }
        assert_eq!(sortie_session_set_tcp_keepalive_ms(session, 0, NO), SORTIE_ERR_ARGUMENT);
        let url = CString::new(format!("http://h.test:{port}/get")).unwrap();
        let mut standing = 0;
        assert_eq!(sortie_session_warm(session, url.as_ptr(), 2, &raw mut standing, NO), SORTIE_OK);
        assert_eq!(standing, 2);
        assert_eq!(sortie_session_warm(session, url.as_ptr(), 2, ptr::null_mut(), NO), SORTIE_ERR_NULL);
        assert_eq!(
            sortie_session_warm(session, c"nonsense".as_ptr(), 1, &raw mut standing, NO),
            SORTIE_ERR_INVALID_URL
        );
        assert!(sortie_session::lend(session).unwrap().get(url.to_str().unwrap()).send().unwrap().ok());

        assert_eq!(sortie_session_set_tcp_keepalive_ms(session, SORTIE_NEVER, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_addresses(session, SORTIE_ADDRESSES_PUBLIC, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_addresses(session, 2, NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_session_warm(session, url.as_ptr(), 3, &raw mut standing, NO), SORTIE_ERR_ADDRESS);
        assert_eq!(standing, 2);
    }

    #[test]
    fn proxies_are_told_one_by_one() {
        let session = session();
        let session = Some(&*session);
        let proxy = c"http://p.test:3128".as_ptr();
        assert_eq!(sortie_session_set_trust_env(session, 0, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_proxy(session, proxy, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_proxy_for(session, c"all://o.test".as_ptr(), c"socks5://q.test".as_ptr(), NO), 0);
        assert_eq!(sortie_session_set_no_proxy(session, c"spared.test".as_ptr(), NO), SORTIE_OK);
        assert_eq!(sortie_session_set_proxy(session, c"gopher://p.test".as_ptr(), NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_session_set_proxy_for(session, c"ftp".as_ptr(), proxy, NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_session_set_no_proxy(session, c"a/b/c".as_ptr(), NO), SORTIE_ERR_ARGUMENT);
        let profile = sortie_session::lend(session).unwrap().profile();
        let through = |url: &str| {
            let url = facade::Url::parse(url).unwrap();
            profile.proxies().unwrap().choose(url.origin()).unwrap().map(ToString::to_string)
        };
        assert_eq!(through("http://h.test/").as_deref(), Some("http://p.test:3128"));
        assert!(through("https://o.test/").unwrap().starts_with("socks5://q.test"));
        assert_eq!(through("http://spared.test/"), None);
        assert_eq!(sortie_session_set_proxy(session, ptr::null(), NO), SORTIE_OK);
    }

    #[test]
    fn what_leads_elsewhere_can_be_taken_back() {
        let server = TestServer::start().unwrap();
        let session = session();
        let session = Some(&*session);
        let get = || sortie_session::lend(session).unwrap().get(server.url("/get")).send();
        assert_eq!(sortie_session_set_unix_socket(session, c"/nowhere/socket".as_ptr(), NO), SORTIE_OK);
        assert!(get().is_err());
        assert_eq!(sortie_session_set_unix_socket(session, ptr::null(), NO), SORTIE_OK);
        assert!(get().unwrap().ok());
        assert_eq!(sortie_session_set_bind(session, c"::1".as_ptr(), NO), SORTIE_OK);
        assert!(get().is_err());
        assert_eq!(sortie_session_set_bind(session, ptr::null(), NO), SORTIE_OK);
        assert!(get().unwrap().ok());
        assert_eq!(sortie_session_set_interface(session, c"no-such-one".as_ptr(), NO), SORTIE_OK);
        assert!(get().is_err());
        assert_eq!(sortie_session_set_interface(session, ptr::null(), NO), SORTIE_OK);
        assert!(get().unwrap().ok());
    }

    #[test]
    fn what_is_missing_is_named() {
        let session = session();
        let session = Some(&*session);
        assert_eq!(sortie_session_set_trust_env(None, 1, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_session_set_unix_socket(session, c"/nowhere/socket".as_ptr(), NO), SORTIE_OK);
        let error = sortie_session::lend(session).unwrap().get("http://h.test/").send().unwrap_err();
        assert_eq!(error.kind(), facade::ErrorKind::Connect);
    }
}
