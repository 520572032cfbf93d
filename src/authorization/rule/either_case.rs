//! Regular expressions that take A to Z in either case.

use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Literal};

/// The same expression with each letter from A to Z in either case, and no other letter. The crate regex folds by
/// Unicode, where the Kelvin sign is a k and the long s an s.
///
/// The depth is that of the expression, which has been compiled before and so is bounded.
pub(super) fn in_either_case(expression: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(in_either_case).collect();
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => expression.clone(),
        HirKind::Literal(literal) => letters(literal),
        HirKind::Class(Class::Unicode(class)) => of_class(class.clone()),
        HirKind::Class(Class::Bytes(class)) => {
            let mut class = class.clone();
            class.case_fold_simple();
            Hir::class(Class::Bytes(class))
        }
        HirKind::Repetition(repetition) => Hir::repetition(repetition.with(in_either_case(&repetition.sub))),
        HirKind::Capture(capture) => {
            Hir::capture(Capture { sub: Box::new(in_either_case(&capture.sub)), ..capture.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
    }
}

fn letters(literal: &Literal) -> Hir {
    let letter = |letter| of_class(ClassUnicode::new([ClassUnicodeRange::new(letter, letter)]));
    match std::str::from_utf8(&literal.0) {
        Ok(text) => Hir::concat(text.chars().map(letter).collect()),
        // No expression for text has one.
        Err(_) => Hir::literal(literal.0.clone()),
    }
}

fn of_class(mut class: ClassUnicode) -> Hir {
    let mut ascii = class.clone();
    ascii.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')]));
    if let Some(mut ascii) = ascii.to_byte_class() {
        ascii.case_fold_simple();
        ascii.to_unicode_class().iter().for_each(|folded| class.union(folded));
    }
    Hir::class(Class::Unicode(class))
}
