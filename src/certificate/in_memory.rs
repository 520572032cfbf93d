//! What a certificate takes in memory, for the bound on what is remembered: what is asked of the allocator, and never less.

use super::tbs::Fields;
use super::{AlternativeName, Certificate, DistinguishedName, ObjectIdentifier, Purpose};

impl Certificate {
    /// How many bytes it takes, its own and those that it points to. All fields together point to its DER, which counts once.
    pub(crate) fn bytes(&self) -> usize {
        let Fields { signature_algorithm, issuer, subject, public_key, extensions, .. } = &self.fields;
        let alone = [signature_algorithm.oid(), public_key.algorithm()].into_iter().chain(public_key.curve());
        let parts = [
            size_of::<Self>() + SHARED + self.der().len(),
            bytes_of_name(issuer) + bytes_of_name(subject),
            bytes_of_identifiers(alone),
            size_of_val(&*extensions.all)
                + bytes_of_identifiers(self.extensions().iter().map(|extension| &extension.oid)),
            size_of_val(self.alternative_names())
                + self.alternative_names().iter().map(bytes_of_alternative).sum::<usize>(),
            size_of_val(self.purposes().unwrap_or_default())
                + bytes_of_identifiers(self.purposes().into_iter().flatten().map(Purpose::oid)),
            size_of_val(self.policies().unwrap_or_default())
                + bytes_of_identifiers(self.policies().into_iter().flatten()),
        ];
        parts.into_iter().sum()
    }
}

fn bytes_of_name(name: &DistinguishedName) -> usize {
    let of_attribute = |attribute: &super::Attribute| size_of_val(attribute) + attribute.bytes_beside();
    name.iter().map(of_attribute).sum()
}

fn bytes_of_alternative(name: &AlternativeName) -> usize {
    match name {
        AlternativeName::DirectoryName(name) => bytes_of_name(name),
        AlternativeName::Dns(text)
        | AlternativeName::Email(text)
        | AlternativeName::Uri(text)
        | AlternativeName::UserPrincipalName(text) => text.capacity(),
        AlternativeName::EdiParty(der) | AlternativeName::X400Address(der) => der.len(),
        AlternativeName::Ip(_) => 0,
        AlternativeName::OtherName { type_id, value_der } => type_id.bytes_beside() + value_der.len(),
        AlternativeName::RegisteredId(oid) => oid.bytes_beside(),
    }
}

fn bytes_of_identifiers<'a>(identifiers: impl IntoIterator<Item = &'a ObjectIdentifier>) -> usize {
    identifiers.into_iter().map(ObjectIdentifier::bytes_beside).sum()
}

/// What shares the DER: two counters, pointer, length and capacity.
const SHARED: usize = 5 * size_of::<usize>();
