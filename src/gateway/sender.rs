use std::net::IpAddr;

use super::address_range::AddressRange;

/// By what a gateway is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Sender {
    ranges: Vec<AddressRange>,
}

impl Sender {
    pub(super) fn new(ranges: Vec<AddressRange>) -> Self {
        Self { ranges }
    }

    pub(super) fn allow_any_address(&mut self) {
        self.ranges.extend(AddressRange::everywhere());
    }

    pub(super) fn ranges(&self) -> &[AddressRange] {
        &self.ranges
    }

    /// The range that holds a canonical address.
    pub(super) fn range_of(&self, canonical: IpAddr) -> Option<&AddressRange> {
        self.ranges.iter().find(|range| range.contains(canonical))
    }
}
