#![no_main]

use libfuzzer_sys::fuzz_target;
use tower_client_cert::fuzzing;

fuzz_target!(|der: &[u8]| fuzzing::distinguished_name(der));
