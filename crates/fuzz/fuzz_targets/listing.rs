//! Feeds anything to the readers of lines of listings.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| slipway_remote::ftp::fuzz::listing(bytes));
