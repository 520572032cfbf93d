use std::time::SystemTime;

use http::header::CONNECTION;
use http::{HeaderMap, HeaderName};

use super::Inspection;
use super::trip::Trip;
use crate::encoding::{Encoding, EncodingError};
use crate::header::is_listed;
use crate::reason::Reason;

/// The header lines of a request that carry certificates, by their names or by the look of their values. Nothing of them
/// is verified.
#[derive(Clone, Debug)]
pub struct InspectedHeaders {
    fields: Vec<InspectedField>,
    trips: Vec<Trip>,
}

/// One line of [`InspectedHeaders`].
#[derive(Clone, Debug)]
pub struct InspectedField {
    name: HeaderName,
    products: Vec<&'static str>,
    content: FieldContent,
}

/// What a line holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FieldContent {
    /// A value by which a product says that there was no certificate.
    Absent,
    /// Certificates.
    Certificates(Inspection),
    /// A value that cannot be read, under a name that is for certificates.
    Unreadable(EncodingError),
}

impl InspectedHeaders {
    /// Looks at every line. What is in date is judged at this time.
    #[must_use]
    pub fn of(headers: &HeaderMap, at: SystemTime) -> Self {
        let fields: Vec<_> =
            headers.iter().filter_map(|(name, value)| InspectedField::of(name, value.as_bytes(), at)).collect();
        let mut trips = Vec::new();
        for field in &fields {
            let lines = headers.get_all(&field.name).iter().count();
            if lines > 1 && !field.spans_lines() {
                let problem = format!("{} on {lines} lines, expected one", field.name);
                let mend = "let the gateway replace the header, not append to it";
                trips.push(Trip::new(Reason::HeaderRepeated, problem, mend));
            }
        }
        let is_named = |name| headers.get_all(CONNECTION).iter().any(|connection| is_listed(connection, name));
        for field in fields.iter().filter(|field| is_named(&field.name)) {
            let problem = format!("a Connection header names {}, by which a hop could be made to drop it", field.name);
            let mend =
                "let the gateway drop the client's Connection header; if no gateway sends it, somebody is trying";
            trips.push(Trip::new(Reason::HeaderNamedByConnection, problem, mend));
        }
        // The lines of one name stand together.
        trips.dedup();
        Self { fields, trips }
    }

    /// The lines with certificates, or for them.
    #[must_use]
    pub fn fields(&self) -> &[InspectedField] {
        &self.fields
    }

    /// What a layer with every default would refuse the lines for together.
    #[must_use]
    pub fn trips(&self) -> &[Trip] {
        &self.trips
    }
}

impl InspectedField {
    fn of(name: &HeaderName, value: &[u8], at: SystemTime) -> Option<Self> {
        let products = Inspection::products_of_header(name.as_str());
        let absent = Inspection::products_without_certificate(value);
        let content = match Inspection::of_field(name.as_str(), value, at) {
            Ok(inspection) => FieldContent::Certificates(inspection),
            Err(_) if products.is_empty() => return None,
            Err(_) if products.iter().any(|product| absent.contains(product)) => FieldContent::Absent,
            Err(error) => FieldContent::Unreadable(error),
        };
        Some(Self { name: name.clone(), products, content })
    }

    /// The name of the header.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The products that use this name for certificates; empty for a name of the operator's own.
    #[must_use]
    pub fn products(&self) -> &[&'static str] {
        &self.products
    }

    /// What is in it.
    #[must_use]
    pub fn content(&self) -> &FieldContent {
        &self.content
    }

    fn spans_lines(&self) -> bool {
        let FieldContent::Certificates(inspection) = &self.content else { return false };
        inspection.encoding() == Some(Encoding::Rfc9440List) || self.name.as_str() == "client-cert-chain"
    }
}
