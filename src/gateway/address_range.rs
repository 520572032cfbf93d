use std::net::IpAddr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::error::{AddressRangeProblem, ConfigError};

/// What can be given as an address range of a gateway: text such as `"10.1.0.0/24"`, `"2001:db8::/48"` or a single
/// address, or a value of `ipnet` or `std::net`.
///
/// Sealed: the accepted kinds are those listed here.
pub trait IntoAddressRange: sealed::Sealed {
    /// Reads the range.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] when it is not a network in CIDR notation without host bits, when it is an
    /// IPv4-mapped IPv6 range wider than `/96`, or when it covers every address.
    fn into_address_range(self) -> Result<AddressRange, ConfigError>;
}

/// A range of addresses from which a gateway sends, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRange {
    network: IpNet,
    /// As it stands in logs and in the evidence.
    text: Arc<str>,
}

impl AddressRange {
    /// The network, IPv4-mapped ranges as IPv4.
    #[must_use]
    pub fn network(&self) -> IpNet {
        self.network
    }

    /// The network in CIDR notation.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Whether a canonical address lies in the range.
    pub(crate) fn contains(&self, canonical: IpAddr) -> bool {
        self.network.contains(&canonical)
    }

    /// Whether some address lies in both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.network.contains(&other.network) || other.network.contains(&self.network)
    }

    /// Every IPv4 address and every IPv6 address.
    pub(crate) fn everywhere() -> [Self; 2] {
        [Self::of(IpNet::V4(Ipv4Net::default())), Self::of(IpNet::V6(Ipv6Net::default()))]
    }

    fn of(network: IpNet) -> Self {
        Self { network, text: network.to_string().into() }
    }

    fn checked(network: IpNet, given: &str) -> Result<Self, ConfigError> {
        let refuse = |problem| ConfigError::AddressRange { value: given.to_owned(), problem };
        let canonical = match network {
            IpNet::V6(v6) => canonical_v6(v6).ok_or_else(|| refuse(AddressRangeProblem::MappedTooWide))?,
            v4 @ IpNet::V4(_) => v4,
        };
        if canonical.addr() != canonical.network() {
            return Err(refuse(AddressRangeProblem::HostBits { network: canonical.trunc() }));
        }
        if canonical.prefix_len() == 0 {
            return Err(refuse(AddressRangeProblem::Everything));
        }
        Ok(Self::of(canonical))
    }
}

/// `::ffff:a.b.c.d/96+n` is the IPv4 range `a.b.c.d/n` (RFC 4291 section 2.5.5.2); peers are canonicalised the same
/// way. `None` for a mapped range that reaches beyond the mapped block.
fn canonical_v6(range: Ipv6Net) -> Option<IpNet> {
    let Some(v4) = range.addr().to_ipv4_mapped() else {
        return Some(IpNet::V6(range));
    };
    let prefix = range.prefix_len().checked_sub(MAPPED_PREFIX_BITS)?;
    Ipv4Net::new(v4, prefix).ok().map(IpNet::V4)
}

/// A network in CIDR notation, or a single address. Stricter than `IpNet`, which takes `010.0.0.0/8` for `10.0.0.0/8`
/// where other programs read an octal 8.
fn parse(text: &str) -> Option<IpNet> {
    let Some((address, prefix)) = text.split_once('/') else {
        return text.parse::<IpAddr>().map(IpNet::from).ok();
    };
    let is_number = prefix == "0" || (!prefix.starts_with(['0', '+']) && !prefix.is_empty());
    let prefix = prefix.parse().ok().filter(|_| is_number)?;
    IpNet::new(address.parse().ok()?, prefix).ok()
}

/// Bits in front of the IPv4 address in an IPv4-mapped IPv6 address.
const MAPPED_PREFIX_BITS: u8 = 96;

impl IntoAddressRange for AddressRange {
    fn into_address_range(self) -> Result<AddressRange, ConfigError> {
        Ok(self)
    }
}

impl IntoAddressRange for &str {
    fn into_address_range(self) -> Result<AddressRange, ConfigError> {
        let text = self.trim();
        let network = parse(text).ok_or_else(|| ConfigError::AddressRange {
            value: self.to_owned(),
            problem: AddressRangeProblem::Unparsable,
        })?;
        AddressRange::checked(network, self)
    }
}

impl IntoAddressRange for String {
    fn into_address_range(self) -> Result<AddressRange, ConfigError> {
        self.as_str().into_address_range()
    }
}

impl IntoAddressRange for &String {
    fn into_address_range(self) -> Result<AddressRange, ConfigError> {
        self.as_str().into_address_range()
    }
}

macro_rules! from_network {
    ($($kind:ty),*) => {
        $(impl IntoAddressRange for $kind {
            fn into_address_range(self) -> Result<AddressRange, ConfigError> {
                AddressRange::checked(IpNet::from(self), &self.to_string())
            }
        })*
    };
}

from_network!(IpNet, Ipv4Net, Ipv6Net, IpAddr);

mod sealed {
    use std::net::IpAddr;

    use ipnet::{IpNet, Ipv4Net, Ipv6Net};

    #[expect(unnameable_types, reason = "sealed: implemented here alone")]
    pub trait Sealed {}

    impl Sealed for super::AddressRange {}
    impl Sealed for &str {}
    impl Sealed for String {}
    impl Sealed for &String {}
    impl Sealed for IpNet {}
    impl Sealed for Ipv4Net {}
    impl Sealed for Ipv6Net {}
    impl Sealed for IpAddr {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Result<String, AddressRangeProblem> {
        match text.into_address_range() {
            Ok(range) => Ok(range.as_str().to_owned()),
            Err(ConfigError::AddressRange { value, problem }) => {
                assert_eq!(value, text);
                Err(problem)
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn networks_and_single_addresses_are_read() {
        assert_eq!(range("10.1.0.0/24").unwrap(), "10.1.0.0/24");
        assert_eq!(range(" 10.1.0.7 ").unwrap(), "10.1.0.7/32");
        assert_eq!(range("2001:db8::/48").unwrap(), "2001:db8::/48");
        assert_eq!(range("::1").unwrap(), "::1/128");
        assert_eq!(IpAddr::from([10, 1, 0, 7]).into_address_range().unwrap().as_str(), "10.1.0.7/32");
    }

    #[test]
    fn mapped_ranges_become_ipv4_ranges() {
        assert_eq!(range("::ffff:10.0.0.0/104").unwrap(), "10.0.0.0/8");
        assert_eq!(range("::ffff:10.0.0.1").unwrap(), "10.0.0.1/32");
        assert_eq!(range("::ffff:128.0.0.0/97").unwrap(), "128.0.0.0/1");
    }

    #[test]
    fn mapped_ranges_wider_than_the_mapped_block_are_refused() {
        for text in ["::ffff:0:0/95", "::ffff:0.0.0.0/80", "::ffff:10.0.0.0/8", "::ffff:10.1.0.5/0"] {
            assert!(matches!(range(text), Err(AddressRangeProblem::MappedTooWide)), "{text}");
        }
    }

    #[test]
    fn ranges_that_cover_every_address_are_refused() {
        for text in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"] {
            assert!(matches!(range(text), Err(AddressRangeProblem::Everything)), "{text}");
        }
    }

    #[test]
    fn host_bits_are_refused_with_the_network_that_was_probably_meant() {
        let Err(AddressRangeProblem::HostBits { network }) = range("10.1.0.5/24") else { panic!() };
        assert_eq!(network.to_string(), "10.1.0.0/24");
        let Err(AddressRangeProblem::HostBits { network }) = range("2001:db8::1/64") else { panic!() };
        assert_eq!(network.to_string(), "2001:db8::/64");
        let Err(AddressRangeProblem::HostBits { network }) = range("::ffff:10.1.0.5/120") else { panic!() };
        assert_eq!(network.to_string(), "10.1.0.0/24");
    }

    #[test]
    fn text_that_is_no_network_is_refused() {
        for text in [
            "",
            "10.1.0.0/33",
            "192.168.*.*",
            "gateway",
            "10.1.0.0-10.1.0.9",
            "10.1.0/24",
            "010.1.0.0/24",
            "10.1.0.0/024",
            "10.1.0.0/+24",
            "10.1.0.0/",
            "/24",
            "10.1.0.0/24/8",
        ] {
            assert!(matches!(range(text), Err(AddressRangeProblem::Unparsable)), "{text}");
        }
    }

    #[test]
    fn an_ipv6_range_around_the_mapped_block_does_not_cover_ipv4() {
        let range = "::/64".into_address_range().unwrap();
        assert!(!range.contains(IpAddr::from([10, 0, 0, 1])));
    }

    #[test]
    fn the_network_is_the_canonical_one() {
        let range = "::ffff:10.1.0.0/112".into_address_range().unwrap();
        assert_eq!(range.network(), "10.1.0.0/16".parse().unwrap());
        assert_eq!(range.as_str(), "10.1.0.0/16");
    }
}
