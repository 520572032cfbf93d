//! Stage 2: which header.
//!
//! **Decides** which values of the request are the forwarded certificate, its chain and the gateway's own verdict, and
//! removes them from the request.
//! **Trusts** nothing in the values; only that the peer has been judged before anything is made of them.
//! **Refuses** a second field line, a comma where the encoding knows one value, values over the size limit together, a
//! chain without its certificate, a failure that the gateway reports, and a `Connection` field that names one of the
//! headers, by which a client can make a hop drop it.
//! **Standard:** RFC 9440 sections 2.2 to 2.4 and 4 (exactly one value, a chain never alone, removed always); RFC 9110
//! sections 5.3 and 7.6.1; RFC 6585 section 5 (status 431).
//!
//! The headers are removed from every request, whoever sent it, and so are their look-alikes: names that differ only in
//! `_` or `.` for `-` are different fields to HTTP, but become the same to a CGI-like service behind.

mod error;
mod taken;
#[cfg(test)]
mod tests;

use http::HeaderValue;

pub use self::error::HeaderError;
use self::taken::TakenField;
pub(crate) use self::taken::{TakenHeaders, is_listed};
use crate::encoding::Encoding;
use crate::gateway::{CertificateHeader, CertificatePresence, Forwarding, TrustedPeer};

/// The values from the gateway that carry the certificate: none of them empty, none of them decoded.
#[derive(Debug)]
pub(crate) struct RawCertificate {
    pub(crate) peer: TrustedPeer,
    leaf: RawValue,
    other_leaves: Vec<RawValue>,
    chain: Vec<RawValue>,
    ocsp_answer: Option<HeaderValue>,
}

/// One value and what its header is to hold.
#[derive(Debug)]
pub(crate) struct RawValue {
    value: HeaderValue,
    /// The place of its header among those of the gateway, from [`FIRST_PLACE`] on.
    pub(crate) place: usize,
    pub(crate) encoding: Encoding,
}

impl RawCertificate {
    /// Finds the values. `None` is the gateway's way to say that there was no certificate.
    pub(crate) fn find(
        peer: TrustedPeer,
        forwarding: &Forwarding,
        taken: TakenHeaders,
        max_bytes: usize,
    ) -> Result<Option<Self>, HeaderError> {
        if taken.is_any_named_by_connection(forwarding) {
            return Err(HeaderError::NamedByConnection);
        }
        taken.ensure_fits(forwarding, max_bytes)?;

        let mut finder = Finder { forwarding, taken, place: FIRST_PLACE - 1 };
        let leaf = finder.one(forwarding.leaf())?;
        let presence = if leaf.is_some() { CertificatePresence::Present } else { CertificatePresence::Absent };
        finder.ensure_no_failure(presence)?;
        let other_leaves = finder.each(forwarding.other_leaves())?;
        let chain = finder.each(forwarding.chain())?;
        let ocsp_answer = finder.ocsp_answer()?;
        match leaf {
            Some(leaf) => Ok(Some(Self { peer, leaf, other_leaves, chain, ocsp_answer })),
            None if other_leaves.is_empty() && chain.is_empty() => Ok(None),
            None => Err(HeaderError::LeafMissing),
        }
    }

    /// Every value, in the order of the gateway's headers.
    pub(crate) fn values(&self) -> impl Iterator<Item = &RawValue> {
        std::iter::once(&self.leaf).chain(&self.other_leaves).chain(&self.chain)
    }

    /// The names of the headers that they came in, each once.
    pub(crate) fn names_in(&self, forwarding: &Forwarding) -> String {
        let places = (FIRST_PLACE..).zip(forwarding.names());
        let came = places.filter(|(place, _)| self.values().any(|value| value.place == *place));
        came.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The value with the end entity.
    pub(crate) fn leaf(&self) -> &RawValue {
        &self.leaf
    }

    /// Values with the same end entity once more.
    pub(crate) fn other_leaves(&self) -> &[RawValue] {
        &self.other_leaves
    }

    /// The OCSP answer beside the certificate, without blanks around it. It is no part of what a verdict is remembered by.
    pub(crate) fn ocsp_answer(&self) -> Option<&[u8]> {
        self.ocsp_answer.as_ref().map(|value| value.as_bytes().trim_ascii())
    }

    /// Values with candidates for the path, in the order in which they came.
    pub(crate) fn chain(&self) -> &[RawValue] {
        &self.chain
    }
}

impl RawValue {
    /// The bytes, without blanks around them.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.value.as_bytes().trim_ascii()
    }
}

struct Finder<'a> {
    forwarding: &'a Forwarding,
    taken: TakenHeaders,
    /// The place of the header that was looked for last.
    place: usize,
}

impl Finder<'_> {
    /// The one value of a header, unless it says that there is none.
    fn one(&mut self, header: &CertificateHeader) -> Result<Option<RawValue>, HeaderError> {
        match self.lines(header) {
            None => Ok(None),
            Some(field) if field.more.is_empty() => self.judged(field.first, header.encoding),
            Some(field) => Err(HeaderError::Repeated { lines: field.lines() }),
        }
    }

    /// The values of several headers, where each has one line unless its encoding is a list over several.
    fn each(&mut self, headers: &[CertificateHeader]) -> Result<Vec<RawValue>, HeaderError> {
        let mut found = Vec::new();
        for header in headers {
            if !header.encoding.spans_lines() {
                found.extend(self.one(header)?);
                continue;
            }
            for value in self.lines(header).into_iter().flat_map(TakenField::into_values) {
                found.extend(self.judged(value, header.encoding)?);
            }
        }
        Ok(found)
    }

    fn lines(&mut self, header: &CertificateHeader) -> Option<TakenField> {
        self.place += 1;
        self.taken.take_lines(&header.name)
    }

    fn judged(&self, value: HeaderValue, encoding: Encoding) -> Result<Option<RawValue>, HeaderError> {
        let raw = RawValue { value, place: self.place, encoding };
        if self.forwarding.means_absent(raw.bytes()) {
            return Ok(None);
        }
        // A merged second line puts a comma into an encoding that has none.
        if memchr::memchr(b',', raw.bytes()).is_some() && !encoding.is_list() {
            return Err(HeaderError::Merged);
        }
        Ok(Some(raw))
    }

    /// The one value with an OCSP answer, unless it says that there is none.
    fn ocsp_answer(&mut self) -> Result<Option<HeaderValue>, HeaderError> {
        let Some(field) = self.forwarding.ocsp_answer().and_then(|name| self.taken.take_lines(name)) else {
            return Ok(None);
        };
        if !field.more.is_empty() {
            return Err(HeaderError::Repeated { lines: field.lines() });
        }
        Ok(Some(field.first).filter(|value| !self.forwarding.means_absent(value.as_bytes().trim_ascii())))
    }

    /// One line that reports a failure is enough, however many there are.
    fn ensure_no_failure(&mut self, presence: CertificatePresence) -> Result<(), HeaderError> {
        let Some(status) = self.forwarding.status() else { return Ok(()) };
        let mut values = self.taken.take_lines(&status.name).into_iter().flat_map(TakenField::into_values);
        if values.any(|value| status.format.reports_failure(value.as_bytes().trim_ascii(), presence)) {
            return Err(HeaderError::GatewayReportedFailure);
        }
        Ok(())
    }
}

/// The place of the header with the end entity; other headers with it and chains come after it, as in
/// [`Forwarding::names`].
const FIRST_PLACE: usize = 1;
