//! Feeds anything to the readers of paths and folders.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| slipway_remote::ftp::fuzz::path(bytes));
