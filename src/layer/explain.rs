use http::Request;
use http::request::Parts;

use super::ClientCertHandle;
use super::peer_address::connection_of;
use super::require::{AccessTableHandle, HttpValues};
use super::service::Shared;
use crate::authenticator::Finding;
use crate::authorization::{Absence, AccessRequest, CertificateMissing};
use crate::explain::{self, Explanation, Told};
use crate::gateway::GatewayConnection;
use crate::re_emission::ReEmission;

impl ClientCertHandle {
    /// Tells what the layer would make of a request, step by step, with how to mend what fails.
    ///
    /// It asks the same stages by the same configuration, sources and clock as the layer, and changes, logs and counts
    /// nothing, but for a signed OCSP answer beside the certificate, which counts wherever it comes from. The peer
    /// stands in the extensions, as the server puts it there.
    ///
    /// ```
    /// # fn example(client_cert: tower_client_cert::ClientCertLayer) {
    /// use std::net::SocketAddr;
    ///
    /// use tower_client_cert::GatewayPeer;
    ///
    /// let mut request = http::Request::get("/restricted").body(()).unwrap();
    /// request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
    /// let explanation = client_cert.handle().explain(&request.into_parts().0);
    /// if let Some(step) = explanation.ended_at() {
    ///     println!("{step}: {}", step.mend().unwrap_or_default());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn explain(&self, request: &Parts) -> Explanation {
        self.explained(request, self.in_force.load().access.as_ref())
    }

    /// As [`explain`](Self::explain), but waits for what can be asked about the certificate: responders, and lists at
    /// distribution points, bounded as for a request. What they say is known to the layer from then on, as after a
    /// request.
    pub async fn explain_and_ask(&self, request: &Parts) -> Explanation {
        let shared = self.in_force.generation.load_full();
        let (mut request, connection) = as_it_came(request);
        let told = explain::tell_and_ask(&shared.authenticator, &connection, request.headers_mut()).await;
        explained(&shared, told, request, shared.access.as_ref())
    }

    /// As [`explain`](Self::explain), with what an access table says to it as the last step.
    #[must_use]
    pub fn explain_with_table(&self, request: &Parts, table: &AccessTableHandle) -> Explanation {
        self.explained(request, Some(table))
    }

    fn explained(&self, parts: &Parts, table: Option<&AccessTableHandle>) -> Explanation {
        let shared = self.in_force.load();
        let (mut request, connection) = as_it_came(parts);
        let told = explain::tell(&shared.authenticator, &connection, request.headers_mut());
        explained(&shared, told, request, table)
    }
}

/// A request that can be changed into what the handlers behind the layer would see, and whom it came from.
fn as_it_came(parts: &Parts) -> (Request<()>, GatewayConnection) {
    let request = Request::from_parts(parts.clone(), ());
    let connection = connection_of(request.extensions());
    (request, connection)
}

/// Adds what comes after the line.
fn explained(
    shared: &Shared,
    mut told: Told,
    mut request: Request<()>,
    table: Option<&AccessTableHandle>,
) -> Explanation {
    if shared.re_emission != ReEmission::Off {
        let handed_on = shared.re_emission.apply(request.headers_mut(), told.identity());
        Explanation::add_re_emission(&mut told, handed_on);
    }
    let mut explanation = Explanation::new(told, &shared.presence, request.uri().path());
    if let Some(table) = table {
        let values = HttpValues::of(&request);
        let facts = values.facts(request.method());
        explanation.add_table(|finding| {
            let client = finding.identity().map(|identity| AccessRequest::new(identity, facts).facts());
            let missing = || match finding {
                Finding::Anonymous(absence) => CertificateMissing::new(absence.clone()).into(),
                // Asked for anonymous requests alone.
                Finding::Client(_) => CertificateMissing::new(Absence::NotPresented { gateway: None }).into(),
            };
            table.load().judge(facts, client, missing).map(|_| ())
        });
    }
    explanation.answered_with(|reason| shared.refusals.status_of(reason))
}
