//! A look at a header value or a file with certificates, without a layer: which encoding it is, which products send it so,
//! what stands in its certificates, and what would be refused by default.
//!
//! **Nothing is verified here**: whoever made the value chose every word of it.

mod certificate;
mod headers;
mod products;
mod recognition;
mod serialize;
mod trip;

use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

pub use self::certificate::InspectedCertificate;
pub use self::headers::{FieldContent, InspectedField, InspectedHeaders};
pub use self::trip::Trip;
use crate::encoding::{Encoding, EncodingError};
use crate::validation::Place;

/// What a header value or a file holds, by the look of it. Nothing of it is verified.
///
/// ```
/// use std::time::SystemTime;
///
/// use tower_client_cert::Inspection;
///
/// let error = Inspection::of_value(b"{http.request.tls.client}", SystemTime::UNIX_EPOCH).unwrap_err();
/// assert!(error.to_string().contains("the name of a variable"));
/// ```
#[derive(Clone, Debug)]
pub struct Inspection {
    form: &'static str,
    encoding: Option<Encoding>,
    products: Vec<&'static str>,
    certificates: Vec<InspectedCertificate>,
    trips: Vec<Trip>,
}

impl Inspection {
    /// Looks at the value of a header that could come from any gateway. What is in date is judged at this time.
    ///
    /// # Errors
    ///
    /// The [`EncodingError`] of the encoding that the value begins like.
    pub fn of_value(value: &[u8], at: SystemTime) -> Result<Self, EncodingError> {
        Self::of_header(None, value, at)
    }

    /// Looks at a header line: its name tells more of the products that send it.
    ///
    /// # Errors
    ///
    /// As from [`of_value`](Self::of_value).
    pub fn of_field(name: &str, value: &[u8], at: SystemTime) -> Result<Self, EncodingError> {
        Self::of_header(Some(name), value, at)
    }

    /// Looks at the content of a file: one DER certificate, or PEM with any text around its blocks.
    ///
    /// # Errors
    ///
    /// [`EncodingError`] where there is no certificate in it, or a block that cannot be read.
    pub fn of_file(content: &[u8], at: SystemTime) -> Result<Self, EncodingError> {
        let (form, ders) = if content.starts_with(&[DER_SEQUENCE]) {
            ("a file in DER", recognition::der(content)?)
        } else {
            ("a file in PEM", recognition::pem(content)?)
        };
        if ders.is_empty() {
            return Err(EncodingError::EncodingUnrecognized { first_byte: content.first().copied() });
        }
        let certificates = inspected(ders, at);
        Ok(Self { form, encoding: None, products: Vec::new(), certificates, trips: Vec::new() })
    }

    /// The products that carry a certificate or a chain under this header name.
    #[must_use]
    pub fn products_of_header(name: &str) -> Vec<&'static str> {
        products::of_header(name)
    }

    /// The products that send this value in place of a certificate that is not there, such as `(null)`.
    #[must_use]
    pub fn products_without_certificate(value: &[u8]) -> Vec<&'static str> {
        products::saying_absent(value)
    }

    /// How the certificates were written, in words.
    #[must_use]
    pub fn form(&self) -> &'static str {
        self.form
    }

    /// The encoding that a gateway with this value is configured with; `None` for a file.
    #[must_use]
    pub fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    /// The products that are known to write a value like this.
    #[must_use]
    pub fn products(&self) -> &[&'static str] {
        &self.products
    }

    /// The certificates in their order, the first being the client's where it is a client's value.
    #[must_use]
    pub fn certificates(&self) -> &[InspectedCertificate] {
        &self.certificates
    }

    /// What a layer with every default would refuse the value for, beside what each certificate is refused for.
    #[must_use]
    pub fn trips(&self) -> &[Trip] {
        &self.trips
    }

    fn of_header(name: Option<&str>, value: &[u8], at: SystemTime) -> Result<Self, EncodingError> {
        let recognized = recognition::recognize(value)?;
        let products = products::of_value(name, value, &recognized);
        let trips = trip::of_value(value, &recognized);
        let certificates = inspected(recognized.certificates, at);
        Ok(Self {
            form: recognized.encoding.in_words(),
            encoding: Some(recognized.encoding),
            products,
            certificates,
            trips,
        })
    }
}

fn inspected(ders: Vec<CertificateDer<'static>>, at: SystemTime) -> Vec<InspectedCertificate> {
    let place = |index: usize| if index == 0 { Place::EndEntity } else { Place::Intermediate { number: index } };
    ders.into_iter().enumerate().map(|(index, der)| InspectedCertificate::new(der, place(index), at)).collect()
}

const DER_SEQUENCE: u8 = 0x30;
