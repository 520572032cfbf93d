//! Plays the scenes one after another and prints how each was answered.

use std::fmt;

use crate::Result;
use crate::client::{Answer, AnsweredBy, Client};
use crate::scenes::Scene;

/// Plays `scenes` and returns how many were answered differently from what they expect.
pub(crate) async fn play(scenes: &[Scene<'_>], client: &Client<'_>) -> Result<usize> {
    print_row("SCENE", "EXPECTED", "GOT", "REASON, or what the handler said");
    let mut differing = 0;
    for scene in scenes {
        let answer = client.get(scene.path, scene.way, &scene.headers).await;
        let answer = answer.map_err(|error| format!("{}: {error}", scene.title))?;
        print_row(scene.title, scene.expected.status.as_str(), answer.status.as_str(), &answer.by.to_string());
        if answer != scene.expected {
            differing += 1;
            println!("    ^ DIFFERS: expected {}", scene.expected);
        }
    }
    println!("\n{} scenes, {differing} answered differently from what was expected", scenes.len());
    match client.stranger() {
        Some(stranger) => println!("(the address that is no gateway: {})", stranger.address),
        None => println!(
            "(this machine has neither 127.0.0.2 nor ::1, so no scene could come from an address that is no gateway)"
        ),
    }
    Ok(differing)
}

fn print_row(scene: &str, expected: &str, got: &str, said: &str) {
    println!("{scene:SCENE_COLUMNS$}  {expected:8}  {got:3}  {said}");
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", self.status.as_str(), self.by)
    }
}

impl fmt::Display for AnsweredBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler(text) => write!(f, "\"{text}\""),
            Self::Layer(reason) => write!(f, "{reason}"),
        }
    }
}

const SCENE_COLUMNS: usize = 51;
