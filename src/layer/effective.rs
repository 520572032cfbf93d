use super::ClientCertHandle;
use super::service::Shared;
use crate::authenticator::{Limits, UntrustedHeader};
use crate::policy::{EffectivePolicy, yes_or_no};
use crate::re_emission::ReEmission;
use crate::reason::Reason;
use crate::verdict_cache::MemoryLimits;

impl ClientCertHandle {
    /// Every check of the layer with its value, read from what is in force.
    #[must_use]
    pub fn policy(&self) -> EffectivePolicy {
        self.in_force.load().policy()
    }
}

impl Shared {
    pub(super) fn policy(&self) -> EffectivePolicy {
        let mut policy = EffectivePolicy::default();
        let authenticator = &self.authenticator;
        let snapshot = authenticator.snapshot.load();
        snapshot.describe(&mut policy);
        authenticator.validation.describe(&mut policy);
        authenticator.revocation.describe(&mut policy);
        #[cfg(feature = "fetch")]
        for (index, crls) in self.fetched_crls.iter().enumerate() {
            crls.describe(&format!("revocation.fetched_crls[{index}]"), &mut policy);
        }
        self.describe_requests(&mut policy);
        self.describe_limits(&mut policy);
        self.describe_memory(&mut policy);
        self.describe_answers(&mut policy);
        self.describe_access(&mut policy);
        policy
    }

    fn describe_requests(&self, policy: &mut EffectivePolicy) {
        let except = self.presence.except();
        policy
            .add("requests.required", "a certificate on every request", yes_or_no(except.is_some()))
            .set_if(except.is_some());
        let paths = crate::policy::listed(except.unwrap_or_default());
        policy
            .add("requests.except", "paths without a certificate all the same", paths)
            .set_if(except.is_some_and(|paths| !paths.is_empty()));
        let refuses = self.authenticator.untrusted_header == UntrustedHeader::Refuse;
        let value = if refuses { "refused" } else { "removed unread, the request is anonymous" };
        policy
            .add("requests.refuse_untrusted_header", "a certificate header that no gateway sent", value)
            .set_if(refuses);
        let notice = self.expiry_notice.map_or_else(|| "no".to_owned(), |time| time.as_secs().to_string());
        policy
            .add("requests.warn_before_expiry_seconds", "clients are told that their certificate expires", notice)
            .set_if(self.expiry_notice.is_some());
        let emits = self.re_emission == ReEmission::Rfc9440;
        policy.add("requests.re_emit_rfc9440", "Client-Cert for the next service", yes_or_no(emits)).set_if(emits);
    }

    fn describe_limits(&self, policy: &mut EffectivePolicy) {
        let (limits, usual) = (self.authenticator.limits, Limits::default());
        policy
            .add("limits.max_header_bytes", "bytes of all certificate headers of a gateway", limits.header_bytes)
            .set_if(limits.header_bytes != usual.header_bytes);
        policy
            .add("limits.max_certificates", "certificates in one request", limits.certificates)
            .set_if(limits.certificates != usual.certificates);
        let validations = limits.concurrent_validations.map_or_else(|| HALF.to_owned(), |number| number.to_string());
        policy
            .add("limits.max_concurrent_validations", "certificates that are validated at a time", validations)
            .set_if(limits.concurrent_validations.is_some());
        policy
            .add("limits.max_waiting_validations", "requests that wait for that", limits.waiting_validations)
            .set_if(limits.waiting_validations != usual.waiting_validations);
    }

    fn describe_memory(&self, policy: &mut EffectivePolicy) {
        let usual = MemoryLimits::default();
        let is_off = self.memory.is_none();
        policy
            .add("memory.remember_nothing", "every certificate is validated from the beginning", yes_or_no(is_off))
            .set_if(is_off);
        let limits = self.memory.unwrap_or(usual);
        policy
            .add("memory.max_remembered_clients", "certificate headers that are remembered", limits.clients)
            .set_if(limits.clients != usual.clients);
        policy
            .add("memory.max_remembered_bytes", "bytes that they may take", limits.bytes)
            .set_if(limits.bytes != usual.bytes);
        policy
            .add("memory.max_verdict_age_seconds", "seconds until a path is validated again", limits.max_age.as_secs())
            .set_if(limits.max_age != usual.max_age);
    }

    fn describe_answers(&self, policy: &mut EffectivePolicy) {
        for reason in Reason::ALL {
            let code = reason.code();
            let status = self.refusals.status_of(*reason);
            policy
                .add(format!("answers.{code}.status"), "the HTTP status of this refusal", status.as_u16())
                .set_if(status != reason.default_status());
            let grpc = self.refusals.grpc_code_of(*reason);
            policy
                .add(format!("answers.{code}.grpc"), "the gRPC code of this refusal", grpc.name())
                .set_if(grpc != reason.default_grpc_code());
        }
    }

    fn describe_access(&self, policy: &mut EffectivePolicy) {
        let Some(table) = &self.access else {
            policy.add("rule", "who may ask for what", "no table in the layer: the service decides");
            return;
        };
        let table = table.load();
        for line in table.every_line() {
            policy
                .add(format!("rule[{}]", line.number - 1), "who may ask for what", line.described())
                .set_if(true)
                .allows_if(line.is_public(), "everybody, without a certificate too")
                .allows_if(line.is_shadow(), "its refusals: it is rehearsed, and what it denies passes");
        }
        let (value, is_open) = table.described_otherwise();
        policy
            .add("otherwise", "paths that no line names", value)
            .set_if(table.has_otherwise())
            .allows_if(is_open, "everybody, without a certificate too, on every page that was forgotten");
    }
}

/// Not as a number: the same policy has the same text on every machine.
const HALF: &str = "half of the processors";
