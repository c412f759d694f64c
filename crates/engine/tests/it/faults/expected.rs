//! How a run may end that a server fails once, or from some command on.

use slipway_core::Code;
use slipway_testkit::ScriptedFault::{self, *};
use slipway_testkit::ScriptedOrder;

/// How a run may end.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) live: bool,
    pub(super) codes: Vec<Code>,
}

/// What may come of a fault at a command with this verb.
pub(super) fn expected(order: ScriptedOrder, verb: &str) -> Expected {
    if order.lasting { from_then_on(order.fault, verb) } else { once(order.fault, verb) }
}

/// Whether a server says before the login whether we may come in at all.
fn at_the_door(verb: &str) -> bool {
    ["CONNECT", "USER", "PASS"].contains(&verb)
}

fn before_tls(verb: &str) -> bool {
    ["AUTH", "PBSZ", "PROT"].contains(&verb)
}

fn once(fault: ScriptedFault, verb: &str) -> Expected {
    let only = |code| Expected { live: false, codes: vec![code] };
    let live_or = |codes: &[Code]| Expected { live: true, codes: codes.to_vec() };
    match fault {
        // Asking again would have the address banned.
        Refuse(500..) if at_the_door(verb) => only(Code::LoginRejected),
        Refuse(500..) if before_tls(verb) => only(Code::SecureNotOffered),
        Refuse(452 | 552) | RefuseAfterData(452 | 552) if verb == "RMD" => {
            live_or(&[Code::HostingFull, Code::PermissionDenied])
        }
        Refuse(452 | 552) | RefuseAfterData(452 | 552) => live_or(&[Code::HostingFull]),
        Refuse(500..) | DoneButRefused(500..) => live_or(&[Code::PermissionDenied]),
        // A file of another size is one that somebody else has changed.
        WrongSize => live_or(&[Code::Conflict, Code::ServerMisbehaves]),
        NothingDone if verb == "MKD" => live_or(&[Code::FolderNotFound]),
        // All that can pass is tried again.
        _ => live_or(&[]),
    }
}

fn from_then_on(fault: ScriptedFault, verb: &str) -> Expected {
    let only = |code| Expected { live: false, codes: vec![code] };
    // Some commands can be done without.
    let live_or = |codes: &[Code]| Expected { live: true, codes: codes.to_vec() };
    match fault {
        Pieces | Inject => live_or(&[]),
        Refuse(421) if at_the_door(verb) || before_tls(verb) => only(Code::TooManyConnections),
        Refuse(400..500) if at_the_door(verb) => only(Code::ConnectionLost),
        Refuse(500..) => once(fault, verb),
        Refuse(452) | RefuseAfterData(452 | 552) => once(fault, verb),
        DoneButRefused(500..) | WrongSize => once(fault, verb),
        CutBefore | CutAfter | CutTls | CutData(_) | RefuseSession => live_or(&[Code::ConnectionLost]),
        Refuse(_) | RefuseAfterData(_) | DoneButRefused(_) => live_or(&[Code::ConnectionLost]),
        Hang | Late => live_or(&[Code::ConnectionTimedOut]),
        NothingDone if verb == "MKD" => live_or(&[Code::FolderNotFound]),
        NothingDone | Truncate | Twice | Huge | Garbage => live_or(&[Code::ServerMisbehaves]),
    }
}
