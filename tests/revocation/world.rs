//! The usual authorities with a client whose serial number is known, and a clock that can be moved.

use tower_client_cert::{
    ClientCertLayer, ClientCertLayerBuilder, Intermediates, Reason, RevocationLists, TrustAnchors,
};

use crate::scene::{self, Asked};
use crate::support::pki::{ListShape, Minted, Pki, Shape};

/// The client's serial number.
pub(crate) const CLIENT: &[u8] = &[0x4a, 0x01, 0x02, 0x03];

/// Another client's.
pub(crate) const OTHER: &[u8] = &[0x4a, 0x01, 0x02, 0x04];

/// The serial number of [`World::intermediate`].
pub(crate) const INTERMEDIATE: &[u8] = &[0x4b, 0x01];

/// A root, an intermediate and a client.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) root: Minted,
    pub(crate) intermediate: Minted,
    pub(crate) client: Minted,
}

impl World {
    pub(crate) fn new() -> Self {
        let Pki { root, .. } = Pki::new();
        let intermediate = root.issue(&intermediate_shape());
        let client = intermediate.issue(&Shape::partner().serial(CLIENT));
        Self { root, intermediate, client }
    }

    /// The layer without any source, its anchor labelled `ours`.
    pub(crate) fn builder(&self) -> ClientCertLayerBuilder {
        let anchors = TrustAnchors::from_der(self.root.der()).unwrap().labelled("ours");
        scene::with_anchors(anchors).intermediates(Intermediates::from_der(self.intermediate.der()).unwrap())
    }

    /// The layer with lists by the intermediate.
    pub(crate) fn with_lists(&self, lists: &[ListShape]) -> ClientCertLayerBuilder {
        self.with_encoded(lists.iter().map(|list| self.intermediate.sign_list(list)))
    }

    pub(crate) fn with_encoded(&self, lists: impl IntoIterator<Item = Vec<u8>>) -> ClientCertLayerBuilder {
        lists.into_iter().fold(self.builder(), |builder, der| builder.crls(RevocationLists::from_octets(der)))
    }
}

pub(crate) fn intermediate_shape() -> Shape {
    Shape::authority("Test Intermediate").path_length(0).serial(INTERMEDIATE)
}

/// Asks with a certificate alone, and with a handler that answers 200.
pub(crate) async fn ask(layer: &ClientCertLayer, client: &Minted) -> Asked {
    scene::ask(layer, scene::with_certificate(client)).await
}

/// The reason of the refusal of a certificate; `None` when it was accepted.
pub(crate) async fn reason(builder: ClientCertLayerBuilder, client: &Minted) -> Option<Reason> {
    let asked = ask(&builder.build().unwrap(), client).await;
    assert_eq!(asked.identity().is_none(), asked.reason().is_some(), "{:?}", asked.refusal());
    asked.reason()
}

pub(crate) const DAY_SECONDS: u64 = 24 * 60 * 60;
