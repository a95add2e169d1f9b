//! Hosts that need no proxy.

use std::fmt;
use std::net::IpAddr;

use sortie_http::{Host, Origin, Url};

use crate::proxy::is_bare;

/// A list of hosts that are asked without a proxy, as NO_PROXY has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct NoProxy(Vec<Rule>);

/// One entry of the list.
#[derive(Clone, Debug)]
struct Rule {
    hosts: Hosts,
    /// The port that it holds for; any, where there is none.
    port: Option<u16>,
}

#[derive(Clone, Debug)]
enum Hosts {
    Every,
    /// The name, in lower case and punycode, without dots at its ends, and all names below it.
    Name(Box<str>),
    /// The addresses that have the first `prefix` bits of this one.
    Net {
        address: IpAddr,
        prefix: u16,
    },
}

impl NoProxy {
    /// Reads a list; the entries that are none are left out, and returned as they are.
    pub(crate) fn read(list: &str) -> (Self, Vec<&str>) {
        let entries = list.split(|char: char| char == ',' || char.is_whitespace()).filter(|entry| !entry.is_empty());
        let (mut rules, mut faulty) = (Vec::new(), Vec::new());
        for entry in entries {
            match Rule::read(entry) {
                Some(rule) => rules.push(rule),
                None => faulty.push(entry),
            }
        }
        (NoProxy(rules), faulty)
    }

    pub(crate) fn holds(&self, origin: &Origin) -> bool {
        self.0.iter().any(|rule| rule.port.is_none_or(|port| port == origin.port()) && rule.hosts.hold(origin.host()))
    }
}

impl Rule {
    fn read(entry: &str) -> Option<Self> {
        let (host, port) = match entry.rsplit_once(':') {
            // A colon that is not the first one is a part of an IPv6 address, unless that has its brackets.
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(number(port)?)),
            _ => (entry, None),
        };
        Some(Rule { hosts: Hosts::read(host)?, port })
    }
}

impl Hosts {
    fn read(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Hosts::Every);
        }
        let bare = without_brackets(text);
        if let Some((address, prefix)) = bare.split_once('/') {
            return Hosts::net(without_brackets(address).parse().ok()?, number(prefix)?);
        }
        if let Ok(address) = bare.parse() {
            return Hosts::net(address, bits(address));
        }
        let name = text.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(text);
        let name = name.strip_prefix('.').unwrap_or(name);
        let url = Url::parse(&format!("http://{name}")).ok()?;
        match url.host() {
            _ if !is_bare(&url) || url.userinfo().is_some() => None,
            Host::Name(name) => Some(Hosts::Name(without_dot(name).into())),
            Host::Ip(address) => Hosts::net(*address, bits(*address)),
        }
    }

    /// The addresses that begin like this one; one of IPv4 that is written as one of IPv6 is the former.
    fn net(address: IpAddr, prefix: u16) -> Option<Self> {
        if prefix > bits(address) {
            return None;
        }
        Some(match (address, address.to_canonical()) {
            (IpAddr::V6(_), IpAddr::V4(mapped)) if prefix >= 96 => {
                Hosts::Net { address: IpAddr::V4(mapped), prefix: prefix - 96 }
            }
            _ => Hosts::Net { address, prefix },
        })
    }

    fn hold(&self, host: &Host) -> bool {
        match (self, host) {
            (Hosts::Every, _) => true,
            (Hosts::Name(domain), Host::Name(name)) => is_within(without_dot(name), domain),
            (Hosts::Net { address, prefix }, Host::Ip(ip)) => [*ip, ip.to_canonical()]
                .iter()
                .any(|ip| shared_bits(*ip, *address).is_some_and(|shared| shared >= *prefix)),
            _ => false,
        }
    }
}

/// As [`NoProxy::read`] reads it.
impl fmt::Display for NoProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, rule) in self.0.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            rule.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.hosts, self.port) {
            (Hosts::Every, _) => f.write_str("*")?,
            (Hosts::Name(name), _) => f.write_str(name)?,
            // An address of IPv6 has its brackets where a port follows.
            (Hosts::Net { address: address @ IpAddr::V6(_), prefix }, Some(_)) => write!(f, "[{address}/{prefix}]")?,
            (Hosts::Net { address, prefix }, _) => write!(f, "{address}/{prefix}")?,
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// Whether a name is the domain, or one below it: a domain begins where a label does.
fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

/// How many bits two addresses begin with in common, where they are of one family.
fn shared_bits(one: IpAddr, other: IpAddr) -> Option<u16> {
    let zeros = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        _ => return None,
    };
    Some(zeros as u16)
}

fn bits(address: IpAddr) -> u16 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn without_brackets(text: &str) -> &str {
    text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text)
}

fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}
