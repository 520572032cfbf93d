//! The documents whose Rust blocks are tests. `tests/documents/` sees to it that none is left out.

#[cfg(all(feature = "axum", feature = "tonic"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "audit")]
#[doc = include_str!("../docs/audit.md")]
struct AuditGuide;

#[cfg(feature = "config")]
#[doc = include_str!("../docs/configuration.md")]
struct ConfigurationGuide;

#[cfg(feature = "axum")]
#[doc = include_str!("../docs/migrating.md")]
struct MigrationGuide;

#[cfg(feature = "http-client")]
#[doc = include_str!("../docs/revocation.md")]
struct RevocationGuide;

#[cfg(feature = "axum")]
#[doc = include_str!("../docs/rules.md")]
struct RulesGuide;

#[cfg(all(feature = "axum", feature = "test-kit", feature = "tonic"))]
#[doc = include_str!("../docs/testing.md")]
struct TestingGuide;
