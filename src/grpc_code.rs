//! The gRPC codes of refusals.

/// The gRPC status code of a refusal, as a number of the gRPC specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GrpcCode(u8);

impl GrpcCode {
    /// `INTERNAL`.
    pub const INTERNAL: Self = Self(13);
    /// `INVALID_ARGUMENT`.
    pub const INVALID_ARGUMENT: Self = Self(3);
    /// `PERMISSION_DENIED`.
    pub const PERMISSION_DENIED: Self = Self(7);
    /// `RESOURCE_EXHAUSTED`.
    pub const RESOURCE_EXHAUSTED: Self = Self(8);
    /// `UNAUTHENTICATED`.
    pub const UNAUTHENTICATED: Self = Self(16);
    /// `UNAVAILABLE`.
    pub const UNAVAILABLE: Self = Self(14);

    /// The name in the gRPC specification.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::INTERNAL => "INTERNAL",
            Self::INVALID_ARGUMENT => "INVALID_ARGUMENT",
            Self::PERMISSION_DENIED => "PERMISSION_DENIED",
            Self::RESOURCE_EXHAUSTED => "RESOURCE_EXHAUSTED",
            Self::UNAUTHENTICATED => "UNAUTHENTICATED",
            _ => "UNAVAILABLE",
        }
    }

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_those_of_the_specification() {
        for (code, name, number) in [
            (GrpcCode::INVALID_ARGUMENT, "INVALID_ARGUMENT", 3),
            (GrpcCode::PERMISSION_DENIED, "PERMISSION_DENIED", 7),
            (GrpcCode::RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED", 8),
            (GrpcCode::INTERNAL, "INTERNAL", 13),
            (GrpcCode::UNAVAILABLE, "UNAVAILABLE", 14),
            (GrpcCode::UNAUTHENTICATED, "UNAUTHENTICATED", 16),
        ] {
            assert_eq!((code.name(), code.number()), (name, number));
        }
    }
}
