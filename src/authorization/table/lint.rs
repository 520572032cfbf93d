use std::fmt;
use std::time::SystemTime;

use super::line::{Access, Line, Mode, Place};
use super::{AccessTable, AccessTableBuilder, Rule};
use crate::advice::{Advice, AdviceCode};
use crate::authorization::rule::{Condition, Node, TextPattern};
use crate::clock::Clock;
use crate::utc::Utc;
use crate::validation::{TrustAnchor, TrustAnchors};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    MatchesEverything,
    Never,
    PinExpired { not_after: SystemTime },
    Shadowed { by_line: usize },
    ShadowAlone,
    TiedToNoIssuer,
    UnknownIssuer,
}

impl AccessTableBuilder {
    /// Tells what is probably not meant: lines that can never hold, that an earlier one makes idle, that are tied to no
    /// issuer although there are several anchors or to one that is not configured, patterns that match everything, pins
    /// of certificates that have expired. The rule of [`otherwise`](Self::otherwise) is looked at, too.
    #[must_use]
    pub fn lint(&self, anchors: &TrustAnchors, clock: &dyn Clock) -> Vec<Advice> {
        advice_on(&self.lines().iter().collect::<Vec<_>>(), self.otherwise.as_ref(), anchors.as_slice(), clock.now())
    }
}

impl AccessTable {
    /// As [`AccessTableBuilder::lint`].
    pub(crate) fn advice(&self, anchors: &[TrustAnchor], now: SystemTime) -> Vec<Advice> {
        advice_on(&self.every_line(), self.otherwise.as_ref(), anchors, now)
    }
}

fn advice_on(lines: &[&Line], otherwise: Option<&Access>, anchors: &[TrustAnchor], now: SystemTime) -> Vec<Advice> {
    let mut advice = Vec::new();
    let asks_otherwise = matches!(otherwise, Some(Access::Clients(_)));
    for (place, line) in lines.iter().enumerate() {
        let earlier = lines.get(..place).unwrap_or_default();
        let mut problems = Vec::new();
        if line.methods.is_empty() {
            problems.push(Problem::Never);
        }
        if let Some(by) = earlier.iter().find(|other| takes_the_place_of(other, line)) {
            problems.push(Problem::Shadowed { by_line: by.number });
        }
        if line.mode == Mode::Shadow && !asks_otherwise && !lines.iter().any(|other| guards(other, line)) {
            problems.push(Problem::ShadowAlone);
        }
        if let Access::Clients(rule) = &line.access {
            rule_problems(rule, Some(&line.place), anchors, now, &mut problems);
        }
        advice.extend(problems.into_iter().map(|problem| problem.told_of(line)));
    }
    if let Some(Access::Clients(rule)) = otherwise {
        let mut problems = Vec::new();
        rule_problems(rule, None, anchors, now, &mut problems);
        advice.extend(problems.into_iter().map(|problem| problem.told_of("otherwise (paths that no line names)")));
    }
    advice
}

/// Whether the earlier line lets everybody through whom the later one could.
fn takes_the_place_of(earlier: &Line, later: &Line) -> bool {
    let lets_all = match (&earlier.access, &later.access) {
        (Access::Anyone, _) => true,
        (Access::Clients(rule), Access::Clients(other)) => {
            matches!(rule.node(), Node::AnyClient) || rule.asks_the_same_as(other)
        }
        (Access::Clients(_), Access::Anyone) => false,
    };
    let is_same_place = match (&earlier.place, &later.place) {
        (Place::Path(one), Place::Path(other)) => one.is_same_place(other),
        (one, other) => one == other,
    };
    lets_all && is_same_place && earlier.mode == later.mode && earlier.methods.cover(&later.methods)
}

fn guards(other: &Line, shadow: &Line) -> bool {
    let covers = match (&other.place, &shadow.place) {
        (Place::Path(one), Place::Path(other)) => one.covers(other),
        (Place::Path(one), Place::Template(_)) => one.covers_everything(),
        (one, other) => one == other,
    };
    other.mode == Mode::Enforced && covers
}

/// `place` is where the rule stands; `None` for one of every other place.
fn rule_problems(
    rule: &Rule,
    place: Option<&Place>,
    anchors: &[TrustAnchor],
    now: SystemTime,
    problems: &mut Vec<Problem>,
) {
    if !can_hold(rule, place) {
        problems.push(Problem::Never);
    }
    if anchors.len() > 1 && !is_tied(rule) {
        problems.push(Problem::TiedToNoIssuer);
    }
    each_condition(rule, &mut |condition| match condition {
        condition if condition.text_pattern().is_some_and(TextPattern::matches_everything) => {
            problems.push(Problem::MatchesEverything);
        }
        Condition::Certificate(pin) => {
            if let Some(not_after) = pin.not_after().filter(|not_after| *not_after < now) {
                problems.push(Problem::PinExpired { not_after });
            }
        }
        Condition::IssuedBy(authority) if !authority.is_known_label(anchors) => {
            problems.push(Problem::UnknownIssuer);
        }
        _ => {}
    });
}

/// Whether there is a certificate for which it can hold, as far as its shape tells.
fn can_hold(rule: &Rule, place: Option<&Place>) -> bool {
    match rule.node() {
        Node::All(rules) => !rules.is_empty() && rules.iter().all(|rule| can_hold(rule, place)) && !contradicts(rules),
        Node::Any(rules) => rules.iter().any(|rule| can_hold(rule, place)),
        Node::AnyClient => true,
        Node::Is(condition) => condition.can_hold() && !asks_for_missing_parameter(condition, place),
        Node::Not(rule) => match rule.node() {
            Node::AnyClient => false,
            // What is never clear is not clearly not so either.
            Node::All(rules) | Node::Any(rules) => !rules.is_empty(),
            Node::Is(condition) => !asks_for_missing_parameter(condition, place),
            Node::Not(_) => true,
        },
    }
}

/// Whether it compares with a path parameter that the path does not have.
fn asks_for_missing_parameter(condition: &Condition, place: Option<&Place>) -> bool {
    let Some(name) = condition.text_pattern().and_then(TextPattern::parameter_name) else { return false };
    match place {
        None => false,
        Some(Place::Path(pattern)) => !pattern.has_parameter(name),
        Some(Place::Template(template)) => !template.contains(&format!("{{{name}}}")),
    }
}

/// Whether a rule and its negation are both wanted.
fn contradicts(rules: &[Rule]) -> bool {
    rules.iter().any(|rule| match rule.node() {
        Node::Not(negated) => rules.iter().any(|other| other.asks_the_same_as(negated)),
        _ => false,
    })
}

/// Whether every certificate for which it holds has a known issuer.
fn is_tied(rule: &Rule) -> bool {
    match rule.node() {
        Node::All(rules) => rules.iter().any(is_tied),
        Node::Any(rules) => rules.iter().all(is_tied),
        Node::AnyClient | Node::Not(_) => false,
        Node::Is(condition) => matches!(
            **condition,
            Condition::Certificate(_) | Condition::IssuedBy(_) | Condition::PublicKey(_) | Condition::Serial(_)
        ),
    }
}

fn each_condition(rule: &Rule, visit: &mut dyn FnMut(&Condition)) {
    match rule.node() {
        Node::All(rules) | Node::Any(rules) => rules.iter().for_each(|rule| each_condition(rule, visit)),
        Node::AnyClient => {}
        Node::Is(condition) => visit(condition),
        Node::Not(rule) => each_condition(rule, visit),
    }
}

impl Problem {
    fn told_of(self, what: impl fmt::Display) -> Advice {
        Advice::new(self.code(), format!("{what} {self}"))
    }

    const fn code(self) -> AdviceCode {
        match self {
            Self::MatchesEverything => AdviceCode::RuleMatchesEverything,
            Self::Never => AdviceCode::RuleNever,
            Self::PinExpired { .. } => AdviceCode::RulePinExpired,
            Self::Shadowed { .. } => AdviceCode::RuleIdle,
            Self::ShadowAlone => AdviceCode::RuleRehearsedAlone,
            Self::TiedToNoIssuer => AdviceCode::RuleTiedToNoIssuer,
            Self::UnknownIssuer => AdviceCode::RuleIssuerUnknown,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MatchesEverything => f.write_str("has a pattern that matches everything: name what is meant, or say any_client"),
            Self::Never => f.write_str("can never hold: nobody passes by it; give it values that a certificate can have, or take it away"),
            Self::PinExpired { not_after } => {
                write!(f, "pins a certificate that expired at {}: pin its successor", Utc(not_after))
            }
            Self::Shadowed { by_line } => write!(f, "is idle, since line {by_line} lets the same requests through: take one of them away"),
            Self::ShadowAlone => {
                f.write_str("is only rehearsed, and no enforced line covers its path: everybody passes; add an enforced line")
            }
            Self::TiedToNoIssuer => f.write_str(
                "is tied to no issuer although there are several trust anchors: each can issue such a certificate; add issued_by",
            ),
            Self::UnknownIssuer => f.write_str("names an anchor by a label that no configured anchor has: nobody passes by it; compare it with those of the anchors"),
        }
    }
}
