//! A client that was never seen before: what its signatures alone cost, what others make of it, and what the layer does.

use std::hint::black_box;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use criterion::{BenchmarkGroup, measurement::WallTime};
use http::{HeaderValue, Request};
use rustls_pki_types::{SignatureVerificationAlgorithm, UnixTime};
use tower::{Layer as _, service_fn};
use tower_client_cert::ClientCertLayer;
use x509_cert::der::{Decode as _, Encode as _};

use super::authorities::Authorities;
use super::pki::Minted;
use super::processor::cpu_time_of;
use super::requests::{Body, answer_a_client, serve};

/// A signature with what it is about.
struct Signed {
    message: Vec<u8>,
    signature: Vec<u8>,
    key: Vec<u8>,
}

impl Signed {
    fn of(certificate: &Minted, issuer: &Minted) -> Self {
        let certificate = x509_cert::Certificate::from_der(certificate.der()).unwrap();
        let issuer = x509_cert::Certificate::from_der(issuer.der()).unwrap();
        Self {
            message: certificate.tbs_certificate().to_der().unwrap(),
            signature: certificate.signature().raw_bytes().to_vec(),
            key: issuer.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes().to_vec(),
        }
    }

    fn verify(&self, verifier: &dyn SignatureVerificationAlgorithm) {
        verifier.verify_signature(&self.key, &self.message, &self.signature).unwrap();
    }
}

/// Everything that is in this crate's reach, for one client of authorities with one intermediate.
pub(crate) fn compare_first_sights(group: &mut BenchmarkGroup<'_, WallTime>, authorities: &Authorities) {
    let Authorities { name, verifier, root, .. } = authorities;
    let client = authorities.client(0);
    let header = authorities.header(0);
    let leaf_signature = Signed::of(&client, authorities.issuer());
    let issuer_signature = Signed::of(authorities.issuer(), root);
    group.bench_function(format!("{name}/one signature"), |bench| {
        bench.iter_custom(|calls| cpu_time_of(calls, || leaf_signature.verify(*verifier)));
    });
    group.bench_function(format!("{name}/two signatures"), |bench| {
        bench.iter_custom(|calls| {
            cpu_time_of(calls, || {
                leaf_signature.verify(*verifier);
                issuer_signature.verify(*verifier);
            })
        });
    });
    group.bench_function(format!("{name}/webpki and x509-cert"), |bench| {
        bench.iter_custom(|calls| cpu_time_of(calls, || by_webpki(authorities, &client)));
    });
    let forgetful = authorities.builder().remember_nothing().build().unwrap();
    group.bench_function(format!("{name}/layer, nothing remembered"), |bench| {
        bench.iter_custom(first_sight_of(&forgetful, &header));
    });
    // No verdict has room, and signatures of authorities have.
    let signatures = authorities.builder().max_remembered_bytes(1).build().unwrap();
    group.bench_function(format!("{name}/layer, issuer seen before"), |bench| {
        bench.iter_custom(first_sight_of(&signatures, &header));
    });
}

/// One client, of whom the layer is to remember no verdict.
pub(crate) fn first_sight_of(layer: &ClientCertLayer, header: &HeaderValue) -> impl FnMut(u64) -> Duration + use<> {
    let service = layer.layer(service_fn(|request: Request<Body>| answer_a_client(&request)));
    serve(service, vec![header.clone()], vec![0])
}

/// The same path without this crate: decoded certificates in, a subject out.
fn by_webpki(authorities: &Authorities, client: &Minted) {
    let root = authorities.root.certificate_der();
    let der = client.certificate_der();
    let anchor = webpki::anchor_from_trusted_cert(&root).unwrap();
    let end_entity = webpki::EndEntityCert::try_from(&der).unwrap();
    let now = UnixTime::since_unix_epoch(SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
    end_entity
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &[anchor],
            &[authorities.issuer().certificate_der()],
            now,
            webpki::KeyUsage::client_auth(),
            None,
            None,
        )
        .unwrap();
    let certificate = x509_cert::Certificate::from_der(&der).unwrap();
    black_box(certificate.tbs_certificate().subject().to_string());
}
