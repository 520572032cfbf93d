//! What tests demand of answers. Each tells what was found instead, in the refusal's own words.

use http::Response;

use super::fail;
use crate::layer::Refusal;
use crate::reason::Reason;

/// Demands that the layer, a rule or an extractor refused the request for this reason.
///
/// For answers of axum, of tonic, and of any other service of Tower that are looked at in process. What a gRPC client
/// receives over a connection is for [`assert_status_refused`](super::assert_status_refused).
///
/// # Panics
///
/// If it was not refused, or for another reason.
#[track_caller]
pub fn assert_refused<B>(response: &Response<B>, reason: Reason) {
    match response.extensions().get::<Refusal>().map(Refusal::rejection) {
        None => fail(format!("answered with {}, expected a refusal for {reason}", response.status())),
        Some(found) if found.reason() != reason => {
            fail(format!("refused for {}, expected a refusal for {reason}: {found}", found.reason()))
        }
        Some(_) => {}
    }
}

/// Demands that nothing of this crate refused the request; what the handler answered is not asked.
///
/// # Panics
///
/// If something did.
#[track_caller]
pub fn assert_not_refused<B>(response: &Response<B>) {
    if let Some(found) = response.extensions().get::<Refusal>().map(Refusal::rejection) {
        fail(format!("refused for {}, expected no refusal: {found}", found.reason()))
    }
}

/// Demands that a gRPC client was answered as this reason is by default: with its code, and a reference in the message.
///
/// Several reasons share a code, and a client is told no more than that. Where the very reason counts, look at the
/// answer in process with [`assert_refused`].
///
/// # Panics
///
/// If it was answered otherwise.
#[cfg(feature = "tonic")]
#[track_caller]
pub fn assert_status_refused(status: &tonic::Status, reason: Reason) {
    let expected = tonic::Code::from_i32(reason.default_grpc_code().number().into());
    if status.code() != expected || !status.message().contains("(reference ") {
        let (code, message) = (status.code(), status.message());
        fail(format!("answered with {code:?} {message:?}, expected {expected:?} with a reference, for {reason}"))
    }
}
