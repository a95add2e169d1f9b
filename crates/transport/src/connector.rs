//! The means by which links are made.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::sockets::Sockets;
#[cfg(any(feature = "tls", feature = "ring"))]
use crate::tls::Tls;
use crate::tls::{Layer, TlsError};
use crate::{Addresses, Host, Resolver};

/// The means by which links are made: names, addresses, sockets, and TLS where it is compiled in.
///
/// A clone is the same value: cheap, and equal to the original. Two that were built apart are never equal, so that links which
/// were made by different means can be told apart; all of [`Connector::default`] are one.
#[derive(Clone)]
pub struct Connector {
    means: Arc<Means>,
}

/// What a [`Connector`] is built from.
#[derive(Clone, Default)]
#[must_use]
pub struct ConnectorBuilder {
    means: Means,
}

#[derive(Clone, Default)]
struct Means {
    #[cfg(any(feature = "tls", feature = "ring"))]
    tls: Tls,
    #[cfg(any(feature = "tls", feature = "ring"))]
    proxy_tls: Option<Tls>,
    /// What targets are offered where `tls` names no protocols.
    #[cfg(any(feature = "tls", feature = "ring"))]
    alpn: Vec<Vec<u8>>,
    resolver: Option<Arc<Resolver>>,
    /// By name in lower case, and port.
    overrides: HashMap<Box<str>, Vec<Override>>,
    addresses: Addresses,
    sockets: Sockets,
    path: Option<Arc<Path>>,
}

/// What one port's addresses are.
type Override = (u16, Arc<[IpAddr]>);

impl Connector {
    /// What is not said otherwise is as in [`Connector::default`].
    pub fn builder() -> ConnectorBuilder {
        ConnectorBuilder::default()
    }

    /// What it was built from, to build another like it.
    pub fn to_builder(&self) -> ConnectorBuilder {
        ConnectorBuilder { means: Means::clone(&self.means) }
    }

    /// Who looks names up, if it is not the transport's own resolver.
    pub(crate) fn resolver(&self) -> Option<&Arc<Resolver>> {
        self.means.resolver.as_ref()
    }

    /// What the resolver need not be asked.
    pub(crate) fn overridden(&self, name: &str, port: u16) -> Option<&Arc<[IpAddr]>> {
        if self.means.overrides.is_empty() {
            return None;
        }
        let ports = self.means.overrides.get(&*lower(name))?;
        ports.iter().find(|(of, _)| *of == port).map(|(_, addresses)| addresses)
    }

    /// Which addresses may be connected to.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.means.addresses
    }

    pub(crate) fn sockets(&self) -> &Sockets {
        &self.means.sockets
    }

    pub(crate) fn path(&self) -> Option<&Arc<Path>> {
        self.means.path.as_ref()
    }
}

#[cfg(any(feature = "tls", feature = "ring"))]
impl Connector {
    /// How connections to targets are secured.
    #[must_use]
    pub fn tls(&self) -> &Tls {
        &self.means.tls
    }

    /// Begins TLS with a target.
    pub(crate) fn secure(&self, host: &Host) -> Result<Layer, TlsError> {
        Layer::new(&self.means.tls, host)
    }

    /// Begins TLS with a proxy.
    pub(crate) fn secure_proxy(&self, host: &Host) -> Result<Layer, TlsError> {
        Layer::new(self.means.proxy_tls.as_ref().unwrap_or_else(|| self.means.tls.for_proxy()), host)
    }
}

#[cfg(not(any(feature = "tls", feature = "ring")))]
impl Connector {
    /// Fails.
    pub(crate) fn secure(&self, _: &Host) -> Result<Layer, TlsError> {
        Err(TlsError::Unsupported)
    }

    /// Fails.
    pub(crate) fn secure_proxy(&self, host: &Host) -> Result<Layer, TlsError> {
        self.secure(host)
    }
}

impl ConnectorBuilder {
    /// How links are secured. Default: [`Tls::default`], one of this connector's own.
    #[cfg(any(feature = "tls", feature = "ring"))]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.means.tls = tls;
        self
    }

    /// How links to an https proxy are secured. Default: with the roots, the lowest version and the key log of
    /// [`tls`](Self::tls); what else is said there is meant for the target.
    ///
    /// So such a proxy is verified by its own name, wherever it is, is shown no certificate, needs no pin, and is offered
    /// no protocols.
    #[cfg(any(feature = "tls", feature = "ring"))]
    pub fn proxy_tls(mut self, tls: Tls) -> Self {
        self.means.proxy_tls = Some(tls);
        self
    }

    /// The protocols that targets are offered where [`tls`](Self::tls) names none, the one liked best first (RFC 7301).
    /// Default: none. What does not have 1 to 255 bytes is left out.
    ///
    /// Does not make another value of the [`Tls`]: its sessions and counts are the same with and without.
    #[cfg(any(feature = "tls", feature = "ring"))]
    pub fn alpn(mut self, protocols: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        let protocols = protocols.into_iter().map(Into::into);
        self.means.alpn = protocols.filter(|protocol: &Vec<u8>| (1..=255).contains(&protocol.len())).collect();
        self
    }

    /// Who looks names up. Default: the transport's resolver.
    pub fn resolver(mut self, resolver: Arc<Resolver>) -> Self {
        self.means.resolver = Some(resolver);
        self
    }

    /// The addresses of `name`, in any case, for connections to `port`; the resolver is not asked. Without an address such
    /// connections fail. Default: none.
    ///
    /// Once for each name and port; the last one counts. Also holds for the name of a proxy.
    pub fn overrides(mut self, name: &str, port: u16, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        let ports = self.means.overrides.entry(lower(name).into()).or_default();
        ports.retain(|(of, _)| *of != port);
        ports.push((port, addresses.into_iter().collect()));
        self
    }

    /// Which addresses may be connected to, whoever named them. Default: all.
    ///
    /// Asked of every address directly before a socket connects to it, proxies included, and of each that a proxy is asked for.
    /// What a proxy looks up itself nobody here can see; but where not all addresses are allowed, a name that it may take for
    /// one, such as `127.1`, is [`Error::Resolve`](crate::Error::Resolve).
    pub fn addresses(mut self, addresses: Addresses) -> Self {
        self.means.addresses = addresses;
        self
    }

    /// How long a connection may be idle before the system asks the peer whether it is still there (SO_KEEPALIVE).
    /// `None`: never. Default: 60 seconds. Less than a second is one, and more than 32,767 are so many.
    ///
    /// How often it then asks, and when it gives up, is the system's. It costs no more than two system calls a connection.
    pub fn keepalive(mut self, idle: impl Into<Option<Duration>>) -> Self {
        self.means.sockets.keepalive = idle.into();
        self
    }

    /// The local address to connect from. Default: the system's choice.
    ///
    /// An address of the other family cannot be connected to then: it is passed over, and named if no other is left. Where
    /// the local address is none of this machine's (`EADDRNOTAVAIL`), or has no port left (`EADDRINUSE`), links fail with
    /// [`Error::Socket`](crate::Error::Socket). Its ports are shared by all peers: the system chooses one before it knows
    /// whom the socket connects to, so that there can be no more connections than it has of them (28,232 by default on Linux).
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.means.sockets.bind = Some(address);
        self
    }

    /// Takes [`bind`](Self::bind) back.
    pub fn unset_bind(mut self) -> Self {
        self.means.sockets.bind = None;
        self
    }

    /// The network interface to connect through (SO_BINDTODEVICE). Default: the system's choice.
    ///
    /// Linux and Android only: elsewhere such connections fail and say so.
    pub fn interface(mut self, name: &str) -> Self {
        self.means.sockets.interface = Some(name.into());
        self
    }

    /// Takes [`interface`](Self::interface) back.
    pub fn unset_interface(mut self) -> Self {
        self.means.sockets.interface = None;
        self
    }

    /// The Unix socket that links go to, in the place of the host that they would connect to, which then is neither looked up
    /// nor held against [`addresses`](Self::addresses). Default: none.
    ///
    /// With a proxy it is the proxy that is there.
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.means.path = Some(path.into().into());
        self
    }

    /// Takes [`unix_socket`](Self::unix_socket) back.
    pub fn unset_unix_socket(mut self) -> Self {
        self.means.path = None;
        self
    }

    /// The connector: a value of its own, equal to its clones alone.
    #[must_use]
    #[cfg_attr(not(any(feature = "tls", feature = "ring")), allow(unused_mut, reason = "there is no TLS to change"))]
    pub fn build(mut self) -> Connector {
        #[cfg(any(feature = "tls", feature = "ring"))]
        {
            self.means.tls = self.means.tls.or_alpn(&self.means.alpn);
        }
        Connector { means: Arc::new(self.means) }
    }
}

impl Default for Connector {
    /// The system's choice in everything, every address, TLS as in `Tls::default`. One for the whole process.
    fn default() -> Self {
        static DEFAULT: OnceLock<Connector> = OnceLock::new();
        DEFAULT.get_or_init(|| ConnectorBuilder::default().build()).clone()
    }
}

impl PartialEq for Connector {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.means, &other.means)
    }
}

impl Eq for Connector {}

impl Hash for Connector {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.means).hash(state);
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.means.show("Connector", f)
    }
}

impl fmt::Debug for ConnectorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.means.show("ConnectorBuilder", f)
    }
}

impl Means {
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(name);
        #[cfg(any(feature = "tls", feature = "ring"))]
        shown.field("tls", &self.tls).field("proxy_tls", &self.proxy_tls);
        shown
            .field("resolver", &self.resolver)
            .field("overrides", &self.overrides)
            .field("addresses", &self.addresses)
            .field("sockets", &self.sockets)
            .field("unix_socket", &self.path)
            .finish()
    }
}

/// `name` in lower case.
fn lower(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => name.to_ascii_lowercase().into(),
        false => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_equals_its_clones_alone() {
        let connector = Connector::builder().build();
        assert_eq!(connector, connector.clone());
        assert_ne!(connector, Connector::builder().build());
        assert_ne!(connector, Connector::default());
        assert_eq!(Connector::default(), Connector::default());
    }

    #[test]
    fn an_override_is_for_one_port_and_any_case() {
        let addresses = [IpAddr::from([10, 0, 0, 1])];
        let connector = Connector::builder()
            .overrides("Example.test", 443, [])
            .overrides("Example.test", 443, addresses)
            .overrides("example.test", 80, [])
            .build();
        assert_eq!(&**connector.overridden("example.TEST", 443).unwrap(), addresses);
        assert!(connector.overridden("example.test", 80).unwrap().is_empty());
        assert!(connector.overridden("example.test", 8080).is_none());
        assert!(connector.overridden("www.example.test", 443).is_none());
    }
}
