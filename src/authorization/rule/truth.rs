/// Whether a condition holds, with a third answer for what cannot be told.
///
/// Only `Yes` allows. A negation leaves `Unclear` as it is, so that two values where one was expected, or a value that
/// is no text, never turn a "not" into a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    Yes,
    No,
    Unclear,
}

impl Truth {
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unclear => Self::Unclear,
        }
    }

    /// Whether all hold. Nothing holds for an empty list.
    pub(crate) fn all(each: impl Iterator<Item = Self>) -> Self {
        let mut all = None;
        for truth in each {
            match truth {
                Self::No => return Self::No,
                Self::Unclear => all = Some(Self::Unclear),
                Self::Yes => all = all.or(Some(Self::Yes)),
            }
        }
        all.unwrap_or(Self::Unclear)
    }

    /// Whether one holds. Nothing holds for an empty list.
    pub(crate) fn any(each: impl Iterator<Item = Self>) -> Self {
        let mut any = None;
        for truth in each {
            match truth {
                Self::Yes => return Self::Yes,
                Self::Unclear => any = Some(Self::Unclear),
                Self::No => any = any.or(Some(Self::No)),
            }
        }
        any.unwrap_or(Self::Unclear)
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, No, Unclear, Yes};

    #[test]
    fn only_clear_answers_are_turned_around() {
        assert_eq!([Yes.not(), No.not(), Unclear.not()], [No, Yes, Unclear]);
    }

    #[test]
    fn all_and_any_follow_the_logic_of_three_values() {
        let cases: [(&[Truth], Truth, Truth); 8] = [
            (&[], Unclear, Unclear),
            (&[Yes], Yes, Yes),
            (&[No], No, No),
            (&[Unclear], Unclear, Unclear),
            (&[Yes, No], No, Yes),
            (&[Yes, Unclear], Unclear, Yes),
            (&[Unclear, No], No, Unclear),
            (&[No, Unclear, Yes], No, Yes),
        ];
        for (each, all, any) in cases {
            assert_eq!(Truth::all(each.iter().copied()), all, "{each:?}");
            assert_eq!(Truth::any(each.iter().copied()), any, "{each:?}");
        }
    }
}
