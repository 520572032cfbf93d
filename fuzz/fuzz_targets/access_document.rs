#![no_main]

use libfuzzer_sys::fuzz_target;
use tower_client_cert::fuzzing;

fuzz_target!(|text: &[u8]| fuzzing::access_document(text));
