use std::fmt;

/// Why a path is not in normal form (RFC 3986 section 6.2.2), or is one that programs read in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathProblem {
    /// A backslash, plain or escaped, which some programs take for a slash.
    Backslash,
    /// A control character, plain or escaped; NUL is one.
    ControlCharacter,
    /// A segment `.` or `..`.
    DotSegment,
    /// An escape of an escape, such as `%2572`.
    DoubleEscape,
    /// Two slashes in a row.
    EmptySegment,
    /// An escaped slash.
    EscapedSlash,
    /// An escape of a letter, a digit, or one of `-`, `.`, `_` and `~`, which need none.
    EscapedUnreserved,
    /// A percent sign without two hexadecimal digits.
    MalformedEscape,
    /// It does not begin with a slash.
    NotAbsolute,
    /// The bytes that the escapes stand for are not UTF-8.
    NotUtf8,
    /// More segments than the limit.
    TooManySegments,
}

/// Checks that the path has one reading only.
///
/// A rule for `/restricted` guards nothing if `/%72estricted`, `//restricted` or `/x/../restricted` reach the same
/// page, and which of them do is up to routers and file servers behind. So none of them is let through.
pub(crate) fn check_normal_form(path: &str) -> Result<(), PathProblem> {
    let rest = path.strip_prefix('/').ok_or(PathProblem::NotAbsolute)?;
    let mut segments = rest.split('/').enumerate().peekable();
    while let Some((place, segment)) = segments.next() {
        if place >= MAX_SEGMENTS {
            return Err(PathProblem::TooManySegments);
        }
        match segment {
            "" if segments.peek().is_some() => return Err(PathProblem::EmptySegment),
            "." | ".." => return Err(PathProblem::DotSegment),
            _ => check_segment(segment)?,
        }
    }
    Ok(())
}

fn check_segment(segment: &str) -> Result<(), PathProblem> {
    let mut rest = segment.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'\\' => return Err(PathProblem::Backslash),
            0..=0x1f | 0x7f => return Err(PathProblem::ControlCharacter),
            b'%' => {
                let (octet, after) = escaped_octet(after).ok_or(PathProblem::MalformedEscape)?;
                check_octet(octet, after)?;
                rest = after;
            }
            _ => rest = after,
        }
    }
    super::decoded(segment).map(drop).ok_or(PathProblem::NotUtf8)
}

fn check_octet(octet: u8, after: &[u8]) -> Result<(), PathProblem> {
    let is_escape = |bytes: &[u8]| matches!(bytes, [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    match octet {
        b'/' => Err(PathProblem::EscapedSlash),
        b'\\' => Err(PathProblem::Backslash),
        0..=0x1f | 0x7f => Err(PathProblem::ControlCharacter),
        b'-' | b'.' | b'_' | b'~' => Err(PathProblem::EscapedUnreserved),
        _ if octet.is_ascii_alphanumeric() => Err(PathProblem::EscapedUnreserved),
        // %25 may itself be followed by escaped digits, which are refused as unreserved.
        b'%' if is_escape(after) => Err(PathProblem::DoubleEscape),
        _ => Ok(()),
    }
}

/// The octet that two hexadecimal digits stand for, and what follows them.
pub(super) fn escaped_octet(after_percent: &[u8]) -> Option<(u8, &[u8])> {
    let (&[high, low], after) = after_percent.split_first_chunk::<2>()?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((u8::try_from(digit(high)? * 16 + digit(low)?).ok()?, after))
}

impl fmt::Display for PathProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Backslash => "path has a backslash",
            Self::ControlCharacter => "path has a control character",
            Self::DotSegment => "path has a segment . or ..",
            Self::DoubleEscape => "path has an escape of an escape",
            Self::EmptySegment => "path has two slashes in a row",
            Self::EscapedSlash => "path has an escaped slash",
            Self::EscapedUnreserved => "path has an escape of a character that needs none",
            Self::MalformedEscape => "path has a percent sign without two hexadecimal digits",
            Self::NotAbsolute => "path does not begin with a slash",
            Self::NotUtf8 => "path is not utf-8 after its escapes are read",
            Self::TooManySegments => "path has more than 256 segments",
        })?;
        f.write_str(", expected the normal form")
    }
}

impl std::error::Error for PathProblem {}

/// Segments of one path.
const MAX_SEGMENTS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_paths_are_in_normal_form() {
        for path in [
            "/",
            "/restricted",
            "/restricted/",
            "/restricted/sensitive.txt",
            "/a-b_c~d.e/...",
            "/orders.v1.Orders/Get",
            "/J%C3%BCrg",
            "/j%c3%bcrg",
            "/a%20b",
            "/100%25",
            "/a;b=c,d@e:f!$&'()*+",
            "/*",
        ] {
            assert_eq!(check_normal_form(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn paths_with_several_readings_are_refused() {
        for (path, problem) in [
            ("", PathProblem::NotAbsolute),
            ("*", PathProblem::NotAbsolute),
            ("restricted", PathProblem::NotAbsolute),
            ("//restricted", PathProblem::EmptySegment),
            ("/restricted//x", PathProblem::EmptySegment),
            ("//", PathProblem::EmptySegment),
            ("/./restricted", PathProblem::DotSegment),
            ("/public/../restricted", PathProblem::DotSegment),
            ("/restricted/.", PathProblem::DotSegment),
            ("/restricted/..", PathProblem::DotSegment),
            ("/%72estricted", PathProblem::EscapedUnreserved),
            ("/public/%2e%2e/restricted", PathProblem::EscapedUnreserved),
            ("/%2E./restricted", PathProblem::EscapedUnreserved),
            ("/%7Euser", PathProblem::EscapedUnreserved),
            ("/public%2frestricted", PathProblem::EscapedSlash),
            ("/public%2Frestricted", PathProblem::EscapedSlash),
            ("/public\\restricted", PathProblem::Backslash),
            ("/public%5Crestricted", PathProblem::Backslash),
            ("/restricted%00", PathProblem::ControlCharacter),
            ("/restricted\0", PathProblem::ControlCharacter),
            ("/restricted%0a", PathProblem::ControlCharacter),
            ("/restricted%7F", PathProblem::ControlCharacter),
            ("/restricted\u{7f}", PathProblem::ControlCharacter),
            ("/%", PathProblem::MalformedEscape),
            ("/%7", PathProblem::MalformedEscape),
            ("/%zz", PathProblem::MalformedEscape),
            ("/%+7f", PathProblem::MalformedEscape),
            ("/%7/2", PathProblem::MalformedEscape),
            ("/%2572estricted", PathProblem::DoubleEscape),
            ("/%252f", PathProblem::DoubleEscape),
            ("/%ff", PathProblem::NotUtf8),
            ("/%C3", PathProblem::NotUtf8),
            ("/%C0%AF", PathProblem::NotUtf8),
        ] {
            assert_eq!(check_normal_form(path), Err(problem), "{path}");
        }
    }

    #[test]
    fn the_number_of_segments_is_bounded() {
        assert_eq!(check_normal_form(&"/a".repeat(256)), Ok(()));
        assert_eq!(check_normal_form(&"/a".repeat(257)), Err(PathProblem::TooManySegments));
    }
}
