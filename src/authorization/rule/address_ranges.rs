use std::fmt;
use std::net::{IpAddr, SocketAddr};

use crate::error::ConfigError;
use crate::gateway::{AddressRange, IntoAddressRange};

/// Ranges of addresses. Without any, none is inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AddressRanges(Box<[AddressRange]>);

impl AddressRanges {
    pub(crate) fn new<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        ranges.into_iter().map(IntoAddressRange::into_address_range).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        let canonical = address.to_canonical();
        self.0.iter().any(|range| range.contains(canonical))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads an entry of `X-Forwarded-For`: an address, or with a port as Azure Application Gateway writes it.
pub(crate) fn forwarded_address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim_matches([' ', '\t']);
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse::<std::net::Ipv6Addr>().ok().map(IpAddr::V6);
    let plain = entry.parse().ok();
    plain.or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip())).or_else(bracketed)
}

impl fmt::Display for AddressRanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("an empty list");
        }
        self.0
            .iter()
            .take(MAX_SHOWN_RANGES)
            .enumerate()
            .try_for_each(|(place, range)| write!(f, "{}{}", if place == 0 { "" } else { ", " }, range.as_str()))
    }
}

/// Ranges that a denial shows.
const MAX_SHOWN_RANGES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_with_and_without_port() {
        for (entry, address) in [
            ("192.0.2.1", "192.0.2.1"),
            (" 192.0.2.1:49152", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
        ] {
            assert_eq!(forwarded_address(entry), Some(address.parse().unwrap()), "{entry}");
        }
        for entry in
            ["", "unknown", "192.0.2.1, 10.0.0.1", "192.0.2", "192.0.2.1:", "::1]:1", "192.0.2.1:99999", "010.0.0.1"]
        {
            assert_eq!(forwarded_address(entry), None, "{entry}");
        }
    }

    #[test]
    fn mapped_addresses_are_inside_ipv4_ranges_and_an_empty_list_holds_nothing() {
        let ranges = AddressRanges::new(["192.0.2.0/24"]).unwrap();
        assert!(ranges.contain("::ffff:192.0.2.7".parse().unwrap()));
        assert!(!ranges.contain("198.51.100.1".parse().unwrap()));
        assert!(!AddressRanges::new::<&str>([]).unwrap().contain("192.0.2.7".parse().unwrap()));
    }
}
