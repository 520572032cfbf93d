//! Futures that have nothing to wait for.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Nothing here waits: a future that does not end at once never would.
pub(super) trait PollOnce<T> {
    fn poll_once(self) -> T;
}

impl<T, F: Future<Output = Result<T, Infallible>>> PollOnce<T> for Pin<&mut F> {
    #[expect(clippy::panic, reason = "the future has nothing to wait for, and there is no answer to go on with")]
    fn poll_once(self) -> T {
        match self.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => response,
            Poll::Pending => panic!("the layer waits"),
        }
    }
}
