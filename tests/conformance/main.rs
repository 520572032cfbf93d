//! The layer against suites and validators that others have made.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed, and says why it was skipped"
)]

mod layer;
mod limbo;
