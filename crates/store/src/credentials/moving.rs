//! Moving all that one store holds into another.

use slipway_core::{CredentialType, SiteName};

use super::{CredentialError, CredentialStore};

/// What was copied of each site.
pub(super) type Copied = Vec<(SiteName, Vec<CredentialType>)>;

/// Copies everything, reads all of it back, and only then removes it where it was. On an error nothing is lost: what
/// was not removed is still there, and what was removed has been copied.
pub(super) fn move_all(
    from: &dyn CredentialStore,
    to: &dyn CredentialStore,
) -> Result<Vec<SiteName>, CredentialError> {
    let copied = copy_all(from, to, &[])?;
    for (site, types) in &copied {
        from.remove(site, types)?;
    }
    Ok(copied.into_iter().map(|(site, _)| site).collect())
}

/// Copies everything but what is kept for the sites of `stay`, and reads all of it back.
pub(super) fn copy_all(
    from: &dyn CredentialStore,
    to: &dyn CredentialStore,
    stay: &[SiteName],
) -> Result<Copied, CredentialError> {
    let mut copied = Copied::new();
    for (site, _) in from.list(&[])?.into_iter().filter(|(site, _)| !stay.contains(site)) {
        let values = from.get(&site, &[])?;
        to.set(&site, &values)?;
        if !to.get(&site, &[])?.holds(&values) {
            let reason = format!("what was kept for \"{site}\" is not read back from {}", to.describe());
            return Err(CredentialError::Failed(reason));
        }
        copied.push((site, values.types()));
    }
    Ok(copied)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use secrecy::ExposeSecret;

    use super::super::environment::Environment;
    use super::super::file::FileStore;
    use super::super::{Listed, SiteCredentials};
    use super::*;
    use crate::data_dir::DataDir;

    /// A real store that does so many things and then is gone, as when a person locks it.
    struct Gone {
        store: FileStore,
        after: AtomicUsize,
    }

    impl Gone {
        fn step(&self) -> Result<(), CredentialError> {
            let left =
                self.after.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            left.map(|_| ()).map_err(|_| CredentialError::Locked)
        }
    }

    impl CredentialStore for Gone {
        fn describe(&self) -> String {
            self.store.describe()
        }
        fn available(&self) -> Result<(), CredentialError> {
            self.store.available()
        }
        fn get(&self, site: &SiteName, known: &[SiteName]) -> Result<SiteCredentials, CredentialError> {
            self.step()?;
            self.store.get(site, known)
        }
        fn set(&self, site: &SiteName, values: &SiteCredentials) -> Result<(), CredentialError> {
            self.step()?;
            self.store.set(site, values)
        }
        fn remove(&self, site: &SiteName, types: &[CredentialType]) -> Result<(), CredentialError> {
            self.step()?;
            self.store.remove(site, types)
        }
        fn list(&self, known: &[SiteName]) -> Result<Listed, CredentialError> {
            self.step()?;
            self.store.list(known)
        }
    }

    fn store(after: usize) -> (tempfile::TempDir, Gone) {
        let root = tempfile::tempdir().unwrap();
        let data = DataDir::open(Some(root.path())).unwrap();
        let store = FileStore::cheap(Environment::new(|_| Some("key".into())), &data);
        (root, Gone { store, after: after.into() })
    }

    fn has(store: &Gone, site: &str) -> bool {
        match store.store.get(&SiteName::new(site).unwrap(), &[]) {
            Ok(kept) => kept.password.unwrap().expose_secret() == format!("of {site}"),
            Err(error) => {
                assert_eq!(error, CredentialError::NotFound);
                false
            }
        }
    }

    #[test]
    fn wherever_it_breaks_off_nothing_is_lost() {
        let sites = ["a", "b", "c"];
        let attempt = |from_after, to_after| {
            let ((_from_root, from), (_to_root, to)) = (store(from_after), store(to_after));
            for site in sites {
                let values = SiteCredentials { username: None, password: Some(format!("of {site}").into()) };
                from.store.set(&SiteName::new(site).unwrap(), &values).unwrap();
            }
            let result = move_all(&from, &to);
            for site in sites {
                assert!(has(&from, site) || has(&to, site), "{site} after {from_after} and {to_after} steps");
                assert!(result.is_err() || (has(&to, site) && !has(&from, site)));
            }
            result
        };
        // A list, and a read and a removal each; a change and a read each.
        for broken in 0..7 {
            assert_eq!(attempt(broken, 9).unwrap_err(), CredentialError::Locked);
        }
        for broken in 0..6 {
            assert_eq!(attempt(9, broken).unwrap_err(), CredentialError::Locked);
        }
        assert_eq!(attempt(7, 6).unwrap().len(), 3);
    }
}
