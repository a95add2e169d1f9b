//! How connections are made: what defaults and requests say of it.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sortie_policy::{Channel, Proxies};
use sortie_session::Profile;
use sortie_transport::{Addresses, Connector, ConnectorBuilder, Resolve, Resolver};

use crate::builder::Defaults;
use crate::plan::connector;
use crate::{Error, ErrorKind, Request, Session};

#[cfg(any(feature = "tls", feature = "ring"))]
use sortie_transport::Tls;

/// How many threads look names up for a resolver of a program's own.
const RESOLVER_THREADS: usize = 4;

/// How many kinds of connections, asked for by requests, a session keeps in mind.
const KINDS: usize = 64;

/// What a request says of its own connection.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Connecting {
    #[cfg(any(feature = "tls", feature = "ring"))]
    tls: Option<Tls>,
    unix_socket: Option<PathBuf>,
}

/// The kinds of connections that requests of a session have asked for: equal wishes share connections.
#[derive(Default)]
pub(crate) struct Kinds {
    /// The session's own channel, which the wishes were laid over.
    over: Channel,
    known: Vec<(Connecting, Channel)>,
}

impl<For> Defaults<For> {
    /// Sends each request through this proxy, as `http://user:password@proxy.test:3128`; the schemes are `http`, `https`,
    /// `socks5` (names are looked up here) and `socks5h` (by the proxy). In place of all that was said of proxies before,
    /// also by the environment. Default: what the environment says.
    pub fn proxy(mut self, url: impl AsRef<str>) -> Self {
        self.profile.set_proxy(url.as_ref());
        self
    }

    /// Says which requests go through which proxy, over what the environment says: see [`Proxies`].
    /// [`Proxies::direct`] for none at all.
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.profile.set_proxies(proxies);
        self
    }

    /// Sends what the key covers through this proxy, beside all else that was said of proxies before: `https`,
    /// `all://example.com` and the like, see [`Proxies::set`].
    ///
    /// ```
    /// use sortie::{Session, Url};
    ///
    /// let session = Session::builder()
    ///     .proxy("http://proxy.test:3128")
    ///     .proxy_for("https://api.test", "socks5h://other.test:1080")
    ///     .no_proxy("localhost, 10.0.0.0/8")
    ///     .build()?;
    /// let profile = session.profile();
    /// let through = |url| {
    ///     let origin = Url::parse(url).unwrap();
    ///     profile.proxies().unwrap().choose(origin.origin()).unwrap().map(ToString::to_string)
    /// };
    /// assert_eq!(through("https://api.test/").as_deref(), Some("socks5h://other.test:1080"));
    /// assert_eq!(through("https://else.test/").as_deref(), Some("http://proxy.test:3128"));
    /// assert_eq!(through("http://10.1.2.3/"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn proxy_for(mut self, key: impl AsRef<str>, url: impl AsRef<str>) -> Self {
        self.profile.set_proxy_for(key.as_ref(), url.as_ref());
        self
    }

    /// Which hosts need no proxy, in place of those that were named before, also by the environment; all else that was said of
    /// proxies stays: see [`Proxies::no_proxy`].
    pub fn no_proxy(mut self, list: impl AsRef<str>) -> Self {
        self.profile.set_no_proxy(list.as_ref());
        self
    }

    /// Whether the environment is heeded where nothing else is said: `http_proxy`, `https_proxy`, `all_proxy` and
    /// `no_proxy`. Default: yes. (`SSL_CERT_FILE` and `SSL_CERT_DIR` name the system's roots either way.)
    ///
    /// A request that would go through a proxy of the environment's that cannot be used fails before any I/O
    /// ([`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument)), and a redirect to where that proxy is needed is
    /// not followed ([`ErrorKind::Redirect`](crate::ErrorKind::Redirect)); all others go on. An entry of `no_proxy` that names
    /// no host spares nobody the proxy. A session tells its [`sink`](Self::sink) of both when it is made, each by a
    /// [`Warning`](crate::What::Warning).
    pub fn trust_env(mut self, trusted: bool) -> Self {
        self.profile.trust_env = trusted;
        self
    }

    /// How connections are secured: roots, pins, a client certificate. Default: the system's roots, TLS 1.2 and 1.3.
    ///
    /// Sessions are resumed among those that share this value, or a clone of it. One that names no protocols offers
    /// `http/1.1` (RFC 7301); where a server chooses another, its connection fails with
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls).
    #[cfg(any(feature = "tls", feature = "ring"))]
    pub fn tls(self, tls: Tls) -> Self {
        self.connector(|connector| connector.tls(tls))
    }

    /// How connections to an `https` proxy are secured. Default: with the roots, the lowest version and the key log of
    /// [`tls`](Self::tls), and nothing else of it: a proxy is verified by its own name, though certificates of the target
    /// may be invalid; it needs no pin, and is shown no certificate.
    #[cfg(any(feature = "tls", feature = "ring"))]
    pub fn proxy_tls(self, tls: Tls) -> Self {
        self.connector(|connector| connector.proxy_tls(tls))
    }

    /// Connects to this Unix socket, in the place of whatever host a URL names; see also the scheme `http+unix`.
    ///
    /// The environment's proxies are put aside. With a [`proxy`](Self::proxy) of its own it is the proxy that is there.
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        if self.profile.proxies().is_ok_and(Proxies::is_empty) {
            self.profile.set_proxies(Proxies::direct());
        }
        self.connector(|connector| connector.unix_socket(path))
    }

    /// Takes [`unix_socket`](Self::unix_socket) back. The environment's proxies stay aside.
    pub fn unset_unix_socket(self) -> Self {
        self.connector(ConnectorBuilder::unset_unix_socket)
    }

    /// The local address to connect from. Default: the system's choice.
    pub fn bind(self, address: IpAddr) -> Self {
        self.connector(|connector| connector.bind(address))
    }

    /// Takes [`bind`](Self::bind) back.
    pub fn unset_bind(self) -> Self {
        self.connector(ConnectorBuilder::unset_bind)
    }

    /// The network interface to connect through, such as `eth0`. Linux only. Default: the system's choice.
    pub fn interface(self, name: impl AsRef<str>) -> Self {
        self.connector(|connector| connector.interface(name.as_ref()))
    }

    /// Takes [`interface`](Self::interface) back.
    pub fn unset_interface(self) -> Self {
        self.connector(ConnectorBuilder::unset_interface)
    }

    /// How long a connection may be idle before the system asks the peer whether it is still there (SO_KEEPALIVE).
    /// `None`: never. Default: 60 s.
    pub fn tcp_keepalive(self, idle: impl Into<Option<Duration>>) -> Self {
        self.connector(|connector| connector.keepalive(idle))
    }

    /// Who looks names up, on four threads of its own. Default: the system, by `getaddrinfo`.
    ///
    /// What it finds is kept for 60 s, and for 5 s that it found nothing. It may block; nobody waits for it who has given up.
    pub fn resolver(self, resolver: impl Resolve) -> Self {
        let resolver = Arc::new(Resolver::asking(RESOLVER_THREADS, resolver));
        self.connector(|connector| connector.resolver(resolver))
    }

    /// The addresses of a name for connections to a port: nobody is asked for them. Once for each name and port; the last
    /// one counts.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// # let address = server.addr();
    /// let session = sortie::Session::builder().resolve("example.test", 80, [address.ip()]).build()?;
    /// # drop(session);
    /// let session = sortie::Session::builder().resolve("example.test", address.port(), [address.ip()]).build()?;
    /// assert!(session.get(format!("http://example.test:{}/get", address.port())).send()?.ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resolve(self, name: impl AsRef<str>, port: u16, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        self.connector(|connector| connector.overrides(name.as_ref(), port, addresses))
    }

    /// Which addresses may be connected to, whoever names them: URLs, redirects, the answers of the resolver, proxies.
    /// Default: all. [`Addresses::public_only`] is for URLs that strangers choose.
    ///
    /// A refused one is [`ErrorKind::Address`](crate::ErrorKind::Address), and so is every URL of the scheme `http+unix`
    /// where this is not `all`. A [`unix_socket`](Self::unix_socket) that the program names itself is not held against it.
    pub fn addresses(self, addresses: Addresses) -> Self {
        self.connector(|connector| connector.addresses(addresses))
    }

    /// Bounds the look-up of a name, within the connect timeout. Default: none of its own.
    pub fn resolve_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.profile.timeouts.resolve = limit.into();
        self
    }

    /// Bounds what a proxy needs to open its tunnel, within the connect timeout. Default: none of its own.
    pub fn proxy_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.profile.timeouts.proxy = limit.into();
        self
    }

    /// Bounds the TLS handshake, within the connect timeout. Default: none of its own.
    pub fn tls_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.profile.timeouts.tls = limit.into();
        self
    }

    fn connector(mut self, change: impl FnOnce(ConnectorBuilder) -> ConnectorBuilder) -> Self {
        let changed = change(connector(&self.profile.channel).to_builder()).build();
        self.profile.channel = Channel::new(changed);
        self
    }
}

impl Request {
    /// Sends it through this proxy, as `http://user:password@proxy.test:3128`; the schemes are `http`, `https`, `socks5`
    /// and `socks5h`. Whatever session and environment say of proxies is put aside.
    ///
    /// The URL's credentials are told to the proxy alone. A Proxy-Authorization field of the request takes their place where
    /// a proxy of HTTP passes a plain `http` request on; it is left out of what goes through a tunnel.
    pub fn proxy(mut self, url: impl AsRef<str>) -> Self {
        self.arguments.set_proxy(url.as_ref());
        self
    }

    /// Says which proxies it goes through, over what session and environment say; [`Proxies::direct`] for none.
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.arguments.set_proxies(proxies);
        self
    }

    /// How its connections are secured, those of redirects included: a client certificate is shown to any server on the
    /// way that asks for one. Default: the session's way. Requests that share this value share connections.
    #[cfg(any(feature = "tls", feature = "ring"))]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.connecting_mut().tls = Some(tls);
        self
    }

    /// Connects to this Unix socket, in the place of the host that the URL names; redirects to another origin go where they
    /// lead.
    ///
    /// Whatever session and environment say of proxies is put aside there. With a [`proxy`](Self::proxy) of its own it is the
    /// proxy that is there.
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.connecting_mut().unix_socket = Some(path.into());
        self
    }

    /// Bounds the look-up of the host's name, within the connect timeout. `None` lifts the session's.
    pub fn resolve_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.arguments.set_resolve_timeout(limit.into());
        self
    }

    /// Bounds what a proxy needs to open its tunnel, within the connect timeout. `None` lifts the session's.
    pub fn proxy_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.arguments.set_proxy_timeout(limit.into());
        self
    }

    /// Bounds the TLS handshake, within the connect timeout. `None` lifts the session's.
    pub fn tls_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.arguments.set_tls_timeout(limit.into());
        self
    }

    fn connecting_mut(&mut self) -> &mut Connecting {
        self.connecting.get_or_insert_default()
    }
}

impl Session {
    /// The channel of requests that say this of their connections, over what the session's defaults say.
    pub(crate) fn channel(&self, profile: &Profile, wish: &Connecting) -> Channel {
        let mut kinds = self.kinds();
        if kinds.over != profile.channel {
            *kinds = Kinds { over: profile.channel.clone(), known: Vec::new() };
        }
        let known = &mut kinds.known;
        if let Some(index) = known.iter().position(|(known, _)| known == wish) {
            // The one that was not asked for the longest goes first.
            let kind = known.remove(index);
            let channel = kind.1.clone();
            known.push(kind);
            return channel;
        }
        let channel = Channel::new(wish.over(connector(&profile.channel)));
        if known.len() == KINDS {
            known.remove(0);
        }
        known.push((wish.clone(), channel.clone()));
        channel
    }
}

/// Fails where a URL may not name a Unix socket: where not every address may be connected to, a stranger's URL is not to
/// lead to a service of this machine.
pub(crate) fn allow_unix_url(profile: &Profile) -> Result<(), Error> {
    match *connector(&profile.channel).addresses() == Addresses::all() {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Address)
            .with_message("a URL may not name a Unix socket where addresses are restricted")),
    }
}

impl Connecting {
    /// To a Unix socket.
    pub(crate) fn with_unix_socket(mut self, path: PathBuf) -> Self {
        self.unix_socket = Some(path);
        self
    }

    /// Whether it is to a Unix socket.
    pub(crate) fn is_local(&self) -> bool {
        self.unix_socket.is_some()
    }

    /// The TLS that it names.
    #[cfg(any(feature = "tls", feature = "ring"))]
    pub(crate) fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    fn over(&self, session: &Connector) -> Connector {
        let mut builder = session.to_builder();
        #[cfg(any(feature = "tls", feature = "ring"))]
        if let Some(tls) = &self.tls {
            builder = builder.tls(tls.clone());
        }
        if let Some(path) = &self.unix_socket {
            builder = builder.unix_socket(path.clone());
        }
        builder.build()
    }
}
