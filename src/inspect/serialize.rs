//! Inspections for programs.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{FieldContent, InspectedCertificate, InspectedField, InspectedHeaders, Inspection, Trip};

impl Serialize for Inspection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let encoding = self.encoding().map(|encoding| format!("{encoding:?}"));
        let mut inspection = serializer.serialize_struct("Inspection", 5)?;
        inspection.serialize_field("form", self.form())?;
        inspection.serialize_field("encoding", &encoding)?;
        inspection.serialize_field("products", self.products())?;
        inspection.serialize_field("trips", self.trips())?;
        inspection.serialize_field("certificates", self.certificates())?;
        inspection.end()
    }
}

impl Serialize for InspectedCertificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut certificate = serializer.serialize_struct("InspectedCertificate", 7)?;
        certificate.serialize_field("length_bytes", &self.length_bytes())?;
        certificate.serialize_field("certificate", &self.read().ok())?;
        certificate.serialize_field("problem", &self.read().err().map(ToString::to_string))?;
        certificate.serialize_field("ocsp", self.ocsp_locations())?;
        certificate.serialize_field("crls", self.crl_locations())?;
        certificate.serialize_field("ca_issuers", self.issuer_locations())?;
        certificate.serialize_field("trips", self.trips())?;
        certificate.end()
    }
}

impl Serialize for Trip {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut trip = serializer.serialize_struct("Trip", 3)?;
        trip.serialize_field("reason", self.reason().code())?;
        trip.serialize_field("problem", self.problem())?;
        trip.serialize_field("mend", self.mend())?;
        trip.end()
    }
}

impl Serialize for InspectedHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut headers = serializer.serialize_struct("InspectedHeaders", 2)?;
        headers.serialize_field("headers", self.fields())?;
        headers.serialize_field("trips", self.trips())?;
        headers.end()
    }
}

/// One of `inspection` and `problem` is null; both are where the value says that there was no certificate.
impl Serialize for InspectedField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (inspection, problem) = match self.content() {
            FieldContent::Absent => (None, None),
            FieldContent::Certificates(inspection) => (Some(inspection), None),
            FieldContent::Unreadable(error) => (None, Some(error.to_string())),
        };
        let mut field = serializer.serialize_struct("InspectedField", 4)?;
        field.serialize_field("name", self.name())?;
        field.serialize_field("products", self.products())?;
        field.serialize_field("inspection", &inspection)?;
        field.serialize_field("problem", &problem)?;
        field.end()
    }
}
