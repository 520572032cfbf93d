use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use crate::gateway::AddressRange;
use crate::revocation::fetch::FetchError;

/// Which addresses may be connected to: those of the public internet, and the ranges that are listed.
///
/// An address from a certificate is the choice of whoever issued it, and names in the DNS are the choice of whoever runs
/// the domain. Neither may send this machine to what only this machine can reach.
#[derive(Clone, Debug, Default)]
pub(super) struct Targets {
    listed: Vec<AddressRange>,
}

impl Targets {
    pub(super) fn list(&mut self, range: AddressRange) {
        self.listed.push(range);
    }

    pub(super) fn listed(&self) -> impl Iterator<Item = &AddressRange> {
        self.listed.iter()
    }

    /// Passes an address that may be connected to.
    pub(super) fn check(&self, address: IpAddr) -> Result<IpAddr, FetchError> {
        let canonical = address.to_canonical();
        if self.listed.iter().any(|range| range.contains(canonical)) {
            return Ok(canonical);
        }
        match special_kind(canonical) {
            None => Ok(canonical),
            Some(kind) => Err(FetchError::TargetRefused { address: canonical, kind }),
        }
    }
}

/// What is special about an address; `None` for those of the public internet.
fn special_kind(canonical: IpAddr) -> Option<&'static str> {
    match canonical {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    V4.iter().find(|(network, _)| network.contains(&address)).map(|(_, kind)| *kind)
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    if NAT64.contains(&address) {
        let [.., a, b, c, d] = address.octets();
        return special_v4(Ipv4Addr::new(a, b, c, d))
            .map(|_| "a translation (NAT64) of an IPv4 address that is refused");
    }
    let known = V6.iter().find(|(network, _)| network.contains(&address)).map(|(_, kind)| *kind);
    // RFC 4291 section 2.4: what is not listed and outside of 2000::/3 is not assigned to anybody.
    known.or_else(|| (!GLOBAL_UNICAST.contains(&address)).then_some("not assigned"))
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix_bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix_bits)
}

const fn v6(segments: [u16; 8], prefix_bits: u8) -> Ipv6Net {
    let [first, second, third, fourth, fifth, sixth, seventh, eighth] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, third, fourth, fifth, sixth, seventh, eighth), prefix_bits)
}

/// IANA's registry of special-purpose IPv4 addresses (RFC 6890), multicast, and what clouds add.
const V4: &[(Ipv4Net, &str)] = &[
    (v4(0, 0, 0, 0, 8), "unspecified"),
    (v4(10, 0, 0, 0, 8), "private"),
    (v4(100, 64, 0, 0, 10), "shared with a provider (CGNAT)"),
    (v4(127, 0, 0, 0, 8), "loopback"),
    (v4(169, 254, 0, 0, 16), "link-local, where clouds serve metadata"),
    (v4(172, 16, 0, 0, 12), "private"),
    (v4(192, 0, 0, 0, 24), "reserved for protocols"),
    (v4(192, 0, 2, 0, 24), "for documentation"),
    (v4(192, 31, 196, 0, 24), "reserved for protocols"),
    (v4(192, 52, 193, 0, 24), "reserved for protocols"),
    (v4(192, 88, 99, 0, 24), "a relay (6to4)"),
    (v4(192, 168, 0, 0, 16), "private"),
    (v4(192, 175, 48, 0, 24), "reserved for protocols"),
    (v4(198, 18, 0, 0, 15), "for benchmarks"),
    (v4(198, 51, 100, 0, 24), "for documentation"),
    (v4(203, 0, 113, 0, 24), "for documentation"),
    // Azure's host agent, at a public address.
    (v4(168, 63, 129, 16, 32), "where clouds serve metadata"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(255, 255, 255, 255, 32), "broadcast"),
    (v4(240, 0, 0, 0, 4), "reserved"),
];

/// IANA's registry of special-purpose IPv6 addresses (RFC 6890), as far as it lies inside of `2000::/3` or deserves a name.
const V6: &[(Ipv6Net, &str)] = &[
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), "unspecified"),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "loopback"),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), "a translation (NAT64) inside of a network"),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), "discarded"),
    // Teredo, ORCHID, anycast and others.
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), "reserved for protocols"),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), "for documentation"),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), "a translation (6to4)"),
    (v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), "reserved for protocols"),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), "for documentation"),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), "private (ULA)"),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), "link-local"),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), "site-local"),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), "multicast"),
];

/// RFC 6052 section 2.1.
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

/// RFC 4291 section 2.4.
const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::IntoAddressRange as _;

    fn refused(targets: &Targets, address: &str) -> Option<&'static str> {
        match targets.check(address.parse().unwrap()) {
            Ok(_) => None,
            Err(FetchError::TargetRefused { kind, .. }) => Some(kind),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn every_special_ipv4_range_is_refused_from_its_first_address_to_its_last() {
        for (network, kind) in V4 {
            for address in [network.network(), network.broadcast()] {
                let found = refused(&Targets::default(), &address.to_string());
                assert!(found.is_some(), "{address} in {network}, {kind}");
            }
        }
    }

    #[test]
    fn every_special_ipv6_range_is_refused_from_its_first_address_to_its_last() {
        for (network, kind) in V6 {
            for address in [network.network(), network.broadcast()] {
                let found = refused(&Targets::default(), &address.to_string());
                assert!(found.is_some(), "{address} in {network}, {kind}");
            }
        }
    }

    #[test]
    fn every_spelling_of_an_ipv4_address_in_ipv6_is_refused_as_that_address_is() {
        for (network, kind) in V4 {
            let address = network.network();
            let [a, b, c, d] = address.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            for spelled in [
                address.to_ipv6_mapped(),
                address.to_ipv6_mapped().to_string().parse().unwrap(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, !high, !low),
                Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
                Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
            ] {
                assert!(
                    refused(&Targets::default(), &spelled.to_string()).is_some(),
                    "{spelled} for {address}, {kind}"
                );
            }
        }
    }

    #[test]
    fn what_people_attack_is_refused_by_name() {
        for (address, kind) in [
            ("127.0.0.1", "loopback"),
            ("127.255.255.254", "loopback"),
            ("::1", "loopback"),
            ("::ffff:127.0.0.1", "loopback"),
            ("0.0.0.0", "unspecified"),
            ("::", "unspecified"),
            ("10.0.0.1", "private"),
            ("172.31.255.255", "private"),
            ("192.168.0.1", "private"),
            ("100.100.100.200", "shared with a provider (CGNAT)"),
            ("169.254.169.254", "link-local, where clouds serve metadata"),
            ("168.63.129.16", "where clouds serve metadata"),
            ("192.0.0.192", "reserved for protocols"),
            ("fd00:ec2::254", "private (ULA)"),
            ("fe80::1", "link-local"),
            ("255.255.255.255", "broadcast"),
            ("239.255.255.250", "multicast"),
            ("ff02::1", "multicast"),
            ("240.0.0.1", "reserved"),
            ("64:ff9b::a9fe:a9fe", "a translation (NAT64) of an IPv4 address that is refused"),
            ("4000::1", "not assigned"),
            ("::7f00:1", "not assigned"),
        ] {
            assert_eq!(refused(&Targets::default(), address), Some(kind), "{address}");
        }
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "223.255.255.255",
            "168.63.129.17",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "64:ff9b::101:101",
            "::ffff:1.1.1.1",
        ] {
            assert_eq!(refused(&Targets::default(), address), None, "{address}");
        }
    }

    #[test]
    fn a_listed_range_passes_and_nothing_beside_it() {
        let mut targets = Targets::default();
        targets.list("10.1.2.0/24".into_address_range().unwrap());
        targets.list("fd00:1::/32".into_address_range().unwrap());
        for address in ["10.1.2.0", "10.1.2.255", "::ffff:10.1.2.7", "fd00:1::9"] {
            assert_eq!(refused(&targets, address), None, "{address}");
        }
        for address in ["10.1.3.0", "10.1.1.255", "127.0.0.1", "fd00:2::1", "64:ff9b::10.1.2.7", "2002:a01:207::1"] {
            assert!(refused(&targets, address).is_some(), "{address}");
        }
    }
}
