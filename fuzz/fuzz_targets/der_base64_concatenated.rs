#![no_main]

use libfuzzer_sys::fuzz_target;
use tower_client_cert::{Encoding, fuzzing};

fuzz_target!(|value: &[u8]| fuzzing::encoding(value, Encoding::DerBase64Concatenated));
