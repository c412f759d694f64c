//! Servers of every kind, seen through the `Remote` trait.

mod conformance;
mod connect;
mod faults;
mod ftp;
mod memory;
mod pool;
mod servers;
mod shy;
mod wire;
