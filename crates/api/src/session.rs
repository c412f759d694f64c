//! Passwords that are known until Slipway is closed, and kept nowhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;
use slipway_core::{Protocol, Site, SiteName};

use crate::publishing::Login;

/// The passwords of this session.
#[derive(Clone, Default)]
pub(crate) struct Session(Arc<Mutex<BTreeMap<SiteName, Known>>>);

struct Known {
    account: Account,
    password: SecretString,
}

/// What a password is for: it must never be sent to another server, for another user, or in plain letters where it was
/// to be encrypted.
#[derive(PartialEq, Eq)]
struct Account {
    host: String,
    port: u16,
    user: String,
    encrypted: bool,
}

impl Account {
    fn of(site: &Site) -> Self {
        Self {
            host: site.host.to_lowercase(),
            port: site.port(),
            user: site.user.clone(),
            encrypted: site.protocol != Protocol::Ftp,
        }
    }
}

impl Session {
    /// Remembers a password for the site's account as it is now.
    pub(crate) fn remember(&self, site: &Site, password: SecretString) {
        self.known().insert(site.name.clone(), Known { account: Account::of(site), password });
    }

    /// What the site is logged in to with, if that is known. A password for another account waits until the site is that
    /// account's again.
    pub(crate) fn login(&self, site: &Site) -> Option<Login> {
        let known = self.known();
        let known = known.get(&site.name).filter(|known| known.account == Account::of(site))?;
        Some(Login { user: site.user.clone(), password: known.password.clone() })
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
            Site { protocol: Protocol::Ftp, ..site.clone() },
        ] {
            assert!(session.login(&other).is_none());
            assert!(session.login(&site).is_some(), "a change that is taken back loses nothing");
        }
        assert!(
            session.login(&Site { host: "FTP.example.com".into(), port: Some(21), ..site.clone() }).is_some()
        );
        session.forget(&site.name);
        assert!(session.login(&site).is_none());
    }
}
