//! `client-cert explain`.

use http::request::Parts;
use serde_json::Value;
use tower_client_cert::{Explanation, GatewayCertificate, GatewayPeer, Stage, Step, StepOutcome};

use super::Status;
use super::arguments::Explain;
use super::at::{self, At};
use super::head::{self, Head};
use super::input;
use super::network::{Networked, Question, Reach};
use super::output::{Output, Tone};
use super::peer::Peer;
use super::trouble::Trouble;

pub(crate) fn run(arguments: &Explain, output: &mut Output) -> Result<Status, Trouble> {
    let request = request(arguments)?;
    let reach = if arguments.offline { Reach::Nobody } else { Reach::Network };
    let networked = Networked::build(&arguments.config, At(arguments.at), reach)?;
    let handle = networked.layer.handle();
    let explanation = networked.wait(handle.explain_and_ask(&request));
    let asked = networked.asked();
    if arguments.json {
        output.json(&with_questions(&explanation, &asked)?)?;
    } else {
        show(&request, &explanation, &asked, output)?;
    }
    Ok(match (explanation.rejection(), explanation.identity()) {
        (Some(_), _) => Status::Refused,
        (None, Some(_)) => Status::Accepted,
        (None, None) => Status::Anonymous,
    })
}

/// The explanation, with what was asked beside the steps that it was asked for.
fn with_questions(explanation: &Explanation, asked: &[Question]) -> Result<Value, Trouble> {
    let mut told = serde_json::to_value(explanation).map_err(Trouble::input)?;
    for step in told.get_mut("steps").and_then(Value::as_array_mut).into_iter().flatten() {
        let check = step.get("check").and_then(Value::as_str).unwrap_or_default();
        let own: Vec<_> = asked.iter().filter(|question| question.check == check).collect();
        if let (Some(step), false) = (step.as_object_mut(), own.is_empty()) {
            step.insert("asked".to_owned(), serde_json::to_value(own).map_err(Trouble::input)?);
        }
    }
    Ok(told)
}

/// The request as the layer would see it.
fn request(arguments: &Explain) -> Result<Parts, Trouble> {
    let mut head = match &arguments.head {
        Some(path) => Head::read(&input::read(input::file_of(path))?)?,
        None => Head::default(),
    };
    for line in &arguments.headers {
        let no_line = || Trouble::input("a --header is no header line such as `X-Client-Cert: ...`");
        let (name, value) = head::header(line.as_bytes()).ok_or_else(no_line)?;
        head.headers.try_append(name, value).map_err(|_| Trouble::input("too many header lines"))?;
    }
    let peer = arguments
        .peer
        .or_else(|| head.peer.map(Peer::at))
        .ok_or_else(|| Trouble::input("who sends it is not said: give --peer, such as --peer 10.1.0.4"))?;
    head.method = arguments.method.clone().unwrap_or(head.method);
    head.uri = arguments.path.clone().unwrap_or(head.uri);
    let mut request = head.into_parts();
    request.extensions.insert::<GatewayPeer>(peer.0);
    if let Some(path) = &arguments.gateway_certificate {
        let chain = input::certificates(&input::read(input::file_of(path))?)?;
        request.extensions.insert(GatewayCertificate::new(chain));
    }
    Ok(request)
}

fn show(request: &Parts, explanation: &Explanation, asked: &[Question], output: &mut Output) -> Result<(), Trouble> {
    let peer = request.extensions.get::<GatewayPeer>().map(ToString::to_string).unwrap_or_default();
    let at = at::text(explanation.at());
    output.say(Tone::Heading, &format!("{} {} from {peer}, judged at {at}", request.method, request.uri))?;
    let mut stage = None;
    for step in explanation.steps() {
        if stage != Some(step.stage()) {
            stage = Some(step.stage());
            output.blank()?;
            output.say(Tone::Quiet, &format!("{} {}", number_of(step.stage()), step.stage()))?;
        }
        show_step(step, output)?;
        for question in asked.iter().filter(|question| question.check == step.check()) {
            output.row(Tone::Quiet, "", "", &question.in_words())?;
        }
    }
    output.blank()?;
    show_verdict(explanation, output)?;
    match explanation.ended_at() {
        Some(end) => {
            output.toned_field(Tone::Bad, "ended at", &format!("{}, {}", end.stage(), end.check()))?;
            output.field("wanted", end.wanted())?;
            output.field("found", end.found())?;
            if !end.standard().is_empty() {
                output.field("standard", end.standard())?;
            }
            end.mend().map_or(Ok(()), |mend| output.toned_field(Tone::Heading, "mend", mend))
        }
        None => Ok(()),
    }
}

fn show_step(step: &Step, output: &mut Output) -> Result<(), Trouble> {
    let (mark, tone) = mark_of(step.outcome());
    let text = match step.outcome() {
        StepOutcome::NotConfigured => "not configured",
        StepOutcome::NotReached => step.wanted(),
        _ => step.found(),
    };
    output.row(tone, mark, step.check(), text)?;
    let is_told = !matches!(step.outcome(), StepOutcome::NotConfigured | StepOutcome::NotReached);
    if is_told {
        let standard = match step.standard() {
            "" => String::new(),
            standard => format!(" ({standard})"),
        };
        output.row(Tone::Quiet, "", "", &format!("wanted: {}{standard}", step.wanted()))?;
    }
    Ok(())
}

fn mark_of(outcome: StepOutcome) -> (&'static str, Tone) {
    match outcome {
        StepOutcome::Absent => ("NONE", Tone::Bad),
        StepOutcome::Allowed => ("allowed", Tone::Bad),
        StepOutcome::Failed => ("FAILED", Tone::Bad),
        StepOutcome::NotConfigured => ("off", Tone::Quiet),
        StepOutcome::Passed => ("ok", Tone::Good),
        StepOutcome::Skipped => ("skipped", Tone::Quiet),
        StepOutcome::Tolerated => ("grace", Tone::Bad),
        _ => ("-", Tone::Quiet),
    }
}

fn show_verdict(explanation: &Explanation, output: &mut Output) -> Result<(), Trouble> {
    match (explanation.rejection(), explanation.identity()) {
        (Some(rejection), _) => {
            let status = explanation.status().map(|status| status.as_u16().to_string()).unwrap_or_default();
            output.say(Tone::Bad, &format!("REFUSED: {} (answered with {status})", rejection.reason()))
        }
        (None, Some(identity)) => {
            let anchor = identity.anchor_label().map_or_else(String::new, |label| format!(", under \"{label}\""));
            output.say(Tone::Good, &format!("ACCEPTED: {}{anchor}", identity.subject()))
        }
        (None, None) => output.say(Tone::Heading, "ANONYMOUS: the request goes on without a client"),
    }
}

fn number_of(stage: Stage) -> u8 {
    match stage {
        Stage::Gateway => 1,
        Stage::Header => 2,
        Stage::Encoding => 3,
        Stage::Validation => 4,
        Stage::Revocation => 5,
        Stage::Identity => 6,
        _ => 7,
    }
}
