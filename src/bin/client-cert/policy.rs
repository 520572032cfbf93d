//! `client-cert policy`.

use tower_client_cert::{EffectivePolicy, PolicyEntry, SystemClock};

use super::Status;
use super::arguments::Policy;
use super::network::{Networked, Reach};
use super::output::{Output, Tone};
use super::trouble::Trouble;

pub(crate) fn run(arguments: &Policy, output: &mut Output) -> Result<Status, Trouble> {
    let policy = Networked::build(&arguments.config, SystemClock, Reach::Nobody)?.layer.handle().policy();
    if arguments.json {
        output.json(&policy)?;
    } else if arguments.markdown {
        output.line(policy.to_markdown().trim_end())?;
    } else {
        show(&policy, output)?;
    }
    Ok(Status::Accepted)
}

fn show(policy: &EffectivePolicy, output: &mut Output) -> Result<(), Trouble> {
    let loosening: Vec<_> = policy.entries().iter().filter(|entry| entry.allows().is_some()).collect();
    if !loosening.is_empty() {
        output.say(Tone::Bad, "What loosens a check")?;
        for entry in loosening {
            output.say(Tone::Bad, &format!("- {}: {}", entry.key(), entry.value()))?;
            output.say(Tone::Quiet, &format!("  gives up: {}", entry.allows().unwrap_or_default()))?;
        }
        output.blank()?;
    }
    let (defaults, set): (Vec<_>, Vec<_>) = policy.entries().iter().partition(|entry| entry.is_default());
    section("What was set", &set, output)?;
    section("What is as by default", &defaults, output)?;
    output.say(Tone::Quiet, "SHA-256 of this policy, the same from a running service:")?;
    output.say(Tone::Quiet, &policy.fingerprint().to_string())
}

fn section(heading: &str, entries: &[&PolicyEntry], output: &mut Output) -> Result<(), Trouble> {
    if entries.is_empty() {
        return Ok(());
    }
    output.say(Tone::Heading, heading)?;
    for entry in entries {
        output.say(Tone::Good, &format!("- {}: {}", entry.key(), entry.value()))?;
        output.say(Tone::Quiet, &format!("  {}", entry.check()))?;
    }
    output.blank()
}
