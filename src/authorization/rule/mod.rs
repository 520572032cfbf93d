//! Rules: what a certificate and the request it came with must be.
//!
//! A rule allows only what is clear. Each condition has three answers: yes, no, and *cannot be told*, which is the
//! answer where exactly one value is wanted and there are several, or where a value is no text. Only a yes allows, and
//! [`Rule::not`] leaves what cannot be told as it is: two organizations in one certificate satisfy neither
//! `organization("A")` nor its negation. An empty list of rules allows nobody, negated or not.

mod address_ranges;
mod condition;
mod constructors;
mod dns_pattern;
#[cfg(feature = "regex")]
mod either_case;
mod evidence_condition;
#[cfg(feature = "regex")]
mod expression;
mod found;
mod glob;
mod name_pattern;
mod name_text;
mod pin;
mod request_value;
mod serial_pattern;
mod spiffe_pattern;
mod text_pattern;
mod truth;
mod wanted;

use std::fmt;

pub(crate) use self::condition::{Condition, Whose};
pub use self::dns_pattern::DnsPattern;
pub use self::name_pattern::DistinguishedNamePattern;
pub use self::request_value::RequestValue;
pub use self::text_pattern::TextPattern;
pub(crate) use self::text_pattern::Values;
pub(crate) use self::truth::Truth;
use super::access_request::{AccessRequest, Facts};
use super::authorizer::Authorizer;
use super::denial::Denial;

/// What a client's certificate, and the request that it came with, must be.
///
/// Conditions are made by the named constructors and put together by [`and`](Self::and), [`or`](Self::or),
/// [`not`](Self::not), [`all_of`](Self::all_of), [`any_of`](Self::any_of) and [`none_of`](Self::none_of).
///
/// ```
/// use tower_client_cert::Rule;
///
/// let partner = Rule::organization("Big Partner Foo SA").and(Rule::issued_by("carc-i101l")).named("partner-foo");
/// ```
///
/// With more than one trust anchor, tie each rule to one by [`issued_by`](Self::issued_by): otherwise the authority of
/// one partner can issue a certificate in the name of another.
#[derive(Clone, Debug)]
pub struct Rule {
    name: Option<Box<str>>,
    node: Node,
}

#[derive(Clone, Debug)]
pub(crate) enum Node {
    All(Box<[Rule]>),
    Any(Box<[Rule]>),
    AnyClient,
    Is(Box<Condition>),
    Not(Box<Rule>),
}

impl Rule {
    /// Every client with a certificate.
    #[must_use]
    pub fn any_client() -> Self {
        Self::of(Node::AnyClient)
    }

    /// Nobody.
    #[must_use]
    pub fn nobody() -> Self {
        Self::any_of([])
    }

    /// Every one of these rules. An empty list allows nobody.
    #[must_use]
    pub fn all_of(rules: impl IntoIterator<Item = Self>) -> Self {
        Self::of(Node::All(rules.into_iter().collect()))
    }

    /// At least one of these rules. An empty list allows nobody.
    #[must_use]
    pub fn any_of(rules: impl IntoIterator<Item = Self>) -> Self {
        Self::of(Node::Any(rules.into_iter().collect()))
    }

    /// None of these rules, clearly. An empty list allows nobody.
    #[must_use]
    pub fn none_of(rules: impl IntoIterator<Item = Self>) -> Self {
        Self::any_of(rules).negated()
    }

    /// This rule and the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::all_of([self, other])
    }

    /// This rule or the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::any_of([self, other])
    }

    /// Whoever the rule clearly does not hold for.
    #[expect(clippy::should_implement_trait, reason = "an associated function like its sisters, Rule::not(rule)")]
    #[must_use]
    pub fn not(rule: Self) -> Self {
        rule.negated()
    }

    /// Gives the rule a name, by which denials and lint tell of it.
    #[must_use]
    pub fn named(self, name: impl AsRef<str>) -> Self {
        Self { name: Some(name.as_ref().into()), ..self }
    }

    /// The name of the rule.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Whether the rule holds. The depth is that of the rule as the operator wrote it.
    pub(crate) fn judge(&self, facts: &Facts<'_>) -> Truth {
        match &self.node {
            Node::All(rules) => Truth::all(rules.iter().map(|rule| rule.judge(facts))),
            Node::Any(rules) => Truth::any(rules.iter().map(|rule| rule.judge(facts))),
            Node::AnyClient => Truth::Yes,
            Node::Is(condition) => condition.judge(facts),
            Node::Not(rule) => rule.judge(facts).not(),
        }
    }

    /// Whether both ask for the same, whatever they are called. Their texts do not tell: these are shortened.
    pub(crate) fn asks_the_same_as(&self, other: &Self) -> bool {
        let each = |one: &[Self], other: &[Self]| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.asks_the_same_as(other))
        };
        match (&self.node, &other.node) {
            (Node::All(one), Node::All(other)) | (Node::Any(one), Node::Any(other)) => each(one, other),
            (Node::AnyClient, Node::AnyClient) => true,
            (Node::Is(one), Node::Is(other)) => one == other,
            (Node::Not(one), Node::Not(other)) => one.asks_the_same_as(other),
            _ => false,
        }
    }

    /// Allows, or says what was wanted and found.
    pub(crate) fn check(&self, facts: &Facts<'_>) -> Result<(), Denial> {
        if self.judge(facts) == Truth::Yes { Ok(()) } else { Err(self.denial(facts)) }
    }

    fn denial(&self, facts: &Facts<'_>) -> Denial {
        let denial = match &self.node {
            // The first that does not hold decides; the others would only distract.
            Node::All(rules) => match rules.iter().find(|rule| rule.judge(facts) != Truth::Yes) {
                Some(rule) => rule.denial(facts),
                None => Denial::new(self.to_string(), "no rule that could hold"),
            },
            Node::Any(rules) => match &**rules {
                [only] => only.denial(facts),
                rules => Denial::new(self.to_string(), found::by_rules(rules, facts)),
            },
            Node::AnyClient => Denial::new(self.to_string(), "none"),
            Node::Is(condition) => Denial::new(self.to_string(), condition.found(facts)),
            Node::Not(rule) => Denial::new(self.to_string(), found::by_rules(std::slice::from_ref(rule), facts)),
        };
        match &self.name {
            Some(name) => denial.by_rule(&**name),
            None => denial,
        }
    }

    fn negated(self) -> Self {
        Self::of(Node::Not(Box::new(self)))
    }

    fn of(node: Node) -> Self {
        Self { name: None, node }
    }

    fn is(condition: Condition) -> Self {
        Self::of(Node::Is(Box::new(condition)))
    }
}

impl Authorizer for Rule {
    fn authorize(&self, request: &AccessRequest<'_>) -> Result<(), Denial> {
        self.check(&request.facts())
    }
}

/// Shows what the rule wants, for people.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::All(rules) => write_list(f, rules, " and ", "all of nothing"),
            Node::Any(rules) => write_list(f, rules, " or ", "nobody"),
            Node::AnyClient => f.write_str("any client certificate"),
            Node::Is(condition) => condition.fmt(f),
            Node::Not(rule) => write!(f, "not ({rule})"),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, rules: &[Rule], between: &str, empty: &str) -> fmt::Result {
    if rules.is_empty() {
        return f.write_str(empty);
    }
    for (place, rule) in rules.iter().take(MAX_SHOWN_RULES).enumerate() {
        f.write_str(if place == 0 { "" } else { between })?;
        match rule.node {
            Node::All(_) | Node::Any(_) => write!(f, "({rule})")?,
            _ => fmt::Display::fmt(rule, f)?,
        }
    }
    let more = rules.len().saturating_sub(MAX_SHOWN_RULES);
    if more == 0 { Ok(()) } else { write!(f, "{between}{more} more") }
}

/// Rules of a list that a denial shows.
const MAX_SHOWN_RULES: usize = 6;
