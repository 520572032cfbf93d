use std::borrow::Cow;
use std::fmt;

use super::normal_form::{check_normal_form, escaped_octet};
use crate::error::ConfigError;
use crate::escape::Escaped;

/// A pattern of paths: segments that are meant as they are, `{name}` or `*` for one segment, and `**` at the end for
/// any number, none included: `/restricted/**` covers `/restricted` too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathPattern {
    segments: Box<[Segment]>,
    text: Box<str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Decoded; empty after a slash at the end.
    Literal(Box<str>),
    /// One segment that is not empty, with the parameter's name or without.
    One(Option<Box<str>>),
    Tail,
}

impl PathPattern {
    pub(crate) fn new(text: &str) -> Result<Self, ConfigError> {
        let refuse = |problem: &str| ConfigError::Pattern { value: text.to_owned(), problem: problem.to_owned() };
        check_normal_form(text).map_err(|problem| refuse(&format!("can match no request: {problem}")))?;
        let mut parsed: Vec<Segment> = Vec::new();
        for segment in segments(text) {
            if parsed.last() == Some(&Segment::Tail) {
                return Err(refuse("has something after **, expected ** at the end alone"));
            }
            let segment = Segment::parse(segment).map_err(refuse)?;
            if matches!(&segment, Segment::One(Some(_))) && parsed.contains(&segment) {
                return Err(refuse("names a parameter twice"));
            }
            parsed.push(segment);
        }
        Ok(Self { segments: parsed.into(), text: text.into() })
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether both match the same paths, whatever they call their parameters.
    pub(crate) fn is_same_place(&self, other: &Self) -> bool {
        self.segments.len() == other.segments.len()
            && self.segments.iter().zip(&other.segments).all(|(one, other)| one.without_name() == other.without_name())
    }

    /// Whether it matches everything that the other matches, and perhaps more.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let mut others = other.segments.iter();
        for segment in &self.segments {
            match (segment, others.next()) {
                (Segment::Tail, _) => return true,
                (Segment::One(_), Some(Segment::One(_))) => {}
                (Segment::One(_), Some(Segment::Literal(text))) if !text.is_empty() => {}
                (Segment::Literal(one), Some(Segment::Literal(other))) if one == other => {}
                _ => return false,
            }
        }
        others.next().is_none()
    }

    /// Whether it matches every path.
    pub(crate) fn covers_everything(&self) -> bool {
        *self.segments == [Segment::Tail]
    }

    pub(crate) fn has_parameter(&self, name: &str) -> bool {
        self.place_of(name).is_some()
    }

    /// The decoded segment of a path at the place of the parameter.
    pub(crate) fn parameter<'p>(&self, name: &str, path: &'p str) -> Option<Cow<'p, str>> {
        segments(path).nth(self.place_of(name)?).and_then(decoded).filter(|value| !value.is_empty())
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        let is_named = |segment: &Segment| matches!(segment, Segment::One(Some(known)) if **known == *name);
        self.segments.iter().position(is_named)
    }
}

impl Segment {
    fn without_name(&self) -> Self {
        if matches!(self, Self::One(_)) { Self::One(None) } else { self.clone() }
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let name = || text.strip_prefix('{')?.strip_suffix('}');
        match text {
            "**" => Ok(Self::Tail),
            "*" => Ok(Self::One(None)),
            _ if text.contains('%') => Err("has an escape, expected the text that it stands for"),
            _ => match name() {
                Some(name) if is_parameter_name(name) => Ok(Self::One(Some(name.into()))),
                Some(_) => Err("has a parameter that is not named by letters, digits and _"),
                None if text.contains(['*', '{', '}']) => {
                    Err("has a * or a brace inside a segment, expected it to be the whole segment")
                }
                None => Ok(Self::Literal(text.into())),
            },
        }
    }
}

fn is_parameter_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The decoded segment of a path at the place of a parameter in a framework's route, such as `/accounts/{user}`.
pub(crate) fn template_parameter<'p>(template: &str, name: &str, path: &'p str) -> Option<Cow<'p, str>> {
    let is_named = |segment: &str| segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) == Some(name);
    let place = segments(template).position(is_named)?;
    segments(path).nth(place).and_then(decoded).filter(|value| !value.is_empty())
}

/// The segments of a path that begins with a slash.
pub(crate) fn segments(path: &str) -> impl Iterator<Item = &str> + Clone {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

/// What the escapes of a segment stand for; `None` where that is no text.
pub(crate) fn decoded(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('%') {
        return Some(Cow::Borrowed(segment));
    }
    let mut octets = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (octet, after) = if byte == b'%' { escaped_octet(after)? } else { (byte, after) };
        octets.push(octet);
        rest = after;
    }
    String::from_utf8(octets).ok().map(Cow::Owned)
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.text).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_by_their_place_and_decoded() {
        let pattern = PathPattern::new("/accounts/{user}/**").unwrap();
        assert_eq!(pattern.parameter("user", "/accounts/j%C3%BCrg/x").as_deref(), Some("jürg"));
        assert_eq!(pattern.parameter("other", "/accounts/a"), None);
        assert_eq!(pattern.parameter("user", "/accounts"), None);
        assert_eq!(pattern.parameter("user", "/accounts/"), None);
    }

    #[test]
    fn patterns_that_mean_nothing_are_refused() {
        for text in [
            "",
            "restricted",
            "/a/**/b",
            "/a*",
            "/{a",
            "/a{b}",
            "/{}",
            "/{*rest}",
            "/{a}/{a}",
            "/%C3%BC",
            "/a//b",
            "/a/../b",
        ] {
            assert!(PathPattern::new(text).is_err(), "{text}");
        }
    }
}
