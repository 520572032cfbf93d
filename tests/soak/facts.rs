//! What is in force, as far as it changes, and what must come of those whom it is about.

use crate::standing::Expected;

/// What the operator has last put in force.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) gamma: Gamma,
    /// Whether each of these clients is on the revocation list.
    pub(crate) listed: [bool; TURNED],
    /// Whether each of these is denied in the file.
    pub(crate) denied_in_file: [bool; TURNED],
    /// Whether each of these is denied by the handle, until the next reload.
    pub(crate) denied_by_hand: [bool; TURNED],
    pub(crate) answer: Answer,
}

/// Which key of the authority called Gamma is an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gamma {
    First,
    Neither,
    Second,
}

/// What the OCSP answer in the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Good,
    None,
    Revoked,
}

/// Whom something that changes is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Answered,
    DeniedByHand(usize),
    DeniedInFile(usize),
    OfGamma(Gamma),
    Listed(usize),
}

impl Facts {
    pub(crate) fn new() -> Self {
        Self {
            gamma: Gamma::First,
            listed: [false; TURNED],
            denied_in_file: [false; TURNED],
            denied_by_hand: [false; TURNED],
            answer: Answer::None,
        }
    }

    pub(crate) fn expected(&self, subject: Subject) -> Expected {
        let unless = |is_refused: bool, reason| if is_refused { Expected::Refused(reason) } else { Expected::Accepted };
        match subject {
            Subject::Answered => match self.answer {
                Answer::Good => Expected::Accepted,
                Answer::None => Expected::Refused("revocation-no-source"),
                Answer::Revoked => Expected::Refused("revoked"),
            },
            Subject::DeniedByHand(number) => unless(self.denied_by_hand[number], "deny-listed"),
            Subject::DeniedInFile(number) => unless(self.denied_in_file[number], "deny-listed"),
            Subject::OfGamma(key) if key == self.gamma => Expected::Accepted,
            Subject::OfGamma(_) if self.gamma == Gamma::Neither => Expected::Refused("issuer-unknown"),
            // The same name and another key.
            Subject::OfGamma(_) => Expected::Refused("signature-invalid"),
            Subject::Listed(number) => unless(self.listed[number], "revoked"),
        }
    }
}

/// Clients of each kind whose standing is turned to and fro.
pub(crate) const TURNED: usize = 4;
