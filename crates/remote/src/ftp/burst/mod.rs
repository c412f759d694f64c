//! Commands written ahead of their replies (RFC 959, section 5.4, leaves it open; what servers bear was measured).
//! suppaftp stays the client of the connection and reads every reply; only the writing is ours.

mod batch;
mod ladder;
mod pair;
mod tls;
mod window;

pub(super) use ladder::Ladder;
pub(super) use tls::{Control, Outbox, Secured};
pub(super) use window::Asked;
