//! Which addresses may be connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::{fmt, ptr};

/// Which addresses may be connected to. Default: [`all`](Self::all).
///
/// Asked directly before each socket connects, so also for what a name resolves to, and what it resolves to next time.
/// Refused addresses are skipped; if no other is left, the link fails with [`Error::Refused`](crate::Error::Refused).
#[derive(Clone, Default)]
pub struct Addresses(Rule);

#[derive(Clone, Default)]
enum Rule {
    #[default]
    All,
    Public,
    By(Arc<dyn Fn(IpAddr) -> bool + Send + Sync>),
}

impl Addresses {
    /// Every address.
    #[must_use]
    pub const fn all() -> Self {
        Self(Rule::All)
    }

    /// Only what the whole internet can reach: for URLs that strangers choose.
    ///
    /// Refuses what IANA's special-purpose registries (RFC 6890) do not call global: loopback, private, shared (CGNAT),
    /// link-local (cloud metadata is there), unique local, multicast, unspecified, documentation, benchmark and reserved
    /// addresses, broadcast; and these inside an IPv4-mapped, NAT64 or 6to4 address.
    /// IPv4-compatible, Teredo and locally translated addresses are refused whatever is inside.
    #[must_use]
    pub const fn public_only() -> Self {
        Self(Rule::Public)
    }

    /// Those for which `allows` says so. A panic of it refuses.
    ///
    /// It is asked for the IPv4 address that an IPv4-mapped one stands for (RFC 4291, section 2.5.5.2), as sockets
    /// connect to that.
    #[must_use]
    pub fn by(allows: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(Rule::By(Arc::new(allows)))
    }

    /// Whether `address` may be connected to.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        match &self.0 {
            Rule::All => true,
            Rule::Public => match address {
                IpAddr::V4(address) => is_public(address),
                IpAddr::V6(address) => is_public_v6(address),
            },
            Rule::By(allows) => {
                let address = address.to_canonical();
                catch_unwind(AssertUnwindSafe(|| allows(address))).unwrap_or(false)
            }
        }
    }
}

impl PartialEq for Addresses {
    /// Whether both are the same rule; a closure equals its clones alone.
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Rule::All, Rule::All) | (Rule::Public, Rule::Public) => true,
            (Rule::By(one), Rule::By(other)) => ptr::addr_eq(Arc::as_ptr(one), Arc::as_ptr(other)),
            _ => false,
        }
    }
}

impl Eq for Addresses {}

impl fmt::Debug for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Rule::All => "Addresses::all()",
            Rule::Public => "Addresses::public_only()",
            Rule::By(_) => "Addresses::by(..)",
        })
    }
}

/// RFC 6890, section 2.2.2, and what was registered since.
const fn is_public(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224.., ..] // this network, private, loopback; multicast, reserved, broadcast
            | [100, 64..=127, ..] // shared (RFC 6598)
            | [169, 254, ..] // link-local
            | [172, 16..=31, ..] // private
            | [192, 0, 0 | 2, _] // protocol assignments, documentation
            | [192, 88, 99, _] // 6to4 relays, withdrawn (RFC 7526)
            | [192, 168, ..] // private
            | [198, 18 | 19, ..] // benchmarks (RFC 2544)
            | [198, 51, 100, _] // documentation
            | [203, 0, 113, _] // documentation
    )
}

/// RFC 6890, section 2.2.3: of what is assigned, only 2000::/3 is global, but for the forms that hold an IPv4 address.
const fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => is_public(embedded(high, low)), // mapped
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public(embedded(high, low)), // NAT64 (RFC 6052)
        [0x2002, high, low, ..] => is_public(embedded(high, low)),            // 6to4 (RFC 3056)
        [0x2001, 0..=0x1ff, ..] => false,                                     // protocol assignments, Teredo
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,               // documentation (RFC 3849, RFC 9637)
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

const fn embedded(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(rule: &Addresses, address: &str) -> bool {
        rule.allows(address.parse().unwrap())
    }

    #[test]
    fn what_is_not_public_is_refused() {
        let special = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::2",
            "::7f00:1",
            "::8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.1.2.3",
            "64:ff9b:1::8.8.8.8",
            "2002:7f00:1::1",
            "2002:a9fe:a9fe::1",
            "2002:c0a8:1::",
            "2001::1",
            "2001:0:808:808::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456:789a::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
            "4000::1",
            "e000::1",
        ];
        for address in special {
            assert!(!allows(&Addresses::public_only(), address), "{address}");
            assert!(allows(&Addresses::all(), address), "{address}");
        }
    }

    #[test]
    fn what_is_public_is_allowed_up_to_the_borders() {
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.0.0.1",
            "128.0.0.1",
            "169.253.1.1",
            "169.255.1.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.0.3.1",
            "192.167.0.1",
            "192.169.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "198.51.101.1",
            "203.0.114.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2001:db9::1",
            "2606:4700::1111",
            "3fff:1000::1",
            "3ffe::1",
        ];
        for address in public {
            assert!(allows(&Addresses::public_only(), address), "{address}");
        }
    }

    #[test]
    fn a_closure_is_asked_for_the_address_that_is_meant() {
        let rule = Addresses::by(|address| !address.is_loopback());
        assert!(!allows(&rule, "::ffff:127.0.0.1") && !allows(&rule, "::1"));
        assert!(allows(&rule, "::ffff:10.0.0.1") && allows(&rule, "64:ff9b::127.0.0.1"));
    }

    #[test]
    fn a_closure_decides_and_its_panic_refuses() {
        let rule = Addresses::by(|address| match address {
            IpAddr::V4(address) => address.octets()[3] != 1,
            IpAddr::V6(_) => panic!("of all things"),
        });
        assert!(allows(&rule, "10.0.0.2") && !allows(&rule, "10.0.0.1") && !allows(&rule, "::1"));
        assert_eq!(rule, rule.clone());
        assert_ne!(rule, Addresses::by(|_| true));
    }
}
