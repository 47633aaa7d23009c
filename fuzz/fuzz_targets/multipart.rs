#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tableau_server_client::fuzzing::multipart(data));
