//! What every store does that can be written to.

use secrecy::ExposeSecret;
use slipway_core::{CredentialType, SiteName};
use slipway_store::{CredentialError, Credentials, Listed, SiteCredentials, StoreKind};

const USER: &[CredentialType] = &[CredentialType::FtpUsername];
const BOTH: &[CredentialType] = &CredentialType::ALL;

pub(crate) fn site(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

pub(crate) fn values(username: Option<&str>, password: Option<&str>) -> SiteCredentials {
    SiteCredentials { username: username.map(str::to_owned), password: password.map(Into::into) }
}

pub(crate) fn plain(kept: SiteCredentials) -> (Option<String>, Option<String>) {
    (kept.username, kept.password.map(|password| password.expose_secret().to_owned()))
}

/// Runs on a store that is empty, and leaves it so. Each call of `process` sees the store as a new process does.
pub(crate) fn every_store_does_this(kind: StoreKind, process: impl Fn() -> Credentials) {
    let get = |name: &str| process().get(kind, &site(name), &[]).map(plain);
    let set = |name: &str, username, password| {
        assert_eq!(process().set(&site(name), Some(kind), &values(username, password)), Ok(kind));
    };
    let remove = |name: &str, types| process().remove(&site(name), Some(kind), types);
    let list = || process().list_in(kind, &[]).unwrap();
    let text = |text: &str| Some(text.to_owned());

    // Nothing is there.
    assert_eq!(
        process().stores().unwrap().into_iter().find(|store| store.kind == kind).unwrap().available,
        Ok(())
    );
    assert_eq!(list(), []);
    assert_eq!(get("my shop"), Err(CredentialError::NotFound));
    assert_eq!(remove("my shop", BOTH), Err(CredentialError::NotFound));
    assert_eq!(process().find(&site("my shop"), Some(kind), &[]).unwrap_err(), CredentialError::NotFound);
    assert_eq!(process().username(&site("my shop"), Some(kind), &[]), Ok(None));

    // What is set comes back, and replaces only its own type.
    set("my shop", None, Some("first"));
    assert_eq!(get("my shop"), Ok((None, text("first"))));
    set("my shop", Some("anna"), None);
    assert_eq!(get("my shop"), Ok((text("anna"), text("first"))));
    set("my shop", None, Some("second \u{fc} \u{1f511} \"'\\ {}"));
    assert_eq!(get("my shop"), Ok((text("anna"), text("second \u{fc} \u{1f511} \"'\\ {}"))));
    set("my shop", Some("bert"), Some(r#"{"slipway":1,"ftp_password":"x"}"#));
    assert_eq!(get("my shop"), Ok((text("bert"), text(r#"{"slipway":1,"ftp_password":"x"}"#))));

    // Sites are kept apart, whatever their names.
    let odd = ["My-Shop", "店铺", "商店", "a.Slipway", "\u{1f511} \"x\" 'y' %2F"];
    for name in odd {
        set(name, None, Some(name));
    }
    set("user alone", Some("c"), None);
    for name in odd {
        assert_eq!(get(name), Ok((None, text(name))));
    }
    assert_eq!(process().find(&site("user alone"), Some(kind), &[]).unwrap_err(), CredentialError::NotFound);
    assert_eq!(process().username(&site("user alone"), Some(kind), &[]), Ok(text("c")));
    let found = process().find(&site("my shop"), Some(kind), &[]).unwrap();
    assert_eq!((found.username.as_deref(), found.store), (Some("bert"), kind));
    let mut expected: Listed =
        odd.iter().map(|name| (site(name), vec![CredentialType::FtpPassword])).collect();
    expected.extend([(site("my shop"), BOTH.to_vec()), (site("user alone"), USER.to_vec())]);
    expected.sort();
    assert_eq!(list(), expected);

    // What could not be sent is refused, and changes nothing.
    for bad in ["", "a\rb", "a\nb", "a\0b"] {
        for given in [values(Some(bad), Some("good")), values(None, Some(bad))] {
            let error = process().set(&site("my shop"), Some(kind), &given).unwrap_err();
            assert!(matches!(error, CredentialError::Invalid(_)), "{error}");
        }
    }
    assert!(process().set(&site("my shop"), Some(kind), &values(None, None)).is_err());
    assert_eq!(list(), expected);
    assert_eq!(get("my shop").unwrap().0, text("bert"));

    // One type is removed, then the other, then there is nothing.
    assert_eq!(remove("my shop", &[]), Err(CredentialError::NotFound));
    assert_eq!(remove("my shop", USER), Ok(kind));
    assert_eq!(remove("my shop", USER), Err(CredentialError::NotFound));
    assert_eq!(get("my shop").unwrap().0, None);
    assert_eq!(remove("my shop", BOTH), Ok(kind));
    assert_eq!(get("my shop"), Err(CredentialError::NotFound));
    assert_eq!(remove("user alone", BOTH), Ok(kind));
    for name in odd {
        assert_eq!(remove(name, BOTH), Ok(kind));
    }
    assert_eq!(list(), []);
}
