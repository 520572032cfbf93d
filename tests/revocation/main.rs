//! Stage 5 through the real layer: lists and deny-lists in, answers and evidence out.

#![cfg(test)]

mod advice;
#[cfg(feature = "ocsp")]
mod asking;
#[cfg(feature = "ocsp")]
mod asking_options;
mod cross_product;
mod deny_list;
#[cfg(all(feature = "ocsp", feature = "http-client"))]
mod described;
mod evidence;
#[cfg(all(feature = "ocsp", feature = "http-client"))]
mod faulty_responders;
mod keys;
#[cfg(all(feature = "ocsp", feature = "http-client", feature = "axum"))]
mod lab;
mod lists;
mod modes;
#[cfg(feature = "ocsp")]
mod named_responders;
#[cfg(feature = "ocsp")]
mod network_product;
mod ocsp_answers;
mod openssl_lists;
#[cfg(all(feature = "ocsp", feature = "http-client"))]
mod openssl_responders;
mod paths;
mod policies;
mod recipes;
#[cfg(feature = "ocsp")]
mod refreshing;
mod refusals;
mod reload;
mod remembered;
mod reported;
#[cfg(feature = "ocsp")]
mod responder;
#[cfg(feature = "ocsp")]
mod runtimes;
mod several_answers;
#[cfg(feature = "ocsp")]
mod several_issuers;
mod stapled;
#[cfg(feature = "ocsp")]
mod stores;
mod unusable_lists;
#[cfg(feature = "ocsp")]
mod waiting;
mod world;

#[path = "../pipeline/scene.rs"]
#[allow(dead_code, reason = "the scene is the pipeline's, and this crate uses another part of it")]
mod scene;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
