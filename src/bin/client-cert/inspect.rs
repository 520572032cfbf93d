//! `client-cert inspect`.

use std::time::SystemTime;

use tower_client_cert::certificate::Certificate;
use tower_client_cert::{
    Clock as _, Encoding, FieldContent, InspectedCertificate, InspectedField, InspectedHeaders, Inspection, Trip,
};

use super::Status;
use super::arguments::Inspect;
use super::at::{self, At};
use super::head::Head;
use super::input::{self, Input};
use super::output::{Output, Tone};
use super::trouble::Trouble;

pub(crate) fn run(arguments: &Inspect, output: &mut Output) -> Result<Status, Trouble> {
    let octets = match &arguments.value {
        Some(value) => value.clone().into_bytes(),
        None => input::read(arguments.file.as_deref())?,
    };
    let at = At(arguments.at).now();
    let inspection = match Input::of(octets)? {
        Input::Head(head) => return of_head(&head, at, arguments.json, output),
        Input::Certificates(octets) => Inspection::of_file(&octets, at).map_err(Trouble::input)?,
        Input::Value(value) => Inspection::of_value(&value, at).map_err(|error| {
            let absent = Inspection::products_without_certificate(&value);
            if absent.is_empty() {
                Trouble::input(error)
            } else {
                Trouble::input(format!("no certificate: this is how {} says that there was none", absent.join(", ")))
            }
        })?,
    };
    if arguments.json {
        output.json(&inspection)?;
    } else {
        show(&inspection, at, output)?;
    }
    Ok(status_of(&[&inspection], &[]))
}

/// Every line of a head that is for certificates.
fn of_head(head: &Head, at: SystemTime, is_json: bool, output: &mut Output) -> Result<Status, Trouble> {
    let headers = &InspectedHeaders::of(&head.headers, at);
    if headers.fields().is_empty() {
        return Err(Trouble::input("no header line holds a certificate, and none has a name that is known for it"));
    }
    if is_json {
        output.json(headers)?;
    } else {
        let peer = head.peer.map_or_else(String::new, |peer| format!(" from {peer}"));
        output.say(Tone::Quiet, &format!("{} {}{peer}", head.method, head.uri))?;
        for field in headers.fields() {
            output.blank()?;
            show_field(field, at, output)?;
        }
        show_trips("The head would be refused by default for:", headers.trips(), output)?;
    }
    let contents = || headers.fields().iter().map(InspectedField::content);
    if contents().any(|content| matches!(content, FieldContent::Unreadable(_))) {
        return Ok(Status::Refused);
    }
    let inspections: Vec<_> = contents()
        .filter_map(|content| match content {
            FieldContent::Certificates(inspection) => Some(inspection),
            _ => None,
        })
        .collect();
    Ok(status_of(&inspections, headers.trips()))
}

fn status_of(inspections: &[&Inspection], more: &[Trip]) -> Status {
    let is_clean = |inspection: &&Inspection| {
        inspection.trips().is_empty() && inspection.certificates().iter().all(|known| known.trips().is_empty())
    };
    if more.is_empty() && inspections.iter().all(is_clean) { Status::Accepted } else { Status::Refused }
}

fn show_field(field: &InspectedField, at: SystemTime, output: &mut Output) -> Result<(), Trouble> {
    output.say(Tone::Heading, &format!("{}:", field.name()))?;
    let products = field.products().join(", ");
    match field.content() {
        FieldContent::Absent => output.say(Tone::Quiet, &format!("no certificate, as {products} say it")),
        FieldContent::Certificates(inspection) => show(inspection, at, output),
        FieldContent::Unreadable(error) => {
            output.say(Tone::Bad, &format!("cannot be read: {error}"))?;
            output.say(Tone::Quiet, &format!("mend: {}", error.mend()))
        }
        _ => Ok(()),
    }
}

fn show(inspection: &Inspection, at: SystemTime, output: &mut Output) -> Result<(), Trouble> {
    let encoding = match inspection.encoding() {
        Some(encoding @ (Encoding::DerBase64 | Encoding::Pem | Encoding::Rfc9440)) => {
            format!("{} (Encoding::{encoding:?}, which Encoding::Auto picks too)", inspection.form())
        }
        Some(encoding) => format!("{} (Encoding::{encoding:?}, which Encoding::Auto never picks)", inspection.form()),
        None => inspection.form().to_owned(),
    };
    output.say(Tone::Heading, &encoding)?;
    match (inspection.encoding(), inspection.products()) {
        (None, _) => {}
        (Some(_), []) => output.say(Tone::Quiet, "written so by no product that is known here")?,
        (Some(_), products) => output.say(Tone::Quiet, &format!("written so by {}", products.join(", ")))?,
    }
    show_trips("It would be refused by default for:", inspection.trips(), output)?;
    let count = inspection.certificates().len();
    for (index, certificate) in inspection.certificates().iter().enumerate() {
        output.blank()?;
        let taken_for = if index == 0 { "taken for the client's" } else { "taken for a candidate of its path" };
        let length = certificate.length_bytes();
        output.say(
            Tone::Heading,
            &format!("Certificate {} of {count}, {length} bytes, {taken_for}; nothing is verified", index + 1),
        )?;
        match certificate.read() {
            Ok(read) => show_certificate(read, certificate, at, output)?,
            Err(error) => output.say(Tone::Bad, &format!("cannot be read: {error}"))?,
        }
        show_trips("It would be refused by default, whatever the anchors, for:", certificate.trips(), output)?;
    }
    Ok(())
}

fn show_certificate(
    read: &Certificate,
    inspected: &InspectedCertificate,
    at: SystemTime,
    output: &mut Output,
) -> Result<(), Trouble> {
    output.field("subject", &read.subject().to_string())?;
    output.field("issuer", &read.issuer().to_string())?;
    output.field("serial", &read.serial().to_string())?;
    output.field("valid", &validity(read, at))?;
    for name in read.alternative_names() {
        output.field("name", &name.to_string())?;
    }
    match read.purposes() {
        None => output.field("purposes", "none stated")?,
        Some(purposes) => {
            output.field("purposes", &purposes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))?;
        }
    }
    let usage = read.key_usage().map_or_else(|| "none stated".to_owned(), |usage| usage.to_string());
    output.field("key usage", &usage)?;
    if read.basic_constraints().is_some_and(|constraints| constraints.is_ca()) {
        let limit = read.basic_constraints().and_then(|constraints| constraints.path_len());
        let limit = limit.map_or_else(|| "any number of".to_owned(), |limit| format!("at most {limit}"));
        output.field("authority", &format!("yes, with {limit} authorities below it"))?;
    }
    output.field("key", &read.public_key().to_string())?;
    output.field("signed with", &read.signature_algorithm().to_string())?;
    output.field("sha-256", &read.fingerprint().to_string())?;
    output.field("key sha-256", &read.public_key_fingerprint().to_string())?;
    if let Some(key_id) = read.subject_key_id() {
        output.field("key id", &key_id.to_string())?;
    }
    if let Some(key_id) = read.authority_key_id() {
        output.field("issuer key", &key_id.to_string())?;
    }
    let locations = [
        ("ocsp", inspected.ocsp_locations()),
        ("crl", inspected.crl_locations()),
        ("issuer at", inspected.issuer_locations()),
    ];
    for (name, uris) in locations {
        uris.iter().try_for_each(|uri| output.field(name, uri))?;
    }
    Ok(())
}

fn validity(read: &Certificate, at: SystemTime) -> String {
    let (from, until) = (at::text(read.not_before()), at::text(read.not_after()));
    let days = |from: SystemTime, until: SystemTime| {
        until.duration_since(from).unwrap_or_default().as_secs() / SECONDS_PER_DAY
    };
    let standing = if at < read.not_before() {
        format!("begins in {} days", days(at, read.not_before()))
    } else if at > read.not_after() {
        format!("ended {} days ago", days(read.not_after(), at))
    } else {
        format!("{} days left", days(at, read.not_after()))
    };
    format!("{from} to {until}, {standing}")
}

fn show_trips(heading: &str, trips: &[Trip], output: &mut Output) -> Result<(), Trouble> {
    if trips.is_empty() {
        return Ok(());
    }
    output.say(Tone::Bad, heading)?;
    for trip in trips {
        output.say(Tone::Bad, &format!("- {}: {}", trip.reason(), trip.problem()))?;
        output.say(Tone::Quiet, &format!("  mend: {}", trip.mend()))?;
    }
    Ok(())
}

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;
