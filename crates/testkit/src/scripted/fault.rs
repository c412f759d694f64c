//! What a scripted server can do wrong.

/// The verb of the moment before the greeting: it counts as a command.
pub(super) const CONNECT: &str = "CONNECT";

/// The commands that have a data connection.
const TRANSFERS: [&str; 5] = ["APPE", "LIST", "MLSD", "RETR", "STOR"];
/// The commands that bring something.
const UPLOADS: [&str; 2] = ["APPE", "STOR"];
/// The commands that change something.
const CHANGES: [&str; 8] = ["APPE", "DELE", "MFMT", "MKD", "RMD", "RNFR", "RNTO", "STOR"];
/// The commands whose answer tells a size.
const SIZES: [&str; 3] = ["LIST", "MLSD", "SIZE"];

/// What a scripted server does wrong at a command. Of a transfer it is the final reply that is meant, where nothing
/// else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScriptedFault {
    /// The control connection is closed; the command is not carried out.
    CutBefore,
    /// The command is carried out, and the control connection closed in place of the reply.
    CutAfter,
    /// The command is not carried out, and nothing is said until the client closes.
    Hang,
    /// The command is carried out, and its reply comes only when the client says something else, or gives up.
    Late,
    /// The command is refused with this code, and not carried out; after 421 the connection is closed.
    Refuse(u16),
    /// A transfer is refused with this code after half of an upload, or none of a download, went through.
    RefuseAfterData(u16),
    /// The command is carried out, and refused with this code.
    DoneButRefused(u16),
    /// The data connection is reset after so many bytes, and the reply is 426.
    CutData(usize),
    /// Half of an upload is kept, and the reply is 226.
    Truncate,
    /// The sizes that are told are one too large.
    WrongSize,
    /// The command is not carried out, and the reply is that of success.
    NothingDone,
    /// The reply is sent twice.
    Twice,
    /// The reply has a million bytes before it comes to its end.
    Huge,
    /// The reply comes byte by byte.
    Pieces,
    /// Bytes that mean nothing, in place of the reply. The command is carried out.
    Garbage,
    /// Under TLS: a data connection, or the control connection where there is none, ends without `close_notify`
    /// (RFC 8446, section 6.1). The command is carried out.
    CutTls,
    /// Under TLS: the session of a data connection is refused with 522, as ProFTPD does that wants another one reused.
    RefuseSession,
    /// `AUTH TLS` is answered, and in the same write further replies follow that would be taken for those to the first
    /// commands under TLS.
    Inject,
}

impl ScriptedFault {
    /// Every fault, with every code and number of bytes that is worth trying.
    pub fn all() -> Vec<Self> {
        let codes = [421, 425, 426, 450, 451, 452, 530, 550, 552, 553];
        let mut all = vec![Self::CutBefore, Self::CutAfter, Self::Hang, Self::Late];
        all.extend(codes.map(Self::Refuse));
        all.extend([426, 451, 452, 552].map(Self::RefuseAfterData));
        all.extend([451, 550].map(Self::DoneButRefused));
        all.extend([0, 1, 7].map(Self::CutData));
        all.extend([Self::Truncate, Self::WrongSize, Self::NothingDone, Self::Twice, Self::Huge]);
        all.extend([Self::Pieces, Self::Garbage, Self::CutTls, Self::RefuseSession, Self::Inject]);
        all
    }

    /// Whether there is such a fault of that command.
    pub fn concerns(self, verb: &str, tls: bool) -> bool {
        let (transfer, upload) = (TRANSFERS.contains(&verb), UPLOADS.contains(&verb));
        match self {
            Self::RefuseAfterData(_) | Self::CutData(_) => transfer,
            Self::Truncate => upload,
            Self::WrongSize => SIZES.contains(&verb),
            Self::NothingDone | Self::DoneButRefused(_) => CHANGES.contains(&verb),
            Self::CutTls => tls && ![CONNECT, "AUTH"].contains(&verb),
            Self::RefuseSession => tls && transfer,
            Self::Inject => verb == "AUTH",
            // The good-bye changes nothing, and nobody waits for it.
            _ => verb != "QUIT",
        }
    }
}

pub(super) fn is_transfer(verb: &str) -> bool {
    TRANSFERS.contains(&verb)
}
