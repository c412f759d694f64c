//! Requests before a site is added: about its folder, a hosting mail, its server. A new request of a kind stops the one
//! before, which nobody waits for any more.

use std::path::Path;

use secrecy::ExposeSecret;
use slipway_core::{Check, Code, Failure, SiteName, hosting_text, web_folder};

use super::Desk;
use super::wire::{Account, FolderReport, Generator, HostingText, RemoteFolder, ServerFolders};
use crate::Survey;

impl Desk {
    /// What is found of a hosting account in pasted text.
    pub async fn read_text(&self, text: String) -> Result<HostingText, Failure> {
        // Long texts take a moment.
        self.0.slipway.blocking(move |_| Ok(hosting_text::read(&text).into())).await
    }

    /// What lies in a folder that may become a site.
    pub async fn look_at_folder(&self, folder: &Path) -> Result<FolderReport, Failure> {
        let (cancel, _here) = (self.0.folder.next(), self.0.looks.token());
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Failure::new(Code::Cancelled, "another folder is looked at")),
            report = self.0.slipway.look_at_folder(folder) => Ok(report?.into()),
        }
    }

    /// Tries all that a publish needs at a server, and says each thing that went well.
    pub async fn check_account(
        &self,
        account: Account,
        passed: impl Fn(Check) + Send + Sync + 'static,
    ) -> Result<(), Failure> {
        let (cancel, _here) = (self.0.account.next(), self.0.looks.token());
        self.0.slipway.check_account(account.into(), passed, cancel).await
    }

    /// The folders of a server, and which of them visitors most likely see. `folder` is what would be published there.
    pub async fn folders(&self, account: Account, folder: &Path) -> Result<ServerFolders, Failure> {
        let (host, user) = (account.host.clone(), account.user.clone());
        let (cancel, _here) = (self.0.folders.next(), self.0.looks.token());
        let survey = self.0.slipway.survey(account.into(), folder, cancel).await?;
        Ok(server_folders(survey, &host, &user))
    }

    /// The same of a site's server.
    pub async fn folders_of(&self, name: &SiteName) -> Result<ServerFolders, Failure> {
        let site = self.0.slipway.site(name).await?;
        let survey = self.look(name, |cancel| self.0.slipway.survey_of(name, cancel)).await?;
        Ok(server_folders(survey, &site.host, &site.user))
    }
}

fn server_folders(survey: Survey, host: &str, user: &str) -> ServerFolders {
    let likely = web_folder::likely(&survey.paths(), host, user);
    let likely = likely.unwrap_or_else(|| survey.root.path.clone());
    let web_url = web_folder::guess_web_url(host, user, &likely);
    ServerFolders { root: survey.root.into(), likely, web_url }
}

impl From<hosting_text::HostingText> for HostingText {
    fn from(found: hosting_text::HostingText) -> Self {
        let hosting_text::HostingText { host, user, password, port, protocol, remote_dir, web_url } = found;
        let password = password.map(|password| password.expose_secret().to_owned());
        Self { host, user, password, port, protocol, remote_dir, web_url }
    }
}

impl From<Account> for crate::Account {
    fn from(account: Account) -> Self {
        let Account { host, user, password, protocol, port, connections, trusted_certificate } = account;
        Self { host, user, password, protocol, port, connections, trusted_certificate }
    }
}

impl From<crate::FolderReport> for FolderReport {
    fn from(report: crate::FolderReport) -> Self {
        let crate::FolderReport { folder, files, bytes, start_page, generator, secrets } = report;
        let generator = generator.map(|crate::FoundGenerator { name, output, output_files, command }| {
            Generator { name, output, output_files, command }
        });
        Self { folder, files, bytes, start_page, generator, secrets }
    }
}

impl From<crate::ServerFolder> for RemoteFolder {
    fn from(folder: crate::ServerFolder) -> Self {
        let crate::ServerFolder { path, files, same_name, folders } = folder;
        Self { path, files, same_name, folders: folders.into_iter().map(Self::from).collect() }
    }
}
