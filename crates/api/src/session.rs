//! Passwords that are known until Slipway is closed, and kept nowhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;
use slipway_core::{Site, SiteName};

use crate::publishing::Login;

/// The passwords of this session.
#[derive(Clone, Default)]
pub(crate) struct Session(Arc<Mutex<BTreeMap<SiteName, Known>>>);

struct Known {
    account: Account,
    password: SecretString,
}

/// What a password is for: it must never be sent to another server, or for another user.
#[derive(PartialEq, Eq)]
struct Account {
    host: String,
    port: Option<u16>,
    user: String,
}

impl Account {
    fn of(site: &Site) -> Self {
        Self { host: site.host.to_lowercase(), port: site.port, user: site.user.clone() }
    }
}

impl Session {
    /// Remembers a password for the site's account as it is now.
    pub(crate) fn remember(&self, site: &Site, password: SecretString) {
        self.known().insert(site.name.clone(), Known { account: Account::of(site), password });
    }

    /// What the site is logged in to with, if that is known. A password for another account is forgotten.
    pub(crate) fn login(&self, site: &Site) -> Option<Login> {
        let mut known = self.known();
        if known.get(&site.name)?.account != Account::of(site) {
            known.remove(&site.name);
            return None;
        }
        let password = known.get(&site.name)?.password.clone();
        Some(Login { user: site.user.clone(), password })
    }

    /// Forgets the site's password.
    pub(crate) fn forget(&self, site: &SiteName) {
        self.known().remove(site);
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<SiteName, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_password_is_for_one_account() {
        let site = Site::new(SiteName::new("shop").unwrap(), "/shop".into(), "ftp.example.com", "anna");
        let session = Session::default();
        assert!(session.login(&site).is_none());
        session.remember(&site, "first".to_owned().into());
        let login = session.login(&site).unwrap();
        assert_eq!((login.user.as_str(), login.password.expose_secret()), ("anna", "first"));
        let moved = Site { remote_dir: slipway_core::RemoteDir::new("/www").unwrap(), ..site.clone() };
        assert!(session.login(&moved).is_some());
        for other in [
            Site { host: "ftp.example.org".into(), ..site.clone() },
            Site { port: Some(2121), ..site.clone() },
            Site { user: "bert".into(), ..site.clone() },
        ] {
            session.remember(&site, "again".to_owned().into());
            assert!(session.login(&other).is_none());
            assert!(session.login(&site).is_none(), "it is forgotten for good");
        }
        session.remember(&site, "last".to_owned().into());
        session.forget(&site.name);
        assert!(session.login(&site).is_none());
    }
}
