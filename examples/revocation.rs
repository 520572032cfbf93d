//! A stolen certificate, and how fast it is out: by the operator's deny-list, by the authority's list, by an OCSP
//! answer. And what happens when the news stops coming.
//!
//! `cargo run --example revocation --features test-kit`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestClock, TestGateway};
use tower_client_cert::{
    ClientCertHandle, ClientCertLayer, ClientIdentity, ConfigError, DenyList, Gateway, OcspAnswers, Reason, Refusal,
    RevocationLists, RevocationPolicy, RevocationReason,
};

/// Lists come from the authority every few hours; a list that is late is good for two hours more, on record.
fn with_lists(
    gateway: Gateway,
    authority: &TestAuthority,
    clock: &TestClock,
    lists: RevocationLists,
) -> Result<ClientCertLayer, ConfigError> {
    ClientCertLayer::builder(gateway, authority.anchors())
        .crls(lists) // in production: a file or a directory, and `handle.reload_crls()`
        .revocation_policy("partner-ca", RevocationPolicy::deny().allow_stale_for(2 * HOUR))
        .clock(clock.clone())
        .build()
}

fn with_answers(
    gateway: Gateway,
    authority: &TestAuthority,
    clock: &TestClock,
    answers: OcspAnswers,
) -> Result<ClientCertLayer, ConfigError> {
    ClientCertLayer::builder(gateway, authority.anchors()).ocsp_answers(answers).clock(clock.clone()).build()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let clock = TestClock::at_unix_seconds(1_772_366_400);
    let authority = TestAuthority::with_clock("partner-ca", &clock);
    let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
    let (stolen, other) = (authority.client("stolen").issue(), authority.client("other").issue());
    let six_hours = || authority.revocation_list().next_update_in(6 * HOUR).sign();

    let service = Service::new(with_lists(gateway.gateway(), &authority, &clock, six_hours())?, gateway.clone());
    service.expect("nobody knows yet", &stolen, None).await?;
    service.handle.replace_deny_list(DenyList::new().certificate(stolen.fingerprint()));
    service.expect("the operator denies it at once", &stolen, Some(Reason::DenyListed)).await?;
    authority.revoke_for(&stolen, RevocationReason::KeyCompromise);
    service.handle.replace_crls(six_hours())?;
    service.handle.replace_deny_list(DenyList::new());
    service.expect("the authority has published it", &stolen, Some(Reason::Revoked)).await?;
    service.expect("others are not concerned", &other, None).await?;

    clock.advance(7 * HOUR);
    service.expect("the list is late, within the grace", &other, None).await?;
    clock.advance(2 * HOUR);
    service.expect("and beyond it", &other, Some(Reason::RevocationStale)).await?;
    service.expect("what it revoked stays revoked", &stolen, Some(Reason::Revoked)).await?;
    service.handle.replace_crls(six_hours())?;
    service.expect("the next list has come", &other, None).await?;

    let good = authority.ocsp_answer(&other).sign();
    let revoked = authority.ocsp_answer(&stolen).sign();
    let layer = with_answers(gateway.gateway(), &authority, &clock, good.and(revoked))?;
    let service = Service::new(layer, gateway);
    service.expect("an answer says good", &other, None).await?;
    service.expect("another says revoked", &stolen, Some(Reason::Revoked)).await?;
    service.expect("nobody was asked", &authority.client("new").issue(), Some(Reason::RevocationNoSource)).await
}

/// A service with one page for clients.
struct Service {
    app: Router,
    handle: ClientCertHandle,
    gateway: TestGateway,
}

impl Service {
    fn new(client_cert: ClientCertLayer, gateway: TestGateway) -> Self {
        let handle = client_cert.handle();
        let page = get(async |identity: ClientIdentity| identity.subject().to_string());
        Self { app: Router::new().route("/", page).layer(client_cert), handle, gateway }
    }

    async fn expect(
        &self,
        what: &str,
        client: &TestCertificate,
        expected: Option<Reason>,
    ) -> Result<(), Box<dyn Error>> {
        let request = self.gateway.forward(Request::new(Body::empty()), client);
        let answer = self.app.clone().oneshot(request).await?;
        let found = answer.extensions().get::<Refusal>().map(|refusal| refusal.rejection().reason());
        println!("{what:36} {} {}", answer.status().as_u16(), found.map_or("", Reason::code));
        if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}").into()) }
    }
}

const HOUR: Duration = Duration::from_secs(3600);
