//! From the document to the builder.

mod certificates;
mod gateway;
mod options;
mod revocation;
mod sender;

pub(super) use self::options::builder;
