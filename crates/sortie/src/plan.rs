//! From what the engine wants opened to what the transport opens.

use std::sync::LazyLock;

use sortie_engine::LinkError;
use sortie_http::{Host, Origin, Scheme};
use sortie_policy::{Channel, Proxy, ProxyKind};
use sortie_transport::{self as transport, Connector, Credentials, Plan, Target};

/// How connections are made where nothing is said of it. One for the process, so that TLS sessions can be resumed.
static DEFAULT: LazyLock<Connector> = LazyLock::new(|| crate::tls::connector(Connector::builder()));

/// The connector of a channel.
pub(crate) fn connector(channel: &Channel) -> &Connector {
    channel.get().unwrap_or(&DEFAULT)
}

/// What a link is to be that leads to this origin.
pub(crate) fn plan(origin: &Origin, proxy: Option<&Proxy>, channel: &Channel) -> Result<Plan, LinkError> {
    let mut plan = Plan::from(target(origin.host(), origin.port()));
    plan.tls = origin.scheme() == Scheme::Https;
    crate::tls::check(plan.tls || proxy.is_some_and(|proxy| proxy.kind() == ProxyKind::Https))?;
    plan.connector = connector(channel).clone();
    plan.proxy = proxy.map(|proxy| through(proxy, plan.tls));
    Ok(plan)
}

/// A proxy of HTTP's is asked itself for plain http, and for a tunnel else (RFC 9112, section 3.2.2; RFC 9110, section
/// 9.3.6).
fn through(proxy: &Proxy, is_secure: bool) -> transport::Proxy {
    let kind = match proxy.kind() {
        ProxyKind::Socks5 => transport::ProxyKind::Socks5,
        ProxyKind::Socks5h => transport::ProxyKind::Socks5h,
        _ if is_secure => transport::ProxyKind::Connect,
        _ => transport::ProxyKind::Forward,
    };
    let mut through = transport::Proxy::new(target(proxy.host(), proxy.port()), kind);
    through.tls = proxy.kind() == ProxyKind::Https;
    through.credentials = proxy.credentials().map(|(user, password)| Credentials::new(user, password));
    through
}

fn target(host: &Host, port: u16) -> Target {
    let host = match host {
        Host::Name(name) => transport::Host::Name(name.clone()),
        Host::Ip(address) => transport::Host::Ip(*address),
    };
    Target { host, port }
}
