//! Code of the application's that decides, and that may panic: the request is refused, and the connection with all its
//! other requests lives on.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::authorization::{AuthorizationError, AuthorizerUnavailable};

/// Asks once. What the code had under way when it panicked is its own affair; nothing of ours is left half changed.
pub(super) fn ask<T>(decide: impl FnOnce() -> Result<T, AuthorizationError>) -> Result<T, AuthorizationError> {
    catch_unwind(AssertUnwindSafe(decide)).unwrap_or_else(|_| Err(panicked()))
}

/// Makes the future of a decision and waits for it.
pub(super) async fn wait<T, F>(decide: impl FnOnce() -> F) -> Result<T, AuthorizationError>
where
    F: Future<Output = Result<T, AuthorizationError>>,
{
    let mut decision = pin!(ask(|| Ok(decide()))?);
    std::future::poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| decision.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(panicked())))
    })
    .await
}

fn panicked() -> AuthorizationError {
    AuthorizerUnavailable::new("it panicked").into()
}
