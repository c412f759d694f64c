//! What is wrong with a file, where, and what was probably meant.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::problem::Report;
use super::testing::{FULL, Fixture, Known, name, problems_with};
use super::{LARGEST, Project};

#[test]
fn what_is_wrong_is_found_where_it_is() {
    for (text, expected) in [
        ("", "1:1: this is not JSON: the file is empty"),
        ("// x\n", "1:1: this is not JSON: the file is empty"),
        ("[1]", "1:1: the file is a list, and must be an object"),
        ("{}", "1:1: sites is missing. The sites, by name."),
        ("{\n \"sites\": {} \"a\": 1}", "2:13: this is not JSON: expected comma"),
        (r#"{"sites":{}} x"#, "1:14: this is not JSON: text cannot contain more than one json value"),
        ("{'sites':{}}", "1:2: this is not JSON: single-quoted strings are not allowed"),
        ("{\"sites\":{\n", "1:10: this is not JSON: unterminated object"),
        (
            "{\"sites\":{},\n\n  \"pahts\":{}}",
            r#"3:3: there is no key "pahts" here; perhaps "paths" is meant"#,
        ),
        (r#"{"sites":{},"colour":1}"#, r#"1:13: there is no key "colour" here"#),
        ("{\"sites\":{},\r\n\"sites\":{}}", r#"2:1: the key "sites" is here twice"#),
        (r#"{"sites":5}"#, "1:10: sites is a number, and must be an object"),
        (r#"{"sites":{"a":null}}"#, "1:15: sites.a is null, and must be an object"),
        (
            r#"{"sites":{"a":{}},"version":2,"x":1}"#,
            "1:29: the file is for a newer Slipway (version 2 of the file; this Slipway knows 1)",
        ),
        (r#"{"sites":{},"version":0}"#, "1:23: version: a whole number from 1 to 1"),
        (
            r#"{"sites":{},"logging":{"level":"inf"}}"#,
            r#"1:32: logging.level can't be "inf"; perhaps "info" is meant; there are: error, warn, info, debug, trace"#,
        ),
        (
            r#"{"sites":{},"paths":{"workspaces":"${"}}"#,
            "1:36: a reference begins with ${ and does not end with }",
        ),
        (
            r#"{"sites":{"é/":{"folder":"a","host":"h"}}}"#,
            r#"1:11: "é/" can't be a site's name: 1 to 64 characters, no slash, no line break, no dash in front"#,
        ),
        (
            "{\"sites\":{\"Shop\":{\"folder\":\"a\",\"host\":\"h\"},\n\"shop\":{\"folder\":\"a\",\"host\":\"h\"}}}",
            r#"2:1: the name "shop" differs only in case from that of the site "Shop""#,
        ),
        (
            r#"{"paths":{"workspaces":"w"},"sites":{"..":{"host":"h"}}}"#,
            "1:43: folder is missing. The site's folder, relative to this file's. Without it: its name below paths.workspaces.",
        ),
        ("\u{feff}{\"é\":1,\"sites\":{}}", r#"1:2: there is no key "é" here"#),
    ] {
        assert_eq!(Fixture::new(text).problems(), [expected], "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_site_is_found_where_it_is() {
    for (settings, expected) in [
        (r#""hots":1"#, r#"2:1: there is no key "hots" here; perhaps "host" is meant"#),
        (r#"  "username":"x""#, r#"2:3: there is no key "username" here; perhaps "user" is meant"#),
        (r#""retry":{"atempts":1}"#, r#"2:10: there is no key "atempts" here; perhaps "attempts" is meant"#),
        (r#""port":"21""#, "2:8: port is a string, and must be a whole number"),
        (r#""port":0"#, "2:8: port: a whole number from 1 to 65535"),
        (r#""port":21.0"#, "2:8: port: a whole number from 1 to 65535"),
        (r#""connections":17"#, "2:15: connections: a whole number from 1 to 16"),
        (r#""connections":-1"#, "2:15: connections: a whole number from 1 to 16"),
        (r#""limit":0"#, "2:9: limit: a whole number from 1"),
        (r#""limit":"0k""#, "2:9: limit: 0 bytes are nothing; leave the key out instead"),
        (r#""limit":"fast""#, r#"2:9: limit: "fast" is not a size; write 500k, 2M or 1.5M (of bytes)"#),
        (
            r#""limit":[]"#,
            r#"2:9: limit is a list, and must be a whole number of bytes, or a string such as "500k""#,
        ),
        (
            r#""protocol":"sftp""#,
            r#"2:12: protocol can't be "sftp"; perhaps "ftps" is meant; there are: ftps, ftps-implicit, ftp"#,
        ),
        (
            r#""protocol":"${FTP_USER}""#,
            r#"2:12: protocol can't be "carla"; there are: ftps, ftps-implicit, ftp"#,
        ),
        ("\"exclude\":[\"a\",\n true]", "3:2: exclude[1] is true or false, and must be a string"),
        (r#""exclude":"a""#, "2:11: exclude is a string, and must be a list"),
        (r#""user":"""#, "2:8: user: the user name is empty or holds a line break"),
        (
            r#""web_url":"ftp://x""#,
            r#"2:11: web_url: "ftp://x" is not a web address; it begins with http:// or https://"#,
        ),
        (
            r#""web_url":"${HOST}""#,
            r#"2:11: web_url: "ftp.example.com" is not a web address; it begins with http:// or https://"#,
        ),
        (
            r#""remote_dir":"a/..""#,
            r#"2:14: remote_dir: the folder on the server has an empty part, or the part "." or "..""#,
        ),
        (
            r#""trusted_certificate":"aa""#,
            "2:23: trusted_certificate: a SHA-256 fingerprint has 64 hexadecimal digits",
        ),
        (
            r#""sources":[{"as":"x"}]"#,
            "2:12: sources[0].folder is missing. The folder, relative to the site's.",
        ),
        (
            r#""sources":[{"folder":"a","as":"/x"}]"#,
            r#"2:31: sources[0].as: the path has an empty part, or the part "." or "..""#,
        ),
        (r#""build":{}"#, "2:9: build.commands is missing. Command lines, run in the site's folder."),
        (
            r#""build":{"commands":[]}"#,
            "2:21: build.commands: the build has no command, or one that is empty",
        ),
        (
            r#""build":{"commands":[" "]}"#,
            "2:22: build.commands[0]: the build has no command, or one that is empty",
        ),
        (
            r#""build":{"commands":["a"],"environment":{"A=":""}}"#,
            r#"2:42: build.environment: "A=" can't be the name of an environment variable"#,
        ),
        (
            r#""build":{"commands":["a"],"output":"o"},"sources":[{"folder":"f"}]"#,
            "2:51: sources: both the build's output folder and sources are given; name the output folder as one of the sources",
        ),
        (
            "\"exclude\":[\"a\nb\"]",
            "2:12: this is not JSON: a string holds a line break or another control character; write \\n and the like",
        ),
        (
            r#""user":"é$x""#,
            "2:10: a dollar sign stands alone; write $$ for a dollar, or ${NAME} for an environment variable",
        ),
        (
            "\"user\":\"\\u00e9$x\"",
            "2:8: a dollar sign stands alone; write $$ for a dollar, or ${NAME} for an environment variable",
        ),
        (
            r#""user":"${cred:shop:password}""#,
            "2:9: ${cred:shop:password} is no reference; there are ${NAME}, ${env:NAME}, ${cred:SITE:ftp_username} and ${cred:SITE:ftp_password}",
        ),
        (
            r#""user":"${cred:shop:ftp_password}""#,
            "2:9: ${cred:shop:ftp_password} can't be used in user, where it would be shown; only in password and build.environment",
        ),
        (
            r#""build":{"commands":["x ${cred:shop:ftp_password}"]}"#,
            "2:25: ${cred:shop:ftp_password} can't be used in build.commands[0], where it would be shown; only in password and build.environment",
        ),
        (
            r#""build":{"commands":["a"],"environment":{"A":"x$"}}"#,
            "2:48: a dollar sign stands alone; write $$ for a dollar, or ${NAME} for an environment variable",
        ),
        (
            r#""user":"x${GONE}""#,
            "2:10: ${GONE} stands for nothing: the environment variable GONE is not set",
        ),
        (
            r#""user":"${env:EMPTY}""#,
            "2:9: ${env:EMPTY} stands for nothing: the environment variable EMPTY is empty",
        ),
        (
            r#""password":"${env:GONE}""#,
            "2:13: ${env:GONE} stands for nothing: the environment variable GONE is not set",
        ),
        (
            r#""password":"${cred:blog:ftp_password}""#,
            "2:13: ${cred:blog:ftp_password} stands for nothing: nothing is kept for it",
        ),
        (r#""password":"${TWO_LINES}""#, "2:12: password: what it refers to holds a line break or a NUL"),
        (
            r#""build":{"commands":["a"],"environment":{"A":"${GONE}"}}"#,
            "2:47: ${GONE} stands for nothing: the environment variable GONE is not set",
        ),
    ] {
        assert_eq!(problems_with(settings), [expected], "{settings}");
    }
}

#[test]
fn a_password_is_not_written_into_the_file() {
    let literals = [
        "hunter2",
        "hunter2$",
        "${hunter2",
        "hunter2${HOST}",
        "${HOST}${HOST}",
        "${cred:shop:ftp_username}",
        "",
    ];
    for literal in literals {
        let problems = problems_with(&format!(r#""password":"{literal}""#));
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("2:12: a password is not written here"), "{problems:?}");
        assert!(!problems[0].contains("hunter2"), "{problems:?}");
    }
}

#[test]
fn all_problems_at_once_in_the_order_of_the_file() {
    let fixture = Fixture::new(
        r#"{
  "defaults": { "prot": 21, "user": "${cred:x:ftp_pasword}" },
  "sites": { "shop": { "hots": "h" }, "blog": { "host": "a b", "folder": "x" } },
  "loging": {}
}"#,
    );
    let places: Vec<String> = fixture.problems().iter().map(|text| text[..4].to_owned()).collect();
    assert_eq!(places, ["2:17", "2:38", "3:22", "3:22", "3:24", "3:57", "4:3:"]);

    let fixture = Fixture::new(
        r#"{"defaults":{"host":"${GONE}","password":"${env:GONE}"},
            "sites":{"a":{"folder":"${ALSO_GONE}${EMPTY}"},"b":{"folder":"b"}}}"#,
    );
    assert_eq!(fixture.problems().len(), 4, "{:?}", fixture.problems());
    assert_eq!(fixture.load().site(&name("b"), &Known).unwrap_err().len(), 1);
    assert_eq!(fixture.load().password(&name("b"), &Known).unwrap_err().len(), 1);
}

#[test]
fn an_unknown_site_is_named() {
    let fixture = Fixture::new(FULL);
    let problems = fixture.load().site(&name("shopp"), &Known).unwrap_err();
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!((problem.line, problem.column), (15, 12));
    assert_eq!(problem.code(), slipway_core::Code::SiteNotFound);
    assert_eq!(problem.what.to_string(), "there is no site \"shopp\" here; perhaps \"shop\" is meant");
    assert!(fixture.load().show(&name("Shop"), &Known).is_err());
}

#[test]
fn a_file_that_cannot_be_read() {
    let fixture = Fixture::new("");
    for (content, why) in [
        (b"{\"sites\":{\"\xff\":{}}}".to_vec(), "it is not UTF-8 text"),
        (vec![b' '; LARGEST as usize + 1], "it is larger than 1048576 bytes"),
    ] {
        fs::write(&fixture.file, content).unwrap();
        assert_eq!(fixture.problems(), [format!("the file can't be read: {why}")]);
    }
    fs::remove_file(&fixture.file).unwrap();
    assert!(fixture.problems()[0].starts_with("the file can't be read: "));
}

/// Text like that of a project file.
fn file_like() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\n",
            "\r",
            "//",
            "/*",
            "*/",
            "null",
            "1",
            "-",
            "\\u",
            "\\",
            "é",
            " ",
            "\"sites\":",
            "\"defaults\":",
            "\"shop\":",
            "\"host\":",
            "\"folder\":",
            "\"build\":",
            "\"limit\":",
            "\"password\":",
            "\"exclude\":[",
            "\"commands\":[",
            "\"x\"",
            "\"${HOST}\"",
            "\"${\"",
            "{\"a\":{",
            "{\"sites\":{\"shop\":{\"folder\":\"a\",\"host\":\"h\",",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,3}",
    ];
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in prop_oneof![any::<String>(), file_like()]) {
        let file = Path::new("slipway.json");
        let mut report = Report::new(file);
        let project = Project::parse(file, &text, &mut report);
        match report.or(project) {
            Ok(project) => {
                project.check(&Known);
                for name in project.names() {
                    let _ = project.show(&name, &Known);
                }
            }
            Err(problems) => {
                let lines = text.lines().count() + text.matches('\r').count() + 1;
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!((1..=lines).contains(&problem.line) && problem.column >= 1, "{}", problem);
                }
            }
        }
    }
}
