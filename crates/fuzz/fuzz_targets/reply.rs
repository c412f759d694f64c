//! Feeds anything to the readers of replies to commands.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| slipway_remote::ftp::fuzz::reply(bytes));
