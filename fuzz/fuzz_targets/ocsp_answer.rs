#![no_main]

use libfuzzer_sys::fuzz_target;
use tower_client_cert::fuzzing;

fuzz_target!(|value: &[u8]| fuzzing::ocsp_answer(value));
