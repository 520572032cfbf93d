//! What a certificate costs a request: when it is seen for the first time, and from then on.
//!
//! `cargo bench --bench certificates`; the same run has what it is to be compared with: the signatures alone, rustls-webpki
//! with x509-cert and nothing around them, the service without a layer, and a layer that only inserts an extension.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has to end")]

use std::convert::Infallible;
use std::future::{Future as _, Ready, ready};
use std::hint::black_box;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use http::{HeaderValue, Request, Response};
use http_body_util::Empty;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SignatureAlgorithm,
};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use tower::{Layer as _, Service, ServiceBuilder, service_fn};
use tower_client_cert::{Authentication, ClientCertLayer, Encoding, Gateway, GatewayPeer, Intermediates, TrustAnchors};
use x509_cert::der::Decode as _;

type Body = Empty<bytes::Bytes>;
type Issuer = CertifiedIssuer<'static, KeyPair>;
type Answer = Ready<Result<Response<Body>, Infallible>>;

/// A root, an intermediate and as many clients as are asked for.
struct Pki {
    name: &'static str,
    root: Issuer,
    intermediate: Issuer,
    verifier: &'static dyn SignatureVerificationAlgorithm,
}

impl Pki {
    fn new(
        name: &'static str,
        algorithm: &'static SignatureAlgorithm,
        verifier: &'static dyn SignatureVerificationAlgorithm,
    ) -> Self {
        let authority = |common_name: &str| {
            let mut params = CertificateParams::default();
            params.distinguished_name = rcgen::DistinguishedName::new();
            params.distinguished_name.push(DnType::CommonName, common_name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            (params, KeyPair::generate_for(algorithm).unwrap())
        };
        let (params, key) = authority("Bench Root");
        let root = CertifiedIssuer::self_signed(params, key).unwrap();
        let (params, key) = authority("Bench Intermediate");
        let intermediate = CertifiedIssuer::signed_by(params, key, &root).unwrap();
        Self { name, root, intermediate, verifier }
    }

    fn all() -> [Self; 3] {
        use webpki::aws_lc_rs as verifiers;
        [
            Self::new("p256", &rcgen::PKCS_ECDSA_P256_SHA256, verifiers::ECDSA_P256_SHA256),
            Self::new("rsa2048", &rcgen::PKCS_RSA_SHA256, verifiers::RSA_PKCS1_2048_8192_SHA256),
            Self::new("p521", &rcgen::PKCS_ECDSA_P521_SHA512, verifiers::ECDSA_P521_SHA512),
        ]
    }

    /// A client of the usual shape; all of one PKI have one key, which nothing here depends on.
    fn client(&self, key: &KeyPair, number: usize) -> CertificateDer<'static> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "CH");
        params.distinguished_name.push(DnType::OrganizationName, "Big Partner Foo SA");
        params.distinguished_name.push(DnType::CommonName, format!("data-exchange-svc{number:06}"));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        params.signed_by(key, &self.intermediate).unwrap().der().clone()
    }

    fn builder(&self) -> tower_client_cert::ClientCertLayerBuilder {
        let anchors = TrustAnchors::from_der(self.root.der()).unwrap().labelled("bench");
        let gateway = Gateway::custom("bench", ["10.1.0.4"]).unwrap().encoding(Encoding::Pem);
        ClientCertLayer::builder(gateway, anchors)
            .intermediates(Intermediates::from_der(self.intermediate.der()).unwrap())
    }
}

/// As nginx and Application Gateway write it.
fn escaped_pem(der: &[u8]) -> HeaderValue {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let mut escaped = String::from("-----BEGIN%20CERTIFICATE-----%0A");
    for line in body.as_bytes().chunks(64) {
        for byte in line {
            match byte {
                b'+' => escaped.push_str("%2B"),
                b'/' => escaped.push_str("%2F"),
                b'=' => escaped.push_str("%3D"),
                other => escaped.push(char::from(*other)),
            }
        }
        escaped.push_str("%0A");
    }
    escaped.push_str("-----END%20CERTIFICATE-----%0A");
    HeaderValue::try_from(escaped).unwrap()
}

fn request(header: &HeaderValue) -> Request<Body> {
    let mut request = Request::new(Body::new());
    request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
    for (name, value) in [("host", "api.example"), ("accept", "*/*"), ("user-agent", "curl/8"), ("x-request-id", "42")]
    {
        request.headers_mut().append(name, HeaderValue::from_static(value));
    }
    request.headers_mut().append("x-client-cert", header.clone());
    request
}

fn answer() -> Answer {
    ready(Ok(Response::new(Body::new())))
}

fn answer_a_client(request: &Request<Body>) -> Answer {
    assert!(request.extensions().get::<Authentication>().unwrap().identity().is_some());
    answer()
}

/// Time in the service alone: requests are made beforehand, a chunk at a time.
fn serve<S, B>(mut service: S, headers: Vec<HeaderValue>) -> impl FnMut(u64) -> Duration + use<S, B>
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
{
    let mut next = headers.into_iter().cycle();
    move |iterations| {
        let mut spent = Duration::ZERO;
        let mut left = iterations;
        while left > 0 {
            let chunk = left.min(256);
            let requests: Vec<_> = (0..chunk).map(|_| request(&next.next().unwrap())).collect();
            let start = Instant::now();
            for request in requests {
                let mut future = pin!(service.call(request));
                assert!(black_box(future.as_mut().poll(&mut Context::from_waker(Waker::noop()))).is_ready());
            }
            spent += start.elapsed();
            left -= chunk;
        }
        spent
    }
}

fn first_sight(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("first_sight");
    configure(&mut group);
    for pki in Pki::all() {
        let key = KeyPair::generate().unwrap();
        let der = pki.client(&key, 0);
        let header = [escaped_pem(&der)];
        let name = pki.name;
        let (leaf_signature, issuer_signature) =
            (Signed::of(&der, &pki.intermediate), Signed::of(pki.intermediate.der(), &pki.root));
        group.bench_function(format!("{name}/one signature"), |bench| {
            bench.iter(|| leaf_signature.verify(pki.verifier));
        });
        group.bench_function(format!("{name}/two signatures"), |bench| {
            bench.iter(|| {
                leaf_signature.verify(pki.verifier);
                issuer_signature.verify(pki.verifier);
            });
        });
        group.bench_function(format!("{name}/webpki and x509-cert"), |bench| bench.iter(|| direct(&pki, &der)));
        let forgetful = pki.builder().remember_nothing().build().unwrap();
        group.bench_function(format!("{name}/layer that remembers nothing"), |bench| {
            bench.iter_custom(serve(
                forgetful.layer(service_fn(|request: Request<Body>| answer_a_client(&request))),
                header.to_vec(),
            ));
        });
        // No verdict has room, and signatures of authorities have.
        let signatures = pki.builder().max_remembered_bytes(1).build().unwrap();
        group.bench_function(format!("{name}/layer, issuer seen before"), |bench| {
            bench.iter_custom(serve(
                signatures.layer(service_fn(|request: Request<Body>| answer_a_client(&request))),
                header.to_vec(),
            ));
        });
    }
}

fn seen_before(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seen_before");
    configure(&mut group);
    let [pki, ..] = Pki::all();
    let key = KeyPair::generate().unwrap();
    let one = [escaped_pem(&pki.client(&key, 0))];
    group.bench_function("bare service", |bench| bench.iter_custom(serve(service_fn(|_| answer()), one.to_vec())));
    let inserting = ServiceBuilder::new()
        .map_request(|mut request: Request<Body>| {
            request.extensions_mut().insert(One(1));
            request
        })
        .service_fn(|_| answer());
    group.bench_function("layer that inserts an extension", |bench| {
        bench.iter_custom(serve(inserting.clone(), one.to_vec()));
    });
    for clients in [1, 1_000, 20_000] {
        // Made where it is measured, so that a filter leaves out the work as well.
        let mut warm = None;
        group.bench_function(format!("layer, {clients} clients"), |bench| {
            let warm = warm.get_or_insert_with(|| warmed_up(&pki, &key, clients));
            bench.iter_custom(warm);
        });
    }
}

fn warmed_up(pki: &Pki, key: &KeyPair, clients: usize) -> Box<dyn FnMut(u64) -> Duration> {
    let headers: Vec<_> = (0..clients).map(|number| escaped_pem(&pki.client(key, number))).collect();
    let layer = pki.builder().max_remembered_clients(20_000).build().unwrap();
    let mut warm = serve(layer.layer(service_fn(|request: Request<Body>| answer_a_client(&request))), headers);
    warm(u64::try_from(clients).unwrap());
    Box::new(warm)
}

#[derive(Clone, Copy)]
#[expect(dead_code, reason = "it only has to be inserted")]
struct One(u64);

/// A signature with what it is about.
struct Signed {
    message: Vec<u8>,
    signature: Vec<u8>,
    key: Vec<u8>,
}

impl Signed {
    fn of(der: &[u8], issuer: &Issuer) -> Self {
        use x509_cert::der::Encode as _;
        let certificate = x509_cert::Certificate::from_der(der).unwrap();
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

/// The same path without this crate: decoded certificates in, a subject out.
fn direct(pki: &Pki, der: &CertificateDer<'_>) {
    let anchor = webpki::anchor_from_trusted_cert(pki.root.der()).unwrap();
    let end_entity = webpki::EndEntityCert::try_from(der).unwrap();
    let now = UnixTime::since_unix_epoch(SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
    end_entity
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &[anchor],
            &[pki.intermediate.der().clone()],
            now,
            webpki::KeyUsage::client_auth(),
            None,
            None,
        )
        .unwrap();
    let certificate = x509_cert::Certificate::from_der(der).unwrap();
    black_box(certificate.tbs_certificate().subject().to_string());
}

/// Short: the machine's other work differs more from minute to minute than these do from run to run.
fn configure(group: &mut BenchmarkGroup<'_, WallTime>) {
    group.sample_size(15).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
}

criterion_group!(benches, first_sight, seen_before);
criterion_main!(benches);
