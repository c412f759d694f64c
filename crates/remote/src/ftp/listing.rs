//! Reads what servers say of folders: a line of MLSD (RFC 3659, section 7) or of LIST, for which there is no
//! standard.
//!
//! A name that can't be one is not read: no parent folders, nothing that could leave the listed folder.
//! suppaftp's own parser is not used: it takes spaces from names, refuses marks of access lists, links of MLSD and
//! 29 February, and can't say that a time is missing.

use std::ops::Range;

use slipway_core::RemotePath;

use super::time::time_value;
use crate::remote::{Entry, EntryKind};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Where the size stands among the words of `ls -l`, the likeliest place first: behind permissions, links,
/// owner and group; without a group; with spaces in the owner or the group; NetWare.
const SIZE_AT: [usize; 6] = [4, 3, 5, 6, 7, 2];

/// Reads a line of MLSD. `None` for the folder itself, its parent, and what can't be understood.
pub(crate) fn parse_mlsd(line: &str) -> Option<Entry> {
    let line = without_end(line);
    // Facts end with a semicolon and may hold spaces; a server that forgets the last semicolon has none.
    let (facts, name) = line.split_once("; ").or_else(|| line.split_once(' '))?;
    let (mut kind, mut size, mut modified) = (EntryKind::Other, 0, None);
    for (fact, value) in facts.split(';').filter_map(|fact| fact.split_once('=')) {
        match fact.to_ascii_lowercase().as_str() {
            "type" => {
                kind = match value.to_ascii_lowercase().as_str() {
                    "file" => EntryKind::File,
                    "dir" => EntryKind::Folder,
                    "cdir" | "pdir" => return None,
                    _ => EntryKind::Other,
                }
            }
            "size" => size = value.parse().ok()?,
            "modify" => modified = time_value(value),
            _ => {}
        }
    }
    entry(name, kind, size, modified)
}

/// Reads a line of LIST, in the style of Unix or of Windows. `None` for all that is no entry.
///
/// There is no time: it is told to the minute at best, in a time zone of the server's choice.
pub(crate) fn parse_list(line: &str) -> Option<Entry> {
    let line = without_end(line);
    if line.starts_with(|c: char| c.is_ascii_digit()) { parse_windows(line) } else { parse_unix(line) }
}

/// `-rw-r--r--+  1 owner  group  1234 Nov  5 13:46 name`, and its relatives.
fn parse_unix(line: &str) -> Option<Entry> {
    let kind = match line.chars().next()? {
        '-' => EntryKind::File,
        'd' => EntryKind::Folder,
        'l' | 'b' | 'c' | 'p' | 's' | 'D' => EntryKind::Other,
        _ => return None,
    };
    let words = words(line);
    let (size, name) = SIZE_AT.iter().find_map(|&at| {
        let size = line.get(words.get(at)?.clone())?.parse().ok()?;
        let date = words.get(at + 1..)?;
        let end = end_of_date(date.iter().take(3).filter_map(|word| line.get(word.clone())))?;
        // Exactly one space follows the date: further ones are the name's own.
        Some((size, line.get(date.get(end)?.end..)?.strip_prefix(' ')?))
    })?;
    let name = match line.starts_with('l') {
        true => name.split_once(" -> ").map_or(name, |(name, _)| name),
        false => name,
    };
    entry(name, kind, size, None)
}

/// `04-08-14  03:09PM       <DIR>          docs` and `04-08-2014  15:09                  403 readme.txt`.
fn parse_windows(line: &str) -> Option<Entry> {
    let words = words(line);
    let word = |i: usize| line.get(words.get(i)?.clone());
    if !is_numbers(word(0)?, &['-', '/', '.']) || !word(1)?.contains(':') {
        return None;
    }
    let at = if matches!(word(2)?, "AM" | "PM") { 3 } else { 2 };
    let after = line.get(words.get(at)?.end..)?;
    let (kind, size, name) = match word(at)? {
        // IIS pads with ten spaces: further ones are the name's own.
        "<DIR>" => (EntryKind::Folder, 0, without_padding(after, 10)),
        link if link.starts_with('<') => (EntryKind::Other, 0, without_padding(after, usize::MAX)),
        size => (EntryKind::File, size.replace(',', "").parse().ok()?, after.strip_prefix(' ')?),
    };
    if name.contains('\\') { None } else { entry(name, kind, size, None) }
}

fn entry(name: &str, kind: EntryKind, size: u64, modified: Option<i64>) -> Option<Entry> {
    if name.contains('/') {
        return None;
    }
    let composed: String = RemotePath::root().join(name).ok()?.into();
    let respelled = composed != name;
    let size = if kind == EntryKind::File { size } else { 0 };
    Some(Entry { name: composed, respelled, kind, size, modified })
}

fn without_end(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}

fn without_padding(text: &str, most: usize) -> &str {
    let padding = text.bytes().take(most).take_while(|byte| *byte == b' ').count();
    text.get(padding..).unwrap_or_default()
}

/// Where the words of a line are, spaces being what is between words.
fn words(line: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut words = Vec::new();
    for part in line.split(' ') {
        if !part.is_empty() {
            words.push(start..start + part.len());
        }
        start += part.len() + 1;
    }
    words
}

/// The place of the last word of a date, if these words begin with one: `Nov 5 2018`, `5 Nov 13:46` or
/// `2018-11-05 13:46`.
fn end_of_date<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<usize> {
    let (first, second) = (words.next()?, words.next()?);
    if is_numbers(first, &['-']) && is_numbers(second, &[':', '.']) {
        return Some(1);
    }
    let third = words.next()?;
    let date = (is_month(first) && is_day(second)) || (is_day(first) && is_month(second));
    let time = is_numbers(third, &[':']) || (third.len() == 4 && third.bytes().all(|b| b.is_ascii_digit()));
    (date && time).then_some(2)
}

/// Whether these are numbers with one of `marks` between them.
fn is_numbers(word: &str, marks: &[char]) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    word.contains(marks) && word.split(marks).all(digits)
}

fn is_month(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.get(..3).is_some_and(|start| MONTHS.contains(&start))
        && word.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_day(word: &str) -> bool {
    word.parse().is_ok_and(|day: u8| (1..=31).contains(&day))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::EntryKind::{File, Folder, Other};
    use super::*;

    type Read = Option<(&'static str, EntryKind, u64)>;

    #[test]
    fn lists_of_real_servers() {
        let lines: &[(&str, Read)] = &[
            // vsftpd
            ("drwxr-xr-x    2 1001     1001         4096 Nov 05 13:46 css", Some(("css", Folder, 0))),
            (
                "-rw-r--r--    1 1001     1001   5368709120 Nov 05  2018 big.iso",
                Some(("big.iso", File, 5_368_709_120)),
            ),
            (
                "-rw-r--r--    1 1001     1001            0 Nov 05 13:46  two  spaces ",
                Some((" two  spaces ", File, 0)),
            ),
            (
                "lrwxrwxrwx    1 0        0              11 Nov 05 13:46 www -> public_html",
                Some(("www", Other, 0)),
            ),
            ("-rw-r--r--    1 0        0              11 Nov 05 13:46 a -> b", Some(("a -> b", File, 11))),
            (
                "-rw-r--r--    1 0        0               1 Nov 05 13:46 .htaccess\r",
                Some((".htaccess", File, 1)),
            ),
            ("drwxr-xr-x    2 0        0            4096 Nov 05 13:46 .", None),
            ("drwxr-xr-x    2 0        0            4096 Nov 05 13:46 ..", None),
            ("total 12", None),
            // ProFTPD
            (
                "-rw-r--r--   1 ftp      www-data     8192 Feb 29 09:05 \u{441}\u{430}\u{439}\u{442}.html",
                Some(("\u{441}\u{430}\u{439}\u{442}.html", File, 8192)),
            ),
            ("drwxrwsr-t   9 jan      12           2024 Mar  1  2024 2024", Some(("2024", Folder, 0))),
            // Pure-FTPd
            (
                "-rw-r--r--    1 1000       ftpgroup          403 Apr  8  2014 readme.txt",
                Some(("readme.txt", File, 403)),
            ),
            (
                "drwx--x--x   12 1000       ftpgroup         4096 Jun 13 00:12 cgi-bin",
                Some(("cgi-bin", Folder, 0)),
            ),
            // pyftpdlib and libunftp
            (
                "-rw-r--r--   1 owner    group           7045120 Sep 02  3:47 music.mp3",
                Some(("music.mp3", File, 7_045_120)),
            ),
            (
                "-rwxr-xr-x 1            0            0              5 Jan 01 00:00 u\u{308}.txt",
                Some(("\u{fc}.txt", File, 5)),
            ),
            // FileZilla Server
            ("drwxr-xr-x 1 ftp ftp              0 Aug 11  2019 wwwroot", Some(("wwwroot", Folder, 0))),
            (
                "-rw-r--r-- 1 ftp ftp         403453 Apr 12 15:18 web.config",
                Some(("web.config", File, 403_453)),
            ),
            // marks of access lists, SELinux and macOS
            ("drwxr-xr-x+   2 web web 4096 Nov  5 13:46 acl", Some(("acl", Folder, 0))),
            ("-rw-r--r--.   1 web web 12 Nov  5 13:46 selinux", Some(("selinux", File, 12))),
            ("-rw-r--r--@   1 web staff 12 Nov  5 13:46 mac", Some(("mac", File, 12))),
            // owners with spaces, no group, dates the other way round, in full and as ISO
            ("-rw-r--r--   1 CORP+anna Domain Users 77 Nov  5 13:46 a.txt", Some(("a.txt", File, 77))),
            ("-rw-r--r--   1 anna 77 Nov  5 13:46 a.txt", Some(("a.txt", File, 77))),
            ("-rw-r--r--   1 anna web 77 5 Nov 2018 a.txt", Some(("a.txt", File, 77))),
            ("-rw-r--r-- 1 anna web 77 2018-11-05 13:46 a.txt", Some(("a.txt", File, 77))),
            // devices, pipes
            ("crw-rw-rw- 1 root root 1, 3 Jan  1 00:00 null", Some(("null", Other, 0))),
            ("prw-r--r-- 1 web web 0 Jan  1 00:00 pipe", Some(("pipe", Other, 0))),
            // NetWare
            ("d [RWCEAFMS] admin                       512 Oct 13 2004 PSI", Some(("PSI", Folder, 0))),
            ("- [RWCEAFMS] admin                      1024 Oct 13 16:01 a b", Some(("a b", File, 1024))),
            // IIS
            (
                "-rwxrwxrwx   1 owner    group             403 Apr  8 15:09 readme.txt",
                Some(("readme.txt", File, 403)),
            ),
            ("04-08-14  03:09PM                  403 readme.txt", Some(("readme.txt", File, 403))),
            ("04-08-14  03:09PM           5368709120  big .iso ", Some((" big .iso ", File, 5_368_709_120))),
            ("10-19-20  03:19PM       <DIR>          pub", Some(("pub", Folder, 0))),
            ("10-19-2020  15:19       <DIR>          two words", Some(("two words", Folder, 0))),
            ("10-19-20  03:19 PM      <DIR> pub", Some(("pub", Folder, 0))),
            ("2020-10-19  15:19  1,234 a.txt", Some(("a.txt", File, 1234))),
            ("10-19-20  03:19PM       <JUNCTION>     link", Some(("link", Other, 0))),
            // what no file is called, or should be
            ("04-08-14  03:09PM                  403 ..\\web.config", None),
            ("-rw-r--r-- 1 web web 1 Nov  5 13:46 ../../etc/passwd", None),
            ("-rw-r--r-- 1 web web 1 Nov  5 13:46 a\u{1b}[2Jb", None),
            ("-rw-r--r-- 1 web web 1 Nov  5 13:46 ", None),
            ("-rw-r--r-- 1 web web 99999999999999999999 Nov  5 13:46 a", None),
            ("-rw-r--r-- 1 web web many Nov  5 13:46 a", None),
            ("ls: cannot open directory '.': Permission denied", None),
            ("", None),
        ];
        for (line, expected) in lines {
            let read = parse_list(line);
            assert_eq!(read.as_ref().and_then(|entry| entry.modified), None, "{line}");
            let read = read.as_ref().map(|entry| (entry.name.as_str(), entry.kind, entry.size));
            assert_eq!(read, *expected, "{line}");
        }
    }

    #[test]
    fn mlsd_of_real_servers() {
        let time = Some(1_603_120_770);
        let lines: &[(&str, Read, Option<i64>)] = &[
            // ProFTPD
            (
                "modify=20201019151930;perm=adfrw;size=1024;type=file;unique=802U3E0;UNIX.group=33;UNIX.mode=0644;UNIX.owner=33; a; b.txt",
                Some(("a; b.txt", File, 1024)),
                time,
            ),
            ("modify=20201019151930;perm=flcdmpe;type=cdir;unique=802U3E;UNIX.mode=0755; .", None, None),
            ("modify=20201019151930;perm=flcdmpe;type=pdir;unique=802U3D;UNIX.mode=0755; ..", None, None),
            (
                "modify=20201019151930;perm=flcdmpe;type=dir;unique=802U3F;UNIX.mode=0755;  css ",
                Some((" css ", Folder, 0)),
                time,
            ),
            ("modify=20201019151930;type=OS.unix=symlink;unique=802U3F; www", Some(("www", Other, 0)), time),
            // Pure-FTPd
            (
                "type=dir;sizd=4096;modify=20201019151930;UNIX.mode=0755;UNIX.uid=1000;UNIX.gid=1000;unique=fd00g2; img",
                Some(("img", Folder, 0)),
                time,
            ),
            (
                "type=file;siz=3;size=5368709120;modify=20201019151930;UNIX.mode=0644;unique=fd00g4; big.iso\r\n",
                Some(("big.iso", File, 5_368_709_120)),
                time,
            ),
            (
                "type=OS.unix=slink:/srv/my files;size=12;modify=20201019151930; link",
                Some(("link", Other, 0)),
                time,
            ),
            // pyftpdlib
            (
                "modify=20201019151930;perm=radfwMT;size=7;type=file;unique=fd01g8; u\u{308}.txt",
                Some(("\u{fc}.txt", File, 7)),
                time,
            ),
            // FileZilla Server, Serv-U, IIS behind a proxy
            ("type=file;size=7;modify=20201019151930.123;perms=awrfd; a.txt", Some(("a.txt", File, 7)), time),
            ("Type=Dir;Modify=20201019151930;Win32.ea=0x00000010; pub", Some(("pub", Folder, 0)), time),
            // oddities
            ("size=7; a.txt", Some(("a.txt", Other, 0)), None),
            ("type=file;size=7 a b.txt", Some(("a b.txt", File, 7)), None),
            ("type=file;size=7;modify=yesterday; a.txt", Some(("a.txt", File, 7)), None),
            ("type=file;size=-7; a.txt", None, None),
            ("type=file;size=7; ../a.txt", None, None),
            ("type=file;size=7; a\u{7f}", None, None),
            ("type=dir; .", None, None),
            ("type=dir; ", None, None),
            ("type=dir;", None, None),
            ("", None, None),
        ];
        for (line, expected, modified) in lines {
            let read = parse_mlsd(line);
            assert_eq!(read.as_ref().and_then(|entry| entry.modified), *modified, "{line}");
            let read = read.as_ref().map(|entry| (entry.name.as_str(), entry.kind, entry.size));
            assert_eq!(read, *expected, "{line}");
        }
    }

    #[test]
    fn names_that_are_not_composed_are_told() {
        for (name, respelled) in [("\u{fc}.txt", false), ("u\u{308}.txt", true), ("u.txt", false)] {
            let list = parse_list(&format!("-rw-r--r-- 1 web web 1 Nov  5 13:46 {name}"));
            let mlsd = parse_mlsd(&format!("type=file;size=7; {name}"));
            for entry in [list, mlsd] {
                assert_eq!(entry.map(|entry| entry.respelled), Some(respelled), "{name}");
            }
        }
    }

    /// Lines that look enough like listings to get far into the parsers.
    fn likely() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            Just("-rw-r--r--".to_owned()),
            Just("drwxr-xr-x+".to_owned()),
            Just("lrwxrwxrwx".to_owned()),
            Just("<DIR>".to_owned()),
            Just("Nov".to_owned()),
            Just("13:46".to_owned()),
            Just("04-08-14".to_owned()),
            Just("2018".to_owned()),
            Just(" ".to_owned()),
            Just("->".to_owned()),
            Just("type=file;size=1;modify=20201019151930;".to_owned()),
            any::<u64>().prop_map(|number| number.to_string()),
            any::<String>(),
        ];
        prop::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn whatever_a_server_says(line in prop_oneof![any::<String>(), likely()]) {
            for entry in [parse_mlsd(&line), parse_list(&line)].into_iter().flatten() {
                let path = RemotePath::new(&entry.name);
                prop_assert_eq!(path.map(|path| path.depth()), Ok(1), "{:?}", entry.name);
            }
        }

        #[test]
        fn names_come_through_whole(name in "[^/\\\\\\p{C}\\p{M}]{1,40}") {
            let name: String = RemotePath::root().join(&name).map_err(|_| TestCaseError::reject("no name"))?.into();
            let unix = format!("-rw-r--r-- 1 1001 1001 7 Nov 05 13:46 {name}");
            let windows = format!("04-08-14  03:09PM                    7 {name}");
            let mlsd = format!("type=file;size=7; {name}");
            for entry in [parse_list(&unix), parse_list(&windows), parse_mlsd(&mlsd)] {
                prop_assert_eq!(entry.map(|entry| entry.name), Some(name.clone()));
            }
        }
    }
}
