//! Questions that a responder may answer while the client waits.

use std::sync::Arc;

use super::Ocsp;
#[cfg(feature = "ocsp")]
use super::state::CertificateState;

/// A certificate without an answer, that a responder can be asked about.
#[cfg(feature = "ocsp")]
#[derive(Debug)]
pub(in crate::revocation) struct OpenQuestion {
    state: Arc<CertificateState>,
    /// Whether the responder failed before.
    is_repeated: bool,
}

/// Without responders, every question is settled.
#[cfg(not(feature = "ocsp"))]
#[derive(Debug)]
pub(in crate::revocation) enum OpenQuestion {}

/// Everything that has to be asked before a client can be judged.
#[derive(Debug)]
pub(crate) struct OpenQuestions {
    ocsp: Arc<Ocsp>,
    questions: Vec<OpenQuestion>,
}

impl OpenQuestion {
    #[cfg(feature = "ocsp")]
    pub(super) fn first(state: Arc<CertificateState>) -> Self {
        Self { state, is_repeated: false }
    }

    #[cfg(feature = "ocsp")]
    pub(super) fn again(state: Arc<CertificateState>) -> Self {
        Self { state, is_repeated: true }
    }

    /// Whether a responder was asked before and gave no answer.
    pub(in crate::revocation) fn is_repeated(&self) -> bool {
        #[cfg(feature = "ocsp")]
        return self.is_repeated;
        #[cfg(not(feature = "ocsp"))]
        match *self {}
    }
}

impl OpenQuestions {
    pub(in crate::revocation) fn new(ocsp: Arc<Ocsp>, questions: Vec<OpenQuestion>) -> Self {
        Self { ocsp, questions }
    }

    /// Asks all of them, and waits for the answers, or as long as is configured. What was not answered by then counts as a
    /// failure, so that nobody waits for it again right away.
    #[cfg(feature = "ocsp")]
    pub(crate) async fn wait(self) {
        let Self { ocsp, questions } = self;
        let Some(client) = &ocsp.client else { return };
        for question in &questions {
            client.launch(&question.state);
        }
        // Outside of a runtime nothing is under way, and there is no clock to wait by.
        if !questions.iter().any(|question| question.state.flight().is_under_way()) {
            return;
        }
        let all = async {
            for question in &questions {
                question.state.flight().landed().await;
            }
        };
        if tokio::time::timeout(client.options().wait, all).await.is_err() {
            for question in questions.iter().filter(|question| question.state.flight().is_under_way()) {
                client.give_up(&question.state);
            }
        }
    }

    /// There is nothing to wait for.
    #[cfg(not(feature = "ocsp"))]
    pub(crate) fn wait(self) -> std::future::Ready<()> {
        let Self { ocsp, questions } = self;
        drop((ocsp, questions));
        std::future::ready(())
    }
}
