//! Whether a folder lies on another computer: what others change there is not told by the system here.

use std::path::Path;

/// `false` where it can't be told.
#[cfg(target_os = "linux")]
pub(super) fn on_network(folder: &Path) -> bool {
    /// NFS, SMB (three of its names), AFS, Ceph, 9P, Coda and FUSE, by `statfs(2)` and `linux/magic.h`. FUSE is not
    /// always remote (SSHFS and cloud drives are); walking through is never wrong.
    const KINDS: [u32; 9] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x5346_414f,
        0x00c3_6400,
        0x0102_1997,
        0x7375_7245,
        0x6573_5546,
    ];
    // The kinds are numbers of 32 bits, whatever the field is on this machine.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as said")]
    rustix::fs::statfs(folder).is_ok_and(|system| KINDS.contains(&(system.f_type as u32)))
}

/// `false` where it can't be told.
#[cfg(target_os = "macos")]
pub(super) fn on_network(folder: &Path) -> bool {
    /// `MNT_LOCAL` of `sys/mount.h`.
    const LOCAL: u32 = 0x1000;
    rustix::fs::statfs(folder).is_ok_and(|system| system.f_flags & LOCAL == 0)
}

/// Shares are told by their names, those behind a drive letter included.
#[cfg(windows)]
pub(super) fn on_network(folder: &Path) -> bool {
    use std::path::{Component, Prefix};
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let prefix = real.components().next();
    matches!(prefix, Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)))
}

/// Nothing is known of other systems.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(super) fn on_network(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_this_computer_is_not_on_the_network() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!on_network(folder.path()));
    }
}
