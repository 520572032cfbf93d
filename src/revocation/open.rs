//! Questions that a server may answer while the client waits.

use std::sync::Arc;

#[cfg(feature = "ocsp")]
use super::ocsp::CertificateState;
use super::ocsp::Ocsp;
#[cfg(feature = "fetch")]
use super::schedule::{DistributionPoints, PointPlace};

/// Something that could be learnt of a certificate, and from where.
#[cfg(feature = "fetch")]
#[derive(Debug)]
pub(super) struct OpenQuestion {
    kind: Kind,
    is_repeated: bool,
}

/// Without the network, every question is settled.
#[cfg(not(feature = "fetch"))]
#[derive(Debug)]
pub(super) enum OpenQuestion {}

#[cfg(feature = "fetch")]
#[derive(Debug)]
enum Kind {
    /// A certificate without an answer, that a responder can be asked about.
    #[cfg(feature = "ocsp")]
    Answer(Arc<CertificateState>),
    /// A certificate that no list covers, and that names an address of one.
    List(Arc<DistributionPoints>, PointPlace),
}

/// Everything that has to be asked before a client can be judged.
#[derive(Debug)]
pub(crate) struct OpenQuestions {
    #[cfg(feature = "ocsp")]
    ocsp: Option<Arc<Ocsp>>,
    questions: Vec<OpenQuestion>,
}

#[cfg(feature = "fetch")]
impl OpenQuestion {
    #[cfg(feature = "ocsp")]
    pub(super) fn first(state: Arc<CertificateState>) -> Self {
        Self { kind: Kind::Answer(state), is_repeated: false }
    }

    #[cfg(feature = "ocsp")]
    pub(super) fn again(state: Arc<CertificateState>) -> Self {
        Self { kind: Kind::Answer(state), is_repeated: true }
    }

    /// A list that was never looked for.
    pub(super) fn first_list(points: &Arc<DistributionPoints>, place: PointPlace) -> Self {
        Self { kind: Kind::List(Arc::clone(points), place), is_repeated: false }
    }

    /// A list that came and does not cover the certificate, or came this very moment.
    pub(super) fn list_again(points: &Arc<DistributionPoints>, place: PointPlace) -> Self {
        Self { kind: Kind::List(Arc::clone(points), place), is_repeated: true }
    }

    /// Whether it was asked before and gave nothing that could be used.
    pub(super) fn is_repeated(&self) -> bool {
        self.is_repeated
    }
}

#[cfg(not(feature = "fetch"))]
impl OpenQuestion {
    pub(super) fn is_repeated(&self) -> bool {
        match *self {}
    }
}

impl OpenQuestions {
    #[cfg_attr(not(feature = "ocsp"), expect(unused_variables, reason = "there are no responders"))]
    pub(super) fn new(ocsp: Option<&Arc<Ocsp>>, questions: Vec<OpenQuestion>) -> Self {
        Self {
            #[cfg(feature = "ocsp")]
            ocsp: ocsp.map(Arc::clone),
            questions,
        }
    }

    /// Asks all of them, and waits for the answers, or as long as is configured. What was not answered by then counts as a
    /// failure, so that nobody waits for it again right away.
    #[cfg(feature = "fetch")]
    pub(crate) async fn wait(self) {
        // All are asked at the same time, and each has its time from the beginning on.
        let mut lists = Vec::new();
        #[cfg(feature = "ocsp")]
        let mut answers = Vec::new();
        for question in self.questions {
            match question.kind {
                #[cfg(feature = "ocsp")]
                Kind::Answer(state) => answers.push(state),
                Kind::List(points, place) => lists.extend(points.first_look(place)),
            }
        }
        #[cfg(feature = "ocsp")]
        if let Some(ocsp) = &self.ocsp {
            ocsp.ask(&answers).await;
        }
        for list in lists {
            list.await;
        }
    }

    /// There is nothing to wait for.
    #[cfg(not(feature = "fetch"))]
    pub(crate) fn wait(self) -> std::future::Ready<()> {
        drop(self.questions);
        std::future::ready(())
    }
}
