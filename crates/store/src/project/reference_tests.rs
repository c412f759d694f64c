use proptest::prelude::*;

use super::super::testing::Known;
use super::*;

fn expanded(text: &str) -> Result<String, ReferenceError> {
    expand_secret(text, &Known).map(|secret| secret.expose_secret().to_owned())
}

#[test]
fn what_texts_stand_for() {
    for (text, value) in [
        ("", ""),
        ("plain }", "plain }"),
        ("$$5 and $$$$", "$5 and $$"),
        ("$${HOST}", "${HOST}"),
        ("${HOST}", "ftp.example.com"),
        ("a${env:HOST}b$$${HOST}", "aftp.example.comb$ftp.example.com"),
        ("${env:Program Files(x86)}", "odd name"),
        ("token=${cred:my: shop:ftp_password}!", "token=s3cr$et!"),
        ("${cred:shop:ftp_username}", "anna"),
    ] {
        assert_eq!(expanded(text).as_deref(), Ok(value), "{text}");
    }
}

#[test]
fn what_is_no_reference() {
    for (text, at, error) in [
        ("a$", 1, ReferenceError::LoneDollar),
        ("$HOME", 0, ReferenceError::LoneDollar),
        ("$$$", 2, ReferenceError::LoneDollar),
        ("é${HOST", 2, ReferenceError::Open),
        ("${HOST}${}", 7, ReferenceError::Unknown(String::new())),
        ("${MY-HOST}", 0, ReferenceError::Unknown("MY-HOST".into())),
        ("${env:}", 0, ReferenceError::Unknown("env:".into())),
        ("${env:A=B}", 0, ReferenceError::Unknown("env:A=B".into())),
        ("${secret:x}", 0, ReferenceError::Unknown("secret:x".into())),
        ("${cred:ftp_password}", 0, ReferenceError::Unknown("cred:ftp_password".into())),
        ("${cred:shop:ftp_pasword}", 0, ReferenceError::Unknown("cred:shop:ftp_pasword".into())),
        ("${cred:-x:ftp_password}", 0, ReferenceError::Unknown("cred:-x:ftp_password".into())),
        ("${a\u{1b}b}", 0, ReferenceError::Unknown("a\\u{1b}b".into())),
    ] {
        assert_eq!(Template::parse(text), Err((at, error)), "{text}");
    }
}

#[test]
fn what_is_missing_is_named() {
    for (text, named) in [
        ("${GONE}", "${GONE} stands for nothing: the environment variable GONE is not set"),
        ("x${env:EMPTY}", "${env:EMPTY} stands for nothing: the environment variable EMPTY is empty"),
        (
            "${cred:other:ftp_password}",
            "${cred:other:ftp_password} stands for nothing: nothing is kept for it",
        ),
    ] {
        assert_eq!(expanded(text).unwrap_err().to_string(), named);
    }
    let all = Template::parse("${GONE}${HOST}${EMPTY}").unwrap().expand(&Known).unwrap_err();
    assert_eq!(all.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 14]);
}

#[cfg(unix)]
#[test]
fn what_is_not_unicode_is_refused() {
    assert!(expanded("${NOT_UNICODE}").unwrap_err().to_string().contains("NOT_UNICODE is not valid Unicode"));
}

proptest! {
    #[test]
    fn an_escaped_text_stands_for_itself(text in any::<String>()) {
        prop_assert_eq!(expanded(&escape(&text)), Ok(text));
    }

    #[test]
    fn pieces_stand_for_what_they_stand_for_alone(
        pieces in prop::collection::vec(prop_oneof![
            "[a-z{}: ]{0,5}".prop_map(|text| (text.clone(), text)),
            Just(("$$".to_owned(), "$".to_owned())),
            Just(("${HOST}".to_owned(), "ftp.example.com".to_owned())),
            Just(("${cred:shop:ftp_username}".to_owned(), "anna".to_owned())),
        ], 0..8)
    ) {
        let (texts, values): (Vec<String>, Vec<String>) = pieces.into_iter().unzip();
        prop_assert_eq!(expanded(&texts.concat()), Ok(values.concat()));
    }

    #[test]
    fn no_text_is_too_odd(text in "[$a{}:envcrd]{0,12}") {
        match Template::parse(&text) {
            Ok(template) => prop_assert_eq!(template.literal().is_some(), template.references().next().is_none()),
            Err((at, _)) => prop_assert!(text[at..].starts_with('$')),
        }
    }
}
