//! tonic 0.14: the identity of a request.
//!
//! ```
//! use tonic::{Request, Response, Status};
//! use tower_client_cert::tonic::ClientIdentityExt as _;
//!
//! async fn get(request: Request<()>) -> Result<Response<String>, Status> {
//!     let identity = request.client_identity()?;
//!     Ok(Response::new(identity.subject().to_string()))
//! }
//! ```

use tonic::{Code, Extensions, Request, Status};

use crate::identity::ClientIdentity;
use crate::layer::{Authentication, Refusal, Refusals};

/// Asks a request for the identity of its client.
pub trait ClientIdentityExt {
    /// The identity of the client.
    ///
    /// # Errors
    ///
    /// `UNAUTHENTICATED` for an anonymous request; `INTERNAL` where no [`ClientCertLayer`](crate::ClientCertLayer) ran.
    fn client_identity(&self) -> Result<ClientIdentity, Status>;

    /// The identity of the client, `None` for an anonymous request.
    ///
    /// # Errors
    ///
    /// `INTERNAL` where no [`ClientCertLayer`](crate::ClientCertLayer) ran.
    fn optional_client_identity(&self) -> Result<Option<ClientIdentity>, Status>;
}

impl<T> ClientIdentityExt for Request<T> {
    fn client_identity(&self) -> Result<ClientIdentity, Status> {
        let authentication = authentication(self.extensions())?;
        authentication.require().cloned().map_err(|refusal| status(&refusal))
    }

    fn optional_client_identity(&self) -> Result<Option<ClientIdentity>, Status> {
        Ok(authentication(self.extensions())?.identity().cloned())
    }
}

fn authentication(extensions: &Extensions) -> Result<&Authentication, Status> {
    extensions.get().ok_or_else(|| status(&Refusals::layer_missing()))
}

fn status(refusal: &Refusal) -> Status {
    Status::new(Code::from_i32(refusal.grpc_code().number().into()), refusal.message())
}
