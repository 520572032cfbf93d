use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::authority::TestAuthority;
use super::der::{element, sequence, tag as write_tag};
use super::ocsp_answer::NONCE;
use crate::certificate::der::{Elements, tag};
use crate::certificate::{CertificateError, Extension};
use crate::revocation::{Fetch, FetchError, FetchRequest, Fetched, FetchedOctets, Fetching};

/// Answers OCSP requests in place of the network: a [`Fetch`] that knows one authority, and fails as it is told to.
/// Clones are the same responder.
///
/// ```
/// use tower_client_cert::test_kit::{OcspFault, TestAuthority, TestOcspResponder};
///
/// let authority = TestAuthority::new("partner");
/// let responder = TestOcspResponder::new(&authority);
/// responder.fail(OcspFault::Unreachable);
/// responder.recover();
/// assert_eq!(responder.asked(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct TestOcspResponder {
    authority: TestAuthority,
    fault: Arc<Mutex<Option<OcspFault>>>,
    asked: Arc<AtomicUsize>,
}

/// How a responder fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OcspFault {
    /// It answers about another serial number.
    AnotherCertificate,
    /// One bit of the signature is wrong.
    BrokenSignature,
    /// It sends something else.
    Garbage,
    /// It never ends to answer; whoever waits has to give up.
    NeverAnswers,
    /// The next answer was due a day ago.
    Stale,
    /// It took too long, and the fetcher gave up.
    TimedOut,
    /// It says that it has no answer now (`tryLater`).
    TryLater,
    /// It does not know the certificate.
    Unknown,
    /// Nobody accepts the connection.
    Unreachable,
    /// It answers to another nonce than was sent.
    WrongNonce,
}

impl TestOcspResponder {
    /// Answers for what this authority has issued and revoked, now as well as later.
    #[must_use]
    pub fn new(authority: &TestAuthority) -> Self {
        Self { authority: authority.clone(), fault: Arc::default(), asked: Arc::default() }
    }

    /// Fails so from now on.
    pub fn fail(&self, fault: OcspFault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
    }

    /// Answers as it should from now on.
    pub fn recover(&self) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// How often it was asked.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn answer(&self, request: &FetchRequest) -> Vec<u8> {
        let octets = match request.body() {
            Some(post) => post.octets().to_vec(),
            None => requested_by_path(request.url().uri().path()).unwrap_or_default(),
        };
        let Ok(question) = Question::read(&octets) else { return error(MALFORMED_REQUEST) };
        let fault = *self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = |serial: &[u8], cert_id: Vec<u8>| self.authority.ocsp_answer_about(serial, cert_id);
        let right = answer(question.serial, question.cert_id.to_vec()).with_nonce(question.nonce.clone());
        match fault {
            Some(OcspFault::AnotherCertificate) => {
                let cert_id = question.about_another_serial();
                answer(question.serial, cert_id).with_nonce(question.nonce).to_der()
            }
            Some(OcspFault::BrokenSignature) => {
                let mut der = right.to_der();
                if let Some(last) = der.last_mut() {
                    *last ^= 1;
                }
                der
            }
            Some(OcspFault::Garbage) => b"<html>not an answer</html>".to_vec(),
            Some(OcspFault::Stale) => right.issued_ago(2 * DAY).next_update_in(DAY).to_der(),
            Some(OcspFault::TryLater) => error(TRY_LATER),
            Some(OcspFault::Unknown) => right.unknown().to_der(),
            Some(OcspFault::WrongNonce) => {
                right.with_nonce(Some(element(write_tag::OCTET_STRING, b"another nonce"))).to_der()
            }
            Some(OcspFault::NeverAnswers | OcspFault::TimedOut | OcspFault::Unreachable) | None => right.to_der(),
        }
    }
}

impl Fetch for TestOcspResponder {
    fn fetch(&self, request: FetchRequest) -> Fetching<'_> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let fault = *self.fault.lock().unwrap_or_else(PoisonError::into_inner);
            match fault {
                Some(OcspFault::NeverAnswers) => std::future::pending().await,
                Some(OcspFault::TimedOut) => Err(FetchError::TimedOut { after: request.time_limit() }),
                Some(OcspFault::Unreachable) => Err(FetchError::Connect { kind: io::ErrorKind::ConnectionRefused }),
                _ => Ok(Fetched::Octets(FetchedOctets::new(self.answer(&request)))),
            }
        })
    }
}

/// The first question of an `OCSPRequest` (RFC 6960 section 4.1.1).
struct Question<'a> {
    /// The `CertID` with tag and length.
    cert_id: &'a [u8],
    /// The content of its serial number.
    serial: &'a [u8],
    nonce: Option<Vec<u8>>,
}

impl<'a> Question<'a> {
    fn read(der: &'a [u8]) -> Result<Self, CertificateError> {
        let mut outer = Elements::inside(REQUEST, tag::SEQUENCE, der)?;
        let mut request = Elements::new(REQUEST, outer.expect(REQUEST, tag::SEQUENCE)?.content);
        request.optional(REQUEST, tag::context_constructed(0))?;
        request.optional(REQUEST, tag::context_constructed(1))?;
        let mut list = Elements::new(REQUEST, request.expect(REQUEST, tag::SEQUENCE)?.content);
        let mut single = Elements::new(REQUEST, list.expect(REQUEST, tag::SEQUENCE)?.content);
        let cert_id = single.expect(REQUEST, tag::SEQUENCE)?;
        let mut parts = Elements::new(REQUEST, cert_id.content);
        parts.expect(REQUEST, tag::SEQUENCE)?;
        parts.expect(REQUEST, tag::OCTET_STRING)?;
        parts.expect(REQUEST, tag::OCTET_STRING)?;
        let serial = parts.expect(REQUEST, tag::INTEGER)?.content;
        let extensions = match request.optional(REQUEST, tag::context_constructed(2))? {
            Some(explicit) => Extension::read_all(explicit.content)?,
            None => Vec::new(),
        };
        let nonce = extensions.into_iter().find(|extension| extension.oid == *NONCE);
        Ok(Self { cert_id: cert_id.encoded, serial, nonce: nonce.map(|extension| extension.value.to_vec()) })
    }

    /// The same `CertID` with one bit of the serial number, which is its last octet, turned.
    fn about_another_serial(&self) -> Vec<u8> {
        let mut cert_id = self.cert_id.to_vec();
        if let Some(last) = cert_id.last_mut() {
            *last ^= 1;
        }
        cert_id
    }
}

/// The last segment of the path of a GET request: base64, percent-encoded (RFC 6960 appendix A.1).
fn requested_by_path(path: &str) -> Option<Vec<u8>> {
    let encoded = path.rsplit('/').next()?.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    STANDARD.decode(encoded).ok()
}

fn error(status: u8) -> Vec<u8> {
    sequence(&[element(write_tag::ENUMERATED, &[status])])
}

const REQUEST: &str = "ocsp request";
const MALFORMED_REQUEST: u8 = 1;
const TRY_LATER: u8 = 3;
const DAY: Duration = Duration::from_secs(24 * 3600);
