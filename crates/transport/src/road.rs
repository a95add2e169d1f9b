//! The road from a plan to an open link: what is known of it by now, and how long each part took.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::{Addresses, Error, Host, Plan, ProxyKind, Target};

/// What a link that is not open yet has with it.
pub(crate) struct Road {
    pub(crate) plan: Plan,
    /// When the present part began.
    since: u64,
    pub(crate) resolve: Duration,
    pub(crate) connect: Duration,
    pub(crate) proxy: Duration,
    pub(crate) tls: Duration,
    /// The resolver had to be waited for.
    pub(crate) has_waited: bool,
    /// The target's addresses, where the proxy wants one and they had to be looked up.
    destinations: Option<Arc<[IpAddr]>>,
    /// Where the socket may connect to, if the first host is a name.
    addresses: Option<Arc<[IpAddr]>>,
    /// Some of its addresses may not be connected to.
    is_restricted: bool,
}

impl Road {
    pub(crate) fn new(plan: Plan, now: u64) -> Self {
        let zero = Duration::ZERO;
        let (resolve, connect, proxy, tls) = (zero, zero, zero, zero);
        let (destinations, addresses) = (None, None);
        let (has_waited, is_restricted) = (false, false);
        Self { plan, since: now, resolve, connect, proxy, tls, has_waited, destinations, addresses, is_restricted }
    }

    /// Ends a part of the road; how long it took.
    pub(crate) fn lap(&mut self, now: u64) -> Duration {
        let took = Duration::from_nanos(now.saturating_sub(self.since));
        self.since = now;
        took
    }

    /// The name whose addresses are wanted next, and the port that it is for.
    pub(crate) fn question(&self) -> Option<(&str, u16)> {
        let wanted = match self.wants_destination() {
            true => &self.plan.target,
            false if self.addresses.is_some() || self.plan.connector.path().is_some() => return None,
            false => self.plan.first(),
        };
        match &wanted.host {
            Host::Name(name) => Some((name, wanted.port)),
            Host::Ip(_) => None,
        }
    }

    /// The name that the socket connects to, and the port.
    pub(crate) fn first_name(&self) -> Option<(&str, u16)> {
        let Target { host, port } = self.plan.first();
        match host {
            Host::Name(name) => Some((name, *port)),
            Host::Ip(_) => None,
        }
    }

    /// The addresses that the question was for, of which only those are kept that may be connected to.
    pub(crate) fn answer(&mut self, addresses: &Arc<[IpAddr]>) -> Result<(), Error> {
        if self.wants_destination() {
            self.destinations = Some(self.allowed(&self.plan.target.host, addresses)?);
        } else {
            let allowed = self.allowed(&self.plan.first().host, addresses)?;
            self.is_restricted = allowed.len() < addresses.len();
            self.addresses = Some(allowed);
        }
        Ok(())
    }

    /// Holds what needs no look-up against the rule for addresses.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let first = self.plan.first();
        let is_proxied = self.plan.proxy.is_some();
        let connects_to = (self.plan.connector.path().is_none()).then_some(first);
        for target in connects_to.into_iter().chain(is_proxied.then_some(&self.plan.target)) {
            if let Host::Ip(address) = target.host
                && !self.plan.connector.addresses().allows(address)
            {
                return Err(Error::Refused { host: target.host.clone(), address });
            }
        }
        if let (Host::Name(name), Some(proxy)) = (&self.plan.target.host, &self.plan.proxy)
            && proxy.kind != ProxyKind::Socks5
            && ends_in_a_number(name)
            && *self.plan.connector.addresses() != Addresses::all()
        {
            let words = "a proxy may take the name for an address, and not all are allowed";
            let source = io::Error::new(io::ErrorKind::InvalidInput, words);
            return Err(Error::Resolve { name: name.clone(), source });
        }
        Ok(())
    }

    /// Whether the family that wins here tells anything to others, whose means are not these.
    pub(crate) fn tells_families(&self) -> bool {
        !self.is_restricted && self.plan.connector.sockets().is_free()
    }

    /// Where the socket may connect to, now that there is no question any more; and the port.
    pub(crate) fn addresses(&self) -> (&[IpAddr], u16) {
        let Target { host, port } = self.plan.first();
        match (host, &self.addresses) {
            (Host::Ip(address), _) => (std::slice::from_ref(address), *port),
            (Host::Name(_), addresses) => (addresses.as_deref().unwrap_or_default(), *port),
        }
    }

    /// The target's address, if it had to be looked up for the proxy: the first one of the family by which the proxy was
    /// reached, which it surely has, or else of the other.
    pub(crate) fn destination(&self, proxy: Option<SocketAddr>) -> Option<SocketAddr> {
        let destinations = self.destinations.as_deref()?;
        let is_six = |address: IpAddr| address.to_canonical().is_ipv6();
        let is_alike = |address: &&IpAddr| proxy.is_some_and(|proxy| is_six(proxy.ip()) == is_six(**address));
        let address = destinations.iter().find(is_alike).or_else(|| destinations.first())?;
        Some(SocketAddr::new(*address, self.plan.target.port))
    }

    fn wants_destination(&self) -> bool {
        let is_asked = |kind| matches!((kind, &self.plan.target.host), (ProxyKind::Socks5, Host::Name(_)));
        self.destinations.is_none() && self.plan.proxy.as_ref().is_some_and(|proxy| is_asked(proxy.kind))
    }

    fn allowed(&self, host: &Host, addresses: &Arc<[IpAddr]>) -> Result<Arc<[IpAddr]>, Error> {
        let rule = self.plan.connector.addresses();
        let allowed: Vec<IpAddr> = addresses.iter().copied().filter(|address| rule.allows(*address)).collect();
        match (allowed.len(), addresses.first()) {
            (_, None) => Err(Error::Resolve {
                name: host.to_string().into(),
                source: io::Error::new(io::ErrorKind::NotFound, "the name has no address"),
            }),
            (0, Some(&address)) => Err(Error::Refused { host: host.clone(), address }),
            (count, _) if count == addresses.len() => Ok(Arc::clone(addresses)),
            _ => Ok(allowed.into()),
        }
    }
}

/// Whether its last label is a number, as in `127.1`, `2130706433` and `0x7f.1`, which many take for IPv4 addresses; no name
/// that is one ends so (URL Standard, section 3.5).
fn ends_in_a_number(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit_once('.').map_or(name, |(_, last)| last);
    match last.strip_prefix("0x").or_else(|| last.strip_prefix("0X")) {
        Some(digits) => digits.bytes().all(|digit| digit.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|digit| digit.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_end_in_a_number() {
        for number in ["127.1", "2130706433", "0x7f.1", "1.0x7f", "0X7F000001", "127.0.0.1.", "a.test.0x", "09"] {
            assert!(ends_in_a_number(number), "{number}");
        }
        for name in ["a.test", "1.test", "1.test.", "0xyz", "1a", "a1", "f0", "", ".", "xn--p1ai"] {
            assert!(!ends_in_a_number(name), "{name}");
        }
    }
}
